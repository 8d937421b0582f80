"""Files that hold mails: .eml, .msg, winmail.dat, .mbox and a .zip of them.

For uploads by a person, who chose to unpack them; attachments of mails are never unpacked (THREATS 23). Everything is
bounded, and what is left out says why.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

from .filenames import clean_filename
from .outlook import is_msg, is_tnef

MAX_MAILS = 100_000
"""Mails taken from one file."""
MAX_ENTRY = 64 * 1024 * 1024
"""Bytes of one entry of an archive."""
MAX_UNPACKED = 2 * 1024 * 1024 * 1024
"""Bytes of all entries of an archive."""

# `From sender date`: what mbox writers put before a mail (RFC 4155), Thunderbird with `-` as sender.
MBOX_FROM = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\r\n]{1,400}?\d{1,2}:\d\d[^\r\n]{0,100}\r?\n")
MBOX_ESCAPE = re.compile(rb"^>(>*From )", re.MULTILINE)
FIELD = re.compile(rb"(?:\xef\xbb\xbf)?\s*[!-9;-~]{1,80}:[ \t]?[^\n]*\n", re.ASCII)


@dataclass(frozen=True, slots=True)
class Item:
    """One mail found in a file, or something that is none."""

    name: str
    """Name of the file or entry it comes from; number of the mail in an mbox."""
    kind: str
    """'mail' (RFC 5322 bytes), 'msg', 'tnef', or 'skipped'."""
    data: bytes = field(default=b"", repr=False)
    reason: str = ""
    """Why it was skipped: 'not-a-mail', 'too-large', 'too-many', 'encrypted', 'damaged', 'archive-in-archive'."""


def read_container(name: str, data: bytes) -> Iterator[Item]:
    """The mails of an uploaded file. Never raises for any bytes.

    The kind is told by the content; the name only labels what is found.
    """
    for count, item in enumerate(_read(name, data)):
        if count == MAX_MAILS:
            yield Item(name, "skipped", reason="too-many")
            return
        yield item


def _read(name: str, data: bytes) -> Iterator[Item]:
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _read_zip(name, data)
    else:
        yield from _read_file(name, data)


def _read_file(name: str, data: bytes) -> Iterator[Item]:
    if is_msg(data):
        yield Item(name, "msg", data)
    elif is_tnef(data):
        yield Item(name, "tnef", data)
    elif MBOX_FROM.match(data):
        yield from _read_mbox(name, data)
    elif FIELD.match(data):
        yield Item(name, "mail", data)
    else:
        yield Item(name, "skipped", reason="not-a-mail")


def _read_mbox(name: str, data: bytes) -> Iterator[Item]:
    """RFC 4155; `>From ` is unescaped as mboxrd says, which undoes mboxo as well."""
    starts = MBOX_FROM.finditer(data)
    position = next(starts).end()
    number = 1
    for following in starts:
        yield Item(f"{name} {number}", "mail", _unescape(data[position : following.start()]))
        position = following.end()
        number += 1
    yield Item(f"{name} {number}", "mail", _unescape(data[position:]))


def _unescape(mail: bytes) -> bytes:
    # The empty line before the next `From ` belongs to the mbox.
    mail = mail[:-2] if mail.endswith(b"\r\n\r\n") else mail[:-1] if mail.endswith(b"\n\n") else mail
    return MBOX_ESCAPE.sub(rb"\1", mail) if b">From " in mail else mail


def _read_zip(name: str, data: bytes) -> Iterator[Item]:
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        yield Item(name, "skipped", reason="damaged")
        return
    budget = MAX_UNPACKED
    for entry in archive.infolist():
        if entry.is_dir() or entry.filename.startswith("__MACOSX/"):
            continue
        label = clean_filename(entry.filename) or name
        content, reason = _unpack(archive, entry, min(MAX_ENTRY, budget))
        budget -= len(content)
        if reason:
            yield Item(label, "skipped", reason=reason)
        elif content.startswith(b"PK\x03\x04"):
            yield Item(label, "skipped", reason="archive-in-archive")
        else:
            yield from _read_file(label, content)


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> tuple[bytes, str]:
    """Content of an entry, or why not. Sizes in the directory may lie: what counts is what comes out."""
    if entry.flag_bits & 1:
        return b"", "encrypted"
    if entry.file_size > limit:
        return b"", "too-large"
    try:
        with archive.open(entry) as stream:
            content = stream.read(limit + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError, RuntimeError):
        return b"", "damaged"
    return (b"", "too-large") if len(content) > limit else (content, "")
