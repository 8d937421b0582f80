from odoo import fields, models


class ErpEmailTag(models.Model):
    """A label that rules and people put on mails."""

    _name = "erp.email.tag"
    _description = "Email Label"
    _order = "name"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer()

    _name_uniq = models.UniqueIndex("(name)", "There is a label of this name already.")
