"""IDLE (RFC 2177): wait until the server says that something has changed.

imaplib learns it with Python 3.14 only. What makes it awkward before: a read that times out leaves imaplib's
buffered file unusable, so the waiting is done on the socket and reading starts when there is something to read.
"""

import imaplib
import selectors
import ssl
import time

MAX_IDLE = 29 * 60
"""Seconds; a server may log a client off after 30 minutes (RFC 2177 3)."""

imaplib.Commands.setdefault("IDLE", ("SELECTED",))


def idle(connection: imaplib.IMAP4, seconds: float, wake=None) -> bool:
    """Wait for news of the open folder.

    :param seconds: how long at most.
    :param wake: anything with a ``fileno``: the wait ends when it can be read.
    :returns: whether the number of mails was announced, which a server does for a new mail and some do at once.
    :raises imaplib.IMAP4.error: when the server does not do IDLE.
    :raises imaplib.IMAP4.abort: when the line is cut.
    """
    deadline = time.monotonic() + min(seconds, MAX_IDLE)
    connection.untagged_responses.pop("EXISTS", None)
    tag = connection._command("IDLE")
    while connection._get_response() is not None:  # None is the continuation request
        if connection.tagged_commands[tag]:
            status, text = connection.tagged_commands.pop(tag)
            raise connection.error(f"IDLE command error: {status} {text}")
    news = False
    while not news and _readable(connection, deadline - time.monotonic(), wake):
        connection._get_response()
        connection._check_bye()
        news = "EXISTS" in connection.untagged_responses
    connection.send(b"DONE\r\n")
    connection._command_complete("IDLE", tag)
    return news or "EXISTS" in connection.untagged_responses


def _readable(connection: imaplib.IMAP4, seconds: float, wake) -> bool:
    """Whether a read would find something, or the end of the stream, within the time and before ``wake``."""
    deadline = time.monotonic() + seconds
    encrypted = isinstance(connection.sock, ssl.SSLSocket)
    with selectors.DefaultSelector() as selector:  # not select.select: it stops at 1,024 descriptors
        selector.register(connection.sock, selectors.EVENT_READ)
        if wake is not None:
            selector.register(wake, selectors.EVENT_READ)
        while not _ready(connection, encrypted):
            left = deadline - time.monotonic()
            readable = [key.fileobj for key, _events in selector.select(left)] if left > 0 else []
            if not readable or wake in readable:
                return False
            if not encrypted:
                return True
            # What came may be a piece of a record, or a session ticket (RFC 8446 4.6.1): look what is decrypted.
    return True


def _ready(connection: imaplib.IMAP4, encrypted: bool) -> bool:
    """Whether octets wait in Python's buffer or in the TLS layer, without blocking."""
    timeout = connection.sock.gettimeout()
    connection.sock.settimeout(0)
    try:
        # Nothing in the buffer: a plain socket peeks b"", a TLS one raises, and peeks b"" at the end of the stream.
        return bool(connection.file.peek(1)) or encrypted
    except ssl.SSLWantReadError:
        return False
    finally:
        connection.sock.settimeout(timeout)
