import { EmailMessage } from "./email_message";

import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/** One mail, or a conversation with its newest mail on top and the active one unfolded. */
export class ReadingPane extends Component {
    static template = "erp_mail_integration.ReadingPane";
    static components = { EmailMessage };
    static props = {
        resModel: String,
        resId: Number,
        entry: Object,
        activeId: Number,
        canWrite: Boolean,
        onActivate: Function,
        onBack: Function,
        onWrite: Function,
        onPrint: Function,
        onDetach: Function,
        onAnswer: Function,
        onKeydown: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ rows: this.props.entry.rows, unfolded: new Set([this.props.activeId]), error: "" });
        onWillStart(() => {
            this.loadConversation(this.props.entry);
        });
        onWillUpdateProps((next) => {
            if (next.activeId !== this.props.activeId) {
                this.state.unfolded.add(next.activeId);
            }
            if (next.entry.rows.length !== this.props.entry.rows.length) {
                this.state.rows = next.entry.rows;
                this.loadConversation(next.entry);
            }
        });
    }

    get subject() {
        return this.props.entry.rows[0].subject || _t("(no subject)");
    }

    /** The list may hold only the newest mails of a long conversation: here are all of them. */
    async loadConversation(entry) {
        if (entry.count > entry.rows.length) {
            const { resModel, resId } = this.props;
            const rows = await this.orm.silent.call("erp.email", "tab_conversation", [resModel, resId, entry.key]);
            if (rows.length) {
                this.state.rows = rows;
            }
        }
    }

    toggle(row) {
        if (this.state.unfolded.has(row.id) && row.id !== this.props.activeId) {
            this.state.unfolded.delete(row.id);
        } else {
            this.state.unfolded.add(row.id);
            this.props.onActivate(row.id);
        }
    }
}
