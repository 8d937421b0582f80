import { linkify } from "../tab/entries";
import { marked } from "./marked";

import { Component } from "@odoo/owl";

/** Text of a mail: web addresses are links, and what made the mail belong here is highlighted. No HTML. */
export class MailText extends Component {
    static template = "erp_mail_integration.MailText";
    static props = { text: String, words: Array };

    get pieces() {
        return marked(linkify(this.props.text), this.props.words);
    }
}
