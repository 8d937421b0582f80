from odoo import Command, api, fields, models, tools

EMAIL_LISTS = ("email_account_ids", "email_subscription_ids")
EMAIL_PREFERENCES = ("erp_email_program", "email_subject_prefix", *EMAIL_LISTS)


class ResUsers(models.Model):
    """How each user writes mail, and under which address."""

    _inherit = "res.users"

    # Not required: a NOT NULL column on a table of Odoo's breaks the update of every app that loads before this one.
    erp_email_program = fields.Selection(
        [("mailto", "In my own mail program"), ("odoo", "In Odoo")],
        "Write emails",
        default="mailto",
        help="Where New, Reply and Forward on the Email tab of a document open a mail.",
    )
    email_account_ids = fields.One2many("erp.email.account", "user_id", string="Email accounts")
    email_subscription_ids = fields.One2many("erp.email.subscription", "user_id", string="Email subscriptions")
    email_subject_prefix = fields.Char(
        "Subject prefix",
        help="Put before the subject of mails that Odoo sends to you, such as [ERP], so that you can file them.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, *EMAIL_PREFERENCES]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, *EMAIL_PREFERENCES]

    @api.model
    @tools.ormcache()
    def _any_subject_prefix(self):
        """Whether anybody wants a prefix: else no mail has to look up its recipients' users."""
        return bool(
            self.sudo().with_context(active_test=False).search_count([("email_subject_prefix", "!=", False)], limit=1)
        )

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        if any(vals.get("email_subject_prefix") for vals in vals_list):
            self.env.registry.clear_cache()
        return users

    def write(self, vals):
        """Odoo changes users' own records as superuser. Rows of their lists are changed with their own rights: a
        command may name any row, and any field of it."""
        own = self == self.env.user and not self.env.su
        lists = {name: vals[name] for name in EMAIL_LISTS if own and name in vals}
        result = super().write({name: value for name, value in vals.items() if name not in lists})
        for name, commands in lists.items():
            self._write_own_rows(self.env[self._fields[name].comodel_name], commands)
        if "email_subject_prefix" in vals:
            self.env.registry.clear_cache()
        return result

    def _write_own_rows(self, rows, commands):
        """Carry out commands of a one2many as the user."""
        for command, row_id, *values in commands:
            match command:
                case Command.CREATE:
                    rows.create({**values[0], "user_id": self.id})
                case Command.UPDATE:
                    rows.browse(row_id).write(values[0])
                case Command.DELETE | Command.UNLINK:
                    rows.browse(row_id).unlink()
                case _:
                    rows.browse(row_id).check_access("write")

    def _default_email_account(self):
        """
        :rtype: erp.email.account, empty where the user has none
        """
        self.ensure_one()
        if self.id not in self.env["erp.email.account"]._owners():
            return self.env["erp.email.account"].sudo()
        return self.sudo().email_account_ids.filtered("is_default")[:1]

    def _email_signature(self, email_from=None):
        """Signature of a mail that this user writes under the address: the account's, else the user's own.

        :param email_from: From of the mail; another's address, or none, stands for the default account
        """
        self.ensure_one()
        address = tools.email_normalize(email_from or "")
        account = self.sudo().email_account_ids.filtered(lambda account: account.reply_address == address)[:1]
        if not account and address != self.email_normalized:
            account = self._default_email_account()
        return self.signature if tools.is_html_empty(account.signature) else account.signature

    def _sender_candidates(self):
        """Addresses that mail of this user can be sent from, the first usable one counts.

        :returns: list of (name of the rule, address or '')
        """
        self.ensure_one()
        admin = self.env.ref("base.user_admin", raise_if_not_found=False) or self.browse()
        domain = self.company_id.alias_domain_id.name
        candidates = [
            ("account", self._default_email_account().reply_address),
            ("user", self.email),
            ("administrator", admin and (admin._default_email_account().reply_address or admin.sudo().email)),
            ("default", self.env["ir.mail_server"].with_company(self.company_id)._get_default_from_address()),
            ("noreply", f"noreply@{domain or 'localhost'}"),
        ]
        return [(rule, tools.email_normalize(address or "", strict=False) or "") for rule, address in candidates]

    def _sender(self):
        """The From of a mail that this user writes: openCRX's chain, with the user's own address in it.

        :returns: '"Name" <address>'
        """
        address = next(address for _rule, address in self._sender_candidates() if address)
        return tools.formataddr((self.name, address))
