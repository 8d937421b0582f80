import { EmailAttachment } from "./email_attachment";
import { EmailFrame } from "./email_frame";
import { dayAndTime, fullDate, shortDate } from "./dates";
import { senderName, shortPeople } from "./entries";
import { errorText } from "./errors";
import { AuthenticationStrip } from "../why/authentication_strip";
import { LinkReason } from "../why/link_reason";
import { MailText } from "../why/mail_text";

import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { useFileViewer } from "@web/core/file_viewer/file_viewer_hook";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { url } from "@web/core/utils/urls";

/** One mail: folded to a line, or open with its people, text, attachments and the reason why it is here. */
export class EmailMessage extends Component {
    static template = "erp_mail_integration.EmailMessage";
    static components = { AuthenticationStrip, Dropdown, DropdownItem, EmailFrame, LinkReason, MailText };
    static props = {
        // The document on whose tab it is read; false on the mail's own form.
        resModel: { type: [String, { value: false }] },
        resId: { type: [Number, { value: false }] },
        row: Object,
        unfolded: Boolean,
        active: Boolean,
        foldable: Boolean,
        canWrite: Boolean,
        onToggle: Function,
        onWrite: Function,
        onPrint: Function,
        onDetach: Function,
        onAnswer: Function,
        onKeydown: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.fileViewer = useFileViewer();
        this.shortDate = shortDate;
        this.dayAndTime = dayAndTime;
        this.fullDate = fullDate;
        this.state = useState({ mail: null, error: "", html: false, images: false, quoted: false, details: false });
        onWillStart(() => {
            if (this.props.unfolded) {
                this.load();
            }
        });
        onWillUpdateProps((next) => {
            if (next.unfolded && !this.state.mail) {
                this.load();
            }
        });
    }

    async load() {
        const { resModel, resId, row } = this.props;
        this.state.error = "";
        try {
            this.state.mail = await this.orm.silent.call("erp.email", "tab_open", [resModel, resId, row.id]);
            // Nothing to read as text: show what there is.
            this.state.html =
                this.state.mail.has_html && !this.state.mail.text.trim() && !this.state.mail.quoted.trim();
        } catch (error) {
            this.state.error = errorText(error, _t("The mail could not be loaded."));
        }
    }

    get sender() {
        return senderName(this.props.row) || _t("Unknown sender");
    }

    get initial() {
        return (this.sender.match(/[\p{L}\p{N}]/u)?.[0] || "?").toUpperCase();
    }

    /** A colour for the person, the same wherever they write: one of Odoo's eleven. */
    get color() {
        let sum = 0;
        for (const char of this.props.row.from_address || this.sender) {
            sum = (sum * 31 + char.codePointAt(0)) % 997;
        }
        return (sum % 11) + 1;
    }

    get shortTo() {
        return shortPeople(this.props.row.to) || _t("nobody named");
    }

    get roles() {
        const labels = {
            from: _t("From"),
            sender: _t("Sent by"),
            reply_to: _t("Reply to"),
            to: _t("To"),
            cc: _t("Cc"),
            bcc: _t("Bcc"),
        };
        const roles = [];
        for (const [role, label] of Object.entries(labels)) {
            const people = this.state.mail.people
                .filter((person) => person.role === role)
                .map(({ name, address }) => (name ? `${name} <${address || "?"}>` : address));
            if (people.length) {
                roles.push({ role, label, people: people.join(", ") });
            }
        }
        return roles;
    }

    get isSuggested() {
        return this.props.row.state === "suggested";
    }

    /** The text of the mail to highlight: what put it here. */
    get evidence() {
        return [this.state.mail.why?.evidence || ""];
    }

    get bodyUrl() {
        return url(`/erp_mail/${this.props.row.id}/body`, this.state.images ? { images: 1 } : {});
    }

    get sourceUrl() {
        return url(`/erp_mail/${this.props.row.id}/source`);
    }

    get attachments() {
        return this.state.mail.attachments.map((info) => new EmailAttachment(this.props.row.id, info));
    }

    openAttachment(attachment) {
        if (attachment.isViewable) {
            const files = this.attachments;
            this.fileViewer.open(
                files.find((file) => file.id === attachment.id),
                files
            );
        } else {
            browser.open(attachment.downloadUrl, "_self");
        }
    }

    openDocument(link) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: link.model,
            res_id: link.id,
            views: [[false, "form"]],
        });
    }
}
