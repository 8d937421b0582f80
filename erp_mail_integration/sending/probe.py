"""Knock at mail servers without sending or fetching anything, with a bound on every wait."""

import contextlib
import imaplib
import poplib
import smtplib
import ssl

TIMEOUT = 5.0
"""Seconds for each step. A server that needs longer works, but badly: the doctor may say so."""


def _context(verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def smtp(host, port, encryption="none", user="", password="", sender="", timeout=TIMEOUT):
    """Connect to an outgoing server, log in, and offer a sender.

    :param encryption: as ``smtp_encryption`` of Odoo: none, starttls, starttls_strict, ssl or ssl_strict
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
        if user:
            session.login(user, password)
        session.ehlo_or_helo_if_needed()
        if sender:
            code, answer = session.mail(sender)
            if code != 250:
                raise smtplib.SMTPSenderRefused(code, answer, sender)


def mailbox(kind, host, port, encrypted, user="", password="", timeout=TIMEOUT):
    """Connect to an incoming server and log in.

    :param kind: 'imap' or 'pop'
    :raises OSError, ssl.SSLError, imaplib.IMAP4.error, poplib.error_proto: as the server behaves
    """
    if kind == "imap":
        if encrypted:
            session = imaplib.IMAP4_SSL(host, port, timeout=timeout, ssl_context=_context(False))
        else:
            session = imaplib.IMAP4(host, port, timeout=timeout)
        try:
            if user:
                session.login(user, password)
        finally:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                session.logout()
        return
    if encrypted:
        session = poplib.POP3_SSL(host, port, timeout=timeout, context=_context(False))
    else:
        session = poplib.POP3(host, port, timeout=timeout)
    with contextlib.closing(session):
        if user:
            session.user(user)
            session.pass_(password)
