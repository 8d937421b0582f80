import { Component } from "@odoo/owl";

import { Dialog } from "@web/core/dialog/dialog";

/** What somebody should know before they answer: who is left out, who else is writing, what came meanwhile. */
export class ReplyWarnings extends Component {
    static template = "erp_mail_integration.ReplyWarnings";
    static components = { Dialog };
    static props = { warnings: Array, confirm: Function, close: Function };

    confirm() {
        this.props.close();
        this.props.confirm();
    }
}
