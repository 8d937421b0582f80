import logging
from imaplib import IMAP4

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.mail.models import fetchmail

from ..mailbox import ImapMailbox, PopMailbox, explain
from ..mailbox.connection import LoggedImap, SecuredImap, SecuredPop
from ..mailbox.network import tls_context

_logger = logging.getLogger(__name__)

ALLOWED_HOSTS = "erp_mail_integration.allowed_mail_hosts"
"""System parameter: mail hosts outside the public Internet that may be connected to, parted by commas or spaces."""

MASK = "\N{BULLET}" * 8
"""What is shown where a password is stored."""

STEPS = ("name", "permitted", "connection", "encryption", "login", "mail")
"""The way to a mailbox, in this order. A failure tells how far it got."""

_FAILED_AT = {
    "dns": "name",
    "host_refused": "permitted",
    "refused": "connection",
    "unreachable": "connection",
    "timeout": "connection",
    "protocol": "connection",
    "tls_expected": "encryption",
    "tls": "encryption",
    "tls_version": "encryption",
    "not_tls": "encryption",
    "folder": "mail",
    "imap_disabled": "mail",
    "locked": "mail",
}
"""Step at which a cause (a code of :mod:`mailbox.explanation`) shows, certificates and the login left out."""


class SecuredOdooImap(SecuredImap, fetchmail.OdooIMAP4):
    """Odoo's IMAP connection, to permitted hosts, with verified certificates."""


class SecuredOdooPop(SecuredPop, fetchmail.OdooPOP3):
    """Odoo's POP3 connection, to permitted hosts, with verified certificates."""


class LoggedOdooImapSsl(LoggedImap, fetchmail.OdooIMAP4_SSL):
    """Core's IMAP connection, for the providers whose add-ons name the host themselves."""


_KINDS = {"imap": SecuredOdooImap, "pop": SecuredOdooPop}
"""Class of the connection by its type."""


class FetchmailServer(models.Model):
    """How a mailbox is reached: the password, the connection, and the test of both."""

    _inherit = "fetchmail.server"

    password = fields.Char(
        compute="_compute_password",
        inverse="_inverse_password",
        copy=False,
        help="Can be replaced, not read.",
    )
    password_secret = fields.Char(groups=fields.NO_ACCESS, copy=False, exportable=False)
    starttls = fields.Boolean(
        "STARTTLS",
        help="Encrypt the connection after it was opened on the plain port (RFC 2595). Switched on by "
        "Test & Confirm where the server offers it; from then on a connection without it is refused.",
    )
    verify_certificate = fields.Boolean(
        default=True,
        help="Switch it off only for a server of your own with a self-signed certificate: without it anybody in "
        "between can read the password.",
    )
    check_report = fields.Html("Test result", readonly=True, copy=False)
    check_code = fields.Char(readonly=True, copy=False)

    # ------------------------------------------------------------------ password

    @api.depends("password_secret")
    @api.depends_context("uid")
    def _compute_password(self):
        """The password for the code that logs in, which runs as superuser; a mask for everybody else."""
        for server in self:
            secret = server.sudo().password_secret
            server.password = secret if self.env.su or not secret else MASK

    def _inverse_password(self):
        for server in self:
            if server.password != MASK:
                server.sudo().password_secret = (server.password or "").replace("\N{BULLET}", "") or False
        # The ORM protects a field from its own inverse; the superuser's view of it would stay the old one.
        self.invalidate_recordset(["password"])

    @api.onchange("is_ssl")
    def _onchange_is_ssl(self):
        """The port follows the switch, also where an add-on's override of core's method listens to the type alone."""
        self.onchange_server_type()

    # ------------------------------------------------------------------ connection

    def _connect__(self, allow_archived=False):
        """Connect as core does, but to a permitted host, and over verified TLS.

        A type that another add-on brings along (Gmail, Outlook) leads to its provider and uses core's class; a
        personal mailbox of such a type goes through the checks, since its owner could name another host.

        The context key ``erp_mail_timeout`` (seconds) is for a caller whom a person waits for, ``erp_mail_take_starttls``
        for the test of the mailbox.
        """
        self = self.sudo()
        kind = _KINDS.get(self._get_connection_type())
        if not kind or not (self.active or allow_archived):
            return super()._connect__(allow_archived=allow_archived)
        if self.env.context.get("erp_mail_take_starttls"):
            self._take_starttls()
        timeout = self.env.context.get("erp_mail_timeout", fetchmail.MAIL_TIMEOUT)
        log = self._new_protocol_log()
        connection = None
        try:
            connection = self._open(kind, timeout, log)
            if kind is SecuredOdooImap:
                self._imap_login__(connection)
            else:
                connection.user(self.user)
                connection.pass_(self.password)
        except Exception:
            _hang_up(connection)
            self._keep_protocol(log)
            raise
        return connection

    def _open(self, kind, timeout, log):
        """Open the connection, not logged in yet.

        :param type kind: class of the connection
        :param float timeout: seconds
        :param ProtocolLog | None log: of what is said on it
        """
        if self.server_type in ("imap", "pop") or self.owner_id:
            return kind(
                self.server or "",
                int(self.port),
                timeout=timeout,
                security="tls" if self.is_ssl else "starttls" if self.starttls else "none",
                verify=self.verify_certificate,
                allowed=self._allowed_hosts(),
                log=log,
            )
        return LoggedOdooImapSsl(self.server, int(self.port), timeout=timeout, ssl_context=tls_context(), log=log)

    def _take_starttls(self):
        """Switch STARTTLS on where the server offers it, before a password goes over the line in the clear (RFC 8314 3).

        :raise Exception: as of opening a connection
        """
        if self.is_ssl or self.starttls or self.server_type not in _KINDS:
            return
        connection = self._open(_KINDS[self.server_type], fetchmail.MAIL_TIMEOUT, None)
        try:
            self.starttls = _offers_starttls(connection)
        finally:
            _hang_up(connection)

    @api.model
    def _allowed_hosts(self):
        value = self.env["ir.config_parameter"].sudo().get_param(ALLOWED_HOSTS) or ""
        return value.replace(",", " ").split()

    def action_allow_host(self):
        """Let mail be fetched from the host of this server although it is an internal one."""
        self.ensure_one()
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(self.env._("Only an administrator can allow an internal mail server."))
        allowed = self._allowed_hosts()
        if self.server and self.server not in allowed:
            self.env["ir.config_parameter"].sudo().set_param(ALLOWED_HOSTS, " ".join([*allowed, self.server]))
        return self.button_confirm_login()

    def _explain(self, error):
        """:rtype: mailbox.Explanation, in the user's language"""
        return explain(
            error, self.env._, host=self.server or "", port=self.port, tls=bool(self.is_ssl or self.starttls)
        )

    def _login_failure(self):
        """Log in, as a fetch does, and leave.

        :return: why that is not possible
        :rtype: mailbox.Explanation | None
        """
        connection = None
        try:
            connection = self._connect__()
        except Exception as error:
            return self._explain(error)
        finally:
            _hang_up(connection)
        return None

    # ------------------------------------------------------------------ test

    def button_confirm_login(self):
        """Go the way to the mailbox step by step; confirm the server when it leads to the mail.

        Unlike core, a failure is no error message that is gone with the next click: it stays on the form with
        the steps that worked and what to do next.
        """
        self.check_access("write")
        for server in self.sudo():
            connection = None
            try:
                connection = server.with_context(erp_mail_take_starttls=True)._connect__(allow_archived=True)
                found = server._look_around(connection)
            except UserError:
                raise
            except Exception as error:
                _logger.info("Test of mailbox %s (%s) failed", server.name, server.id, exc_info=True)
                server._report_failure(server._explain(error))
            else:
                server._report_success(found)
            finally:
                _hang_up(connection)
                server._keep_protocol(getattr(connection, "log", None))
        return True

    def _look_around(self, connection):
        """What there is in the mailbox, in words. Reads the list of folders."""
        if isinstance(connection, IMAP4):
            mailbox = ImapMailbox(connection)
            folders = self.env["fetchmail.folder"]._refresh(self, mailbox)
            state = mailbox.select("INBOX", readonly=True)
            return self.env._(
                "%(folders)s folders, %(mails)s mails in the inbox", folders=len(folders), mails=state.exists
            )
        if isinstance(connection, fetchmail.OdooPOP3):
            return self.env._("%(mails)s mails", mails=len(PopMailbox(connection).uidls()))
        return ""

    def _report_success(self, found):
        self.write({"state": "done", "check_code": False, "error_date": False, "error_message": False})
        details = {"mail": found, "name": self.server or "", "encryption": self._encryption_text()}
        self.check_report = self._report_html([(step, True, details.get(step, "")) for step in STEPS])

    def _report_failure(self, explanation):
        code = explanation.code
        failed = _FAILED_AT.get(code, "encryption" if code.startswith("cert_") else "login")
        lines = []
        for step in STEPS:
            if step == failed:
                lines.append((step, False, f"{explanation.what} {explanation.next_step}"))
                break
            lines.append((step, True, self._encryption_text() if step == "encryption" else ""))
        self.write({"state": "draft", "check_code": code, "check_report": self._report_html(lines, explanation.detail)})

    def _encryption_text(self):
        if not self.is_ssl and not self.starttls:
            return self.env._("none: the password can be read on the way")
        if not self.verify_certificate:
            return self.env._("encrypted, the server's certificate is not checked")
        return self.env._("encrypted, the certificate is good")

    def _report_html(self, lines, detail=""):
        """:param list[tuple] lines: (step, worked, text)"""
        names = {
            "name": self.env._("Name of the server"),
            "permitted": self.env._("Host permitted"),
            "connection": self.env._("Connection"),
            "encryption": self.env._("Encryption"),
            "login": self.env._("Login"),
            "mail": self.env._("Mailbox"),
        }
        items = Markup().join(
            Markup('<li><i class="fa fa-fw {}"></i> <strong>{}</strong> {}</li>').format(
                "fa-check text-success" if worked else "fa-times text-danger", names[step], text
            )
            for step, worked, text in lines
        )
        note = Markup('<p class="text-muted small mb-0">{}</p>').format(detail) if detail else ""
        return Markup('<ul class="list-unstyled mb-1">{}</ul>{}').format(items, note)


def _offers_starttls(connection):
    if isinstance(connection, IMAP4):
        return "STARTTLS" in connection.capabilities
    try:
        return "STLS" in connection.capa()
    except Exception:
        return False


def _hang_up(connection):
    """End a connection of :meth:`FetchmailServer._connect__`, or none; a server that is gone is no error."""
    try:
        if connection:
            connection.disconnect()
    except Exception:
        _logger.debug("Failed to end a mail server connection", exc_info=True)
