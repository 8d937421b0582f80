"""Mailboxes on a real Dovecot, and what goes into them."""

import imaplib
import itertools
import poplib
import shutil
from email.message import EmailMessage

import pytest

from .dovecot import Dovecot

_users = itertools.count(1)


@pytest.fixture(scope="session")
def dovecot(tmp_path_factory):
    if not shutil.which("dovecot"):
        pytest.fail("Dovecot is missing: apt-get install dovecot-imapd dovecot-pop3d")
    root = tmp_path_factory.mktemp("dovecot")
    for parent in (root.parent, root.parent.parent):
        parent.chmod(0o755)  # Dovecot's processes do not run as the user who runs the tests
    server = Dovecot(root).start()
    yield server
    server.stop()


class Account:
    """One mailbox of the test server."""

    def __init__(self, server: Dovecot):
        self.server = server
        self.user = f"user{next(_users)}"

    def imap(self, port: int = 0) -> imaplib.IMAP4:
        connection = imaplib.IMAP4(self.server.host, port or self.server.imap, timeout=10)
        connection.login(self.user, self.server.password)
        return connection

    def pop(self, port: int = 0) -> poplib.POP3:
        connection = poplib.POP3(self.server.host, port or self.server.pop3, timeout=10)
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
    message = EmailMessage()
    message["From"] = "Ada Lovelace <ada@example.com>"
    message["To"] = "orders@example.org"
    message["Subject"] = f"Order {number}"
    message["Message-ID"] = f"<{number}@example.com>"
    message.set_content("Please send 10 boxes.\n")
    raw = message.as_bytes().replace(b"\n", b"\r\n")
    if size > len(raw):
        raw += (b"y" * 76 + b"\r\n") * ((size - len(raw)) // 78)
    return raw
