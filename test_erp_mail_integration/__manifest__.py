{
    "name": "ERP Mail Integration: tests across apps",
    "summary": "Tests of erp_mail_integration together with sales, projects, incidents and other apps",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "ERP Mail Integration contributors",
    "website": "https://github.com/erp-mail-integration/erp_mail_integration",
    "license": "AGPL-3",
    "depends": [
        "erp_mail_integration",
        "crm",
        "helpdesk_mgmt",
        "hr",
        "project",
        "purchase",
        "sale_management",
        "stock",
    ],
}
