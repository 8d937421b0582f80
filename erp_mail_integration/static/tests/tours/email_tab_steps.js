import { browser } from "@web/core/browser/browser";

/**
 * The Email tab of any document that has three conversations: "Delivery" (of two mails), "Invoice" and "Thanks",
 * newest first; the mail "Somewhere else" is stored and not on it. Started by the tests on several documents.
 */
export const row = (text) => `.o_erp_email_list .o_erp_email_row:contains(${text})`;
export const noRow = (text) => `.o_erp_email_list:not(:has(.o_erp_email_row:contains(${text})))`;

/** What the page would have opened: a tour cannot look into another program. */
export const opened = [];

export function check(condition, message) {
    if (!condition) {
        throw new Error(`${message}; opened: ${JSON.stringify(opened)}`);
    }
}

export function writes(button, recipients, prefix, warning) {
    return [
        { content: `Press ${button}`, trigger: `.o_erp_email_toolbar .o_erp_${button}:enabled`, run: "click" },
        ...(warning
            ? [
                  { content: "A warning first", trigger: `.modal .o_erp_warnings:contains(${warning})` },
                  { content: "Write anyway", trigger: ".modal .btn-primary", run: "click" },
              ]
            : []),
        {
            content: `${button} opens the mail program`,
            trigger: ".o_erp_email_panel",
            async run() {
                await new Promise((resolve) => setTimeout(resolve, 600));
                const url = new URL(opened.at(-1));
                check(url.protocol === "mailto:", `${button} opens a mailto link`);
                check(decodeURIComponent(url.pathname) === recipients, `${button} writes to ${recipients}`);
                const subject = url.searchParams.get("subject");
                check(subject.startsWith(prefix), `the subject of ${button} starts with ${prefix}`);
                check(subject.match(/\[xtref:/g)?.length === 1, `${button} carries the tag once`);
            },
        },
    ];
}

export const openTab = [
    { content: "The number of mails is on the tab", trigger: ".nav-link[name='erp_email']:contains(4)" },
    { content: "Open the Email tab", trigger: ".nav-link[name='erp_email']", run: "click" },
    {
        content: "Nothing opens for real",
        trigger: row("Thanks"),
        run() {
            browser.open = (url) => opened.push(url);
        },
    },
];
