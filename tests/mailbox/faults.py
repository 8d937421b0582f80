"""Servers and lines that misbehave on purpose."""

import contextlib
import re
import socket
import threading
from collections.abc import Callable


class _Server:
    """Listens on a free port and talks to each client in a thread of its own (:meth:`_talk`)."""

    def __init__(self, host: str = "127.0.0.1"):
        self._listener = socket.create_server((host, 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _peer = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        raise NotImplementedError


class CuttingProxy(_Server):
    """Passes everything between client and server, and cuts the line at a chosen octet, or meddles otherwise.

    :param port: where the real server listens.
    :param after: the cut is counted from the client's first line that holds this.
    :param cut: octets of the server's answer that still come through; None for all.
    :param meddle: called with a line of the client that holds ``after``, and with the client; true passes the line
        on to the server.
    """

    def __init__(
        self,
        port: int,
        after: bytes = b"",
        cut: int | None = None,
        meddle: Callable[[bytes, socket.socket], object] | None = None,
        host: str = "127.0.0.1",
    ):
        self._target = port
        self._open: set[socket.socket] = set()
        self.after = after
        self.cut = cut
        self.meddle = meddle
        self.passed = 0
        """Octets the server sent after the marked line."""
        self.met = 0
        """Lines of the client that held ``after``."""
        super().__init__(host)

    def hang_up(self) -> None:
        """Cut every line that is open now."""
        for one in list(self._open):
            _end(one)

    def _talk(self, client: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self._target))
        self._open |= {client, server}
        armed = threading.Event()
        if not self.after:
            armed.set()
        self.passed = 0
        threading.Thread(target=self._upstream, args=(client, server, armed), daemon=True).start()
        self._downstream(client, server, armed)

    def _upstream(self, client: socket.socket, server: socket.socket, armed: threading.Event) -> None:
        try:
            while data := client.recv(65536):
                if self.after and self.after in data:
                    armed.set()
                    self.met += 1
                    if self.meddle and not self.meddle(data, client):
                        continue
                server.sendall(data)
        except OSError:
            pass
        server.close()

    def _downstream(self, client: socket.socket, server: socket.socket, armed: threading.Event) -> None:
        try:
            while data := server.recv(65536):
                if armed.is_set():
                    if self.cut is not None and self.passed + len(data) >= self.cut:
                        client.sendall(data[: self.cut - self.passed])
                        break
                    self.passed += len(data)
                client.sendall(data)
        except OSError:
            pass
        for one in (client, server):
            self._open.discard(one)
            _end(one)


def _end(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


class ScriptedServer(_Server):
    """Answers each line of the client with the first rule that matches it.

    :param rules: (regular expression, answer); an answer is octets or a function of the match that returns them.
        ``%TAG%`` becomes the client's tag; None closes the connection, ``...`` says nothing at all.
    :param greeting: the first line.
    """

    def __init__(self, rules: list[tuple[str, bytes | Callable | None]], greeting: bytes = b"* OK ready\r\n"):
        self._rules = [(re.compile(pattern.encode(), re.IGNORECASE), answer) for pattern, answer in rules]
        self._greeting = greeting
        self.lines: list[bytes] = []
        super().__init__()

    def _talk(self, client: socket.socket) -> None:
        try:
            client.sendall(self._greeting)
            for line in client.makefile("rb"):
                self.lines.append(line.strip())
                if not self._answer(client, line):
                    break
        except OSError:
            pass
        client.close()

    def _answer(self, client: socket.socket, line: bytes) -> bool:
        for pattern, answer in self._rules:
            if match := pattern.search(line):
                if callable(answer):
                    answer = answer(match)
                if answer is None:
                    return False
                if answer is not ...:
                    client.sendall(answer.replace(b"%TAG%", line.split(b" ", 1)[0].strip()))
                return True
        return False


LOGIN = [
    ("capability", b"* CAPABILITY IMAP4rev1\r\n%TAG% OK done\r\n"),
    ("login", b"%TAG% OK done\r\n"),
    ("logout", b"* BYE\r\n%TAG% OK done\r\n"),
    (
        "select|examine",
        b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\n* OK [UIDNEXT 4] next\r\n%TAG% OK [READ-WRITE] done\r\n",
    ),
]
"""Rules of an IMAP server with three mails; put others before them."""
