import { DocumentBox } from "./document_box";
import { fullDate } from "../tab/dates";
import { EmailAttachment } from "../tab/email_attachment";
import { EmailFrame } from "../tab/email_frame";
import { AuthenticationStrip } from "../why/authentication_strip";
import { LinkReason } from "../why/link_reason";
import { MailText } from "../why/mail_text";

import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";

import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { KeepLast } from "@web/core/utils/concurrency";

/** What a mail of a queue says, and what can be done with it, or with all selected ones. */
export class QueuePreview extends Component {
    static template = "erp_mail_integration.QueuePreview";
    static components = { AuthenticationStrip, DocumentBox, Dropdown, DropdownItem, EmailFrame, LinkReason, MailText };
    static props = {
        record: Object,
        ids: Array,
        queue: String,
        onDone: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.keepLast = new KeepLast();
        this.fullDate = fullDate;
        this.state = useState({ mail: null, html: false, types: [] });
        onWillStart(async () => {
            this.state.types = await this.orm.searchRead("erp.email.reference.type", [["live", "=", true]], ["name"]);
            await this.load(this.props.record.resId);
        });
        onWillUpdateProps((next) => {
            if (next.record.resId !== this.props.record.resId) {
                return this.load(next.record.resId);
            }
        });
    }

    get many() {
        return this.props.ids.length > 1;
    }

    /** More than one suggestion is answered by one press. */
    get several() {
        return this.many || this.state.mail?.suggestions.length > 1;
    }

    get title() {
        return this.many
            ? _t("%s mails selected", this.props.ids.length)
            : this.props.record.data.subject || _t("(no subject)");
    }

    /** The text of the mail to highlight: what made the suggestions. */
    get evidence() {
        return this.state.mail.suggestions.map((item) => item.why.evidence);
    }

    get attachments() {
        return this.state.mail.attachments.map((info) => new EmailAttachment(this.state.mail.id, info));
    }

    async load(id) {
        this.state.mail = await this.keepLast.add(this.orm.silent.call("erp.email", "queue_open", [[id]]));
        this.state.html = false;
    }

    // ------------------------------------------------------------------ actions

    async run(method, args, message) {
        const snapshot = await this.orm.call("erp.email", method, [this.props.ids, ...args]);
        const undo = {
            name: _t("Undo"),
            onClick: async () => {
                close();
                await this.orm.call("erp.email", "queue_undo", [snapshot]);
                this.props.onDone();
            },
        };
        const close = this.notification.add(message, {
            type: "success",
            buttons: snapshot.emails ? [undo] : [],
        });
        this.props.onDone();
    }

    link(document) {
        return this.run("queue_link", [document.model, document.id], _t("Linked to %s", document.name));
    }

    /** @param {number[]} links only these suggestions; all where it is left out */
    accept(links = null) {
        return this.run("queue_accept", [links], _t("Suggestion accepted"));
    }

    reject(links = null) {
        return this.run("queue_reject", [links], _t("Suggestion rejected"));
    }

    ignore() {
        return this.run("queue_ignore", [], _t("Ignored. It is kept in the queue Ignored."));
    }

    ignoreSender(domain) {
        return this.run(
            "queue_ignore_sender",
            [domain],
            domain
                ? _t("Mail of this domain is ignored from now on.")
                : _t("Mail of this sender is ignored from now on.")
        );
    }

    release() {
        return this.run("queue_release", [], _t("Released"));
    }

    restore() {
        return this.run("queue_release", [], _t("Back in its queue"));
    }

    async create(type) {
        const action = await this.orm.call("erp.email", "queue_create", [this.props.ids, type.id]);
        this.action.doAction(action);
    }

    openForm() {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "erp.email",
            res_id: this.props.record.resId,
            views: [[false, "form"]],
        });
    }

    /** The rule that acts on the mail, or a draft of one for mail like it. */
    async openRule() {
        this.action.doAction(await this.orm.call("erp.email", "queue_rule", [this.props.ids]));
    }
}
