import { row } from "./email_tab_steps";

import { registry } from "@web/core/registry";

/** The form of any document that has one mail, "Hello from Heron". */
registry.category("web_tour.tours").add("erp_email_tab_anywhere", {
    steps: () => [
        { content: "The tab says how many", trigger: ".nav-link[name='erp_email']:contains(/^Email \\(1\\)$/)" },
        { content: "Open it", trigger: ".nav-link[name='erp_email']", run: "click" },
        { content: "The mail", trigger: row("Hello from Heron") },
        { content: "From whom", trigger: row("Ines Roth") },
        { content: "Read it", trigger: row("Hello from Heron"), run: "click" },
        { content: "Its text", trigger: ".o_erp_email_reading:contains(We wait for you at the gate)" },
        { content: "And what to do with it", trigger: ".o_erp_email_toolbar .o_erp_reply:enabled" },
    ],
});
