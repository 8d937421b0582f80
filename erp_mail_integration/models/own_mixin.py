from odoo import fields, models


class OwnMixin(models.AbstractModel):
    """Rows that belong to one user each; record rules keep others off."""

    _name = "erp.email.own.mixin"
    _description = "Rows of One User"

    user_id = fields.Many2one(
        "res.users", required=True, ondelete="cascade", index=True, default=lambda self: self.env.uid
    )

    def write(self, vals):
        """Rules are asked before a change; asked again, they keep users from handing their rows to others."""
        result = super().write(vals)
        if "user_id" in vals:
            self.check_access("write")
        return result
