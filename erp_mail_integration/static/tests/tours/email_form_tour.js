import { check, opened } from "./email_tab_steps";

import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";

/** A mail on its own form, as All Emails opens it: read, answered and linked as on a tab. */
registry.category("web_tour.tours").add("erp_email_form", {
    steps: () => [
        {
            content: "Its text and attachment are there",
            trigger: ".o_erp_email_reader .o_erp_attachment:contains(invoice.png)",
            run() {
                browser.open = (url) => opened.push(url);
            },
        },
        { content: "As it was sent", trigger: ".o_erp_show_html", run: "click" },
        { content: "In the frame", trigger: ":iframe b:contains(Pay soon)" },
        { content: "Reply", trigger: ".o_erp_reply_here", run: "click" },
        {
            content: "About no document: no tag",
            trigger: ".o_erp_email_reader",
            async run() {
                await new Promise((resolve) => setTimeout(resolve, 600));
                check(/^mailto:carl@acme\.example\?subject=RE%3A%20Invoice&/.test(opened.at(-1)), "a reply");
            },
        },
        { content: "Link it", trigger: ".o_erp_email_document_box input", run: "edit Hall 4" },
        { content: "To the project", trigger: ".o-autocomplete--dropdown-item:contains(Hall 4)", run: "click" },
        { content: "It is said", trigger: ".o_notification:contains(Linked to Hall 4)" },
        { content: "And shown", trigger: "div[name=link_ids] .o_data_row:contains(Hall 4)" },
        { content: "Reply again", trigger: ".o_erp_reply_here", run: "click" },
        {
            content: "About the project: its tag",
            trigger: ".o_erp_email_reader",
            async run() {
                await new Promise((resolve) => setTimeout(resolve, 600));
                check(/%5Bxtref%3APJ-\d+%5D/.test(opened.at(-1)), "the project's tag");
            },
        },
    ],
});
