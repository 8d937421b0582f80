"""Servers and lines that misbehave on purpose."""

import contextlib
import re
import socket
import threading
from collections.abc import Callable


class CuttingProxy:
    """Passes everything between client and server, and cuts the line at a chosen octet.

    :param port: where the real server listens.
    :param after: the cut is counted from the client's first line that holds this.
    :param cut: octets of the server's answer that still come through; None for all.
    """

    def __init__(self, port: int, after: bytes = b"", cut: int | None = None, host: str = "127.0.0.1"):
        self._target = port
        self.after = after
        self.cut = cut
        self.passed = 0
        """Octets the server sent after the marked line."""
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
            server = socket.create_connection(("127.0.0.1", self._target))
            armed = threading.Event()
            if not self.after:
                armed.set()
            self.passed = 0
            threading.Thread(target=self._upstream, args=(client, server, armed), daemon=True).start()
            threading.Thread(target=self._downstream, args=(client, server, armed), daemon=True).start()

    def _upstream(self, client: socket.socket, server: socket.socket, armed: threading.Event) -> None:
        try:
            while data := client.recv(65536):
                if self.after and self.after in data:
                    armed.set()
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
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


class ScriptedServer:
    """Answers each line of the client with the first rule that matches it.

    :param rules: (regular expression, answer); an answer is octets or a function of the match that returns them.
        ``%TAG%`` becomes the client's tag; None closes the connection, ``...`` says nothing at all.
    :param greeting: the first line.
    """

    def __init__(self, rules: list[tuple[str, bytes | Callable | None]], greeting: bytes = b"* OK ready\r\n"):
        self._rules = [(re.compile(pattern.encode(), re.IGNORECASE), answer) for pattern, answer in rules]
        self._greeting = greeting
        self.lines: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
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
