from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..matching.patterns import compile_pattern
from . import any_case


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

    @api.model_create_multi
    def create(self, vals_list):
        numbers = super().create(vals_list)
        numbers.type_id._keep_indexes()
        return numbers

    def write(self, vals):
        result = super().write(vals)
        self.type_id._keep_indexes()
        return result

    def unlink(self):
        types = self.type_id
        result = super().unlink()
        types._keep_indexes()
        return result

    def _is_usable(self):
        return any_case.is_text(self.env.get(self.type_id.model), self.field)

    def _find(self, values):
        """The documents whose field holds one of the values, in any case. One query.

        :rtype: dict[str, list[int]] ids by value in upper case
        """
        self.ensure_one()
        found = {}
        for record in (
            self.env[self.type_id.model]
            .sudo()
            .with_context(active_test=False)
            .search_fetch(any_case.equals(self.field, values), [self.field])
        ):
            found.setdefault(record[self.field].upper(), []).append(record.id)
        return found
