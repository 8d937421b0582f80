import { EmailMessage } from "./email_message";
import { DocumentBox } from "../queue/document_box";
import { useCompose } from "../compose/compose_hook";

import { Component } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { serializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { url } from "@web/core/utils/urls";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** The form of a mail: read, answered and linked as on the tab of a document, without a document around it. */
export class EmailReader extends Component {
    static template = "erp_mail_integration.EmailReader";
    static components = { DocumentBox, EmailMessage };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.compose = useCompose(
            () => ({ resModel: false, resId: false }),
            () => this.props.record.load()
        );
    }

    get row() {
        const { resId, data } = this.props.record;
        return {
            id: resId,
            date: serializeDateTime(data.date),
            direction: data.direction,
            from_name: data.from_name || "",
            from_address: data.from_address || "",
            to: data.to_text || "",
            subject: data.subject || "",
            delivery_error: data.delivery_error || "",
            // What is suggested, perhaps for several documents, is answered in the queue or on the documents.
            state: "",
        };
    }

    write(kind, emailId) {
        return this.compose.write(kind, emailId);
    }

    print(emailId) {
        browser.open(url(`/erp_mail/${emailId}/print`), "_blank", "noopener");
    }

    async link(document) {
        const { resId } = this.props.record;
        await this.orm.call("erp.email", "tab_attach", [document.model, document.id, [resId]]);
        await this.props.record.load();
        const close = this.notification.add(_t("Linked to %s", document.name), {
            type: "success",
            buttons: [
                {
                    name: _t("Undo"),
                    onClick: async () => {
                        close();
                        await this.orm.call("erp.email", "tab_detach", [document.model, document.id, [resId]]);
                        await this.props.record.load();
                    },
                },
            ],
        });
    }
}

registry.category("view_widgets").add("erp_email_reader", {
    component: EmailReader,
    additionalClasses: ["w-100"],
    fieldDependencies: [
        { name: "date", type: "datetime" },
        { name: "direction", type: "selection" },
        { name: "from_name", type: "char" },
        { name: "from_address", type: "char" },
        { name: "to_text", type: "text" },
        { name: "delivery_error", type: "char" },
    ],
});
