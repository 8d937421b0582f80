from odoo import models


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "erp.email.phone.gateway.mixin"]

    def write(self, vals):
        result = super().write(vals)
        if "alias_domain_id" in vals:
            self.env["mail.alias.domain"].sudo()._settle_later()
        return result
