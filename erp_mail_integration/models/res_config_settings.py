from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    erp_mail_server_order = fields.Selection(
        [
            ("odoo", "Odoo 19: the default sender's server first"),
            ("documented", "Documented: servers without a filter first"),
        ],
        string="Order of outgoing servers",
        default="odoo",
        config_parameter="erp_mail_integration.server_order",
    )
    erp_mail_strict_server = fields.Boolean(
        "Hold mail that no server matches", config_parameter="erp_mail_integration.strict_server"
    )
    phone_gateway = fields.Char(related="company_id.phone_gateway", readonly=False)
    phone_gateway_plus = fields.Selection(related="company_id.phone_gateway_plus", readonly=False)
