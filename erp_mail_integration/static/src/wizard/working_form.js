import { onMounted, onWillUnmount } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";

/**
 * The form of a wizard that takes mails in (`erp.email.working`): while its state is "working" the server works for a
 * moment, the form shows how far it is, and so on. What the server returns at the end is opened.
 */
export class WorkingFormController extends FormController {
    setup() {
        super.setup();
        let closed = false;
        onMounted(async () => {
            while (!closed && this.model.root.data.state === "working") {
                const action = await this.orm.call(this.props.resModel, "work", [[this.model.root.resId]]);
                if (closed) {
                    return;
                }
                if (action) {
                    return this.actionService.doAction(action);
                }
                await this.model.root.load();
            }
        });
        onWillUnmount(() => {
            closed = true;
        });
    }
}

registry.category("views").add("erp_email_working", { ...formView, Controller: WorkingFormController });
