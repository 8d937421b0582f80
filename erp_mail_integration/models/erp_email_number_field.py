from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..matching.patterns import compile_pattern


class ErpEmailNumberField(models.Model):
    """A field whose value customers write in their mail: their own order number, a serial, a tracking number."""

    _name = "erp.email.number.field"
    _description = "Number Known to Customers"
    _order = "type_id, id"
    _rec_name = "field"

    type_id = fields.Many2one(
        "erp.email.reference.type", "Document type", required=True, ondelete="cascade", index=True
    )
    field = fields.Char(required=True, help="Technical name of a stored text field, such as client_order_ref.")
    pattern = fields.Char(
        required=True,
        help="What the numbers look like: # is a digit, #+ one or more digits, * letters and digits, everything "
        "else stands for itself. PO-##### finds PO-12345. At least four characters must fit.",
    )
    certain = fields.Boolean(
        "Link", help="Link mail of trusted senders that names the value. Otherwise the document is only suggested."
    )

    @api.constrains("field", "pattern", "type_id")
    def _check_field(self):
        for number in self:
            try:
                compile_pattern(number.pattern)
            except ValueError as error:
                raise ValidationError(
                    self.env._("Enter a pattern of at most 40 characters, such as PO-#####.")
                ) from error
            if not number.pattern.replace("*", "").strip():
                raise ValidationError(self.env._("This pattern fits every word. Add what the numbers begin with."))
            if number.type_id.live and not number._is_usable():
                raise ValidationError(
                    self.env._(
                        "%(model)s has no stored text field named %(field)s.",
                        model=number.type_id.name,
                        field=number.field,
                    )
                )

    def _is_usable(self):
        Model = self.env.get(self.type_id.model)
        definition = Model._fields.get(self.field) if Model is not None else None
        return bool(definition and definition.store and definition.type == "char")

    def _find(self, values):
        """The documents whose field holds one of the values, as written or in upper case. One query.

        :rtype: dict[str, list[int]] ids by value in upper case
        """
        self.ensure_one()
        spellings = {spelling for value in values for spelling in (value, value.upper())}
        found = {}
        for record in (
            self.env[self.type_id.model]
            .sudo()
            .with_context(active_test=False)
            .search_fetch([(self.field, "in", list(spellings))], [self.field])
        ):
            found.setdefault(record[self.field].upper(), []).append(record.id)
        return found
