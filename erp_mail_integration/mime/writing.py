"""Writes a mail from its values: for messages of which nobody kept the bytes."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr

from .text import LINE_CONTROLS, SURROGATES

WIRE = policy.compat32.clone(linesep="\r\n")
MEDIA_TYPE = re.compile(r"(?!multipart/|message/)[\w.+-]+/[\w.+-]+", re.ASCII)

Mailbox = tuple[str, str]
"""Name and address."""


@dataclass(frozen=True, slots=True)
class File:
    """An attachment; with a Content-ID the HTML shows it in its place (RFC 2392)."""

    name: str
    mimetype: str
    data: bytes = field(repr=False)
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of a mail."""

    message_id: str
    """With its `<>`."""
    date: datetime
    """Naive UTC."""
    subject: str
    from_: Mailbox
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    in_reply_to: str = ""
    html: str = field(default="", repr=False)
    files: tuple[File, ...] = ()


def write_mail(draft: Draft) -> bytes:
    """The mail as RFC 5322 bytes. The same values give the same bytes."""
    mail = body = MIMEText(SURROGATES.sub("", draft.html), "html", "utf-8")
    if draft.files:
        subtype = "related" if any(file.content_id for file in draft.files) else "mixed"
        mail = MIMEMultipart(subtype, boundary=f"=-{hashlib.sha256(draft.message_id.encode()).hexdigest()[:32]}")
        for part in (body, *map(_part, draft.files)):
            mail.attach(part)
    for name, value in (
        ("From", _mailboxes([draft.from_])),
        ("To", _mailboxes(draft.to)),
        ("Cc", _mailboxes(draft.cc)),
        ("Subject", _text(draft.subject)),
        ("Date", format_datetime(draft.date.replace(tzinfo=UTC))),
        ("Message-ID", _line(draft.message_id)),
        ("In-Reply-To", _line(draft.in_reply_to)),
        ("References", _line(draft.in_reply_to)),
    ):
        if value:
            mail[name] = value
    return mail.as_bytes(policy=WIRE)


def _part(file: File) -> MIMEBase:
    usable = MEDIA_TYPE.fullmatch(file.mimetype)
    part = MIMEBase(*(file.mimetype if usable else "application/octet-stream").split("/"))
    part.set_payload(file.data)
    encode_base64(part)
    disposition = "inline" if file.content_id else "attachment"
    part.add_header("Content-Disposition", disposition, filename=("utf-8", "", _line(file.name) or "attachment"))
    if file.content_id:
        part["Content-ID"] = f"<{file.content_id}>"
    return part


def _mailboxes(mailboxes) -> str:
    return ", ".join(_mailbox(_line(name), _line(address)) for name, address in mailboxes if name or address)


def _mailbox(name: str, address: str) -> str:
    if not address:
        return f"{_text(name)} <>"
    # An address outside ASCII (RFC 6532) is left as it is: it has no other spelling.
    return formataddr((name, address)) if address.isascii() else f"{_text(name)} <{address}>"


def _text(value: str) -> str:
    line = _line(value)
    return line if line.isascii() else Header(line, "utf-8", maxlinelen=75).encode(linesep="\r\n")


def _line(value: str) -> str:
    """Text that ends no header field."""
    return " ".join(LINE_CONTROLS.sub(" ", SURROGATES.sub("", value)).split())
