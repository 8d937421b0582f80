"""A POP3 mailbox (RFC 1939).

POP3 has no folders, no flags and, by itself, no memory: a mail is known by its unique-id, and deletions take
effect with QUIT alone, so that a cut connection deletes nothing.
"""

import hashlib
import poplib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from .errors import CommandRefused, ConnectionLost, ProtocolError
from .values import RawMail

MAX_BYTES = 8 * 1024 * 1024
MAX_MAILS = 200
MAX_LINE = 1 << 20
"""Longest line taken, in octets. RFC 5322 allows 998, mail programs send 70,000 and more; poplib stops at 2,048 and
Odoo's setting at 65,536. Read in bounded bites, so a longer line is joined, not refused, up to ``MAX_MAIL``."""
MAX_MAIL = 512 * 1024 * 1024
"""A server that sends more than this in one mail has lost its way."""


class PopMailbox:
    """A logged-in POP3 connection.

    :param connection: as Odoo's ``fetchmail.server._connect__`` returns it.
    """

    def __init__(self, connection: poplib.POP3):
        self._connection = connection
        self.refused: dict[str, str] = {}
        """Unique-ids that the last :meth:`fetch` could not get, with the server's words: come back for them."""
        self.sizes: dict[int, int] = {}
        """Octets by message number, as the server counts them; read by :meth:`uidls` and :meth:`fetch`."""
        self.numbers: dict[str, list[int]] = {}
        """Message numbers by the name under which :meth:`fetch` returned a mail: what :meth:`delete` takes."""

    def uidls(self) -> list[tuple[int, str]]:
        """(message number, unique-id) of every mail; the unique-id is empty where the server has no UIDL.

        Numbers hold for this connection only. A mail without unique-id, or with one that another mail of the
        mailbox carries too, is known by its content: :meth:`fetch` names it ``sha256:...``.
        """
        self.sizes = sizes = self._sizes()
        try:
            lines = self._long("UIDL")
        except CommandRefused:
            return [(number, "") for number in sizes]
        ids: dict[int, str] = {}
        for line in lines:
            number, _space, uidl = line.strip().partition(b" ")
            if number.isdigit():
                ids[int(number)] = uidl.strip().decode("ascii", "backslashreplace")
        seen: dict[str, int] = {}
        for uidl in ids.values():
            seen[uidl] = seen.get(uidl, 0) + 1
        return [(number, ids.get(number, "") if seen.get(ids.get(number, "")) == 1 else "") for number in sizes]

    def fetch(self, mails: Sequence[tuple[int, str]], max_bytes: int = MAX_BYTES) -> Iterator[list[RawMail]]:
        """Mails by (number, unique-id), as :meth:`uidls` lists them.

        :param max_bytes: bound of one list, by the server's own sizes; a greater mail comes alone.
        """
        self.refused = {}
        self.sizes = sizes = self._sizes()
        batch: list[RawMail] = []
        total = 0
        for number, uidl in mails:
            if number not in sizes:
                continue
            if batch and (total + sizes[number] > max_bytes or len(batch) >= MAX_MAILS):
                yield batch
                batch, total = [], 0
            try:
                raw = self._retrieve(number)
            except CommandRefused as error:
                self.refused[uidl or str(number)] = error.answer
                continue
            mail = RawMail(uid=uidl or content_id(raw), raw=raw)
            self.numbers.setdefault(mail.uid, []).append(number)
            batch.append(mail)
            total += len(raw)
        if batch:
            yield batch

    def delete(self, numbers: Sequence[int]) -> dict[int, str]:
        """Mark mails for deletion. Nothing is deleted before :meth:`quit`.

        :returns: the server's words by number of those that it refused.
        """
        refused = {}
        for number in numbers:
            try:
                with _translated("DELE"):
                    self._connection.dele(number)
            except CommandRefused as error:
                refused[number] = error.answer
        return refused

    def quit(self) -> None:
        """End the session; now the server deletes what was marked (RFC 1939 6)."""
        with _translated("QUIT"):
            self._connection.quit()

    # -- the inside -------------------------------------------------------------------------------------------

    def _sizes(self) -> dict[int, int]:
        sizes = {}
        for line in self._long("LIST"):
            words = line.split()
            if len(words) >= 2 and words[0].isdigit() and words[1].isdigit():
                sizes[int(words[0])] = int(words[1])
        return sizes

    def _retrieve(self, number: int) -> bytes:
        lines = self._long(f"RETR {number}")
        return b"".join(lines)

    def _long(self, command: str) -> list[bytes]:
        """The lines of a multi-line answer, unstuffed (RFC 1939 3), line ends kept.

        poplib's own reader stops at lines beyond its limit and leaves the rest of the mail on the wire, where it
        is taken for the answer to the next command. This one reads from the same file without a limit to the line.
        """
        with _translated(command):
            self._connection._shortcmd(command)  # raises on -ERR
            lines: list[bytes] = []
            total = 0
            while True:
                line = self._line()
                if line in (b".\r\n", b".\n"):
                    return lines
                if line.startswith(b"."):
                    line = line[1:]
                total += len(line)
                if total > MAX_MAIL:
                    raise ProtocolError(f"{command}: more than {MAX_MAIL} octets")
                lines.append(line)

    def _line(self) -> bytes:
        bites = []
        while True:
            bite = self._connection.file.readline(MAX_LINE)
            if not bite:
                raise ConnectionLost("the server closed the connection in the middle of an answer")
            bites.append(bite)
            if bite.endswith(b"\n"):
                return bites[0] if len(bites) == 1 else b"".join(bites)
            if len(bites) * MAX_LINE > MAX_MAIL:
                raise ProtocolError(f"a line of more than {MAX_MAIL} octets")


def content_id(raw: bytes) -> str:
    """What a mail without unique-id is known by: the same bytes are the same mail."""
    return "sha256:" + hashlib.sha256(raw).hexdigest()


@contextmanager
def _translated(command: str):
    """poplib's exceptions as ours."""
    try:
        yield
    except poplib.error_proto as error:
        answer = error.args[0] if error.args else b""
        answer = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
        if answer.startswith("-ERR") and answer != "-ERR EOF":
            raise CommandRefused(command, answer[4:].strip()) from error
        if answer == "-ERR EOF":
            raise ConnectionLost(f"{command}: the server closed the connection") from error
        raise ProtocolError(f"{command}: {answer}") from error
    except TimeoutError as error:
        raise ConnectionLost(f"{command}: the server did not answer in time") from error
    except (OSError, ValueError, AttributeError) as error:
        raise ConnectionLost(f"{command}: {error}") from error
