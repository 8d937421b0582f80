{
    "name": "ERP Mail Integration: projects",
    "summary": "Users choose whether they are told of tasks that are assigned to them",
    "version": "19.0.1.0.0",
    "category": "Productivity/Email",
    "author": "ERP Mail Integration contributors",
    "website": "https://github.com/erp-mail-integration/erp_mail_integration",
    "license": "AGPL-3",
    "depends": ["erp_mail_integration", "project"],
    "auto_install": True,
}
