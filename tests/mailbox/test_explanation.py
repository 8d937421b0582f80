"""Every way to fail has its two sentences, and the real failures lead to them."""

import base64
import errno
import imaplib
import poplib
import re
import socket
import ssl

import pytest
from erp_mail_plain.mailbox import ImapMailbox, explain
from erp_mail_plain.mailbox.connection import Imap, Pop
from erp_mail_plain.mailbox.errors import CommandRefused, ConnectionLost, FolderMissing, HostRefused
from erp_mail_plain.mailbox.explanation import SENTENCES

from tools.ports import free

from .faults import LOGIN, CuttingProxy, ScriptedServer

LOOPBACK = ("127.0.0.0/8", "::1")


def failure(action, *args, **options):
    with pytest.raises(Exception) as caught:
        action(*args, **options)
    return caught.value


def imap(host, port, **options):
    return Imap(host, port, **{"timeout": 3, "allowed": LOOPBACK, **options})


def test_an_unknown_name():
    error = failure(imap, "mail.example.invalid", 993)
    assert explain(error, host="mail.example.invalid").what == "The server name mail.example.invalid is not known."


@pytest.mark.parametrize("name", ["a..b", "x" * 64 + ".example.com"])
def test_a_name_that_cannot_be_a_name(name):
    assert explain(failure(imap, name, 993)).code == "dns"


def test_nothing_listens():
    port = free()
    error = failure(imap, "127.0.0.1", port)
    assert explain(error, host="127.0.0.1", port=port).what == f"Nothing answers on 127.0.0.1, port {port}."


def test_the_server_says_nothing():
    silent = socket.create_server(("127.0.0.1", 0))
    error = failure(imap, "127.0.0.1", silent.getsockname()[1], security="none", timeout=0.3)
    assert explain(error).code == "timeout"
    assert explain(error, port=993, tls=False).code == "tls_expected"


def test_plain_text_spoken_to_a_tls_port(dovecot):
    error = failure(imap, "127.0.0.1", dovecot.port("imaps"), security="none", timeout=1)
    assert explain(error, port=993, tls=False).code == "tls_expected"


def test_tls_spoken_to_a_plain_port(dovecot):
    assert explain(failure(imap, "127.0.0.1", dovecot.port("imap"))).code == "not_tls"


@pytest.mark.parametrize("action, port", [(Imap, "imaps"), (Pop, "pop3s")])
def test_a_self_signed_certificate(dovecot, action, port):
    error = failure(action, "localhost", dovecot.port(port), timeout=3, allowed=LOOPBACK)
    assert explain(error, host="localhost").code == "cert_self_signed"


@pytest.mark.parametrize("action, port", [(Imap, "imap"), (Pop, "pop3")])
def test_a_self_signed_certificate_after_starttls(dovecot, action, port):
    error = failure(action, "localhost", dovecot.port(port), timeout=3, allowed=LOOPBACK, security="starttls")
    assert explain(error).code == "cert_self_signed"


def test_a_certificate_for_another_name(dovecot, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.folder / "server.pem"))
    imap("localhost", dovecot.port("imaps")).logout()
    elsewhere = CuttingProxy(dovecot.port("imaps"), host="127.0.0.2")
    assert explain(failure(imap, "127.0.0.2", elsewhere.port)).code == "cert_name"
    elsewhere.close()


def test_a_server_that_cannot_starttls_gets_no_password():
    server = ScriptedServer([("capability", b"* CAPABILITY IMAP4rev1\r\n%TAG% OK\x20\r\n")])
    failure(imap, "127.0.0.1", server.port, security="starttls")
    assert not any(b"LOGIN" in line for line in server.lines)


@pytest.mark.parametrize(
    "number, code", [(10, "cert_expired"), (9, "cert_expired"), (20, "cert_unknown"), (1, "cert_unknown")]
)
def test_other_certificate_errors_by_openssls_number(number, code):
    error = ssl.SSLCertVerificationError()
    error.verify_code = number
    assert explain(error).code == code


def test_a_wrong_password(account):
    connection = imap("127.0.0.1", account.server.port("imap"), security="none")
    error = failure(connection.login, account.user, "wrong")
    explanation = explain(error, host="127.0.0.1")
    assert explanation.code == "login"
    assert "wrong" not in explanation.detail


def test_a_password_beyond_ascii_goes_by_sasl_in_utf8(account):
    plain = ("authenticate", b"+\x20\r\n"), ("=$", None)
    server = ScriptedServer([("capability", b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n%TAG% OK\x20\r\n"), *plain])
    connection = imap("127.0.0.1", server.port, security="none", timeout=1)
    with pytest.raises(imaplib.IMAP4.abort):
        connection.login("jürgen", "Größe")
    assert base64.b64decode(server.lines[-1]).decode() == "\0jürgen\0Größe"
    connection = imap("127.0.0.1", account.server.port("imap"), security="none", timeout=10)
    assert explain(failure(connection.login, account.user, "Größe")).code == "login"


def test_a_server_that_takes_no_password_beyond_ascii_is_said_to():
    server = ScriptedServer(LOGIN)
    explanation = explain(failure(imap("127.0.0.1", server.port, security="none").login, "jürgen", "Größe"))
    assert explanation.code == "login_ascii"
    assert not any(b"LOGIN" in line for line in server.lines)


def test_an_exception_of_the_standard_library_does_not_tell_the_password():
    connection = imaplib.IMAP4("127.0.0.1", ScriptedServer(LOGIN).port)
    explanation = explain(failure(connection.login, "jürgen", "Größe"))
    assert explanation.code == "login_ascii"
    assert "Gr" not in f"{explanation} {explanation.detail}"


def test_a_folder_that_is_not_there(account):
    error = failure(ImapMailbox(account.imap()).select, "Nowhere")
    assert explain(error).what == "The folder Nowhere is not there any more, or may not be opened."


@pytest.mark.parametrize(
    "error, code",
    [
        (imaplib.IMAP4.error(b"[AUTHENTICATIONFAILED] Invalid credentials (Failure)"), "login"),
        (imaplib.IMAP4.error(b"LOGIN failed."), "login"),
        (imaplib.IMAP4.error("[ALERT] Application-specific password required: https://... (Failure)"), "app_password"),
        (imaplib.IMAP4.error("[ALERT] Your account is not enabled for IMAP use. Please visit"), "imap_disabled"),
        (poplib.error_proto(b"-ERR [SYS/PERM] Your account is not enabled for POP access."), "imap_disabled"),
        (FolderMissing("INBOX", "User is authenticated but not connected."), "imap_disabled"),
        (imaplib.IMAP4.error("AUTHENTICATE failed. LogonDenied-BasicAuthBlocked"), "basic_auth"),
        (imaplib.IMAP4.error("[PRIVACYREQUIRED] Plaintext authentication disallowed"), "tls_required"),
        (poplib.error_proto(b"-ERR [IN-USE] Mailbox is locked by another POP3 session"), "locked"),
        (imaplib.IMAP4.abort("command: LOGIN => [UNAVAILABLE] Temporary authentication failure"), "busy"),
        (imaplib.IMAP4.error("[LIMIT] Too many simultaneous connections. (Failure)"), "busy"),
        (CommandRefused("COPY", "[OVERQUOTA] Quota exceeded (mailbox for user is full)"), "mailbox_full"),
        (CommandRefused("FETCH", "Some messages could not be FETCHed"), "answer"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk_full"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "unreachable"),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), "lost"),
        (HostRefused("metadata", "169.254.169.254", "link-local"), "host_refused"),
        (ConnectionLost("cut"), "lost"),
        (RuntimeError("?"), "unknown"),
        (UnicodeError("label too long"), "dns"),
    ],
    ids=str,
)  # fmt: skip
def test_the_words_of_servers(error, code):
    assert explain(error).code == code


def test_the_database_has_no_space():
    class DiskFull(Exception):
        pgcode = "53100"

    assert explain(DiskFull("could not extend file")).code == "disk_full"


@pytest.mark.parametrize("code", SENTENCES)
def test_sentences_can_be_filled_and_are_whole(code):
    for sentence in SENTENCES[code]:
        filled = sentence % {"host": "Mail.example.com", "port": 1, "folder": "f", "address": "a", "detail": "d"}
        assert re.match(r"[A-Z].*[.d]$", filled)


def test_sentences_are_translated_before_they_are_filled():
    german = {"Nothing answers on %(host)s, port %(port)s.": "Auf %(host)s antwortet an Port %(port)s niemand."}
    explanation = explain(ConnectionRefusedError(errno.ECONNREFUSED, "x"), lambda s: german.get(s, s), host="h", port=1)
    assert explanation.what == "Auf h antwortet an Port 1 niemand."
