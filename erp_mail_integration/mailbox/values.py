"""The values that cross the border between a mailbox and its reader."""

from dataclasses import dataclass, field
from datetime import datetime

SPECIAL_USES = ("sent", "drafts", "junk", "trash", "archive", "all", "flagged", "important")
"""What a folder is for (RFC 6154 2, RFC 8457)."""


@dataclass(frozen=True, slots=True)
class RawMail:
    """One mail as the server holds it, byte for byte."""

    uid: str
    """IMAP UID, POP3 unique-id, or ``sha256:<hex>`` where a POP3 server has no UIDL."""
    raw: bytes = field(repr=False)
    """The message, RFC 5322, unchanged."""
    received: datetime | None = None
    """INTERNALDATE as naive UTC: when the server took the mail. ``None`` over POP3, which does not tell."""
    flags: tuple[str, ...] = ()
    """IMAP flags and keywords, for example ``\\Seen``."""


@dataclass(frozen=True, slots=True)
class FolderInfo:
    """One line of the server's LIST."""

    path: str
    """The name as it goes over the wire (modified UTF-7 on most servers): what ``select`` takes."""
    name: str
    """The name as a person reads it."""
    special_use: str = ""
    """One of :data:`SPECIAL_USES`, or nothing."""
    selectable: bool = True
    """False for a mere level of the hierarchy (``\\Noselect``, ``\\NonExistent``)."""
    delimiter: str = ""
    """What parts the levels of ``path``, or nothing on a flat server."""


@dataclass(frozen=True, slots=True)
class FolderState:
    """What the server said when the folder was opened."""

    uidvalidity: str
    """A UID means something only together with this number (RFC 3501 2.3.1.1)."""
    uidnext: int
    """The next mail gets this UID or a greater one; 0 where the server does not say."""
    exists: int
    """Mails in the folder."""
    highestmodseq: int = 0
    """Changes whenever any mail in the folder does (RFC 7162); 0 where the server has no CONDSTORE."""
    readonly: bool = False
    """Flags cannot be stored and mails cannot be moved."""
