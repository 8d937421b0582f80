import { EmailPanel } from "./email_panel";

import { Component } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** The Email tab of a form: the mail of its record, or a hint while the record has no number yet. */
export class EmailTab extends Component {
    static template = "erp_mail_integration.EmailTab";
    static components = { EmailPanel };
    static props = { ...standardWidgetProps };
}

registry.category("view_widgets").add("erp_email_tab", {
    component: EmailTab,
    additionalClasses: ["w-100"],
});
