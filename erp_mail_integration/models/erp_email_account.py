from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError


class ErpEmailAccount(models.Model):
    """An address that a user writes from, set up in the user's preferences."""

    _name = "erp.email.account"
    _inherit = ["erp.email.cached.mixin", "erp.email.own.mixin"]
    _description = "Email Account of a User"
    _order = "is_default desc, id"

    name = fields.Char(required=True)
    reply_address = fields.Char(
        "Address", required=True, help="Stands in From of your mails, and answers that leave Odoo come to it."
    )
    is_default = fields.Boolean(
        "Default", help="You write from this account unless you choose another one in the composer."
    )
    mail_server_id = fields.Many2one(
        "ir.mail_server",
        "Outgoing server",
        groups="base.group_system",
        domain="['|', ('owner_user_id', '=', False), ('owner_user_id', '=', user_id)]",
        help="Leave empty to let Odoo choose the server by the sender's address.",
    )
    signature = fields.Html(help="Leave empty to use the signature of your preferences.")

    _default_uniq = models.UniqueIndex("(user_id) WHERE is_default", "Only one account of a user can be the default.")

    @api.constrains("reply_address", "user_id")
    def _check_reply_address(self):
        """A user may write from an address of their own, or of the company, never from somebody else's."""
        domains = self.env["mail.alias.domain"].sudo().search([])
        own = {
            *domains.mapped("catchall_email"),
            *domains.mapped("bounce_email"),
            *domains.mapped("default_from_email"),
        }
        for account in self:
            address = tools.email_normalize(account.reply_address)
            if not address:
                raise ValidationError(self.env._("“%s” is not one mail address.", account.reply_address))
            if address in own or account.sudo()._is_somebody_elses(address):
                raise ValidationError(self.env._("%s belongs to somebody else or to Odoo itself.", address))

    def _is_somebody_elses(self, address):
        """Whether the address is another person's. Aliases, such as sales@, are everybody's; a contact's own are not."""
        partner = self.user_id.partner_id
        if self.env["res.partner"].search_count(
            [("reply_alias_id.alias_full_name", "=", address), ("id", "!=", partner.id)], limit=1
        ):
            return True
        staff = [("user_ids.share", "=", False), ("email_normalized", "=", address), ("id", "!=", partner.id)]
        if self.env["res.partner"].with_context(active_test=False).search_count(staff, limit=1):
            return True
        if self.env["mail.alias"].search_count([("alias_full_name", "=", address)], limit=1):
            return False
        return bool(self.search_count([("user_id", "!=", self.user_id.id), ("reply_address", "=", address)], limit=1))

    @api.constrains("mail_server_id", "user_id")
    def _check_mail_server(self):
        for account in self.sudo():
            owner = account.mail_server_id.owner_user_id
            if owner and owner != account.user_id:
                raise ValidationError(self.env._("This outgoing server belongs to another user."))

    @api.model
    @tools.ormcache()
    def _owners(self):
        """Ids of the users who have an account: who has none costs no query when writing a mail."""
        return frozenset(self.sudo().search([]).user_id.ids)

    @api.model
    @tools.ormcache()
    def _addresses_with_server(self):
        """Addresses of accounts that have an outgoing server: mail from any other address costs no query."""
        return frozenset(self.sudo().search([("mail_server_id", "!=", False)]).mapped("reply_address"))

    @api.model
    def _servers_of(self, addresses):
        """The active outgoing servers of the accounts with these addresses, by address.

        :param addresses: normalised, in any number
        :rtype: dict[str, ir.mail_server]
        """
        known = self._addresses_with_server().intersection(addresses)
        if not known:
            return {}
        accounts = self.sudo().search([("reply_address", "in", list(known)), ("mail_server_id.active", "=", True)])
        return {account.reply_address: account.mail_server_id for account in reversed(accounts)}

    @api.depends("name", "reply_address")
    def _compute_display_name(self):
        for account in self:
            account.display_name = f"{account.name or ''} <{account.reply_address or ''}>"

    @api.model_create_multi
    def create(self, vals_list):
        self._make_room_for_default(vals_list)
        return super().create([self._cleaned(vals) for vals in vals_list])

    def write(self, vals):
        if vals.get("is_default"):
            self._drop_default(self.user_id, except_ids=self.ids)
        return super().write(self._cleaned(vals))

    def _cleaned(self, vals):
        if address := tools.email_normalize(vals.get("reply_address") or ""):
            return {**vals, "reply_address": address}
        return vals

    def _make_room_for_default(self, vals_list):
        users = [vals.get("user_id") or self.env.uid for vals in vals_list if vals.get("is_default")]
        self._drop_default(self.env["res.users"].browse(users))

    def _drop_default(self, users, except_ids=()):
        self.search(
            [("user_id", "in", users.ids), ("is_default", "=", True), ("id", "not in", list(except_ids))]
        ).is_default = False
        self.flush_model(["is_default"])
