{
    "name": "ERP Mail Integration",
    "summary": "Every e-mail stored once, linked to every document it belongs to, never lost",
    "version": "19.0.1.0.0",
    "category": "Productivity/Email",
    "author": "ERP Mail Integration contributors",
    "website": "https://github.com/erp-mail-integration/erp_mail_integration",
    "license": "AGPL-3",
    "depends": ["mail"],
    "external_dependencies": {"python": ["IMAPClient>=3,<5"]},
    "data": [
        "security/erp_mail_security.xml",
        "security/ir.model.access.csv",
        "security/erp_mail_rules.xml",
        "data/erp_email_reference_type_data.xml",
    ],
    "assets": {},
    "application": True,
}
