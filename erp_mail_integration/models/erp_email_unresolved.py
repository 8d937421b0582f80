from odoo import fields, models


class ErpEmailUnresolved(models.Model):
    """A mail names a document that is not there yet: it is linked when the document comes."""

    _name = "erp.email.unresolved"
    _description = "Reference to a Missing Document"

    email_id = fields.Many2one("erp.email", required=True, ondelete="cascade", index=True)
    type_id = fields.Many2one("erp.email.reference.type", required=True, ondelete="cascade")
    number_field_id = fields.Many2one("erp.email.number.field", ondelete="cascade", index="btree_not_null")
    reference = fields.Char(required=True)

    _reference_idx = models.Index("(type_id, number_field_id, reference)")
