"""A real SMTP server on the loopback interface that keeps what it is sent."""

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
    """

    def __init__(self):
        self.mails: list[Received] = []
        self.replies: list[str] = []
        self.port = 0

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
def smtp_sink(env):
    """Run a sink, and let this test send: Odoo sends nothing while tests run.

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
            sink, hostname="127.0.0.1", port=sink.port, authenticator=_authenticate, auth_require_tls=False
        )
        controller.start()
        try:
            with patch.object(type(env["ir.mail_server"]), "_disable_send", lambda self: False):
                yield sink
        finally:
            controller.stop()
