import smtplib
from collections import defaultdict
from functools import partial

from odoo import models, tools
from odoo.exceptions import UserError

from ..sending import parameters, probe, replies, sender
from .erp_email_doctor import ERROR, WARNING, Finding

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


class ErpEmailDoctor(models.TransientModel):
    """Checks of outgoing servers and senders."""

    _inherit = "erp.email.doctor"

    def _check_outgoing(self):
        servers = self.env["ir.mail_server"].search([("owner_user_id", "=", False)])
        if not servers and tools.config.get("smtp_server", "localhost") in LOCAL_HOSTS:
            yield Finding(
                "no_server", WARNING, self.env._("No outgoing server is set up"),
                self.env._("Odoo hands its mail to a mail server on its own machine, which is rarely meant to send to the world."),
                self.env._("Create an outgoing mail server with the host, port and login of your mail provider."),
                servers,
            )  # fmt: skip
        filters = defaultdict(servers.browse)
        for server in servers:
            yield from self._examine_server(server)
            for part in server._parse_from_filter(server.from_filter):
                filters[part.lower(), server.sequence] |= server
        for (part, _sequence), same in filters.items():
            if len(same) > 1:
                yield Finding(
                    "filter_twice", WARNING, self.env._("%s is in the filter of several servers", part),
                    self.env._("The servers %s have the same filter and the same priority, so that only the oldest is ever used.", ", ".join(same.mapped("name"))),
                    self.env._("Give them different priorities, or different filters."),
                    same[1],
                )  # fmt: skip

    def _examine_server(self, server):
        sendable = True
        for part in server._parse_from_filter(server.from_filter):
            try:
                (parameters.address if "@" in part else parameters.domain_name)(part)
            except ValueError as error:
                sendable = False
                yield Finding(
                    "filter_broken", ERROR, self.env._("The FROM filter of “%s” can never match", server.name),
                    self.env._("“%(part)s” is neither a domain nor an address. %(reason)s", part=part, reason=self.env._(error.args[0])),
                    self.env._("Enter domains and addresses apart by commas, such as: mycompany.com, sales@other.com"),
                    server,
                )  # fmt: skip
        if server.smtp_authentication == "cli":
            return
        if server.smtp_user and server.smtp_encryption == "none" and server.smtp_host not in LOCAL_HOSTS:
            yield Finding(
                "password_in_clear", WARNING, self.env._("“%s” sends its password without encryption", server.name),
                self.env._("Everybody between Odoo and %s can read it.", server.smtp_host),
                self.env._("Switch the connection encryption to TLS (STARTTLS) or SSL/TLS."),
                server,
            )  # fmt: skip
        # A client certificate is not presented here, and without it such a server takes no sender.
        by_certificate = server.smtp_authentication == "certificate"
        try:
            probe.smtp(
                server.smtp_host,
                server.smtp_port,
                server.smtp_encryption,
                login=partial(self._log_in, server) if server.smtp_user and not by_certificate else None,
                sender=server._get_test_email_from() if sendable and not by_certificate else "",
            )
        except (UserError, OSError, smtplib.SMTPException, UnicodeError) as error:
            yield self._refusal(server, error)

    def _log_in(self, server, session):
        """As the server's own kind does it: with the password, or with a token of Gmail or Outlook."""
        server = server.sudo()
        server._smtp_login__(session, server.smtp_user, server.smtp_pass or "")

    def _refusal(self, server, error):
        reason = replies.explain(f"{type(error).__name__}: {error}")
        key, what, next_step = reason.key, self.env._(reason.what), self.env._(reason.next_step)
        by_token = server.smtp_authentication not in ("login", "certificate")
        if by_token and (isinstance(error, UserError) or key.startswith("authentication")):
            key = "token"
            what = self.env._("The provider does not accept the permission that Odoo has for this account.")
            next_step = self.env._("Open the server and connect the account again.")
        return Finding(
            f"smtp_{key}", ERROR,
            self.env._("“%(server)s” (%(host)s, port %(port)s) takes no mail", server=server.name, host=server.smtp_host, port=server.smtp_port),
            self.env._("%(what)s\nThe server's words: %(words)s", what=what, words=error),
            next_step,
            server,
        )  # fmt: skip

    def _check_senders(self):
        """Default senders and users that no server is meant for."""
        for company in self.env["res.company"].search([]):
            Server = self._servers_of(company)
            default = Server._default_sender()
            if default and self._last_resort(Server, default):
                yield Finding(
                    "default_unmatched", ERROR, self.env._("No server may send as %s", default),
                    self.env._("This is the default sender of %s. Mail goes through a server that is not meant for it, and is often refused.", company.name),
                    self.env._("Add the address or its domain to the FROM filter of an outgoing server."),
                    self.env["ir.mail_server"],
                )  # fmt: skip
            if not default and company.alias_domain_id:
                yield Finding(
                    "no_default_sender", WARNING, self.env._("%s has no default sender", company.name),
                    self.env._("A sender that a server refuses cannot be replaced, so that mail written by customers is passed on in their name and refused as a forgery."),
                    self.env._("Enter a default sender on the email domain, such as notifications."),
                    company.alias_domain_id,
                )  # fmt: skip
        users = self.env["res.users"].search([("share", "=", False)])
        without = users.filtered(
            lambda user: not tools.email_normalize(user.email) and not user._default_email_account()
        )
        if without:
            yield Finding(
                "user_without_address", WARNING, self.env._("Users without a mail address: %s", len(without)),
                self.env._("Mails of these users leave under the administrator's address or the default sender: %s.", ", ".join(without[:5].mapped("name"))),
                self.env._("Enter their mail addresses."),
                without if len(without) == 1 else without.browse(),
            )  # fmt: skip

    def _servers_of(self, company):
        domain = company.alias_domain_id
        context = {"domain_notifications_email": domain.default_from_email} if domain else {}
        return self.env["ir.mail_server"].with_company(company).with_context(**context)

    def _last_resort(self, servers, address):
        choice = servers._choose_server(address, None, servers._server_order())
        policy = servers.browse(choice.server.id)._sender_policy()
        return choice.last_resort and policy.strategy == sender.ODOO
