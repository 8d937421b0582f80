import { registry } from "@web/core/registry";

const PATIENCE = 8000;

async function until(find, what) {
    const end = Date.now() + PATIENCE;
    for (;;) {
        const found = find();
        if (found) {
            return found;
        }
        if (Date.now() > end) {
            throw new Error(what);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

const active = () => document.querySelector(".o_erp_email_row.o_active")?.dataset.rowId;

/** The reading pane shows this mail, its text there or its frame loaded. */
function shown(id) {
    const mail = document.querySelector(`.o_erp_email_message[data-email-id="${id}"]`);
    if (mail?.querySelector(".alert-danger")) {
        throw new Error(`Mail ${id}: ${mail.textContent}`);
    }
    return mail && !mail.querySelector(".o_erp_skeleton") && mail;
}

const inTab = () => Number(document.querySelector(".nav-link[name='erp_email']").textContent.match(/\d+/)[0]);
const seen = new Set();

/** Look at the active mail, as text and formatted, and go down to the next one. */
async function look() {
    const id = active();
    const mail = await until(() => shown(id), `Mail ${id} is not shown`);
    if (mail.querySelector(".o_erp_show_html")) {
        // Looked for again and again: the pane is drawn anew while it loads.
        await until(() => {
            const frame = shown(id)?.querySelector("iframe.o_erp_email_frame");
            if (!frame) {
                shown(id)?.querySelector(".o_erp_show_html")?.click();
            }
            return frame?.contentDocument?.readyState === "complete";
        }, `Mail ${id} is not shown formatted`);
    }
    seen.add(id);
    const list = document.querySelector(".o_erp_email_list");
    list.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
    if (seen.size < inTab()) {
        await until(() => active() !== id, `There is no mail after ${seen.size} of ${inTab()}`);
    }
}

/** A step of a tour has ten seconds. */
const lookOn = {
    content: "Down the list",
    trigger: ".o_erp_email_list .o_erp_email_row.o_active",
    async run() {
        const end = Date.now() + 4000;
        while (seen.size < inTab() && Date.now() < end) {
            await look();
        }
    },
};

/** Every mail of the tab, one after the other; an error on the way fails the tour by itself. */
registry.category("web_tour.tours").add("erp_email_tab_every_mail", {
    steps: () => [
        { content: "Open the Email tab", trigger: ".nav-link[name='erp_email']", run: "click" },
        { content: "Filters", trigger: ".o_erp_filter", run: "click" },
        { content: "Flat", trigger: ".o-dropdown-item.o_erp_grouped", run: "click" },
        { content: "Close the menu", trigger: ".o_erp_filter", run: "click" },
        { content: "The first mail", trigger: ".o_erp_email_list .o_erp_email_row:first", run: "click" },
        ...Array(60).fill(lookOn),
        {
            content: "All were shown and nothing went wrong",
            trigger: "body:not(:has(.o_error_dialog))",
            run() {
                if (seen.size !== inTab()) {
                    throw new Error(`${seen.size} of ${inTab()} mails were shown`);
                }
            },
        },
    ],
});
