"""How fast mails are parsed: `python -m bench.parse [MAILS]`.

Ordinary business mail of four kinds, in equal shares. For comparison the standard library reading the same mails, which
gives a tree and no text, dates, addresses or fingerprints. One processor, no database.
"""

import email
import email.policy
import importlib
import sys
import time
import types
from email.message import EmailMessage
from pathlib import Path

ADDON = Path(__file__).resolve().parents[1] / "erp_mail_integration"
TRACE = (
    "from mx{0}.example.com (mx{0}.example.com [192.0.2.{0}])"
    " by mail.example.org with ESMTPS id {0}; Mon, 4 Mar 2024 10:00:0{0} +0100"
)
LINE = "We would like to order ten more boxes of the green folders, please confirm the date of delivery."
CELL = '<tr><td style="font-family:Arial,sans-serif;font-size:14px;padding:10px 20px;color:#333333">{}</td></tr>\n'


def mime_package():
    """The add-on's `mime` folder as a package of its own: the add-on itself needs Odoo."""
    package = types.ModuleType("erp_mail_plain")
    package.__path__ = [str(ADDON)]
    sys.modules.setdefault("erp_mail_plain", package)
    return importlib.import_module("erp_mail_plain.mime")


def ordinary(number: int) -> bytes:
    """One mail: text reply, text and HTML, newsletter in HTML alone, text with a PDF of 75 kB."""
    message = EmailMessage()
    for hop in range(3):
        message["Received"] = TRACE.format(hop + 1)
    message["From"] = f'"Müller, Customer {number}" <customer{number}@example.com>'
    message["To"] = "Orders <orders@example.org>, someone@example.org"
    message["Subject"] = f"Re: Größe of order [xtref:S-{number:06}]"
    message["Date"] = "Mon, 04 Mar 2024 10:00:00 +0100"
    message["Message-ID"] = f"<{number}.bench@example.com>"
    message["References"] = f"<{number}.a@example.org> <{number}.b@example.org>"
    quoted = "\n\nOn Mon, Mar 4, 2024 at 9:00 AM Jane Doe <jane@example.org> wrote:\n> " + "\n> ".join([LINE] * 10)
    kind = number % 4
    text = "\n".join([LINE] * 15) + quoted
    rows = "".join(CELL.format(LINE) for _row in range(40))
    if kind == 2:
        message.set_content(f"<html><body><table>{rows}</table></body></html>", subtype="html")
    else:
        message.set_content(text)
    if kind == 1:
        message.add_alternative(f"<html><body><table>{rows}</table></body></html>", subtype="html")
    if kind == 3:
        message.add_attachment(bytes(75_000), maintype="application", subtype="pdf", filename="order.pdf")
    return message.as_bytes(policy=email.policy.SMTP)


def rate(function, mails: list[bytes]) -> float:
    """Mails per second of processor time, so that other work on the machine does not count: the best of three runs."""
    best = float("inf")
    for _run in range(3):
        start = time.process_time()
        for raw in mails:
            function(raw)
        best = min(best, time.process_time() - start)
    return len(mails) / best


def modern(raw: bytes) -> list:
    """The standard library's header objects, which parse addresses and dates."""
    return email.message_from_bytes(raw, policy=email.policy.SMTP).items()


def main(count: int = 2000) -> int:
    parse = mime_package().parse
    mails = [ordinary(number) for number in range(count)]
    print(f"{count} mails, {sum(map(len, mails)) / count / 1000:.1f} kB on average")
    print(f"mime.parse, everything        {rate(parse, mails):>8.0f} mails/s")
    for kind, name in enumerate(("text reply", "text and HTML", "HTML alone", "with a PDF of 75 kB")):
        print(f"  {name:<27} {rate(parse, mails[kind::4]):>8.0f} mails/s")
    print(f"email, compat32, tree alone   {rate(email.message_from_bytes, mails):>8.0f} mails/s")
    print(f"email, policy.SMTP, headers   {rate(modern, mails):>8.0f} mails/s")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
