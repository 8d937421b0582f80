"""IMAP on the wire: what :mod:`imaplib` leaves to its user.

``imaplib`` returns the untagged answers of a command as one flat list in which a line without literals is
``bytes`` and each literal is a tuple ``(text up to the literal, literal)``. Which pieces are one answer, and what
they mean, is worked out here; the syntax itself is read by IMAPClient's parser.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

from imapclient import imap_utf7
from imapclient.exceptions import ProtocolError as SyntaxError_
from imapclient.response_parser import parse_fetch_response, parse_response

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_PARSER_ERRORS = (SyntaxError_, ValueError, TypeError, IndexError, AttributeError, OverflowError)
"""What IMAPClient's parser raises on lines that are not IMAP."""


def answers(data: Iterable[bytes | tuple[bytes, bytes] | None]) -> Iterator[list]:
    """Split imaplib's flat list into one list for each untagged answer.

    A tuple always has a successor in the same answer; plain bytes end it.
    """
    pieces: list = []
    for piece in data:
        if piece is None:
            continue
        pieces.append(piece)
        if not isinstance(piece, tuple):
            yield pieces
            pieces = []


def fetched(data: Iterable) -> dict[int, dict[bytes, object]]:
    """FETCH answers by UID; the attributes of one mail are merged, whatever their order or number of lines.

    Answers without a UID are the server's own news (``* 3 FETCH (FLAGS (\\Seen))``, RFC 3501 7.4.2) and are
    left out: a sequence number must never be taken for a UID. An answer that cannot be read is left out too,
    alone; the caller sees that its mail is missing.
    """
    mails: dict[int, dict[bytes, object]] = {}
    for pieces in answers(data):
        try:
            parsed = parse_fetch_response(pieces, normalise_times=False, uid_is_key=False)
        except _PARSER_ERRORS:
            continue
        for attributes in parsed.values():
            uid = attributes.get(b"UID")
            if isinstance(uid, int):
                mails.setdefault(uid, {}).update(attributes)
    return mails


def listed(data: Iterable) -> Iterator[tuple[tuple[str, ...], str, bytes]]:
    """LIST answers as (attributes, delimiter, raw name)."""
    for pieces in answers(data):
        try:
            attributes, delimiter, name = parse_response(pieces)[:3]
        except _PARSER_ERRORS:
            continue
        if isinstance(name, int):  # a folder called 2024, sent as an atom
            name = str(name).encode()
        yield (
            tuple(text(flag) for flag in attributes or ()),
            text(delimiter or b""),
            name or b"",
        )


def status(data: Iterable) -> dict[str, int]:
    """The numbers of a STATUS answer by their upper-case names."""
    for pieces in answers(data):
        try:
            parsed = parse_response(pieces)
        except _PARSER_ERRORS:
            continue
        items = parsed[-1] if parsed and isinstance(parsed[-1], tuple) else ()
        return {
            text(name).upper(): value
            for name, value in zip(items[::2], items[1::2], strict=False)
            if isinstance(value, int)
        }
    return {}


def numbers(data: Iterable) -> list[int]:
    """The numbers of SEARCH answers, which may come in any count of lines (RFC 3501 7.2.5), ascending, each once."""
    found: set[int] = set()
    for line in data:
        for word in (line or b"").split():
            if not word.isdigit():
                break  # (MODSEQ ...) of RFC 7162 ends the line
            found.add(int(word))
    return sorted(found)


def sequence_set(uids: Iterable[int]) -> str:
    """Ascending UIDs as an IMAP sequence set, neighbours joined: ``1:3,7``."""
    parts: list[str] = []
    start = end = None
    for uid in uids:
        if end is not None and uid == end + 1:
            end = uid
            continue
        if start is not None:
            parts.append(f"{start}:{end}" if start != end else str(start))
        start = end = uid
    if start is not None:
        parts.append(f"{start}:{end}" if start != end else str(start))
    return ",".join(parts)


def search_date(day: date) -> str:
    """A date for SINCE and BEFORE, month in English whatever the locale."""
    return f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"


def utc(value: object) -> datetime | None:
    """INTERNALDATE as naive UTC, or nothing where the server's date makes no sense."""
    if not isinstance(value, datetime):
        return None
    try:
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    except (OverflowError, ValueError):
        return None


def response_code(line: bytes | None, code: str) -> str:
    """The argument of a response code such as ``[UIDVALIDITY 1]`` in a status line, or nothing."""
    match = re.search(rb"\[" + code.encode() + rb" ([^\]]*)\]", line or b"", re.IGNORECASE)
    return text(match[1]) if match else ""


def text(value: bytes | str | int | None) -> str:
    """Anything of the protocol as a string that can be shown and stored."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").replace("\0", "")
    return "" if value is None else str(value)


def wire_path(raw: bytes) -> str:
    """A folder name as a string that keeps every byte: :func:`quoted` gives the bytes back."""
    return raw.decode("latin-1")


def readable_name(raw: bytes) -> str:
    """A folder name for people: modified UTF-7 (RFC 3501 5.1.3), or UTF-8 where a server sends it bare (RFC 6855)."""
    if not raw.isascii():
        return raw.decode("utf-8", "replace")
    try:
        return imap_utf7.decode(raw)
    except (UnicodeError, ValueError):
        return raw.decode("ascii")


def quoted(path: str) -> bytes:
    """A wire path as an IMAP quoted string.

    :raises ValueError: for names that no quoted string can hold (RFC 3501 9), among them attempts to smuggle in
        a second command after a line break.
    """
    raw = path.encode("latin-1")
    if re.search(rb"[\r\n\0]", raw):
        raise ValueError("line breaks are not allowed in a folder name")
    return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
