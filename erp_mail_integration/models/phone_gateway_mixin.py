from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..sending.parameters import domain_name


class PhoneGatewayMixin(models.AbstractModel):
    """Fax or SMS gateway settings, on an outgoing server or a company."""

    _name = "erp.email.phone.gateway.mixin"
    _description = "Fax and SMS Gateway Settings"

    phone_gateway = fields.Char(
        "Fax or SMS gateway",
        help="Domain of a gateway that turns mail into fax or SMS. Recipients who have a phone number but no mail "
        "address are then sent to <number>@<domain>.",
    )
    phone_gateway_plus = fields.Selection(
        [("drop", "41441112233 (dropped)"), ("underscore", "_41441112233"), ("keep", "+41441112233")],
        string="Leading +",
        default="drop",
        help="How the gateway wants numbers that begin with +.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if any(vals.get("phone_gateway") for vals in vals_list):
            self.env.registry.clear_cache()
        return records

    def write(self, vals):
        result = super().write(vals)
        if "phone_gateway" in vals:
            self.env.registry.clear_cache()
        return result

    @api.constrains("phone_gateway")
    def _check_phone_gateway(self):
        for record in self.filtered("phone_gateway"):
            try:
                domain_name(record.phone_gateway.rpartition("@")[2])
            except ValueError as error:
                raise ValidationError(
                    self.env._("“%s” is no domain of a fax or SMS gateway.", record.phone_gateway)
                ) from error
