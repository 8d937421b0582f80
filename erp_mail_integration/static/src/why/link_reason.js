import { marked } from "./marked";

import { Component } from "@odoo/owl";

/** Why is this mail here? The rule in words, with the text of the mail that made the link highlighted. */
export class LinkReason extends Component {
    static template = "erp_mail_integration.LinkReason";
    /** `why` as `erp.email.link` explains it. */
    static props = { why: Object };

    get pieces() {
        const { sentence, evidence } = this.props.why;
        return marked([{ text: sentence }], [evidence]);
    }
}
