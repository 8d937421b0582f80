{
    "name": "ERP Mail Integration",
    "summary": "Every e-mail stored once, linked to every document it belongs to, never lost",
    "version": "19.0.1.0.0",
    "category": "Productivity/Email",
    "author": "ERP Mail Integration contributors",
    "website": "https://github.com/erp-mail-integration/erp_mail_integration",
    "license": "AGPL-3",
    "depends": ["mail"],
    "external_dependencies": {"python": ["IMAPClient>=3,<5", "dnspython>=2", "phonenumbers>=8"]},
    "data": [
        "security/erp_mail_security.xml",
        "security/ir.model.access.csv",
        "security/erp_mail_rules.xml",
        "data/erp_email_reference_type_data.xml",
        "data/mail_alias_domain_data.xml",
        "views/mail_alias_domain_views.xml",
        "data/ir_cron_data.xml",
        "views/erp_email_views.xml",
        "views/erp_email_copy_views.xml",
        "views/erp_email_reference_type_views.xml",
        "views/fetchmail_server_views.xml",
        "views/menus.xml",
        "views/print_page.xml",
        "views/ir_mail_server_views.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "erp_mail_integration/static/src/**/*",
        ],
        "web.assets_unit_tests": [
            "erp_mail_integration/static/tests/**/*.test.js",
        ],
        "web.assets_tests": [
            "erp_mail_integration/static/tests/tours/**/*",
        ],
    },
    "application": True,
}
