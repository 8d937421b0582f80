import { registry } from "@web/core/registry";

const MENUS = {
    "erp_mail_integration.menu_erp_email_unassociated": "unassociated",
    "erp_mail_integration.menu_erp_email_suggested": "suggested",
    "erp_mail_integration.menu_erp_email_held": "held",
    "erp_mail_integration.menu_erp_email_failed": "failed",
};
const QUEUES = "erp_mail_integration.menu_erp_email_queues";
const APP = "erp_mail_integration.menu_erp_email_root";

/** Writes the number of waiting mails behind the names of the queues, whenever the app opens or a queue changes. */
export const queueCountsService = {
    dependencies: ["menu", "orm"],
    start(env, { menu, orm }) {
        const names = new Map();
        let shown = "";

        function label(item, count) {
            if (!names.has(item.xmlid)) {
                names.set(item.xmlid, item.name);
            }
            item.name = count ? `${names.get(item.xmlid)} (${count})` : names.get(item.xmlid);
        }

        async function update() {
            if (menu.getCurrentApp()?.xmlid !== APP) {
                return;
            }
            const counts = await orm.silent.call("erp.email", "queue_counts", []);
            const now = JSON.stringify(counts);
            if (now === shown) {
                return;
            }
            shown = now;
            for (const item of menu.getAll()) {
                if (item.xmlid in MENUS) {
                    label(item, counts[MENUS[item.xmlid]]);
                } else if (item.xmlid === QUEUES) {
                    label(
                        item,
                        Object.values(counts).reduce((sum, count) => sum + count, 0)
                    );
                }
            }
            env.bus.trigger("MENUS:APP-CHANGED");
        }

        env.bus.addEventListener("MENUS:APP-CHANGED", update);
        return { update };
    },
};

registry.category("services").add("erp_email_queue_counts", queueCountsService);
