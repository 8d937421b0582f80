"""From an exception to two sentences: what happened, and what to do next.

The sentences are marked with :func:`_`, which does nothing here but puts them into the translation template;
whoever shows them passes the function that translates, in Odoo ``self.env._``. A sentence is looked up whole and
filled in afterwards, so translators see the place-holders.
"""

import errno
import imaplib
import poplib
import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from .errors import (
    ConnectionLost,
    FolderMissing,
    FolderReadOnly,
    HostRefused,
    LoginNotAscii,
    MailboxError,
    ProtocolError,
)


def _(sentence: str) -> str:
    """Mark a sentence for translation without translating it yet."""
    return sentence


@dataclass(frozen=True)
class Explanation:
    """Why a mailbox failed, for a person who does not read protocols."""

    code: str
    """Stable name of the cause, a key of :data:`SENTENCES`."""
    what: str
    """What happened, one sentence."""
    next_step: str
    """What to do about it."""
    detail: str = ""
    """The technical text, for a support request."""

    def __iter__(self):
        return iter((self.what, self.next_step))

    def __str__(self) -> str:
        return f"{self.what} {self.next_step}"


SENTENCES: dict[str, tuple[str, str]] = {
    "dns": (
        _("The server name %(host)s is not known."),
        _("Check the spelling. If the name is right, ask whoever runs this machine whether it can resolve names."),
    ),
    "refused": (
        _("Nothing answers on %(host)s, port %(port)s."),
        _(
            "Check the port (IMAP 993 with TLS, 143 without; POP3 995 and 110) and that the service is switched "
            "on there."
        ),
    ),
    "unreachable": (
        _("There is no way from this machine to %(host)s."),
        _("Check the network and the firewall of this machine."),
    ),
    "timeout": (
        _("%(host)s did not answer in time."),
        _("The port may be blocked by a firewall, or the server is overloaded. It will be tried again."),
    ),
    "tls_expected": (
        _("%(host)s did not answer in plain text; port %(port)s is meant for TLS."),
        _("Switch on SSL/TLS for this server."),
    ),
    "not_tls": (
        _("%(host)s does not speak TLS on port %(port)s."),
        _("Use the TLS port (993 for IMAP, 995 for POP3), or switch off SSL/TLS if the network in between is yours."),
    ),
    "tls_version": (
        _("%(host)s offers no encryption that is still considered safe."),
        _("Its administrator has to enable TLS 1.2 or later."),
    ),
    "cert_self_signed": (
        _("The certificate of %(host)s is signed by nobody but itself."),
        _(
            "Install a certificate of a known authority there, or, if the server is your own, switch off "
            "Verify Certificate here."
        ),
    ),
    "cert_unknown": (
        _("The certificate of %(host)s comes from an authority that this machine does not know."),
        _(
            "Often the server does not send its intermediate certificate: its administrator can add it. A "
            "company's own authority has to be installed on this machine."
        ),
    ),
    "cert_expired": (
        _("The certificate of %(host)s is out of date."),
        _("Its administrator has to renew it. Also check the clock of this machine."),
    ),
    "cert_name": (
        _("The certificate of this server was not made for the name %(host)s."),
        _("Use the name that the provider documents, not an alias or a number."),
    ),
    "tls": (
        _("The encrypted connection to %(host)s could not be set up."),
        _("Check SSL/TLS and port together; the technical text below tells the administrator more."),
    ),
    "host_refused": (
        _("%(host)s is an internal address (%(address)s)."),
        _("An administrator can allow this server by name in the settings of incoming mail."),
    ),
    "login": (
        _("%(host)s did not accept user name and password."),
        _(
            "Type the password again. Some servers want the whole address as user name, others only the part "
            "before the @."
        ),
    ),
    "login_ascii": (
        _("%(host)s takes no letters beyond ASCII in user names and passwords."),
        _("Give this mailbox a password of plain letters, digits and signs, without accents or umlauts."),
    ),
    "app_password": (
        _("%(host)s wants an app password instead of the usual one."),
        _(
            "Create an app password in the security settings of the mail account and enter it here, or use the "
            "Gmail add-on."
        ),
    ),
    "imap_disabled": (
        _("The mailbox exists, but IMAP or POP is switched off for it."),
        _(
            "Switch it on in the mailbox settings. At Exchange and Microsoft 365 an administrator does it "
            "(Mailbox, Email apps, IMAP)."
        ),
    ),
    "basic_auth": (
        _("%(host)s no longer takes passwords from programs."),
        _("Use Odoo's Outlook or Gmail add-on, which signs in through the provider's own page."),
    ),
    "tls_required": (
        _("%(host)s takes no password over an unencrypted connection."),
        _("Switch on SSL/TLS for this server."),
    ),
    "busy": (
        _("%(host)s is busy or does not want to be asked so often."),
        _(
            "Nothing to do now, it will be tried again. If it lasts, fetch less often or close other programs "
            "that read this mailbox."
        ),
    ),
    "locked": (
        _("Another program has this mailbox open."),
        _("POP3 lets in one reader at a time: close the other one, or use IMAP."),
    ),
    "folder": (
        _("The folder %(folder)s is not there any more, or may not be opened."),
        _("It may have been renamed: refresh the list of folders and tick it again."),
    ),
    "readonly": (
        _("The folder may be read but not changed."),
        _("Choose to leave mails as they are after the fetch, or ask for the right to change this folder."),
    ),
    "mailbox_full": (
        _("The mailbox on %(host)s is full."),
        _("Make room there; mails can then be moved again."),
    ),
    "disk_full": (
        _("This machine has no space left to store mail."),
        _("Make room on the disk. Nothing was flagged or deleted on the mail server; the mails are fetched again."),
    ),
    "lost": (
        _("The connection to %(host)s was cut."),
        _("It will be tried again. Mails that were not stored stay on the server."),
    ),
    "protocol": (
        _("%(host)s sent something that is not a valid answer."),
        _(
            "Check that host and port belong to a mail server of this type. The technical text below helps its "
            "administrator."
        ),
    ),
    "answer": (
        _("%(host)s refused: %(detail)s"),
        _("The sentence is the server's own; its administrator can say more."),
    ),
    "unknown": (
        _("Reading the mailbox failed."),
        _("The technical text below helps whoever supports this system."),
    ),
}

# Words of servers, in this order. Response codes are RFC 5530 (IMAP) and RFC 2449, 3206 (POP3); the rest was
# seen at the providers named.
_ANSWERS: tuple[tuple[str, str], ...] = (
    (r"application-specific password|app password|InvalidSecondFactor", "app_password"),  # Gmail, iCloud, Yahoo
    (r"not enabled for (imap|pop)|(imap|pop3?) (access|service)? ?(is )?disabled", "imap_disabled"),  # Gmail, GMX
    (r"authenticated but not connected", "imap_disabled"),  # Exchange with IMAP off for the mailbox
    (r"BasicAuth|basic authentication is (disabled|blocked)|LogonDenied", "basic_auth"),  # Microsoft 365
    (r"PRIVACYREQUIRED|LOGINDISABLED|plaintext auth\w* (is )?(disallowed|disabled|not allowed)", "tls_required"),
    (r"must use (tls|ssl|starttls)|(tls|ssl|encryption) (is )?required", "tls_required"),
    (r"\[IN-?USE\]|mailbox (is )?(already )?locked|maildrop (is )?(already )?locked", "locked"),
    (r"\[(UNAVAILABLE|LIMIT|LOGIN-DELAY|SYS/TEMP)\]|too many|rate limit|throttled|temporar|try again", "busy"),
    (r"OVERQUOTA|quota exceeded|over quota|mailbox is full", "mailbox_full"),
    (r"\[(AUTH|AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|EXPIRED)\]|authenticat|invalid credentials|password|"
     r"log-?in|user ?name|bad user", "login"),
)  # fmt: skip

_CERTIFICATE = {
    9: "cert_expired",  # not yet valid: a wrong clock, the same advice
    10: "cert_expired",
    18: "cert_self_signed",
    19: "cert_self_signed",
    20: "cert_unknown",
    21: "cert_unknown",
    62: "cert_name",
    64: "cert_name",
}
"""OpenSSL's X509_V_ERR_* numbers."""

_ERRNO = {
    errno.ECONNREFUSED: "refused",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
    errno.ETIMEDOUT: "timeout",
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.ECONNRESET: "lost",
    errno.EPIPE: "lost",
}

_TLS_PORTS = (993, 995)

_VAGUE = ("lost", "answer")
"""Codes that give way to what an inner exception says."""


def explain(
    error: BaseException,
    translate: Callable[[str], str] = _,
    *,
    host: str = "",
    port: int = 0,
    tls: bool | None = None,
) -> Explanation:
    """Explain why a mailbox could not be reached or read. Never raises.

    :param error: what was caught, from this package, the standard library or the database.
    :param translate: from an English sentence to the reader's language, place-holders untouched.
    :param host: server name for the sentences.
    :param port: port for the sentences; with ``tls`` it also tells a forgotten SSL/TLS switch from a dead server.
    :param tls: whether the connection was meant to be encrypted, if known.
    """
    code = _cause(error, port, tls)
    detail = _detail(error)
    values = {
        "host": getattr(error, "host", "") or host or translate(_("The server")),
        "port": port or "?",
        "folder": getattr(error, "path", "") or "?",
        "address": getattr(error, "address", ""),
        "detail": detail,
    }
    what, next_step = (translate(sentence) % values for sentence in SENTENCES[code])
    return Explanation(code, what, next_step, detail)


def _cause(error: BaseException, port: int, tls: bool | None) -> str:
    """The code of the first exception in the chain that says more than "it failed", else the outermost code."""
    codes = [code for one in _chain(error) if (code := _code(one))]
    code = next((code for code in codes if code not in _VAGUE), codes[0] if codes else "unknown")
    if code in ("timeout", "lost") and tls is False and port in _TLS_PORTS:
        return "tls_expected"  # a TLS server waits for a ClientHello, the client for a greeting
    return code


def _chain(error: BaseException | None):
    """An exception and what caused it, outermost first."""
    for _depth in range(10):
        if error is None:
            return
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _code(error: BaseException) -> str:
    match error:
        case HostRefused():
            return "host_refused"
        case LoginNotAscii():
            return "login_ascii"
        case UnicodeEncodeError() if error.encoding == "ascii":  # what imaplib raises for a password; names are IDNA
            return "login_ascii"
        case socket.gaierror() | UnicodeError():  # UnicodeError: a host name with an empty or overlong label
            return "dns"
        case ssl.SSLCertVerificationError():
            return _CERTIFICATE.get(error.verify_code, "cert_unknown")
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
            return "lost"
        case ssl.SSLError():
            return _tls_code(f"{error.reason} {error}")
        case TimeoutError():
            return "timeout"
        case FolderReadOnly():
            return "readonly"
        case FolderMissing():
            return _answer_code(str(error), default="folder", only=("imap_disabled", "busy"))
        case ProtocolError():
            return "protocol"
        case ConnectionLost():
            return "lost"
        case imaplib.IMAP4.abort():
            return _answer_code(str(error), default="lost")
        case MailboxError() | imaplib.IMAP4.error() | poplib.error_proto():
            return _answer_code(_detail(error), default="answer")
        case OSError():
            return _ERRNO.get(error.errno, "")
    # PostgreSQL's disk_full, whichever driver raised it (SQLSTATE, not the class, is the standard).
    return "disk_full" if getattr(error, "pgcode", "") == "53100" else ""


def _tls_code(reason: str) -> str:
    if re.search(r"WRONG_VERSION_NUMBER|HTTP_REQUEST|UNKNOWN_PROTOCOL|RECORD_LAYER_FAILURE", reason):
        return "not_tls"
    if re.search(r"UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|NO_CIPHERS|HANDSHAKE_FAILURE|DH_KEY_TOO_SMALL", reason):
        return "tls_version"
    return "tls"


def _answer_code(answer: str, default: str, only: tuple[str, ...] = ()) -> str:
    for pattern, code in _ANSWERS:
        if (not only or code in only) and re.search(pattern, answer, re.IGNORECASE):
            return code
    return default


def _detail(error: BaseException) -> str:
    """The exception's own words, readable: imaplib and poplib put bytes into theirs."""
    words = [arg.decode("utf-8", "replace") if isinstance(arg, bytes) else str(arg) for arg in error.args]
    if isinstance(error, OSError) and error.strerror:
        words = [str(error.strerror)]
    elif isinstance(error, UnicodeError) and len(error.args) > 1:
        words = [str(error.args[-1])]  # the others are the text itself, which may be a password
    elif isinstance(error, MailboxError):
        words = [str(error)]
    return re.sub(r"\s+", " ", " ".join(words)).replace("\0", "").strip()[:500] or type(error).__name__
