import ast
import ssl

from odoo import fields, models
from odoo.exceptions import UserError

from ..sending import replies


class ErpEmailTest(models.TransientModel):
    """A test mail to oneself, sent the whole way, with the conversation the server had with us."""

    _name = "erp.email.test"
    _description = "Test Mail"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    mail_server_id = fields.Many2one("ir.mail_server", "Outgoing server", readonly=True)
    success = fields.Boolean(readonly=True)
    summary = fields.Text(readonly=True)
    next_step = fields.Text(readonly=True)
    source = fields.Text("Mail as it was sent", readonly=True)
    log = fields.Text("Conversation with the server", readonly=True)

    def _run(self):
        """Send the test mail now.

        :returns: the action that shows the result
        """
        self.ensure_one()
        self.env["ir.mail_server"].check_access("write")  # administrators
        if not self.env.user.email:
            raise UserError(self.env._("Enter your mail address in your preferences first."))
        lines = []
        try:
            recipient = self._send(lines)
        except Exception as error:
            explanation = replies.explain(f"{type(error).__name__}: {error}")
            self.write(
                {
                    "success": False,
                    "summary": self.env._(explanation.what),
                    "next_step": self.env._(explanation.next_step),
                    "log": "\n".join([*lines, f"{type(error).__name__}: {error}"]),
                }
            )
        else:
            self.write(
                {
                    "success": True,
                    "summary": self.env._("The server took the mail for %s.", recipient),
                    "next_step": self.env._("Look into your mailbox, and into its spam folder. Then answer the mail."),
                    "log": "\n".join(lines),
                }
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Test mail"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _send(self, lines):
        """Prepare, connect and send as ``mail.mail`` does, noting every line of the SMTP conversation."""
        user = self.env.user
        values = self.env.ref("erp_mail_integration.mail_template_test")._generate_template(
            [user.id], ("subject", "body_html")
        )[user.id]
        domain = self.company_id.alias_domain_id
        Server = self.env["ir.mail_server"].with_company(self.company_id)
        if domain:
            Server = Server.with_context(
                domain_notifications_email=domain.default_from_email, domain_bounce_address=domain.bounce_email
            )
        email_from, smtp_from = user._sender(), None
        server = self.mail_server_id
        if not server:
            server, smtp_from = Server._find_mail_server(email_from)
            self.mail_server_id = server
        message = Server._build_email__(
            email_from,
            [user.email_formatted],
            values["subject"],
            values["body_html"],
            subtype="html",
            reply_to=self.env["mail.thread"]._notify_get_reply_to(default=email_from)[False],
            headers={"Auto-Submitted": "auto-generated"},
        )
        lines.append(self.env._("Server: %s", server.name if server else self.env._("configuration file")))
        session = Server._connect__(mail_server_id=server.id if server else None, smtp_from=smtp_from or email_from)
        if session is None:
            raise UserError(self.env._("Odoo sends nothing while it is being tested or updated."))
        try:
            lines += self._connection_lines(session)
            session.set_debuglevel(1)  # from here on, so that no password is ever in it
            session._print_debug = lambda *parts: lines.extend(filter(None, [_conversation_line(parts)]))
            Server.send_email(message, smtp_session=session)
            self.source = message.as_string()[:20000]
        finally:
            session.close()
        return user.email

    def _connection_lines(self, session):
        """How the connection was made: host, encryption, and what the server says it can do."""
        host, port = session.sock.getpeername()[:2]
        encrypted = isinstance(session.sock, ssl.SSLSocket)
        yield self.env._(
            "Connected to %(host)s (%(address)s), port %(port)s, %(encryption)s",
            host=session._host,
            address=host,
            port=port,
            encryption=session.sock.version() if encrypted else self.env._("not encrypted"),
        )
        for line in (session.ehlo_resp or b"").decode("utf-8", "replace").splitlines():
            yield f"< {line}"


def _conversation_line(parts):
    """One line of smtplib's debug output as a person reads it: ``> `` is what we said, ``< `` the server."""
    sign = {"send:": ">", "reply:": "<"}.get(str(parts[0]))
    if not sign or len(parts) < 2:
        return ""
    try:
        said = ast.literal_eval(str(parts[1]))
    except (ValueError, SyntaxError):
        said = str(parts[1])
    text = (said.decode("utf-8", "replace") if isinstance(said, bytes) else said).strip()
    return f"{sign} {text}" if len(text) < 300 else f"{sign} [{len(text)}]"
