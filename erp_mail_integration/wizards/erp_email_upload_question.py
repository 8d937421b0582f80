from odoo import fields, models


class ErpEmailUploadQuestion(models.TransientModel):
    """Whom Outlook means by an address of its own directory."""

    _name = "erp.email.upload.question"
    _description = "Unknown Address of an Uploaded Email"

    upload_id = fields.Many2one("erp.email.upload", required=True, ondelete="cascade")
    name = fields.Char(readonly=True)
    address = fields.Char(readonly=True)
    partner_id = fields.Many2one("res.partner", "Contact", domain=[("email", "!=", False)])
