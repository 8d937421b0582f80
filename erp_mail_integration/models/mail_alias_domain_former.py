from odoo import api, fields, models, tools


class MailAliasDomainFormer(models.Model):
    """A catchall or bounce address that was changed later: mail that went out before still names it."""

    _name = "mail.alias.domain.former"
    _inherit = "erp.email.cached.mixin"
    _description = "Former Catchall or Bounce Address"
    _rec_name = "email"
    _order = "create_date desc, id desc"

    alias_domain_id = fields.Many2one("mail.alias.domain", required=True, ondelete="cascade", index=True)
    kind = fields.Selection([("catchall", "Catchall"), ("bounce", "Bounce")], required=True)
    email = fields.Char(required=True)

    _email_kind_uniq = models.UniqueIndex("(email, kind)", "This former address is known already.")

    @api.model
    @tools.ormcache()
    def _emails(self):
        """All former addresses, without a query: every mail that Odoo sends asks.

        :rtype: frozenset[str]
        """
        return frozenset(self.sudo().search([]).mapped("email"))
