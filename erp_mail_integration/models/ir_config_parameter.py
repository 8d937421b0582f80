from odoo import api, models
from odoo.exceptions import ValidationError

from ..sending.parameters import VALIDATORS
from .mail_alias_domain import PARAMETERS


class IrConfigParameter(models.Model):
    """Makes the documented mail parameters true again.

    Odoo 17 moved them to alias domains and reads them no more, except ``mail.default.from_filter``. Every
    manual still names them, so they act on the alias domain of the main company, and show what it holds.

    Values are checked at once and act at the end of the transaction, all those of a save together.
    """

    _inherit = "ir.config_parameter"

    @api.model_create_multi
    def create(self, vals_list):
        """A parameter that shows a value of the alias domain came by itself: who adds it means to set it."""
        shown = {vals.get("key") for vals in vals_list} & PARAMETERS.keys()
        known = {parameter.key: parameter for parameter in self.search([("key", "in", list(shown))])} if shown else {}
        created = iter(super().create([vals for vals in vals_list if vals.get("key") not in known]))
        parameters = self.browse()
        for vals in vals_list:
            if parameter := known.get(vals.get("key")):
                parameter.write(vals)
            parameters += parameter or next(created)
        parameters._mail_parameters_changed(set(parameters.mapped("key")))
        return parameters

    def write(self, vals):
        keys = set(self.mapped("key"))
        result = super().write(vals)
        if "key" in vals or "value" in vals:
            self._mail_parameters_changed(keys | set(self.mapped("key")))
        return result

    def unlink(self):
        keys = set(self.mapped("key"))
        result = super().unlink()
        self._mail_parameters_changed(keys)
        return result

    @api.model
    def _mail_parameters_changed(self, keys):
        """Check mail parameters that were set, changed, renamed or deleted, and apply them with the commit.

        :param keys: their names, others are ignored
        :raises ValidationError: if a value makes no sense
        """
        keys = keys & VALIDATORS.keys()
        if not keys:
            return
        Domain = self.env["mail.alias.domain"].sudo()
        held = Domain._held_values()
        for parameter in self.sudo().search([("key", "in", sorted(keys))]):
            if parameter.value == held.get(parameter.key):
                continue  # Odoo has taken it on the domain's own form
            try:
                value = VALIDATORS[parameter.key](parameter.value)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "%(parameter)s cannot be “%(value)s”. %(reason)s",
                        parameter=parameter.key,
                        value=parameter.value,
                        reason=self.env._(error.args[0]),
                    )
                ) from error
            if value != parameter.value:
                parameter.value = value
        Domain._settle_later(keys)
