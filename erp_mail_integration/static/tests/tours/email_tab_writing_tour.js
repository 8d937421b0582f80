import { check, openTab, opened, row } from "./email_tab_steps";

import { registry } from "@web/core/registry";

/** Writing from the tab: by keys, again, to oneself, and what one should know before. */

const list = ".o_erp_email_list";
const message = (text) => `.o_erp_email_message:contains(${text})`;

function press(key, what) {
    return { content: what, trigger: list, run: `press ${key}` };
}

function opens(what, test) {
    return {
        content: what,
        trigger: ".o_erp_email_panel",
        async run() {
            await new Promise((resolve) => setTimeout(resolve, 600));
            check(test(opened.at(-1) || ""), what);
        },
    };
}

function more(text, item) {
    return [
        { content: "More", trigger: `${message(text)} .o_erp_more`, run: "click" },
        { content: item, trigger: `.o-dropdown-item:contains(${item})`, run: "click" },
    ];
}

registry.category("web_tour.tours").add("erp_email_tab_keys", {
    steps: () => [
        ...openTab,
        { content: "A conversation", trigger: row("Delivery"), run: "click" },
        { content: "Its newest mail is open", trigger: message("When does it come") },
        press("a", "a replies to all"),
        { content: "It warns", trigger: ".modal .o_erp_warnings:contains(eve@acme.example)" },
        { content: "Not now", trigger: ".modal .btn-secondary", run: "click" },
        { content: "The warning closes", trigger: "body:not(:has(.modal))" },
        opens("nothing is written", (url) => !url),
        press("f", "f forwards"),
        opens("a mail without recipients", (url) => url.startsWith("mailto:?subject=FW%3A%20Delivery")),
        press("p", "p prints"),
        opens("a page to print", (url) => /\/erp_mail\/\d+\/print$/.test(url)),
        { content: "A double click", trigger: row("Delivery"), run: "dblclick" },
        opens("the mail for the reader's own program", (url) => /\/erp_mail\/\d+\/source$/.test(url)),
        press("Escape", "Esc goes back to the list"),
        { content: "The list has the pane", trigger: ".o_erp_email_panel:not(.o_reading)" },
        press("Enter", "Enter opens the mail"),
        { content: "The mail has the pane", trigger: ".o_erp_email_panel.o_reading" },
        press("/", "/ goes to the search"),
        {
            content: "One can type at once",
            trigger: ".o_erp_email_search input",
            run() {
                check(document.activeElement === this.anchor, "the search has the focus");
            },
        },
        { content: "Letters are letters there", trigger: ".o_erp_email_search input", run: "press r" },
        opens("no answer is written", (url) => /source$/.test(url)),
    ],
});

registry.category("web_tour.tours").add("erp_email_tab_conversation", {
    steps: () => [
        ...openTab,
        { content: "A conversation", trigger: row("Delivery"), run: "click" },
        { content: "Two mails in one pane", trigger: ".o_erp_email_reading:contains(2 mails)" },
        {
            content: "The older one is folded to a line",
            trigger: `${message("We have received")}:not(:has(.o_erp_text)) header .o_min_width_0`,
            run: "click",
        },
        { content: "It opens in place", trigger: `${message("We have received")} .o_erp_text` },
        { content: "Beside the other one", trigger: `${message("When does it come")} .o_erp_text` },
        { content: "In the list it is the same line", trigger: `${row("Delivery")}.o_active` },
        { content: "Answer the older one", trigger: `${message("We have received")} .o_erp_reply_here`, run: "click" },
        { content: "A colleague is at it", trigger: ".modal .o_erp_warnings:contains(Colleague Coll is answering)" },
        { content: "And a newer mail came", trigger: ".modal .o_erp_warnings:contains(A newer mail)" },
        { content: "Cancel", trigger: ".modal .btn-secondary", run: "click" },
        { content: "Nothing happened", trigger: "body:not(:has(.modal))" },
        opens("nothing is written", (url) => !url),
    ],
});

registry.category("web_tour.tours").add("erp_email_tab_again", {
    steps: () => [
        ...openTab,
        { content: "The invoice", trigger: row("Invoice"), run: "click" },
        ...more("invoice.png", "Send to me"),
        { content: "It is sent", trigger: ".o_notification:contains(on its way)" },
        ...more("invoice.png", "Send again"),
        {
            content: "Odoo's composer has its attachment",
            trigger: ".modal .o_mail_composer_form:contains(invoice.png)",
        },
        {
            content: "And its recipients",
            trigger: ".modal div[name=erp_email_to] input",
            run() {
                check(this.anchor.value === "sales@shop.example", `recipients, not ${this.anchor.value}`);
            },
        },
        { content: "Send", trigger: ".modal .o_mail_send:enabled", run: "click" },
        { content: "The composer closes", trigger: "body:not(:has(.modal))" },
    ],
});
