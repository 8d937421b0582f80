from odoo import api, fields, models, tools

from ..mime.tags import find_reference_addresses

PARAMETERS = {
    "mail.catchall.domain": "name",
    "mail.catchall.alias": "catchall_alias",
    "mail.bounce.alias": "bounce_alias",
    "mail.default.from": "default_from",
}
"""Documented system parameter -> field of the main company's alias domain."""

UNSETTLED = "erp_mail_integration.mail_parameters"

UNSET = {"catchall_alias": "catchall", "bounce_alias": "bounce", "default_from": False}
"""What a field is when its parameter is deleted: both aliases are required, a default sender is not."""


class MailAliasDomain(models.Model):
    _inherit = "mail.alias.domain"

    former_ids = fields.One2many("mail.alias.domain.former", "alias_domain_id", string="Former addresses")
    dkim_selector = fields.Char(
        "DKIM selector",
        help="Name under which your mail provider publishes its signing key, such as selector1 or google. "
        "The mail doctor looks for <selector>._domainkey.<domain> in the DNS.",
    )

    # ------------------------------------------------------------
    # System parameters
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        domains = super().create(vals_list)
        self._settle_later()
        return domains

    def write(self, vals):
        before = {domain: (domain.catchall_email, domain.bounce_email) for domain in self}
        result = super().write(vals)
        if vals.keys() & set(PARAMETERS.values()):
            self._settle_later(former={domain.id: addresses for domain, addresses in before.items()})
        return result

    def unlink(self):
        result = super().unlink()
        self._settle_later()
        return result

    @api.model
    def _main_company(self):
        """The company whose alias domain the system parameters stand for."""
        main = self.env.ref("base.main_company", raise_if_not_found=False)
        return (main or self.env["res.company"].search([], order="id", limit=1)).sudo()

    @api.model
    def _held_values(self):
        """What the main company's alias domain holds.

        :rtype: dict[str, str] by name of the system parameter; empty without a domain
        """
        domain = self._main_company().alias_domain_id
        return {key: domain[field] for key, field in PARAMETERS.items()} if domain else {}

    @api.model
    def _settle_later(self, keys=(), former=None):
        """Make parameters and alias domains agree at the end of the transaction, when both are as they will be.

        :param keys: names of parameters that were changed
        :param dict[int, tuple] former: catchall and bounce address before a change, by id of the alias domain
        """
        hooks = self.env.cr.precommit
        if UNSETTLED not in hooks.data:
            hooks.data[UNSETTLED] = (set(), {})
            hooks.add(self.browse().sudo()._settle)
        changed, before = hooks.data[UNSETTLED]
        changed.update(keys)
        for domain_id, addresses in (former or {}).items():
            before.setdefault(domain_id, addresses)  # those in between were never in use

    @api.model
    def _settle(self):
        """Parameters that were set are wishes still, not outdated copies: they are applied before any is published."""
        keys, former = self.env.cr.precommit.data.pop(UNSETTLED, (set(), {}))
        self._apply_parameters(keys)
        for domain in self.browse(former).exists():
            catchall, bounce = former[domain.id]
            domain._remember_former("catchall", catchall, domain.catchall_email)
            domain._remember_former("bounce", bounce, domain.bounce_email)
        self.search([])._forget_former()
        self._publish_parameters(defaults="mail.catchall.domain" in keys)

    @api.model
    def _apply_parameters(self, keys):
        """Carry changed system parameters over to the main company's alias domain.

        Parameters set before there is a domain wait for it. A domain that another company has already is
        shared with it rather than doubled.

        :param keys: names of the parameters that changed, other parameters are left alone
        """
        keys = keys & PARAMETERS.keys()
        if not keys:
            return
        company = self._main_company()
        found = self.env["ir.config_parameter"].sudo().search([("key", "in", list(PARAMETERS))])
        values = {PARAMETERS[parameter.key]: parameter.value for parameter in found}
        domain = company.alias_domain_id
        if "mail.catchall.domain" in keys and values.get("name") != domain.name:
            if not values.get("name"):
                company.alias_domain_id = False
                return
            existing = self.search([("name", "=", values["name"])], limit=1)
            if not existing and not domain:
                existing = self.create(values)  # missing ones get Odoo's defaults
            if existing:
                company.alias_domain_id = existing
        domain = company.alias_domain_id
        if domain:
            wanted = {PARAMETERS[key]: values.get(PARAMETERS[key], UNSET.get(PARAMETERS[key])) for key in keys}
            changed = {field: value for field, value in wanted.items() if value != domain[field]}
            if changed:
                domain.write(changed)

    @api.model
    def _publish_parameters(self, defaults=False):
        """Show the main company's alias domain in the system parameters.

        :param defaults: also create missing parameters whose value is the one they have when missing; done for a
            domain that is new to the company, so that an administrator finds all of them
        """
        domain = self._main_company().alias_domain_id
        Parameter = self.env["ir.config_parameter"].sudo()
        existing = {parameter.key: parameter for parameter in Parameter.search([("key", "in", list(PARAMETERS))])}
        named = existing.get("mail.catchall.domain")
        defaults = defaults or not named or named.value != domain.name
        for key, field in PARAMETERS.items():
            parameter, value = existing.get(key), domain[field]
            if not domain and field != "name":
                continue  # waits for a domain
            if (parameter and parameter.value != value) or (
                not parameter and value and (defaults or value != UNSET.get(field))
            ):
                Parameter.set_param(key, value)

    @api.model
    def _install_parameters(self):
        """At installation the alias domain wins, because the parameters were dead; without one they count."""
        if self._main_company().alias_domain_id:
            self._publish_parameters(defaults=True)
        else:
            self._apply_parameters(set(PARAMETERS))

    @api.model
    def _incoming_limits(self):
        """Limit of mails that an alias takes from one sender, as ``mail.incoming.limit.*`` set it.

        :returns: (minutes, number of records), or None where neither parameter is set and Odoo's own
            ``mail.gateway.loop.*`` are left to do it
        """
        get_param = self.env["ir.config_parameter"].sudo().get_param
        period, count = get_param("mail.incoming.limit.period"), get_param("mail.incoming.limit.alias")
        return (int(period or 60), int(count or 5)) if period or count else None

    # ------------------------------------------------------------
    # Former addresses: answers to a mail sent last year still come home
    # ------------------------------------------------------------

    def _remember_former(self, kind, old, new):
        self.ensure_one()
        Former = self.env["mail.alias.domain.former"].sudo()
        if old and old != new and not Former.search_count([("email", "=", old), ("kind", "=", kind)], limit=1):
            Former.create({"alias_domain_id": self.id, "kind": kind, "email": old})

    def _forget_former(self):
        """An address that is in use again is not a former one."""
        current = self.mapped("catchall_email") + self.mapped("bounce_email")
        self.env["mail.alias.domain.former"].sudo().search([("email", "in", current)]).unlink()

    @api.model
    def _current_recipients(self, recipients):
        """Put the present catchall and bounce addresses in the place of former ones.

        An alias that took over a former name keeps its mail.

        :param recipients: text of a To header
        :returns: bare addresses, apart by commas; the text itself where no former address is in it
        """
        found = {tools.email_normalize(email) or email: email for email in tools.email_split(recipients or "")}
        Former = self.env["mail.alias.domain.former"]
        if Former._emails().isdisjoint(found):
            return recipients
        former = Former.sudo().search([("email", "in", list(found))])
        taken = set(
            self.env["mail.alias"]
            .sudo()
            .search([("alias_full_name", "in", former.mapped("email"))])
            .mapped("alias_full_name")
        )
        for address in former.filtered(lambda former: former.email not in taken):
            domain = address.alias_domain_id
            found[address.email] = domain.catchall_email if address.kind == "catchall" else domain.bounce_email
        return ", ".join(found.values())

    @api.model
    def _find_aliases(self, email_list):
        """Former addresses and reply addresses are our own too: never a contact, never a recipient."""
        found = {*super()._find_aliases(email_list), *self.env["mail.alias.domain.former"]._emails()}
        if replies := find_reference_addresses(filter(None, email_list), prefix=""):
            names = set(self.search([]).mapped("name"))
            found |= {reply.address for reply in replies if reply.address.rpartition("@")[2] in names}
        return [email for email in email_list if email in found]
