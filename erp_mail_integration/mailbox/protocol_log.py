"""What was said on a connection, for whoever looks for a fault: bounded, without passwords and without mails."""

import re
from collections import deque

HIDDEN = "***"
FIRST_LINES = 100
LAST_LINES = 300
"""Lines kept from the start and the end of a connection; what is between them is counted."""
LINE = 300
"""Characters kept of a line: a SEARCH may answer with half a megabyte."""

_CREDENTIALS = re.compile(
    rb"^(?P<start>(?P<tag>\S+) (?:LOGIN|AUTHENTICATE(?: [\w-]+)?)|PASS|APOP|AUTH(?: [\w-]+)?)\b(?P<secret>.*)",
    re.IGNORECASE | re.DOTALL,
)
"""Commands with a password, in IMAP (RFC 3501 6.2.2, 6.2.3) and POP3 (RFC 1939 7, RFC 5034)."""

_NOT_SECRET = {b"", b"*", b"="}
"""Of SASL: nothing, cancelled (RFC 3501 6.2.2), an empty first answer (RFC 4959 3)."""


class ProtocolLog:
    """The lines of one connection.

    From a command with a password to the server's verdict on it everything the client says is hidden, in whatever
    pieces it comes: literals (RFC 7888), SASL answers, refused tries. What was hidden once stays hidden where the
    server repeats it.
    """

    def __init__(self):
        self._first: list[str] = []
        self._last: deque[str] = deque(maxlen=LAST_LINES)
        self._count = 0
        self._verdict: re.Pattern | None = None
        """What the server's verdict on a password starts with, while one is waited for."""
        self._secrets: set[bytes] = set()

    def sent(self, data: bytes) -> None:
        """Note what the client says; octets that are no line yet may follow in another call."""
        for line in data.splitlines():
            found = None if self._verdict else _CREDENTIALS.match(line)
            if found:
                tag = found["tag"]
                self._verdict = re.compile(rb"%s |\* BYE" % re.escape(tag) if tag else rb"\+OK|-ERR")
                self._hide(found["secret"])
                self._note("C", found["start"] + (b" " + HIDDEN.encode() if found["secret"].strip() else b""))
            elif self._verdict:
                self._hide(line)
                self._note("C", HIDDEN.encode())
            else:
                self._note("C", line)

    def received(self, line: bytes) -> None:
        """Note a line of the server."""
        if self._verdict and self._verdict.match(line):
            self._verdict = None
        self._note("S", line)

    def text(self) -> str:
        """The log, for people."""
        between = self._count - len(self._first) - len(self._last)
        return "\n".join([*self._first, *([f"({between} lines)"] if between else []), *self._last])

    def _hide(self, secret: bytes) -> None:
        """Remember what must not be shown: all of it, and its last word (a LOGIN's first is the user's name)."""
        words = re.findall(rb'"((?:\\.|[^"\\])*)"|(\S+)', secret)
        quoted, bare = words[-1] if words else (b"", b"")
        self._secrets |= {secret.strip(), quoted, re.sub(rb"\\(.)", rb"\1", quoted), bare} - _NOT_SECRET

    def _note(self, who: str, line: bytes) -> None:
        for secret in sorted(self._secrets, key=len, reverse=True):
            line = line.replace(secret, HIDDEN.encode())
        text = line.decode("utf-8", "replace").replace("\0", "").rstrip("\r\n")
        text = f"{who}: {text[:LINE]}{'...' if len(text) > LINE else ''}"
        (self._first if len(self._first) < FIRST_LINES else self._last).append(text)
        self._count += 1
