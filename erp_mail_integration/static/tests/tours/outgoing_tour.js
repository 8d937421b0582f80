import { registry } from "@web/core/registry";

/**
 * The screen of system parameters as an administrator uses it: one row after the other.
 * The tests look at what became of the alias domain after each tour.
 */
const VALUES = {
    "mail.catchall.domain": ["screen.com", "second.com"],
    "mail.catchall.alias": ["erp", "all"],
    "mail.bounce.alias": ["returns", "back"],
    "mail.default.from": ["office", "boss@elsewhere.com"],
    "mail.default.from_filter": ["screen.com", "second.com, erp@other.com"],
    "mail.incoming.limit.period": ["60", "30"],
    "mail.incoming.limit.alias": ["5", "7"],
    "web.base.url.freeze": ["True", "True"],
};
const cell = (key, name) => `.o_data_row:has(td[name='key'][data-tooltip='${key}']) td[name='${name}']`;
const save = [
    { content: "Save", trigger: ".o_list_button_save:visible", run: "click" },
    { content: "Saved", trigger: ".o_list_view:not(:has(.o_selected_row))" },
];

registry.category("web_tour.tours").add("erp_mail_parameters_set", {
    steps: () =>
        Object.entries(VALUES).flatMap(([key, [value]]) => [
            { content: `Add ${key}`, trigger: ".o_list_button_add:visible", run: "click" },
            { content: "Key", trigger: ".o_selected_row [name='key'] input", run: `edit ${key}` },
            { content: "Value", trigger: ".o_selected_row [name='value'] textarea", run: `edit ${value}` },
            ...save,
        ]),
});

registry.category("web_tour.tours").add("erp_mail_parameters_change", {
    steps: () => [
        { content: "What makes no sense", trigger: cell("mail.catchall.domain", "value"), run: "click" },
        { content: "An address", trigger: ".o_selected_row [name='value'] textarea", run: "edit erp@screen.com" },
        { content: "Save", trigger: ".o_list_button_save:visible", run: "click" },
        { content: "The reason is said", trigger: ".modal-body:contains(Enter a bare domain)" },
        { content: "Close", trigger: ".modal .btn-primary", run: "click" },
        { content: "Discard", trigger: ".o_list_button_discard:visible", run: "click" },
        { content: "Discarded", trigger: ".o_list_view:not(:has(.o_selected_row))" },
        ...Object.entries(VALUES).flatMap(([key, [, value]]) => [
            { content: `Change ${key}`, trigger: cell(key, "value"), run: "click" },
            { content: "Value", trigger: ".o_selected_row [name='value'] textarea", run: `edit ${value}` },
            ...save,
        ]),
    ],
});

registry.category("web_tour.tours").add("erp_mail_parameters_delete", {
    steps: () => [
        ...Object.keys(VALUES).flatMap((key) => [
            {
                content: `Select ${key}`,
                trigger: `.o_data_row:has(td[name='key'][data-tooltip='${key}']) .o_list_record_selector input`,
                run: "click",
            },
        ]),
        { content: "Actions", trigger: ".o_cp_action_menus .dropdown-toggle:contains(Actions)", run: "click" },
        { content: "Delete", trigger: ".o-dropdown--menu .dropdown-item:contains(Delete)", run: "click" },
        { content: "Confirm", trigger: ".modal .btn-primary", run: "click" },
        {
            content: "All are gone",
            trigger: ".o_list_view:not(:has(td[name='key'][data-tooltip='mail.catchall.domain']))",
        },
    ],
});

registry.category("web_tour.tours").add("erp_mail_doctor", {
    steps: () => [
        { content: "From the settings", trigger: ".o_setting_box button:contains(Mail doctor)", run: "click" },
        { content: "Faults are counted", trigger: ".alert-danger:contains(faults keep mail)" },
        {
            content: "A dead server",
            trigger: ".o_kanban_record:contains(takes no mail):contains(Nobody listens)",
        },
        { content: "SPF that includes itself", trigger: ".o_kanban_record:contains(permerror)" },
        { content: "What was examined", trigger: ".o_form_view:contains(What was examined) .fa-check-circle" },
    ],
});

registry.category("web_tour.tours").add("erp_mail_explain", {
    steps: () => [
        { content: "From the settings", trigger: ".o_setting_box button:contains(Explain a sender)", run: "click" },
        { content: "A foreign sender", trigger: ".modal [name='chain'] .fw-bold:contains(eve@evil.com)" },
        { content: "It is replaced", trigger: ".modal .card.border-primary:contains(notifications@mycompany.com)" },
        { content: "And why", trigger: ".modal .card.border-primary li:contains(Relay)" },
    ],
});

const account = (name, address) => [
    {
        content: "Add an account",
        trigger: ".modal [name='email_account_ids'] .o_field_x2many_list_row_add a",
        run: "click",
    },
    {
        content: "Name",
        trigger: ".modal [name='email_account_ids'] .o_selected_row [name='name'] input",
        run: `edit ${name}`,
    },
    {
        content: "Address",
        trigger: ".modal [name='email_account_ids'] .o_selected_row [name='reply_address'] input",
        run: `edit ${address}`,
    },
];

registry.category("web_tour.tours").add("erp_mail_preferences", {
    steps: () => [
        { content: "User menu", trigger: ".o_user_menu button", run: "click" },
        { content: "Preferences", trigger: ".dropdown-item:contains(Preferences)", run: "click" },
        { content: "Email", trigger: ".modal .nav-link[name='erp_mail_page']", run: "click" },
        { content: "Prefix", trigger: ".modal [name='email_subject_prefix'] input", run: "edit [ERP]" },
        ...account("Sales", "sales@mycompany.com"),
        {
            content: "Default",
            trigger: ".modal [name='email_account_ids'] .o_selected_row [name='is_default'] input",
            run: "click",
        },
        ...account("Shop", "shop@x.org"),
        {
            content: "Save",
            trigger: ".modal button[name='preference_save']",
            run: "click",
            expectUnloadPage: true,
        },
        { content: "User menu", trigger: ".o_user_menu button", run: "click" },
        { content: "Preferences again", trigger: ".dropdown-item:contains(Preferences)", run: "click" },
        { content: "Email", trigger: ".modal .nav-link[name='erp_mail_page']", run: "click" },
        { content: "It is kept", trigger: ".modal [name='email_account_ids'] .o_data_row:contains(shop@x.org)" },
    ],
});

registry.category("web_tour.tours").add("erp_mail_composer_account", {
    steps: () => [
        { content: "Email tab", trigger: ".nav-link[name='erp_email']", run: "click" },
        { content: "New", trigger: ".o_erp_email_toolbar .o_erp_new:enabled", run: "click" },
        { content: "The default account", trigger: ".modal .o-signature-container:contains(Anna, Sales)" },
        { content: "Another one", trigger: ".modal [name='erp_email_account_id'] input", run: "edit Shop" },
        { content: "Take it", trigger: ".o-autocomplete--dropdown-item:contains(shop@mycompany.com)", run: "click" },
        { content: "Its signature", trigger: ".modal .o-signature-container:contains(Anna, Shop)" },
        { content: "Send", trigger: ".modal button[name='action_send_mail']", run: "click" },
        { content: "Sent, and in the chatter", trigger: ".o-mail-Message:contains(xtref)" },
    ],
});

registry.category("web_tour.tours").add("erp_mail_waiting", {
    steps: () => [
        { content: "Email tab", trigger: ".nav-link[name='erp_email']", run: "click" },
        { content: "It waits", trigger: ".o_erp_email_row:contains(Offer):contains(Waiting)" },
        {
            content: "And why",
            trigger: ".o_erp_delivery_error.alert-warning:contains(Nobody listens):contains(sent again by itself)",
        },
    ],
});
