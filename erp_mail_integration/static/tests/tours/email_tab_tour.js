import { check, noRow, openTab, opened, row, writes } from "./email_tab_steps";

import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("erp_email_tab_toolbar", {
    steps: () => [
        ...openTab,
        { content: "The newest mail is shown", trigger: ".o_erp_email_reading:contains(Thanks a lot)" },
        { content: "Read the conversation", trigger: row("Delivery"), run: "click" },
        { content: "It has two mails", trigger: ".o_erp_email_reading .o_erp_email_message:nth-of-type(2)" },
        {
            content: "The text is there",
            trigger: ".o_erp_email_message.o_active .o_erp_text:contains(When does it come)",
        },
        { content: "Its quote is folded", trigger: ".o_erp_email_message.o_active:not(:has(.o_erp_quoted))" },
        { content: "Unfold it", trigger: ".o_erp_email_message.o_active .o_erp_quoted_toggle", run: "click" },
        { content: "The quote shows", trigger: ".o_erp_quoted:contains(We have received your order)" },
        { content: "Ask why it is here", trigger: ".o_erp_email_message.o_active .o_erp_details", run: "click" },
        { content: "The reason shows", trigger: ".o_erp_people:contains(Why here):contains(Attached by hand)" },
        ...writes("new", "carl@acme.example", ""),
        ...writes("reply", "carl@acme.example", "RE: Delivery"),
        { content: "Somebody would be left out", trigger: ".o_notification:contains(eve@acme.example)" },
        ...writes("reply_all", "carl@acme.example,eve@acme.example", "RE: Delivery", "eve@acme.example"),
        ...writes("forward", "", "FW: Delivery"),
        { content: "Print", trigger: ".o_erp_print", run: "click" },
        {
            content: "A page to print opens",
            trigger: ".o_erp_email_panel",
            run: () => check(/\/erp_mail\/\d+\/print$/.test(opened.at(-1)), "a page to print opens"),
        },
        { content: "Another mail", trigger: row("Invoice"), run: "click" },
        {
            content: "Detach it",
            trigger: `.o_erp_email_panel:has(.o_active:contains(Invoice)) .o_erp_detach:enabled`,
            run: "click",
        },
        { content: "It is gone", trigger: noRow("Invoice") },
        { content: "Undo", trigger: ".o_notification:contains(detached) button:contains(Undo)", run: "click" },
        { content: "It is back", trigger: row("Invoice") },
        { content: "Attach", trigger: ".o_erp_attach", run: "click" },
        {
            content: "What is there is marked",
            trigger: ".o_erp_attach_dialog .o_erp_email_row:contains(Thanks):contains(Attached already)",
        },
        { content: "Search", trigger: ".o_erp_attach_dialog input[type=search]", run: "edit somewh" },
        {
            content: "Only what fits is left",
            trigger: ".o_erp_attach_list:not(:has(.o_erp_email_row:contains(Thanks)))",
        },
        {
            content: "Choose it",
            trigger: ".o_erp_attach_list .o_erp_email_row:contains(Somewhere else) input",
            run: "click",
        },
        { content: "Attach it", trigger: ".o_erp_attach_confirm:enabled", run: "click" },
        { content: "It is on the document", trigger: row("Somewhere else") },
        { content: "And counted", trigger: ".nav-link[name='erp_email']:contains(5)" },
    ],
});

registry.category("web_tour.tours").add("erp_email_tab_reading", {
    steps: () => [
        ...openTab,
        { content: "Search in the tab", trigger: ".o_erp_email_search input", run: "edit invo" },
        { content: "Only what fits is left", trigger: noRow("Thanks") },
        { content: "Something that nobody wrote", trigger: ".o_erp_email_search input", run: "edit zebra" },
        { content: "It says so", trigger: ".o_erp_email_empty:contains(No mail fits)" },
        { content: "Show all again", trigger: ".o_erp_email_empty button", run: "click" },
        { content: "All are back", trigger: row("Thanks") },
        { content: "Filters", trigger: ".o_erp_filter", run: "click" },
        { content: "With attachments", trigger: ".o-dropdown-item[data-filter=attachments]", run: "click" },
        { content: "Only the invoice has one", trigger: noRow("Thanks") },
        { content: "All again", trigger: ".o-dropdown-item[data-filter=attachments]", run: "click" },
        { content: "Flat", trigger: ".o-dropdown-item.o_erp_grouped", run: "click" },
        { content: "Four mails", trigger: ".o_erp_email_list .o_erp_email_row:nth-of-type(4)" },
        { content: "Conversations", trigger: ".o-dropdown-item.o_erp_grouped", run: "click" },
        { content: "Three conversations", trigger: ".o_erp_email_list:not(:has(.o_erp_email_row:nth-of-type(4)))" },
        { content: "Close the menu", trigger: ".o_erp_filter", run: "click" },
        { content: "The first mail", trigger: row("Thanks"), run: "click" },
        { content: "j goes down", trigger: ".o_erp_email_list", run: "press j" },
        { content: "To the invoice", trigger: `${row("Invoice")}.o_active` },
        { content: "Its attachment", trigger: ".o_erp_attachment:contains(invoice.png) button", run: "click" },
        { content: "Is shown as Odoo does", trigger: ".o-FileViewer img.o-FileViewer-viewImage" },
        { content: "Close", trigger: ".o-FileViewer-headerButton[title^=Close]", run: "click" },
        { content: "Formatted", trigger: ".o_erp_show_html", run: "click" },
        {
            content: "In a frame that can do nothing",
            trigger:
                "iframe.o_erp_email_frame[sandbox='allow-same-origin allow-popups allow-popups-to-escape-sandbox']",
        },
        { content: "That shows the mail", trigger: ":iframe b:contains(Pay soon)" },
        { content: "Arrow up goes up", trigger: ".o_erp_email_list", run: "press ArrowUp" },
        { content: "To the thanks", trigger: `${row("Thanks")}.o_active` },
        { content: "r replies", trigger: ".o_erp_email_list", run: "press r" },
        {
            content: "The mail program opens",
            trigger: ".o_erp_email_panel",
            async run() {
                await new Promise((resolve) => setTimeout(resolve, 600));
                check(opened.at(-1)?.startsWith("mailto:"), "r replies");
            },
        },
        { content: "k at the top stays there", trigger: ".o_erp_email_list", run: "press k" },
        { content: "The same mail", trigger: `${row("Thanks")}.o_active` },
    ],
});

registry.category("web_tour.tours").add("erp_email_tab_odoo_composer", {
    steps: () => [
        ...openTab,
        { content: "Where to write", trigger: ".o_erp_program", run: "click" },
        {
            content: "Until now in the mail program",
            trigger: ".o-dropdown-item[data-program=mailto][aria-checked=true]",
        },
        { content: "Write in Odoo", trigger: ".o-dropdown-item[data-program=odoo]", run: "click" },
        { content: "The menu closes", trigger: "body:not(:has(.o-dropdown--menu))" },
        { content: "Forward the invoice", trigger: row("Invoice"), run: "click" },
        {
            content: "Forward",
            trigger: `.o_erp_email_panel:has(.o_active:contains(Invoice)) .o_erp_forward`,
            run: "click",
        },
        { content: "With its attachment", trigger: ".modal .o_mail_composer_form:contains(invoice.png)" },
        { content: "To somebody", trigger: ".modal div[name=erp_email_to] input", run: "edit dora@beta.example" },
        { content: "Send", trigger: ".modal .o_mail_send:enabled", run: "click" },
        { content: "The composer closes", trigger: "body:not(:has(.modal))" },
    ],
});

registry.category("web_tour.tours").add("erp_email_tab_new_record", {
    steps: () => [
        { content: "Open the Email tab", trigger: ".nav-link[name='erp_email']", run: "click" },
        { content: "A hint", trigger: ".o_erp_email_empty:contains(Save it first)" },
    ],
});
