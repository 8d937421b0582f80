import { mailtoHref } from "./email_field_patch";

import { AvatarCardPopover } from "@mail/discuss/web/avatar_card/avatar_card_popover";
import { RecipientsPopover } from "@mail/core/web/recipients_popover";
import { patch } from "@web/core/utils/patch";

/** The cards of people, opened on a document: the link to the mail program carries the document's tag. */
const card = {
    get mailtoHref() {
        return mailtoHref(this.email, this.env.services.erp_document_mail?.tagOnScreen());
    },
};

patch(AvatarCardPopover.prototype, card);
patch(RecipientsPopover.prototype, card);
