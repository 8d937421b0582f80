from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        result = super().write(vals)
        if "alias_domain_id" in vals:
            self.env["mail.alias.domain"].sudo()._publish_parameters()
        return result
