"""The demo mailboxes: about sixty mails in four accounts, as a mail server would hold them.

`messages(placeholders)` builds them from the templates in `mails/`; `catalogue.py` says which mail lies
where, when it came and what should become of it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_string
from email.utils import format_datetime, parseaddr
from pathlib import Path

from . import template
from .catalogue import CATALOGUE, Entry

MAILS = Path(__file__).parent / "mails"
DOMAIN = "kestrel.example"
HOME = timezone(timedelta(hours=1))
"""The company's own time zone, in which its people quote dates."""


@dataclass(frozen=True)
class DemoMail:
    """One mail in one mailbox, ready for APPEND or delivery."""

    name: str
    """Which template: its file name without suffix."""
    account: str
    """Local part of the account's address, `sales` for sales@kestrel.example."""
    folder: str
    raw: bytes = field(repr=False)
    flags: tuple[str, ...]
    received: datetime
    """The server's own date (INTERNALDATE), aware, UTC."""


def messages(placeholders: Mapping[str, str], now: datetime | None = None) -> list[DemoMail]:
    """Write the demo mailboxes, oldest mail first.

    :param placeholders: what `records.create` returned
    :param now: the moment that "ten days ago" is counted from; the present by default
    :returns: one item for each copy: a mail that lies in two accounts comes twice
    :raises KeyError: a template names a placeholder that was not given
    """
    now = now or datetime.now(UTC)
    sent = {entry.name: _moment(entry, now) for entry in CATALOGUE}
    mails = [
        _deliver(entry, account, folder, sent, placeholders) for entry in CATALOGUE for account, folder in entry.places
    ]
    return sorted(mails, key=lambda mail: mail.received)


def _moment(entry: Entry, now: datetime) -> datetime:
    """When the mail was sent: so many days before `now`, at the entry's time of day."""
    hour, minute = map(int, entry.at.split(":"))
    day = now.astimezone(HOME) - timedelta(days=entry.days_ago)
    return day.replace(hour=hour, minute=minute, second=_digest(entry.name)[0] % 60, microsecond=0)


def _digest(*words: str) -> bytes:
    """Bytes that look random and are the same each time: seconds, queue ids."""
    return hashlib.sha256("/".join(words).encode()).digest()


def _deliver(entry: Entry, account: str, folder: str, sent: Mapping[str, datetime], placeholders) -> DemoMail:
    moment = sent[entry.name]

    def clock(name, argument):
        if name == "date":
            zone = datetime.strptime(argument, "%z").tzinfo
            return format_datetime(moment.astimezone(zone))
        other, _space, form = argument.partition(" ")
        return sent[other].astimezone(HOME).strftime(form)

    path = MAILS / f"{entry.name}.eml"
    if path.exists():
        text = template.substitute(path.read_text("utf-8"), placeholders, clock)
        raw = template.build(text)
    else:
        text = (MAILS / f"{entry.name}.raw.eml").read_bytes().decode("latin-1")
        text = template.substitute(text, placeholders, clock)
        raw = text.encode("latin-1").replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    received = moment + timedelta(seconds=2 + _digest(entry.name, account)[0] % 40)
    if folder != "Sent":
        raw = _trace(entry, account, text, received) + raw
    return DemoMail(entry.name, account, folder, raw, entry.flags, received.astimezone(UTC))


def _trace(entry: Entry, account: str, text: str, received: datetime) -> bytes:
    """What the servers on the way put on top: different in each copy of one mail."""
    sender = parseaddr(message_from_string(text).get("From", ""))[1]
    domain = sender.rpartition("@")[2] or "unknown.test"
    queue = [_digest(entry.name, account, hop).hex()[:11].upper() for hop in ("in", "out")]
    verdict = entry.verdict
    stamp = format_datetime(received.astimezone(HOME))
    return "\r\n".join(
        [
            f"Return-Path: <{'' if entry.null_path else sender}>",
            f"Delivered-To: {account}@{DOMAIN}",
            f"Received: from mx.{DOMAIN} ([192.0.2.25])",
            f"\tby imap.{DOMAIN} with LMTP id {queue[0]}",
            f"\tfor <{account}@{DOMAIN}>; {stamp}",
            f"Received: from out.{domain} (out.{domain} [198.51.100.{_digest(domain)[0] or 1}])",
            f"\tby mx.{DOMAIN} (Postfix) with ESMTPS id {queue[1]}",
            f"\tfor <{account}@{DOMAIN}>; {stamp}",
            f"Authentication-Results: mx.{DOMAIN};",
            f"\tspf={verdict} smtp.mailfrom={domain}; dkim={verdict} header.d={domain};",
            f"\tdmarc={verdict} header.from={domain}",
            "",
        ]
    ).encode("ascii")
