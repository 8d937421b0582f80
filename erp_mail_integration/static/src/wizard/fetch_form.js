import { registry } from "@web/core/registry";
import { formView } from "@web/views/form/form_view";
import { WorkingFormController } from "./working_form";

/**
 * The form that fetches once: the password goes with the click on the button. What is saved with the form would be in the
 * database, if only for a moment.
 */
export class FetchFormController extends WorkingFormController {
    async beforeExecuteActionButton(clickParams) {
        const { password } = this.model.root.data;
        const saved = await super.beforeExecuteActionButton(clickParams);
        clickParams.buttonContext = { erp_email_password: password };
        return saved;
    }
}

registry.category("views").add("erp_email_fetch", { ...formView, Controller: FetchFormController });
