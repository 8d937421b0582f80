import { registry } from "@web/core/registry";

/** The queues of mail, as an administrator works through them. What is in them: see the test that starts a tour. */
const row = (text) => `.o_data_row:contains(${text})`;
const noRow = (text) => `.o_erp_email_queue_list:not(:has(.o_data_row:contains(${text})))`;
const preview = ".o_erp_email_queue_preview";
const focused = (text) => `${row(text)}:has(:focus)`;

const openQueue = (name) => [
    {
        content: "The queues, with how much waits",
        trigger: ".o_menu_sections button:contains(/Queues \\(\\d+\\)/)",
        run: "click",
    },
    { content: `The queue ${name}`, trigger: `.o-dropdown-item:contains(/${name} \\(\\d+\\)/)`, run: "click" },
    { content: "It is open", trigger: `.o_breadcrumb:contains(${name})` },
];

registry.category("web_tour.tours").add("erp_email_queue_unassociated", {
    steps: () => [
        ...openQueue("Unassociated"),
        {
            content: "First click: the mail",
            trigger: `${row("Where is my boat")} .o_data_cell[name=subject]`,
            run: "click",
        },
        { content: "It can be read", trigger: `${preview}:contains(I ordered it in May)` },
        {
            content: "Second click: the order of her company",
            trigger: `${preview} .o_erp_email_candidate:contains(S0)`,
            run: "click",
        },
        { content: "It is linked, and gone", trigger: noRow("Where is my boat") },
        { content: "It can be undone", trigger: ".o_notification:contains(Linked to) button:contains(Undo)" },
        { content: "The next one is shown", trigger: `${preview} header:contains(Mooring)` },
        { content: "And has the focus", trigger: focused("Mooring") },
        { content: "Down with the key", trigger: `${row("Mooring")} :focus`, run: "press ArrowDown" },
        { content: "To the next", trigger: focused("Paint") },
        { content: "And once more", trigger: `${row("Paint")} :focus`, run: "press ArrowDown" },
        { content: "And once more", trigger: `${row("looks for work")} :focus`, run: "press ArrowDown" },
        { content: "To the winch", trigger: focused("Winch") },
        { content: "It is shown", trigger: `${preview}:contains(The winch slips)` },
        {
            content: "Any document by its name",
            trigger: `${preview} .o_erp_email_document_box input`,
            run: "edit Heron",
        },
        { content: "The company", trigger: `${preview} .o-autocomplete--dropdown-item:contains(Heron Boats)` },
        { content: "Enter takes it", trigger: `${preview} .o_erp_email_document_box input`, run: "press Enter" },
        { content: "It is gone too", trigger: noRow("Winch") },
        { content: "Another sender", trigger: `${row("Win a yacht")} .o_data_cell[name=subject]`, run: "click" },
        { content: "It is shown", trigger: `${preview} header:contains(Win a yacht)` },
        { content: "Ignore", trigger: `${preview} button:contains(Ignore)`, run: "click" },
        { content: "All of the domain", trigger: ".o-dropdown-item:contains(domain, always)", run: "click" },
        { content: "Both are gone", trigger: noRow("yacht") },
        { content: "What is left", trigger: `${row("Mooring")} .o_data_cell[name=subject]`, run: "click" },
        { content: "Has a likely document", trigger: `${preview}:contains(fetch the boat) .o_erp_email_candidate` },
    ],
});

registry.category("web_tour.tours").add("erp_email_queue_suggested", {
    steps: () => [
        ...openQueue("Suggested"),
        {
            content: "Which document it names",
            trigger: `${row("Is it ready")} .o_data_cell[name=documents]:contains(S0)`,
        },
        { content: "Read it", trigger: `${row("Is it ready")} .o_data_cell[name=subject]`, run: "click" },
        { content: "Why", trigger: `${preview} .o_erp_link_reason:contains(only suggested)` },
        { content: "What was found is highlighted", trigger: `${preview} mark:contains(xtref)` },
        { content: "Accept", trigger: `${preview} button:contains(Accept)`, run: "click" },
        { content: "It is gone", trigger: noRow("Is it ready") },
        { content: "The next one", trigger: `${preview} header:contains(Other colour)` },
        { content: "Reject by key", trigger: preview, run: "press alt+r" },
        { content: "It is gone too", trigger: noRow("Other colour") },
        { content: "Undo", trigger: ".o_notification:contains(rejected) button:contains(Undo)", run: "click" },
        { content: "It is back", trigger: row("Other colour") },
        { content: "The one of two orders", trigger: `${row("Both boats")} .o_data_cell[name=subject]`, run: "click" },
        { content: "Each has its own answer", trigger: `${preview} li:nth-of-type(2) button:contains(Accept)` },
    ],
});

registry.category("web_tour.tours").add("erp_email_queue_held", {
    steps: () => [
        ...openQueue("Held"),
        {
            content: "Why it is held",
            trigger: `${row("Invoice 1")} .o_data_cell[name=held_reason]:contains(Account numbers)`,
        },
        { content: "Read it", trigger: `${row("Invoice 1")} .o_data_cell[name=subject]`, run: "click" },
        { content: "The reason again", trigger: `${preview} .alert:contains(Account numbers)` },
        { content: "Release it", trigger: `${preview} button:contains(Release)`, run: "click" },
        { content: "It is gone", trigger: noRow("Invoice 1") },
        { content: "The rule that holds the next one", trigger: `${preview} button:contains(Rule)`, run: "click" },
        { content: "Is open", trigger: ".o_form_view div[name=name]:contains(Account numbers)" },
        { content: "Back to the queue", trigger: ".o_breadcrumb a:contains(Held), .o_back_button", run: "click" },
        { content: "The other one waits", trigger: row("Invoice 2") },
    ],
});

registry.category("web_tour.tours").add("erp_email_queue_failed", {
    steps: () => [
        ...openQueue("Failed"),
        { content: "Which mail", trigger: ".o_data_row:contains(Paul Fremd):contains(First)" },
        { content: "What happened", trigger: ".o_data_row .o_data_cell[name=error]:contains(No space left)" },
        { content: "Try one again", trigger: ".o_data_row:first button[name=action_retry]", run: "click" },
        { content: "One is left", trigger: ".o_list_view:not(:has(.o_data_row:nth-of-type(2)))" },
    ],
});

registry.category("web_tour.tours").add("erp_email_queue_ignored", {
    steps: () => [
        { content: "The queues", trigger: ".o_menu_sections button:contains(Queues)", run: "click" },
        { content: "What was ignored", trigger: ".o-dropdown-item:contains(Ignored)", run: "click" },
        { content: "It is open", trigger: ".o_breadcrumb:contains(Ignored)" },
        { content: "Read it", trigger: `${row("Win a yacht")} .o_data_cell[name=subject]`, run: "click" },
        { content: "Restore it", trigger: `${preview} button:contains(Restore)`, run: "click" },
        { content: "It is gone from here", trigger: noRow("Win a yacht") },
        { content: "Another one stays", trigger: row("Win a car") },
    ],
});

registry.category("web_tour.tours").add("erp_email_rule_test", {
    steps: () => [
        {
            content: "The list of rules",
            trigger: ".o_data_row:contains(Web shop) .o_data_cell[name=name]",
            run: "click",
        },
        { content: "Test the draft", trigger: "button[name=action_test]", run: "click" },
        { content: "On the last mails", trigger: ".modal button[name=action_run]", run: "click" },
        {
            content: "What would differ",
            trigger: ".modal .o_data_row:contains(Where is my boat):contains(Would be linked)",
        },
    ],
});

registry.category("web_tour.tours").add("erp_email_queue_phone", {
    steps: () => [
        { content: "Tap on the mail", trigger: ".o_kanban_record:contains(Is it ready)", run: "click" },
        { content: "It can be read", trigger: ".o_form_view:contains(My sister has ordered it)" },
        { content: "Accept it", trigger: ".o_field_widget[name=link_ids] button[name=action_accept]", run: "click" },
        {
            content: "It belongs there",
            trigger: ".o_field_widget[name=link_ids]:not(:has(button[name=action_accept]))",
        },
    ],
});
