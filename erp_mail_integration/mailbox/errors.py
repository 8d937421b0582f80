"""What can go wrong with a mailbox, as far as a caller acts differently on it.

Why it went wrong, in words for a person, is the business of :mod:`.explanation`, which also reads the exceptions of
the standard library that pass through unchanged (``OSError``, ``ssl.SSLError``).
"""


class MailboxError(Exception):
    """A mailbox could not do what it was asked."""


class ConnectionLost(MailboxError):
    """The connection is of no more use: cut, timed out or closed by the server. Try again with a new one."""


class ProtocolError(ConnectionLost):
    """The server sent what cannot be understood, so nothing that follows on this connection can be trusted."""


class CommandRefused(MailboxError):
    """The server answered NO, BAD or -ERR. The connection is still good."""

    def __init__(self, command: str, answer: str):
        super().__init__(f"{command}: {answer}")
        self.command = command
        self.answer = answer


class FolderMissing(CommandRefused):
    """The folder was renamed, deleted, or is not for this user."""

    def __init__(self, path: str, answer: str):
        super().__init__("SELECT", answer)
        self.path = path


class FolderReadOnly(CommandRefused):
    """The mails of this folder may be read, not flagged, moved or deleted."""


class HostRefused(MailboxError):
    """The host name leads to an address that mail may not be fetched from."""

    def __init__(self, host: str, address: str, kind: str):
        super().__init__(f"{host} is {address} ({kind})")
        self.host = host
        self.address = address
        self.kind = kind


class LoginNotAscii(MailboxError):
    """The user name or password cannot be put into a command of this server's."""

    def __init__(self):
        super().__init__("the server offers no AUTHENTICATE PLAIN, and LOGIN takes ASCII only")
