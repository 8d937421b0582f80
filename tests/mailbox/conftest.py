"""Mailboxes on a real Dovecot, and what goes into them."""

import imaplib
import poplib
import uuid
from email.message import EmailMessage

import pytest

from tools.dovecot import Dovecot

HOST = "127.0.0.1"


@pytest.fixture(scope="session")
def dovecot():
    server = Dovecot()
    if server.running():
        yield server
        return
    server.start()
    yield server
    server.stop()


class Account:
    """A mailbox of its own on the test server."""

    def __init__(self, server: Dovecot):
        self.server = server
        self.user = f"test-{uuid.uuid4().hex}"

    def imap(self, port: int = 0) -> imaplib.IMAP4:
        connection = imaplib.IMAP4(HOST, port or self.server.port("imap"), timeout=10)
        connection.login(self.user, self.server.password)
        return connection

    def pop(self, port: int = 0) -> poplib.POP3:
        connection = poplib.POP3(HOST, port or self.server.port("pop3"), timeout=10)
        connection.user(self.user)
        connection.pass_(self.server.password)
        return connection

    def deliver(self, *mails: bytes, folder: str = "INBOX", flags: str = "", date: str | None = None) -> None:
        connection = self.imap()
        for raw in mails:
            status, answer = connection.append(folder, flags, f'"{date}"' if date else None, raw)
            assert status == "OK", answer
        connection.logout()


@pytest.fixture
def account(dovecot):
    return Account(dovecot)


def mail(number: int = 1, size: int = 0) -> bytes:
    """An order of at least ``size`` octets."""
    message = EmailMessage()
    message["From"] = "Ada Lovelace <ada@example.com>"
    message["To"] = "orders@example.org"
    message["Subject"] = f"Order {number}"
    message["Message-ID"] = f"<{number}@example.com>"
    message.set_content("Please send 10 boxes.\n")
    raw = message.as_bytes().replace(b"\n", b"\r\n")
    return raw + (b"y" * 76 + b"\r\n") * max(0, (size - len(raw)) // 78)
