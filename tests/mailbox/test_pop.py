"""POP3 against a real Dovecot."""

import pytest
from erp_mail_plain.mailbox import PopMailbox

from .conftest import mail


@pytest.fixture
def mailbox(account):
    account.deliver(mail(1), mail(2), mail(3, size=50_000))
    return PopMailbox(account.pop())


def everything(mailbox, mails, **options):
    return [one for batch in mailbox.fetch(mails, **options) for one in batch]


def test_mails_come_byte_for_byte_under_their_unique_id(mailbox):
    listed = mailbox.uidls()
    got = everything(mailbox, listed)
    assert [one.raw for one in got] == [mail(1), mail(2), mail(3, size=50_000)]
    assert [one.uid for one in got] == [uidl for _number, uidl in listed]


def test_a_line_of_70_kilobytes_is_a_mail_like_any_other(account):
    raw = mail(1) + b"z" * 70_000 + b"\r\n.\r\n..end\r\n"
    account.deliver(raw, mail(2))
    mailbox = PopMailbox(account.pop())
    got = everything(mailbox, mailbox.uidls())
    assert [one.raw for one in got] == [raw, mail(2)]


def test_batches_are_bounded_in_bytes(mailbox):
    assert [len(batch) for batch in mailbox.fetch(mailbox.uidls(), max_bytes=2_000)] == [2, 1]


def test_nothing_is_deleted_before_quit(account, mailbox):
    mailbox.delete([1])
    mailbox._connection.close()
    again = PopMailbox(account.pop())
    assert len(again.uidls()) == 3


def test_what_was_marked_is_deleted_by_quit(account, mailbox):
    mailbox.delete([1])
    mailbox.quit()
    again = PopMailbox(account.pop())
    assert [one.raw for one in everything(again, again.uidls())] == [mail(2), mail(3, size=50_000)]
