from odoo import fields, models


class ResUsers(models.Model):
    """Where each user writes mail."""

    _inherit = "res.users"

    erp_email_program = fields.Selection(
        [("mailto", "In my own mail program"), ("odoo", "In Odoo")],
        "Write emails",
        required=True,
        default="mailto",
        help="Where New, Reply and Forward on the Email tab of a document open a mail.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "erp_email_program"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, "erp_email_program"]
