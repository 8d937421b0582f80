"""A real SMTP server on the loopback interface that keeps what it is sent."""

import base64
import contextlib
import email.policy
import logging
import socket
import warnings
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from unittest.mock import patch

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Session

PASSWORD = "secret"


@dataclass(frozen=True)
class Received:
    """A mail as it arrived."""

    envelope_from: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=email.policy.default)


class SmtpSink:
    """Takes every mail, unless ``replies`` says otherwise.

    ``replies`` holds the answers to the next RCPT TO commands, '' for a plain yes: ``["451 4.3.0 later", ""]``.
    With a ``token``, senders must have logged in with it (XOAUTH2, as Gmail and Outlook do).
    """

    def __init__(self):
        self.mails: list[Received] = []
        self.replies: list[str] = []
        self.port = 0
        self.token = ""

    async def auth_XOAUTH2(self, server, arguments):
        said = base64.b64decode(arguments[1]).decode()
        accepted = bool(self.token) and f"auth=Bearer {self.token}\x01" in said
        return AuthResult(success=accepted, handled=False, auth_data=said)

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.token and not session.authenticated:
            return "530 5.7.57 Client not authenticated to send mail"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        reply = self.replies.pop(0) if self.replies else ""
        if reply == "cut":
            server.transport.close()
            return "421 4.0.0 bye"
        if reply:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(Received(envelope.mail_from, tuple(envelope.rcpt_tos), bytes(envelope.content)))
        return "250 2.0.0 queued"


class _Session(Session):
    """aiosmtpd warns of its own deprecated attribute, which hangs the connection where warnings are errors."""

    login_data = None


def _authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def smtp_sink(env, tls_context=None):
    """Run a sink, and let this test send: Odoo sends nothing while tests run.

    :param tls_context: offer STARTTLS with this certificate

    >>> with smtp_sink(self.env) as sink:
    ...     server.write({"smtp_host": "127.0.0.1", "smtp_port": sink.port})
    ...     mail.send()
    ...     sink.mails[0].envelope_from
    """
    sink = SmtpSink()
    sink.port = free_port()
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    with warnings.catch_warnings(), patch("aiosmtpd.smtp.Session", _Session):
        warnings.simplefilter("ignore")
        controller = Controller(
            sink,
            hostname="127.0.0.1",
            port=sink.port,
            authenticator=_authenticate,
            auth_require_tls=False,
            tls_context=tls_context,
        )
        controller.start()
        try:
            with patch.object(type(env["ir.mail_server"]), "_disable_send", lambda self: False):
                yield sink
        finally:
            controller.stop()
