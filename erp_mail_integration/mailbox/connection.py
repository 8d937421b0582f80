"""Connections that go only where they may, check certificates, and do not let a server exhaust this one.

Mixins for ``imaplib.IMAP4`` and ``poplib.POP3`` and for Odoo's subclasses of them, which an override of
``fetchmail.server._connect__`` puts together.
"""

import contextlib
import imaplib
import poplib
import ssl
import time
from collections.abc import Collection

from . import network
from .errors import LoginNotAscii
from .protocol_log import ProtocolLog

MAX_LITERAL = 512 * 1024 * 1024
"""Octets. A server that announces more is not believed: imaplib would reserve the memory before reading."""
ANSWER_TIME = 600
"""Seconds for one literal. The socket's timeout is for silence; a server that sends an octet a minute is not silent."""
_BITE = 1024 * 1024


class LoggedImap:
    """Mixin for :class:`imaplib.IMAP4`: notes the lines that are said; literals, where the mails are, come by ``read``.

    :param log: where; None: nowhere.
    """

    def __init__(self, *args, log: ProtocolLog | None = None, **kwargs):
        self.log = log
        super().__init__(*args, **kwargs)

    def send(self, data):
        if self.log:
            self.log.sent(data)
        super().send(data)

    def readline(self):
        line = super().readline()
        if self.log:
            self.log.received(line)
        return line


class LoggedPop:
    """Mixin for :class:`poplib.POP3`: notes what is said, the lines of mails and lists left out.

    :param log: where; None: nowhere.
    """

    def __init__(self, *args, log: ProtocolLog | None = None, **kwargs):
        self.log = log
        super().__init__(*args, **kwargs)

    def _putline(self, line):
        if self.log:
            self.log.sent(line)
        super()._putline(line)

    def _getline(self):
        line, octets = super()._getline()
        if self.log:
            self.log.received(line)
        return line, octets


class _Secured:
    """Opens the socket itself: permitted addresses only, TLS from the start or by STARTTLS/STLS.

    :param allowed: see :func:`.network.permitted`.
    :param security: ``tls`` (implicit), ``starttls`` (refuse to go on without), ``none``.
    :param verify: whether the server's certificate must be good.
    """

    def __init__(self, host: str, port: int, *, timeout: float, security: str = "tls", verify: bool = True,
                 allowed: Collection[str] = (), **kwargs):  # fmt: skip
        self._allowed = allowed
        self._security = security
        self._context = network.tls_context(verify)
        super().__init__(host, port, timeout=timeout, **kwargs)
        if security == "starttls":
            self._upgrade()

    def _create_socket(self, timeout):
        sock = network.connect(self.host, self.port, timeout, self._allowed)
        if self._security != "tls":
            return sock
        try:
            return self._context.wrap_socket(sock, server_hostname=self.host)
        except (OSError, ssl.SSLError):
            sock.close()
            raise


class SecuredImap(_Secured, LoggedImap):
    """Mixin for :class:`imaplib.IMAP4`."""

    def login(self, user, password):
        """Log in. LOGIN takes ASCII only (RFC 3501 9); what goes beyond it goes by SASL, in UTF-8 (RFC 4616).

        :raises LoginNotAscii: when the server offers no way for such a name or password.
        """
        if f"{user}{password}".isascii():
            return super().login(user, password)
        if "AUTH=PLAIN" not in self.capabilities:
            raise LoginNotAscii
        return self.authenticate("PLAIN", lambda _challenge: f"\0{user}\0{password}".encode())

    def _upgrade(self):
        try:
            self.starttls(self._context)
        except Exception:
            with contextlib.suppress(OSError):  # the failed handshake has closed it
                self.shutdown()
            raise

    def read(self, size):
        """A literal, in bites and within :data:`ANSWER_TIME`."""
        if size > MAX_LITERAL:
            raise self.abort(f"unexpected literal of {size} octets")
        if size <= _BITE:
            return self.file.read(size)
        deadline = time.monotonic() + ANSWER_TIME
        bites = []
        while size:
            bite = self.file.read(min(size, _BITE))
            if not bite:
                break  # imaplib finds the end of the stream when it reads on
            if time.monotonic() > deadline:
                raise TimeoutError("the server sends too slowly")
            bites.append(bite)
            size -= len(bite)
        return b"".join(bites)


class SecuredPop(_Secured, LoggedPop):
    """Mixin for :class:`poplib.POP3`."""

    def _upgrade(self):
        try:
            self.stls(self._context)
        except Exception:
            with contextlib.suppress(OSError):
                self.close()
            raise


class Imap(SecuredImap, imaplib.IMAP4):
    """An IMAP connection for use without Odoo."""


class Pop(SecuredPop, poplib.POP3):
    """A POP3 connection for use without Odoo."""
