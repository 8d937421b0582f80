import { noRow, openTab, row } from "./email_tab_steps";

import { registry } from "@web/core/registry";

/** Mail that gets onto the document: dropped on the tab, or found by contact in the attach dialog. */

const MAIL = `From: Dora <dora@beta.example>\r
To: sales@shop.example\r
Subject: Dropped on the tab\r
Date: Sat, 09 Nov 2024 10:00:00 +0000\r
Message-ID: <dropped@beta.example>\r
\r
Written in another program.\r
`;

function drag(type, target) {
    const files = new DataTransfer();
    files.items.add(new File([MAIL], "dropped.eml", { type: "message/rfc822" }));
    target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: files }));
}

registry.category("web_tour.tours").add("erp_email_tab_drop", {
    steps: () => [
        ...openTab,
        {
            content: "Drag a mail over the tab",
            trigger: ".o_erp_email_panel",
            run() {
                drag("dragenter", this.anchor);
            },
        },
        {
            content: "Drop it",
            trigger: ".o_erp_email_dropzone",
            run() {
                drag("drop", this.anchor);
            },
        },
        { content: "It is attached", trigger: ".o_notification:contains(Mail attached)" },
        { content: "It is on the document", trigger: row("Dropped on the tab") },
        { content: "And counted", trigger: ".nav-link[name='erp_email']:contains(5)" },
    ],
});

registry.category("web_tour.tours").add("erp_email_tab_attach_contact", {
    steps: () => [
        ...openTab,
        { content: "Attach", trigger: ".o_erp_attach", run: "click" },
        {
            content: "Somebody else's mail is offered",
            trigger: ".o_erp_attach_list .o_erp_email_row:contains(Of another matter)",
        },
        { content: "Only Eve's", trigger: ".o_erp_contact input", run: "edit Eve Example" },
        { content: "Choose her", trigger: ".o-autocomplete--dropdown-item:contains(Eve Example)", run: "click" },
        {
            content: "Mails without her are gone",
            trigger: ".o_erp_attach_list:not(:has(.o_erp_email_row:contains(Of another matter)))",
        },
        {
            content: "Hers is there, and on the document already: nothing to choose",
            trigger:
                ".o_erp_attach_list .o_erp_email_row:contains(Re: Delivery):contains(Attached already):not(:has(input))",
        },
        { content: "Cancel", trigger: ".modal-footer .btn-secondary", run: "click" },
        { content: "All as before", trigger: noRow("Somewhere else") },
    ],
});
