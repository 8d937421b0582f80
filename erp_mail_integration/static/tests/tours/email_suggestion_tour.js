import { registry } from "@web/core/registry";

/**
 * The Email tab of an order that two mails of a stranger name, "Is it ready" and "Other colour", and a reply of its
 * customer, "Thanks", is on.
 */
const row = (text) => `.o_erp_email_list .o_erp_email_row:contains(${text})`;
const noRow = (text) => `.o_erp_email_list:not(:has(.o_erp_email_row:contains(${text})))`;
const reading = ".o_erp_email_reading";

registry.category("web_tour.tours").add("erp_email_tab_suggestion", {
    steps: () => [
        { content: "Open the Email tab", trigger: ".nav-link[name='erp_email']", run: "click" },
        { content: "The customer's mail", trigger: `${reading}:contains(See you on Friday)` },
        {
            content: "Says who its sender really is",
            trigger: `${reading} .o_erp_email_authentication:contains(DMARC: pass)`,
        },
        { content: "Ask why it is here", trigger: ".o_erp_email_message .o_erp_details", run: "click" },
        { content: "The rule in words, the tag highlighted", trigger: ".o_erp_people .o_erp_link_reason mark" },
        { content: "How certain", trigger: ".o_erp_people .o_erp_link_reason:contains(Certainty: 90 of 100)" },
        { content: "The tag is highlighted in the text too", trigger: ".o_erp_text mark:contains(xtref)" },
        { content: "Two mails wait", trigger: ".o_erp_suggestions:contains(2 mails may belong here)" },
        { content: "Show them", trigger: ".o_erp_suggestions button", run: "click" },
        { content: "One is not wanted", trigger: row("Other colour"), run: "click" },
        {
            content: "It says why it is suggested only",
            trigger: `${reading} .o_erp_suggestion:contains(only suggested)`,
        },
        { content: "Reject it", trigger: ".o_erp_suggestion .o_erp_reject", run: "click" },
        { content: "It is gone", trigger: noRow("Other colour") },
        { content: "The other one", trigger: `${row("Is it ready")}.o_active` },
        { content: "Accept it", trigger: ".o_erp_suggestion .o_erp_accept", run: "click" },
        { content: "It is among the document's mail", trigger: `${row("Is it ready")}.o_active` },
        { content: "Beside the customer's", trigger: row("Thanks") },
        { content: "Nothing waits any more", trigger: ".o_erp_email_panel:not(:has(.o_erp_suggestions))" },
        { content: "Undo", trigger: ".o_notification:contains(belongs here now) button:contains(Undo)", run: "click" },
        { content: "The question is back", trigger: ".o_erp_suggestions:contains(1 mail may belong here)" },
        { content: "Show it", trigger: ".o_erp_suggestions button", run: "click" },
        { content: "It can be read", trigger: `${reading} .o_erp_suggestion:contains(only suggested)` },
    ],
});
