from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    x500_address = fields.Char(
        "Exchange address (X.500)",
        index="btree_not_null",
        help="How Exchange knows this contact inside its own directory, such as /O=CORP/OU=FIRST/CN=RECIPIENTS/CN=JDOE. "
        "Outlook writes it instead of the email address into the .msg files that it saves.",
    )
