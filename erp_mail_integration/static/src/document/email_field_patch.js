import { useState } from "@odoo/owl";

import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { EmailField } from "@web/views/fields/email/email_field";

/**
 * The address of a link to the user's mail program; about a document it carries the document's tag, so that
 * the mail finds its way back.
 *
 * @param {string} [address]
 * @param {string} [tag]
 * @returns {string|undefined} nothing where there is no address
 */
export function mailtoHref(address, tag) {
    if (!address) {
        return undefined;
    }
    const to = encodeURIComponent(address.trim()).replaceAll("%40", "@");
    return `mailto:${to}` + (tag ? `?subject=${encodeURIComponent(tag)}` : "");
}

patch(EmailField.prototype, {
    setup() {
        super.setup();
        if (this.env.services.erp_document_mail) {
            this.documentMail = useState(useService("erp_document_mail").known);
        }
    },

    get mailtoHref() {
        const { resModel, resId } = this.env.model?.root || {};
        return mailtoHref(this.props.record.data[this.props.name], this.documentMail?.[`${resModel},${resId}`]?.tag);
    },
});
