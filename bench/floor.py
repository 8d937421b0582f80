"""How fast mail comes out of Dovecot with the mailbox classes alone: ``python -m bench.floor [MAILS]``.

No database, no parsing: the upper bound of what an import can reach on this machine, to hold the import's own
figure against. IMAP and POP3, plain text, over loopback.
"""

import imaplib
import importlib
import poplib
import resource
import sys
import time
import types
import uuid
from email.message import EmailMessage
from pathlib import Path

from tools.dovecot import Dovecot
from tools.ports import LOOPBACK

ADDON = Path(__file__).resolve().parents[1] / "erp_mail_integration"


def mailbox_package():
    """The add-on's ``mailbox`` folder as a package of its own: the add-on itself needs Odoo."""
    package = types.ModuleType("erp_mail_plain")
    package.__path__ = [str(ADDON)]
    sys.modules.setdefault("erp_mail_plain", package)
    return importlib.import_module("erp_mail_plain.mailbox")


def messages(count: int):
    """Business mail of mixed size: mostly a few kilobytes, each twentieth with a 100 KB attachment."""
    for number in range(count):
        message = EmailMessage()
        message["From"] = f"Customer {number % 97} <customer{number % 97}@example.com>"
        message["To"] = "orders@example.org"
        message["Subject"] = f"Order {number}"
        message["Message-ID"] = f"<{number}.{uuid.uuid4().hex}@example.com>"
        message.set_content("Please send 10 boxes.\n" * (20 + number % 100))
        if number % 20 == 0:
            message.add_attachment(bytes(75_000), maintype="application", subtype="pdf", filename="order.pdf")
        yield "INBOX", message.as_bytes(), (), None


def measure(name: str, batches) -> int:
    """Run through all batches and print the speed."""
    start = time.perf_counter()
    count = octets = 0
    for batch in batches:
        count += len(batch)
        octets += sum(len(mail.raw) for mail in batch)
    seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{name:<12} {count:>7} mails {octets / 1e6:>8.1f} MB {seconds:>7.2f} s "
        f"{count / seconds:>8.0f} mails/s {octets / 1e6 / seconds:>7.1f} MB/s  peak {memory} MB"
    )
    return count


def main(count: int = 2000) -> int:
    package = mailbox_package()
    server = Dovecot()
    started = not server.running()
    if started:
        server.start()
    try:
        user = f"floor-{uuid.uuid4().hex}"
        server.deliver(user, messages(count))
        imap = imaplib.IMAP4(LOOPBACK, server.port("imap"))
        imap.login(user, server.password)
        mailbox = package.ImapMailbox(imap)
        mailbox.select("INBOX")
        start = time.perf_counter()
        uids = mailbox.uids()
        print(f"search       {len(uids):>7} UIDs {time.perf_counter() - start:>20.3f} s")
        found = [measure("IMAP first", mailbox.fetch(uids)), measure("IMAP again", mailbox.fetch(uids))]
        imap.logout()
        pop = poplib.POP3(LOOPBACK, server.port("pop3"))
        pop.user(user)
        pop.pass_(server.password)
        mailbox = package.PopMailbox(pop)
        found.append(measure("POP3", mailbox.fetch(mailbox.uidls())))
        pop.quit()
    finally:
        if started:
            server.stop()
    return 0 if found == [count] * 3 else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
