from odoo import fields, models


class ErpEmail(models.Model):
    """What rules and people make of a mail besides linking it."""

    _inherit = "erp.email"

    matched = fields.Datetime(readonly=True, help="When the rules first looked for its documents.")
    tag_ids = fields.Many2many("erp.email.tag", string="Labels")
    type_id = fields.Many2one(
        "erp.email.reference.type",
        "Document type",
        ondelete="set null",
        help="What this mail most likely becomes when somebody creates a record from it.",
    )
    create_rule_id = fields.Many2one("erp.email.rule", "Rule that creates", readonly=True, ondelete="set null")
    held_reason = fields.Char("Held because", readonly=True)
