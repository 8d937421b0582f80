"""Value objects that cross from the parser to the rest of the add-on.

All are frozen. Every `str` in them is free of NUL and of lone surrogates, which PostgreSQL
refuses.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of an address header (RFC 5322 section 3.4)."""

    name: str = ""
    """Display name, decoded; '' if there is none."""
    address: str = ""
    """addr-spec in lower case, or '' where the header does not strictly name one."""
    raw: str = ""
    """The text it was read from, for people to judge."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """One leaf of the MIME tree that is not body text."""

    index: int
    """Position among the leaves of the mail, from 0. Stable: part of the attachment's URL."""
    name: str
    """Clean base name of at most 255 bytes, never ''."""
    mimetype: str
    """`type/subtype` in lower case, as declared; `application/octet-stream` where unusable."""
    size: int
    """Bytes after transfer decoding."""
    content_id: str = ""
    """Content-ID without `<>`, for `cid:` URLs (RFC 2392)."""
    inline: bool = False
    """True if the HTML body shows it, so that a list of attachments can leave it out."""
    payload: bytes = field(default=b"", repr=False)
    """The content after transfer decoding; an attached mail as it stands in the source."""


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A mail as read by `parse`; see there."""

    sha256: str
    """Hex digest of the raw bytes: the same copy, byte for byte."""
    size: int
    """Bytes of the raw mail."""
    message_id: str
    """Message-ID with its `<>`; '' if the mail has none."""
    in_reply_to: tuple[str, ...]
    """Message-IDs of In-Reply-To, with `<>`."""
    references: tuple[str, ...]
    """Message-IDs of References, oldest first; of a bounce also those in `bounced_ids`."""
    date: datetime | None
    """Naive UTC. From the Date header if that is sane, else when the server received it."""
    date_source: str
    """Where `date` comes from: 'header', 'received' or 'none'."""
    subject: str
    """Decoded, on one line; '' if absent."""
    from_: Address
    """The author. `address` is '' unless From strictly names exactly one mailbox."""
    sender: Address | None
    """Sender header, where present."""
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    delivered_to: tuple[str, ...]
    """Normalised addresses of Delivered-To, X-Original-To, Envelope-To."""
    text: str
    """The whole body as plain text."""
    own_text: str
    """What the author wrote in this mail."""
    quoted_text: str
    """What the mail quotes or forwards."""
    html: str
    """The HTML body as sent (not sanitized); '' if there is none."""
    attachments: tuple[Attachment, ...] = field(repr=False)
    auto: str
    """'' (a person wrote it), 'auto-replied', 'auto-generated', 'list', 'bulk' or 'bounce'."""
    list_id: str
    """List-Id without its description (RFC 2919)."""
    authentication_results: tuple[str, ...]
    """Values of Authentication-Results, top first; see `authentication`."""
    bounced_ids: tuple[str, ...]
    """Message-IDs of the mails that a delivery report is about."""
    defects: tuple[str, ...]
    """What is wrong with the mail, as stable keys such as 'multiple-from'."""
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    """Header fields in their order, decoded and bounded."""
    fingerprint: str
    """Hex digest that copies of one mail share; see `fingerprint`."""
