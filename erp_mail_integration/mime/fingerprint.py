"""What makes two copies one mail.

Two people's copies of a mail differ in what each server adds or rewrites: Received, Delivered-To,
Return-Path, X- headers, transfer encodings, boundaries, folding, line ends. They agree in what the
sender wrote, and that alone is hashed:

* **Message-ID** - unique by RFC 5322, so two "Thanks" of one minute are two mails. Not enough:
  anybody can send a Message-ID they have seen, before or after the real mail (THREATS 29).
* **From**, its address - a stolen Message-ID under another name is another mail.
* **Date** - the moment, not its spelling: tells the same newsletter of two days apart where
  Message-IDs are missing.
* **Subject** - decoded, spaces collapsed: folding and encoded words differ between gateways.
* **Content** - every leaf after transfer decoding, white space left out. Gateways turn 8bit into
  quoted-printable or base64, CRLF into LF, drop trailing space. Structure, names and types are
  not hashed: Exchange rewrites them. A mail with other content is another mail, whatever its
  Message-ID says.

Odoo writes one message for each recipient, all with one Message-ID; those to recipients of one kind differ in the
keys of their links alone (`access_token=`, `pid=`). The values of such parameters are left out: an audit mailbox
holds them all, and a mail that we sent is stored without its keys.

Not handled, on purpose: a footer added by a mailing list changes the content; these are two mails.
"""

import hashlib
import re
from collections.abc import Iterable

from .dates import header_date
from .limits import MAX_TEXT_BYTES

CHUNK = 1024 * 1024
"""Bytes squeezed at once, so that a 50 MB attachment is not copied whole."""
WHITESPACE = b" \t\r\n"


_KEYS = re.compile(rb"([?&;](?:access_token|auth_signup_token|auth_login|token|hash|pid)=)[^&\s\"'<>#]+", re.IGNORECASE)


def content_digest(payload: bytes, is_text: bool = False) -> bytes:
    """Digest of a leaf's decoded content without its white space; b'' of an empty one.

    :param is_text: leave out the keys of links
    """
    if is_text and len(payload) <= MAX_TEXT_BYTES and (b"token=" in payload or b"hash=" in payload):
        payload = _KEYS.sub(rb"\1", payload)
    digest = hashlib.sha256()
    found = False
    for start in range(0, len(payload), CHUNK):
        squeezed = payload[start : start + CHUNK].translate(None, WHITESPACE)
        found = found or bool(squeezed)
        digest.update(squeezed)
    return digest.digest() if found else b""


def fingerprint(message_id: str, author: str, date: str, subject: str, contents: Iterable[bytes]) -> str:
    """Hex digest shared by all copies of a mail.

    :param message_id: with its `<>`, or ''
    :param author: address of From, or the From header where it has no trusted address
    :param date: Date header
    :param subject: decoded
    :param contents: `content_digest` of every leaf, in order; empty ones do not count
    """
    moment = header_date(date)
    digest = hashlib.sha256(b"erp_mail_integration fingerprint 1")
    for text in (message_id, author, moment.isoformat() if moment else date, subject):
        # Length first, so that no text can run over into the next.
        data = " ".join(text.split()).encode("utf-8", "replace")
        digest.update(b"%d:" % len(data) + data)
    for content in contents:
        digest.update(content)
    return digest.hexdigest()
