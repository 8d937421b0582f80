import ast

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..matching import Match
from .erp_email import HELD, IGNORED, LINKED

NOBODY = {"mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "do-not-reply", "bounce", "bounces"}
"""Local parts that no person reads (RFC 2142 and custom)."""

PUBLIC_DOMAINS = {
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "me.com",
    "gmx.de", "gmx.net", "web.de", "aol.com", "proton.me", "protonmail.com",
}  # fmt: skip
"""A mailbox there does not make everybody there one of us."""


class ErpEmailMatcher(models.AbstractModel):
    """What follows for a new mail from what the rules found."""

    _inherit = "erp.email.matcher"

    @api.model
    def _settle(self, batch, matches):
        """Write down, for mails that are matched for the first time: the verdict on their sender, actions of
        administrators' rules, ignored senders, new contacts. And for all: what they name that is not there yet.

        :param matches: from ``_find``; links to new contacts are added
        """
        self._store_unresolved(batch)
        new = {mail.email.id: mail for mail in batch.mails if not mail.email.matched}
        for mail in new.values():
            values = {"matched": fields.Datetime.now()}
            if batch.verdicts[mail.email.id]:
                values["authentication"] = batch.verdicts[mail.email.id]
            mail.email.write(values | self._disposition(batch, mail, matches[mail.email.id]))
        self._create_contacts(batch, list(new.values()), matches)

    @api.model
    def _disposition(self, batch, mail, found):
        """What rules and ignored senders make of a mail.

        :rtype: dict of values for the ``erp.email``
        """
        values = {}
        for rule in batch.applied.get(mail.email.id, ()):
            if rule.action == "ignore":
                values.setdefault("state", IGNORED)
            elif rule.action == "hold":
                values.setdefault("state", HELD)
                values.setdefault("held_reason", rule.name)
            elif rule.action == "type":
                values.setdefault("type_id", rule.type_id.id)
            elif rule.action == "create":
                values.setdefault("create_rule_id", rule.id)
            elif rule.action == "tag":
                values.setdefault("tag_ids", []).extend((4, tag.id) for tag in rule.tag_ids)
        belongs = any(match.state == LINKED and match.rule != "contact" for match in found.values())
        if batch.sender(mail.email.id) in batch.ignored and not belongs:
            values.setdefault("state", IGNORED)
        return values

    @api.model
    def _store_unresolved(self, batch):
        """Remember the references of the mails that name nothing, in place of those remembered before."""
        Unresolved = self.env["erp.email.unresolved"].sudo()
        Unresolved.search([("email_id", "in", [mail.email.id for mail in batch.mails])]).unlink()
        Unresolved.create(
            [
                {"email_id": email_id, "type_id": type_id, "number_field_id": number_id, "reference": reference}
                for email_id, references in batch.unresolved.items()
                for type_id, number_id, reference in references
            ]
        )

    # ------------------------------------------------------------------ contacts

    @api.model
    def _create_contacts(self, batch, mails, matches):
        """Make contacts of unknown correspondents, as the mailbox says, and link the mails to them."""
        wanted = {}
        if any((mail.server.contact_policy or "document") != "never" for mail in mails):
            own = self._own_addresses()
            for mail in mails:
                for name, address in self._correspondents(batch, mail, matches[mail.email.id]):
                    if address not in batch.contacts and self._is_person(address, own):
                        wanted.setdefault(address, [name, []])[1].append(mail.email.id)
        if not wanted:
            return
        partners = (
            self.env["res.partner"]
            .sudo()
            .with_context(mail_create_nosubscribe=True, mail_create_nolog=True, tracking_disable=True)
            .create([{"name": name or address, "email": address} for address, (name, _ids) in wanted.items()])
        )
        for partner, (address, (_name, email_ids)) in zip(partners, wanted.items(), strict=True):
            batch.contacts[address] = partner
            for email_id in email_ids:
                match = Match("res.partner", partner.id, "contact", address, score=80)
                matches[email_id].setdefault(match.document, match)
        self._store_contacts(batch)

    @api.model
    def _correspondents(self, batch, mail, found):
        """Participants of a mail that the mailbox's policy makes contacts: never of automatic or forged mail.

        :rtype: list[tuple[str, str]] name and address
        """
        policy = mail.server.contact_policy or "document"
        if (
            policy == "never"
            or mail.history
            or mail.parsed.auto
            or batch.verdicts[mail.email.id].get("verdict") == "fail"
        ):
            return []
        if mail.email.state in (HELD, IGNORED):
            return []
        if policy == "document" and not any(
            match.state == LINKED and not match.internal and match.rule != "contact" for match in found.values()
        ):
            return []
        groups = [(mail.parsed.from_,)]
        if policy == "all":
            groups += [mail.parsed.to, mail.parsed.cc]
        return [(address.name, address.address) for group in groups for address in group if address.address]

    @api.model
    def _is_person(self, address, own=None):
        """Whether an address may be somebody's outside, and no machine's.

        :param own: from ``_own_addresses``, where it is known already
        """
        own = self._own_addresses() if own is None else own
        local, _at, domain = address.partition("@")
        return local.partition("+")[0] not in NOBODY and domain not in own and address not in own

    @api.model
    def _own_addresses(self):
        """Our domains, and the addresses we have elsewhere.

        :rtype: set[str]
        """
        users = self.env["res.users"].sudo().search_fetch([("share", "=", False)], ["partner_id"])
        logins = self.env["fetchmail.server"].sudo().search_fetch([("user", "like", "@")], ["user"]).mapped("user")
        people = {email for email in users.partner_id.mapped("email_normalized") if email}
        return (self._own_domains() - PUBLIC_DOMAINS) | {login.lower() for login in logins} | people

    # ------------------------------------------------------------------ creation

    @api.model
    def _creation(self, email, server, folder):
        """What a mail that finds no document becomes in a gateway mailbox: the rule's type, else the folder's,
        else the mailbox's.

        :rtype: tuple[str | False, dict] model and default values; False creates nothing
        """
        belongs = email.link_ids.filtered(lambda link: link.state == LINKED and link.rule != "contact")
        if belongs:
            return False, {}
        if rule := email.create_rule_id:
            return rule.type_id.model, self._creation_values(rule, rule.type_id.model)
        if folder.res_model and not folder.res_id:
            return folder.res_model, self._creation_values(folder, folder.res_model)
        model = server.object_id.model
        return model, self._creation_values(server, model) if model else {}

    @api.model
    def _creation_values(self, source, model=None):
        """The default values entered on a rule, folder or mailbox.

        :raise ValidationError: what was entered is no dictionary
        """
        try:
            values = dict(ast.literal_eval(source.create_defaults or "{}"))
        except (ValueError, SyntaxError, TypeError) as error:
            raise ValidationError(
                self.env._("%(text)s is no dictionary such as {'team_id': 3}.", text=source.create_defaults)
            ) from error
        if source.create_user_id and model in self.env:
            user_id = source.create_user_id.id
            if "user_id" in self.env[model]._fields:
                values.setdefault("user_id", user_id)
            elif "user_ids" in self.env[model]._fields:
                values.setdefault("user_ids", [(6, 0, [user_id])])
        return values
