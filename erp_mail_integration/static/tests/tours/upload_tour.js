import { registry } from "@web/core/registry";
import { dragenterFiles, dropFiles } from "@web/../tests/utils";

/** Files that the test has stored under names that begin with `drop-`, in their order. */
async function droppedFiles(env) {
    const found = await env.services.orm.searchRead("ir.attachment", [["name", "=like", "drop-%"]], ["name"], {
        order: "id",
    });
    const files = [];
    for (const { id, name } of found) {
        const answer = await fetch(`/web/content/${id}`);
        files.push(new File([await answer.blob()], name));
    }
    return files;
}

function who(name, partner) {
    return [
        {
            content: `Who is ${name}?`,
            trigger: `.modal tr.o_data_row:has(td:contains(${name})) td[name=partner_id]`,
            run: "click",
        },
        { trigger: ".modal .o_selected_row [name=partner_id] input", run: `edit ${partner}` },
        { trigger: `.ui-autocomplete a:contains(${partner})`, run: "click" },
    ];
}

/** Mails in every kind of file are dropped on the wizard together, and one of them is opened. */
registry.category("web_tour.tours").add("erp_email_upload", {
    steps: () => [
        {
            content: "Drag the files over the window and drop them",
            trigger: ".modal .o_erp_email_files",
            async run() {
                const files = await droppedFiles(odoo.__WOWL_DEBUG__.root.env);
                await dragenterFiles(".modal .o_erp_email_files", files);
                await dropFiles(".o-Dropzone", files);
            },
        },
        { content: "All are there", trigger: ".modal .o_attachments:has(.o_attachment:nth-child(5))" },
        { content: "Upload", trigger: ".modal button[name=action_import]", run: "click" },
        ...who("Ines Roth", "Ines of Heron"),
        ...who("Tom Ferry", "Tom of Ferry"),
        { content: "Go on", trigger: ".modal button[name=action_answer]", run: "click" },
        {
            content: "What became of each",
            trigger: ".modal tr.o_data_row:contains(drop-notes.txt):contains(This is no mail)",
        },
        { trigger: ".modal tr.o_data_row:contains(drop-old.mbox 2):contains(Second of the box)" },
        { trigger: ".modal tr.o_data_row:contains(zipped.eml):contains(From the archive):contains(Stored)" },
        { trigger: ".modal tr.o_data_row:contains(drop-winmail.dat)" },
        {
            content: "Open the mail from Outlook",
            trigger: ".modal tr.o_data_row:contains(Minutes of the yard meeting) button[name=action_open]",
            run: "click",
        },
        { content: "It is shown", trigger: "body:not(:has(.modal)) .o_form_view:contains(See you on Tuesday)" },
    ],
});
