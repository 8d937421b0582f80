import { reactive } from "@odoo/owl";

import { registry } from "@web/core/registry";

/**
 * What the forms of documents show of their mail outside the tab: how many there are, and the tag that a mail
 * about the document carries. Asked once each time a document is shown.
 */
export const documentMailService = {
    dependencies: ["action", "orm"],
    start(env, { action, orm }) {
        const known = reactive({});
        const key = (resModel, resId) => `${resModel},${resId}`;
        return {
            known,
            async load(resModel, resId) {
                try {
                    known[key(resModel, resId)] = await orm.silent.call("erp.email", "tab_summary", [resModel, resId]);
                } catch {
                    // The form works without; the tab itself says what is wrong.
                }
            },
            /** The tag of the document that the user is looking at, for what is shown over its form. */
            tagOnScreen() {
                const { props, currentState } = action.currentController || {};
                return known[key(props?.resModel, currentState?.resId)]?.tag;
            },
            setCount(resModel, resId, count) {
                known[key(resModel, resId)] = { ...known[key(resModel, resId)], count };
            },
        };
    },
};

registry.category("services").add("erp_document_mail", documentMailService);
