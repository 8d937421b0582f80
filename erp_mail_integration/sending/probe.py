"""Knock at outgoing mail servers without sending anything, with a bound on every wait."""

import contextlib
import smtplib
import ssl
from collections.abc import Callable

TIMEOUT = 5.0
"""Seconds for each step. A server that needs longer works, but badly: the doctor may say so."""


def _context(verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def smtp(
    host: str,
    port: int,
    encryption: str = "none",
    login: Callable[[smtplib.SMTP], object] | None = None,
    sender: str = "",
    timeout: float = TIMEOUT,
):
    """Connect to an outgoing server, log in, and offer a sender.

    :param encryption: as ``smtp_encryption`` of Odoo: none, starttls, starttls_strict, ssl or ssl_strict
    :param login: logs in to the session, in whatever way; None for a server that takes mail without
    :param sender: envelope sender to offer, '' to offer none
    :raises OSError, ssl.SSLError, smtplib.SMTPException: as the server behaves
    """
    context = _context(encryption.endswith("_strict"))
    if encryption.startswith("ssl"):
        session = smtplib.SMTP_SSL(host, port, timeout=timeout, context=context)
    else:
        session = smtplib.SMTP(host, port, timeout=timeout)
    with contextlib.closing(session):
        if encryption.startswith("starttls"):
            session.starttls(context=context)
        if login:
            login(session)
        session.ehlo_or_helo_if_needed()
        if sender:
            code, answer = session.mail(sender)
            if code != 250:
                raise smtplib.SMTPSenderRefused(code, answer, sender)
