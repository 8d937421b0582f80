"""An IMAP mailbox, by UID only.

imaplib does the talking; this class knows the pitfalls: sequence numbers, ``\\Seen`` set by reading, answers
nobody asked for, UIDs that vanish between two commands, answer lines longer than imaplib takes.
"""

import imaplib
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from . import imap_idle
from . import imap_wire as wire
from .errors import CommandRefused, ConnectionLost, FolderMissing, FolderReadOnly, ProtocolError
from .values import SPECIAL_USES, FolderInfo, FolderState, RawMail

MAX_BYTES = 8 * 1024 * 1024
"""Default bound of what one FETCH brings into memory."""
MAX_MAILS = 200
"""Mails in one FETCH: what has to be fetched again when the line is cut."""
SIZES_AT_ONCE = 500
"""UIDs in one command; 500 unconnected ones are 5,500 octets, below the 8,192 that RFC 7162 4 lets clients rely on."""
SEARCH_WINDOW = 50_000
"""UIDs in one SEARCH: at most 550,000 octets of answer, where imaplib gives up beyond 1,000,000 in a line."""


class ImapMailbox:
    """A logged-in IMAP connection, with one folder open at a time.

    :param connection: as Odoo's ``fetchmail.server._connect__`` returns it.
    """

    def __init__(self, connection: imaplib.IMAP4):
        self._connection = connection
        self._state: FolderState | None = None
        self.refused: dict[int, str] = {}
        """UIDs that the last :meth:`fetch` could not get although they are in the folder, with the server's
        words. They are not lost: the caller must come back for them."""
        # imaplib asks before the login only; servers name most extensions after it (RFC 3501 6.1.1).
        answer = self._run("CAPABILITY", connection.capability)
        self.capabilities = frozenset(wire.text(answer[-1]).upper().split()) if answer else frozenset()

    # -- commands ---------------------------------------------------------------------------------------------

    def folders(self) -> list[FolderInfo]:
        """Every folder of the user, with its special use where the server or the name tells (RFC 6154)."""
        pattern = "*"
        if {"LIST-EXTENDED", "SPECIAL-USE"} <= self.capabilities:
            pattern = '"*" RETURN (SPECIAL-USE)'
        found = []
        for flags, delimiter, raw in wire.listed(self._run("LIST", self._connection.list, '""', pattern)):
            lowered = {flag.lstrip("\\").lower() for flag in flags}
            found.append(
                FolderInfo(
                    path=wire.wire_path(raw),
                    name=wire.readable_name(raw),
                    special_use=next((use for use in SPECIAL_USES if use in lowered), ""),
                    selectable=not lowered & {"noselect", "nonexistent"},
                    delimiter=delimiter,
                )
            )
        return found

    def select(self, path: str, readonly: bool = False) -> FolderState:
        """Open a folder.

        :param path: wire name, see :attr:`FolderInfo.path`.
        :param readonly: EXAMINE: certain to change nothing, not even ``\\Recent``.
        :raises FolderMissing: when the server does not know the folder or does not open it.
        """
        self._state = None
        try:
            mailbox = wire.quoted(path)
        except ValueError as error:
            raise FolderMissing(path, str(error)) from error
        try:
            with self._translated("SELECT"):
                try:
                    status, answer = self._connection.select(mailbox, readonly)
                except imaplib.IMAP4.readonly:
                    # Ours to read but not to flag: a shared folder, or an archive under legal hold.
                    readonly = True
                    status, answer = self._connection.select(mailbox, readonly)
        except CommandRefused as error:
            raise FolderMissing(path, error.answer) from error
        if status != "OK":
            raise FolderMissing(path, wire.text(answer[-1]))
        uidvalidity = self._code("UIDVALIDITY")
        if not uidvalidity:
            # RFC 3501 6.3.1: such a server has no UIDs at all, so there is no cursor to keep.
            raise ProtocolError("SELECT: the server gives no UIDVALIDITY")
        self._state = FolderState(
            uidvalidity=str(uidvalidity),
            uidnext=self._code("UIDNEXT"),
            exists=int(answer[-1] or 0),
            highestmodseq=self._code("HIGHESTMODSEQ"),
            readonly=readonly,
        )
        return self._state

    def status(self, path: str) -> FolderState | None:
        """The state of a folder that is not open, in one short round trip: has anything come at all?

        Equal ``uidvalidity``, ``uidnext`` and, where the server has it, ``highestmodseq`` mean that there is
        nothing to do. The open folder is not to be asked this way (RFC 3501 6.3.10).

        :returns: nothing where the server does not tell the status of this folder.
        """
        items = "MESSAGES UIDNEXT UIDVALIDITY" + (" HIGHESTMODSEQ" if "CONDSTORE" in self.capabilities else "")
        try:
            data = self._run("STATUS", self._connection.status, wire.quoted(path), f"({items})")
        except (CommandRefused, ValueError):
            return None
        values = wire.status(data)
        if not values.get("UIDVALIDITY"):
            return None
        return FolderState(
            uidvalidity=str(values["UIDVALIDITY"]),
            uidnext=values.get("UIDNEXT", 0),
            exists=values.get("MESSAGES", 0),
            highestmodseq=values.get("HIGHESTMODSEQ", 0),
        )

    def idle(self, seconds: float, wake=None) -> bool:
        """Wait until the open folder gets a mail (RFC 2177).

        :param seconds: how long at most; servers without IDLE are polled once at the end of it.
        :param wake: anything with a ``fileno``, such as a socket: an IDLE ends when it can be read.
        :returns: whether there is news.
        """
        state = self._opened()
        if "IDLE" in self.capabilities:
            with self._translated("IDLE"):
                return imap_idle.idle(self._connection, seconds, wake)
        time.sleep(seconds)
        self._run("NOOP", self._connection.noop)
        answer = self._connection.response("EXISTS")[1]
        return bool(answer and answer[-1]) and int(answer[-1]) != state.exists

    def uids(
        self, since_uid: int = 0, since_date: date | None = None, unseen: bool = False, before_date: date | None = None
    ) -> list[int]:
        """UIDs in the open folder, ascending.

        :param since_uid: only greater ones.
        :param since_date: only mails that the server took on that day or later (INTERNALDATE, not the Date header).
        :param unseen: only mails that nobody has read.
        :param before_date: only mails that the server took before that day.
        """
        state = self._opened()
        extra = ("SINCE", wire.search_date(since_date)) if since_date else ()
        extra += ("UNSEEN",) if unseen else ()
        extra += ("BEFORE", wire.search_date(before_date)) if before_date else ()
        if state.exists <= SEARCH_WINDOW:
            found = self._search(f"{since_uid + 1}:*", *extra)
        else:
            found = []
            first = since_uid + 1
            while first < state.uidnext:
                last = first + SEARCH_WINDOW - 1
                part = self._search(f"{first}:{last}", *extra)
                found += part
                first = last + 1 if part else self._next_uid(last + 1)
        # `n:*` names the last mail even where it is older than n (RFC 3501 6.4.8).
        return [uid for uid in found if uid > since_uid]

    def fetch(self, uids: Sequence[int], max_bytes: int = MAX_BYTES) -> Iterator[list[RawMail]]:
        """Mails of the open folder, many for each round trip, without marking them as seen.

        UIDs that are no longer in the folder are passed over. What the server holds but does not hand out is in
        :attr:`refused` afterwards.

        :param uids: which mails, any order; they come in ascending order.
        :param max_bytes: bound of one list, by the server's own sizes; a greater mail comes alone.
        """
        self._opened()
        self.refused = {}
        wanted = sorted(set(uids))
        for start in range(0, len(wanted), SIZES_AT_ONCE):
            part = wanted[start : start + SIZES_AT_ONCE]
            try:
                sizes = self._fetch(part, "(UID RFC822.SIZE)")
            except CommandRefused:
                sizes = {}
            if len(sizes) < len(part):  # vanished, or only their answers were unreadable?
                there = set(self._search(wire.sequence_set(uid for uid in part if uid not in sizes)))
                part = [uid for uid in part if uid in sizes or uid in there]
            for group in _groups(part, sizes, max_bytes):
                mails = self._bodies(group)
                if mails:
                    yield mails

    def store_seen(self, uids: Sequence[int]) -> None:
        """Mark mails as read."""
        self._store(uids, "\\Seen")

    def move(self, uids: Sequence[int], path: str) -> None:
        """Move mails to another folder: MOVE (RFC 6851), or a copy followed by deletion of exactly these.

        A cut in between leaves a mail in both folders, never in none.

        :raises FolderMissing: when there is no such folder; the mails stay where they are.
        """
        self._writable()
        command = "MOVE" if "MOVE" in self.capabilities else "COPY"
        for part in _parts(uids):
            try:
                self._run(command, self._connection.uid, command, wire.sequence_set(part), wire.quoted(path))
            except CommandRefused as error:
                if "TRYCREATE" in error.answer.upper():  # RFC 3501 6.4.7
                    raise FolderMissing(path, error.answer) from error
                raise
        if command == "COPY":
            self.delete(uids)

    def delete(self, uids: Sequence[int]) -> None:
        """Delete mails from the open folder, and no others.

        EXPUNGE removes whatever anybody has marked. Without UID EXPUNGE (RFC 4315) it is sent only when all the
        marked mails are ours; else ours stay marked for the next client that tidies up.
        """
        self._store(uids, "\\Deleted")
        if "UIDPLUS" in self.capabilities:
            for part in _parts(uids):
                self._run("EXPUNGE", self._connection.uid, "EXPUNGE", wire.sequence_set(part))
        elif set(self._search("1:*", "DELETED")) <= set(uids):
            self._run("EXPUNGE", self._connection.expunge)

    # -- the inside -------------------------------------------------------------------------------------------

    def _bodies(self, group: list[int]) -> list[RawMail]:
        """Fetch one group; if the server balks, find out by halves which mail it is about."""
        try:
            data = self._fetch(group, "(UID RFC822.SIZE INTERNALDATE FLAGS BODY.PEEK[])")
            reason = "the server sent no text for this mail"
        except CommandRefused as error:
            data, reason = {}, error.answer
        mails = [mail for uid in group if (mail := _raw_mail(uid, data.get(uid, {})))]
        if len(mails) == len(group):
            return mails
        got = {int(mail.uid) for mail in mails}
        missing = self._search(wire.sequence_set(uid for uid in group if uid not in got))
        missing = [uid for uid in missing if uid in group and uid not in got]
        if len(group) == 1:
            self.refused.update(dict.fromkeys(missing, reason))
            return []
        middle = (len(missing) + 1) // 2
        for half in filter(None, (missing[:middle], missing[middle:])):
            mails += self._bodies(half)
        return sorted(mails, key=lambda mail: int(mail.uid))

    def _fetch(self, uids: Iterable[int], items: str) -> dict[int, dict[bytes, object]]:
        # A refused FETCH leaves its answers in imaplib's store, where the next one would find them.
        self._connection.untagged_responses.pop("FETCH", None)
        return wire.fetched(self._run("FETCH", self._connection.uid, "FETCH", wire.sequence_set(uids), items))

    def _search(self, uids: str, *criteria: str) -> list[int]:
        return wire.numbers(self._run("SEARCH", self._connection.uid, "SEARCH", "UID", uids, *criteria))

    def _next_uid(self, first: int) -> int:
        """The lowest UID from ``first`` on, to leap over a gap (RFC 4731); ``first`` itself where that is unknown."""
        if "ESEARCH" not in self.capabilities:
            return first
        self._connection.untagged_responses.pop("ESEARCH", None)
        self._run("SEARCH", self._connection.uid, "SEARCH", "RETURN (MIN)", f"UID {first}:*")
        answer = self._connection.response("ESEARCH")[1]
        match = re.search(rb"\bMIN (\d+)", answer[-1] or b"")
        return max(first, int(match[1])) if match else first

    def _store(self, uids: Sequence[int], flag: str) -> None:
        self._writable()
        for part in _parts(uids):
            self._run("STORE", self._connection.uid, "STORE", wire.sequence_set(part), "+FLAGS.SILENT", f"({flag})")

    def _opened(self) -> FolderState:
        if self._state is None:
            raise RuntimeError("no folder is open")
        return self._state

    def _writable(self) -> None:
        if self._opened().readonly:
            raise FolderReadOnly("STORE", "the folder is read-only for this user")

    def _code(self, code: str) -> int:
        """The number in a response code of the SELECT just done."""
        answer = self._connection.response(code)[1]
        match = re.match(rb"\d+", answer[-1] or b"")
        return int(match[0]) if match else 0

    def _run(self, command: str, method, *args) -> list:
        """Run one imaplib method and return its data.

        :raises CommandRefused: on NO and BAD.
        :raises ConnectionLost: when nothing more can be had from this connection.
        """
        with self._translated(command):
            status, data = method(*args)
        if status != "OK":
            raise CommandRefused(command, wire.text(data[-1] if data else b""))
        return data

    @staticmethod
    @contextmanager
    def _translated(command: str):
        """imaplib's exceptions as ours."""
        try:
            yield
        except imaplib.IMAP4.readonly as error:
            raise FolderReadOnly(command, str(error)) from error
        except imaplib.IMAP4.abort as error:
            kind = ProtocolError if "unexpected" in str(error) else ConnectionLost
            raise kind(f"{command}: {error}") from error
        except imaplib.IMAP4.error as error:
            if "got more than" in str(error):  # a line beyond imaplib's limit: the rest of it is still to come
                raise ProtocolError(f"{command}: {error}") from error
            raise CommandRefused(command, str(error)) from error
        except TimeoutError as error:
            raise ConnectionLost(f"{command}: the server did not answer in time") from error
        except (OSError, ValueError, KeyError, UnicodeError) as error:
            # ValueError and KeyError: imaplib on lines that are no IMAP, or on a socket closed under it.
            raise ConnectionLost(f"{command}: {error}") from error


def _raw_mail(uid: int, attributes: dict[bytes, object]) -> RawMail | None:
    """The mail, or nothing where the server sent NIL or an empty text for a mail that has a size."""
    raw = attributes.get(b"BODY[]")
    if not isinstance(raw, bytes) or (not raw and attributes.get(b"RFC822.SIZE")):
        return None
    flags = attributes.get(b"FLAGS")
    return RawMail(
        uid=str(uid),
        raw=raw,
        received=wire.utc(attributes.get(b"INTERNALDATE")),
        flags=tuple(wire.text(flag) for flag in flags) if isinstance(flags, tuple) else (),
    )


def _groups(uids: list[int], sizes: dict[int, dict[bytes, object]], max_bytes: int) -> Iterator[list[int]]:
    """Cut a list of UIDs where the sizes reach ``max_bytes``. A mail of unknown size goes alone."""
    group: list[int] = []
    total = 0
    for uid in uids:
        size = sizes.get(uid, {}).get(b"RFC822.SIZE")
        size = size if isinstance(size, int) else max_bytes
        if group and (total + size > max_bytes or len(group) >= MAX_MAILS):
            yield group
            group, total = [], 0
        group.append(uid)
        total += size
    if group:
        yield group


def _parts(uids: Sequence[int]) -> Iterator[list[int]]:
    ordered = sorted(set(uids))
    for start in range(0, len(ordered), SIZES_AT_ONCE):
        yield ordered[start : start + SIZES_AT_ONCE]
