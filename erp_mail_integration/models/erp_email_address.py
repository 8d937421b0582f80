from odoo import fields, models


class ErpEmailAddress(models.Model):
    """One participant of a mail, in one role."""

    _name = "erp.email.address"
    _description = "Email Participant"
    _order = "id"
    _rec_name = "address"

    email_id = fields.Many2one("erp.email", required=True, ondelete="cascade", index=True)
    role = fields.Selection(
        [
            ("from", "From"),
            ("sender", "Sender"),
            ("reply_to", "Reply-To"),
            ("to", "To"),
            ("cc", "Cc"),
            ("bcc", "Bcc"),
            ("delivered_to", "Delivered to"),
        ],
        required=True,
    )
    name = fields.Char()
    address = fields.Char(index="btree_not_null", help="Normalised; empty where the mail's header cannot be trusted.")
    partner_id = fields.Many2one("res.partner", "Contact", ondelete="set null", index="btree_not_null")
