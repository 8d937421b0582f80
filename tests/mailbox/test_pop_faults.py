"""POP3 servers as they are in the field (RFC 1939): nothing is lost, nothing is deleted by accident."""

import poplib

import pytest
from erp_mail_plain.mailbox import ConnectionLost, PopMailbox, explain
from erp_mail_plain.mailbox.pop import content_id

from .conftest import mail
from .faults import CuttingProxy, ScriptedServer

LOGIN = [("^user|^pass", b"+OK\r\n"), ("^quit", b"+OK\r\n"), ("^list", b"+OK\r\n1 9\r\n2 9\r\n.\r\n")]


def connect(rules, timeout=5):
    server = ScriptedServer([*rules, *LOGIN], greeting=b"+OK ready\r\n")
    connection = poplib.POP3("127.0.0.1", server.port, timeout=timeout)
    connection.user("user")
    connection.pass_("secret")
    return server, PopMailbox(connection)


def everything(mailbox, mails):
    return [one for batch in mailbox.fetch(mails) for one in batch]


RETR = ("^retr (.)", lambda match: b"+OK\r\nmail %s\r\n.\r\n" % match[1])


def test_without_uidl_a_mail_is_known_by_its_content():
    _server, mailbox = connect([("^uidl", b"-ERR unknown command\r\n"), RETR])
    assert mailbox.uidls() == [(1, ""), (2, "")]
    assert [one.uid for one in everything(mailbox, mailbox.uidls())] == [
        content_id(b"mail 1\r\n"),
        content_id(b"mail 2\r\n"),
    ]


def test_a_unique_id_that_two_mails_share_identifies_neither():
    _server, mailbox = connect([("^uidl", b"+OK\r\n1 same\r\n2 same\r\n.\r\n"), RETR])
    uids = [one.uid for one in everything(mailbox, mailbox.uidls())]
    assert len(set(uids)) == 2 and all(uid.startswith("sha256:") for uid in uids)


def test_a_mail_that_uidl_leaves_out_is_still_fetched():
    _server, mailbox = connect([("^uidl", b"+OK\r\n2 second\r\n.\r\n"), RETR])
    assert [one.uid for one in everything(mailbox, mailbox.uidls())] == [content_id(b"mail 1\r\n"), "second"]


def test_a_mail_the_server_refuses_is_named_and_the_next_one_comes():
    rules = [("^uidl", b"+OK\r\n1 a\r\n2 b\r\n.\r\n"), ("^retr 1", b"-ERR damaged\r\n"), RETR]
    _server, mailbox = connect(rules)
    assert [one.uid for one in everything(mailbox, mailbox.uidls())] == ["b"]
    assert mailbox.refused == {"a": "damaged"}


def test_a_mail_the_server_does_not_delete_does_not_keep_the_others():
    server, mailbox = connect([("^dele 1", b"-ERR no\r\n"), ("^dele", b"+OK\r\n")])
    assert mailbox.delete([1, 2]) == {1: "no"}
    assert b"DELE 2" in server.lines


def test_dots_at_the_start_of_a_line_are_restored():
    _server, mailbox = connect([("^retr 1", b"+OK\r\n..\r\n...three\r\nx.\r\n.\r\n"), RETR])
    assert everything(mailbox, [(1, "a")])[0].raw == b".\r\n..three\r\nx.\r\n"


@pytest.mark.parametrize("answer, code", [(..., "timeout"), (None, "lost"), (b"hello\r\n", "protocol")], ids=str)
def test_a_connection_of_no_more_use_is_said_to_be_so(answer, code):
    _server, mailbox = connect([("^retr", answer)], timeout=0.5)
    with pytest.raises(ConnectionLost) as caught:
        everything(mailbox, [(1, "a")])
    assert explain(caught.value).code == code


def test_a_line_cut_at_any_octet_gives_whole_mails_or_none_and_deletes_nothing(account):
    account.deliver(mail(1), mail(2))
    proxy = CuttingProxy(account.server.port("pop3"), after=b"RETR 2")
    connection = account.pop(proxy.port)
    everything(PopMailbox(connection), [(1, "a"), (2, "b")])
    length = proxy.passed
    connection.close()
    for cut in range(1, length):
        proxy.cut = cut
        connection = account.pop(proxy.port)
        mailbox = PopMailbox(connection)
        mailbox.delete([1])
        with pytest.raises(ConnectionLost):
            everything(mailbox, [(2, "b")])
        connection.close()
    proxy.close()
    again = PopMailbox(account.pop())
    assert [one.raw for one in everything(again, again.uidls())] == [mail(1), mail(2)]
