"""Reading mail servers: IMAP4rev1 (RFC 3501) and POP3 (RFC 1939) over a connection that is already logged in.

Plain Python, no Odoo: the connection comes from ``fetchmail.server._connect__``, so that the OAuth add-ons for
Gmail and Outlook keep working, and everything here can be tested against a real server without a database.

Nothing in this package changes a mailbox on its own: a mail is flagged, moved or deleted only when the caller
says so, which it does after its commit.
"""

from .errors import (
    CommandRefused,
    ConnectionLost,
    FolderMissing,
    HostRefused,
    MailboxError,
    ProtocolError,
)
from .explanation import Explanation, explain
from .imap import ImapMailbox
from .pop import PopMailbox
from .values import FolderInfo, FolderState, RawMail

__all__ = [
    "CommandRefused",
    "ConnectionLost",
    "Explanation",
    "FolderInfo",
    "FolderMissing",
    "FolderState",
    "HostRefused",
    "ImapMailbox",
    "MailboxError",
    "PopMailbox",
    "ProtocolError",
    "RawMail",
    "explain",
]
