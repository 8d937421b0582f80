"""IDLE against a real Dovecot, with and without TLS (RFC 2177)."""

import imaplib
import socket
import threading
import time

import pytest
from erp_mail_plain.mailbox import ConnectionLost, ImapMailbox
from erp_mail_plain.mailbox.network import tls_context

from .conftest import HOST, mail
from .faults import LOGIN, ScriptedServer


def login(account, tls):
    if tls:
        port = account.server.port("imaps")
        connection = imaplib.IMAP4_SSL(HOST, port, ssl_context=tls_context(verify=False), timeout=10)
        connection.login(account.user, account.server.password)
    else:
        connection = account.imap()
    return ImapMailbox(connection)


@pytest.mark.parametrize("tls", [False, True])
def test_a_new_mail_ends_the_wait_and_the_connection_goes_on(account, tls):
    mailbox = login(account, tls)
    mailbox.select("INBOX")
    timer = threading.Timer(0.3, account.deliver, [mail(1)])
    timer.start()
    start = time.monotonic()
    assert mailbox.idle(20)
    assert time.monotonic() - start < 10
    timer.join()
    assert mailbox.uids() == [1]


@pytest.mark.parametrize("tls", [False, True])
def test_without_news_the_wait_ends_in_time_and_the_connection_goes_on(account, tls):
    account.deliver(mail(1))
    mailbox = login(account, tls)
    mailbox.select("INBOX")
    start = time.monotonic()
    assert not mailbox.idle(0.5)
    assert time.monotonic() - start < 3
    assert mailbox.uids() == [1]


@pytest.mark.parametrize("tls", [False, True])
def test_a_wait_can_be_ended_from_outside_and_the_connection_goes_on(account, tls):
    mailbox = login(account, tls)
    mailbox.select("INBOX")
    ours, theirs = socket.socketpair()
    threading.Timer(0.3, theirs.close).start()
    start = time.monotonic()
    assert not mailbox.idle(20, wake=ours)
    assert time.monotonic() - start < 10
    assert mailbox.uids() == []
    ours.close()


def scripted(idle, capability=b"IDLE"):
    rules = [("capability", b"* CAPABILITY IMAP4rev1 " + capability + b"\r\n%TAG% OK\x20\r\n"), ("idle", idle)]
    server = ScriptedServer([*rules, *LOGIN])
    connection = imaplib.IMAP4("127.0.0.1", server.port, timeout=2)
    connection.login("user", "secret")
    mailbox = ImapMailbox(connection)
    mailbox.select("INBOX")
    return mailbox


def test_a_server_that_hangs_up_during_the_wait_is_noticed():
    mailbox = scripted(b"+ idling\r\n* BYE bored\r\n")
    with pytest.raises(ConnectionLost):
        mailbox.idle(5)


def test_a_server_without_idle_is_polled():
    server_says = [b"%TAG% OK\x20\r\n", b"* 4 EXISTS\r\n%TAG% OK\x20\r\n"]
    mailbox = scripted(b"%TAG% BAD\x20\r\n", capability=b"")
    mailbox._connection.noop = lambda: ("OK", server_says)
    assert not mailbox.idle(0.1)
