import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";

const WARNINGS = {
    "changed-reply-to": _t("Answers go to another domain than the sender's"),
    "look-alike-domain": _t("The domain looks like one of ours, but is not"),
    "look-alike-name": _t("Has the name of one of our people, but not their address"),
    "display-name-address": _t("The name shows another address than the real one"),
};

/** Is the sender who it says? What our own mail server found, and what should be looked at twice. */
export class AuthenticationStrip extends Component {
    static template = "erp_mail_integration.AuthenticationStrip";
    static props = { authentication: Object };

    get results() {
        const { spf, dkim, dmarc } = this.props.authentication;
        return [
            ["SPF", spf],
            ["DKIM", dkim],
            ["DMARC", dmarc],
        ].filter(([, result]) => result);
    }

    get warnings() {
        return (this.props.authentication.warnings || []).map((key) => String(WARNINGS[key] || key));
    }

    get by() {
        return _t("As found by %s", this.props.authentication.by);
    }
}
