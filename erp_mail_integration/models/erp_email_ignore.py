from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize


class ErpEmailIgnore(models.Model):
    """A sender, or a whole domain, whose mail waits in no queue. It is kept, and found in All Emails.

    Mail that belongs to a document is linked all the same: only what finds no document is ignored.
    """

    _name = "erp.email.ignore"
    _description = "Ignored Sender"
    _order = "pattern"
    _rec_name = "pattern"

    pattern = fields.Char(
        "Address or domain", required=True, help="news@shop.example, or @shop.example for the domain."
    )
    active = fields.Boolean(default=True)

    _pattern_uniq = models.UniqueIndex("(pattern)", "This sender is ignored already.")

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._clean(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._clean(vals))

    @api.model
    def _clean(self, vals):
        if "pattern" not in vals:
            return vals
        pattern = (vals["pattern"] or "").strip().lower()
        clean = pattern if pattern.startswith("@") and "." in pattern else email_normalize(pattern)
        if not clean:
            raise ValidationError(
                self.env._("%(text)s is neither an address nor a domain such as @shop.example.", text=pattern)
            )
        return vals | {"pattern": clean}

    @api.model
    def _ignored(self, addresses):
        """Those of the addresses whose mail is ignored. One query.

        :param addresses: set of normalised addresses
        :rtype: set[str]
        """
        patterns = addresses | {f"@{address.rpartition('@')[2]}" for address in addresses}
        known = set(
            self.sudo().search_fetch([("pattern", "in", list(patterns - {"", "@"}))], ["pattern"]).mapped("pattern")
        )
        return {address for address in addresses if address in known or f"@{address.rpartition('@')[2]}" in known}

    @api.model
    def _add(self, patterns):
        """Ignore senders, those ignored before included."""
        known = self.with_context(active_test=False).search([("pattern", "in", list(patterns))])
        known.active = True
        self.create([{"pattern": pattern} for pattern in set(patterns) - set(known.mapped("pattern"))])
