import re
import secrets

from odoo import api, fields, models, tools

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # no l, o, 0, 1: addresses are read aloud


class ResPartner(models.Model):
    _inherit = "res.partner"

    reply_alias_id = fields.Many2one(
        "mail.alias", string="Own alias", copy=False, readonly=True, index="btree_not_null", groups="base.group_system"
    )

    # Odoo stores the normalised address without an index; we look up the participants of every mail in it.
    _email_normalized_idx = models.Index("(email_normalized) WHERE email_normalized IS NOT NULL")

    @api.model
    def _reply_alias_of(self, email):
        """The alias under which mail of this author leaves and to which answers come, made when first needed.

        :param email: normalised address of the author
        :returns: the address, '' if no contact has this address or the company has no email domain
        """
        if not email:
            return ""
        partners = self.with_context(active_test=False).search([("email_normalized", "=", email)], limit=20)
        partner = partners.sorted(lambda partner: (not partner.user_ids, not partner.active))[:1]
        return partner._get_reply_alias() if partner else ""

    def _get_reply_alias(self):
        """A real alias of Odoo that leads to the contact: unique, and not to be guessed from the name."""
        self.ensure_one()
        if not self.reply_alias_id:
            domain = (self.company_id or self.env.company).alias_domain_id
            if not domain:
                return ""
            name = re.sub(r"[^a-z0-9]+", ".", tools.remove_accents(self.name or "").lower())[:20].strip(".")
            token = "".join(secrets.choice(_ALPHABET) for _character in range(10))  # 50 bits
            self.sudo().reply_alias_id = (
                self.env["mail.alias"]
                .sudo()
                .create(
                    {
                        "alias_name": f"{name or 'contact'}-{token}",
                        "alias_domain_id": domain.id,
                        "alias_model_id": self.env["ir.model"]._get_id("res.partner"),
                        "alias_force_thread_id": self.id,
                        "alias_contact": "everyone",
                    }
                )
            )
        return self.sudo().reply_alias_id.alias_full_name

    def unlink(self):
        aliases = self.sudo().reply_alias_id
        result = super().unlink()
        aliases.unlink()
        return result
