"""What is written down of a connection, and above all what is not."""

import base64

import pytest
from erp_mail_plain.mailbox import ImapMailbox, PopMailbox
from erp_mail_plain.mailbox.connection import Imap, Pop
from erp_mail_plain.mailbox.protocol_log import ProtocolLog

from .conftest import HOST, mail
from .faults import LOGIN, ScriptedServer

LOOPBACK = ("127.0.0.0/8",)
PASSWORD = 'pa"ss w\\ord'


def imap(port, log):
    return Imap(HOST, port, timeout=10, security="none", allowed=LOOPBACK, log=log)


def pop(port, log):
    return Pop(HOST, port, timeout=10, security="none", allowed=LOOPBACK, log=log)


def forms(secret):
    """A password as itself, quoted, and in base64 wherever it may begin."""
    raw = secret.encode()
    yield secret
    yield secret.replace("\\", "\\\\").replace('"', '\\"')
    for before in range(3):
        yield base64.b64encode(b"x" * before + raw).decode()[4 if before else 0 : -4]


def assert_hidden(log, secret):
    assert not [form for form in forms(secret) if form in log.text()], log.text()


def test_an_imap_session_shows_commands_and_answers_no_password_and_no_mail(account):
    account.deliver(mail(1))
    log = ProtocolLog()
    connection = imap(account.server.port("imap"), log)
    connection.login(account.user, account.server.password)
    mailbox = ImapMailbox(connection)
    mailbox.select("INBOX", readonly=True)
    assert list(mailbox.fetch(mailbox.uids()))
    connection.logout()
    text = log.text()
    for words in ("S: * OK", "LOGIN ***", "EXAMINE", "1 EXISTS", "BODY.PEEK[]", f"{{{len(mail(1))}}}", "LOGOUT"):
        assert words in text, text
    assert_hidden(log, account.server.password)
    assert "10 boxes" not in text


def test_a_pop3_session_shows_commands_and_answers_no_password_and_no_mail(account):
    account.deliver(mail(1))
    log = ProtocolLog()
    connection = pop(account.server.port("pop3"), log)
    connection.user(account.user)
    connection.pass_(account.server.password)
    mailbox = PopMailbox(connection)
    assert list(mailbox.fetch(mailbox.uidls()))
    connection.quit()
    text = log.text()
    for words in ("S: +OK", f"USER {account.user}", "PASS ***", "UIDL", "RETR 1", "QUIT"):
        assert words in text, text
    assert_hidden(log, account.server.password)
    assert "10 boxes" not in text


@pytest.mark.parametrize("answer", [b"%TAG% NO bad password\r\n", b"* BYE go away\r\n"])
def test_a_quoted_password_is_hidden_when_it_is_refused(answer):
    log = ProtocolLog()
    server = ScriptedServer([("login", answer), *LOGIN])
    with pytest.raises(Exception, match=r"bad password|go away"):
        imap(server.port, log).login("joe", PASSWORD)
    assert_hidden(log, PASSWORD)
    assert "LOGIN ***" in log.text()


@pytest.mark.parametrize("mechanism", ["PLAIN", "XOAUTH2", "LOGIN"])
def test_what_is_said_by_sasl_is_hidden_until_the_verdict(mechanism):
    log = ProtocolLog()
    server = ScriptedServer([("authenticate", b"+\x20\r\n"), *LOGIN, ("", None)])
    secret = f"\0joe\0{PASSWORD}".encode()
    with pytest.raises(Exception, match=r"EOF|closed"):
        imap(server.port, log).authenticate(mechanism, lambda _challenge: secret)
    assert f"AUTHENTICATE {mechanism}" in log.text()
    assert base64.b64encode(secret) in server.lines
    assert base64.b64encode(secret).decode() not in log.text()
    assert_hidden(log, PASSWORD)


@pytest.mark.parametrize(
    "said",
    {
        "literals": [b"a LOGIN {3}\r\n", b"+ \r\n", b"joe", b" {11}\r\n", b"+ \r\n", PASSWORD.encode(), b"\r\n"],
        "literals without waiting (RFC 7888)": [b"a LOGIN {3+}\r\njoe {11+}\r\n" + PASSWORD.encode() + b"\r\n"],
        "a SASL answer at once (RFC 4959)": [b"a AUTHENTICATE PLAIN " + base64.b64encode(b"\0joe\0" + PASSWORD.encode())],
        "lower case": [b'a login joe "' + PASSWORD.replace("\\", "\\\\").replace('"', '\\"').encode() + b'"\r\n'],
        "after another command in one go": [b"a NOOP\r\nb LOGIN joe secret\r\n"],
        "POP3": [b"PASS " + PASSWORD.encode()],
        "POP3 by SASL": [b"AUTH PLAIN", b"+ ", base64.b64encode(b"\0joe\0" + PASSWORD.encode())],
    }.values(),
    ids=str,
)  # fmt: skip
def test_however_a_password_is_sent_it_is_hidden_and_stays_so_when_the_server_repeats_it(said):
    log = ProtocolLog()
    for one in said:
        (log.received if one.startswith(b"+ ") else log.sent)(one)
    for echo in said:
        log.received(b"* OK you said " + echo.split(b" ", 2)[-1].strip())
    assert_hidden(log, PASSWORD)
    assert "secret" not in log.text()
    log.received(b"a OK in" if b" " in said[0][:2] else b"+OK in")
    log.received(b"b OK in")
    log.sent(b"c NOOP\r\n")
    assert log.text().endswith("C: c NOOP"), "after the verdict everything is shown again"


def test_the_log_is_bounded_and_tells_how_much_is_left_out():
    log = ProtocolLog()
    for number in range(100_000):
        log.received(b"* SEARCH " + b"%d " % number * 1_000)
    text = log.text()
    assert len(text) < 200_000
    assert "(99600 lines)" in text
    assert text.startswith("S: * SEARCH 0") and "99999" in text.splitlines()[-1]
