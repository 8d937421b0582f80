"""IMAP against a real Dovecot."""

import time
from datetime import date, datetime

import pytest
from erp_mail_plain.mailbox import FolderMissing, ImapMailbox, imap
from erp_mail_plain.mailbox.errors import FolderReadOnly
from imapclient import imap_utf7

from .conftest import mail


@pytest.fixture
def mailbox(account):
    connection = account.imap()
    yield ImapMailbox(connection)
    connection.logout()


def everything(mailbox, uids, **options):
    return [one for batch in mailbox.fetch(uids, **options) for one in batch]


def test_mails_come_byte_for_byte_with_the_servers_date_and_flags(account, mailbox, monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    account.deliver(mail(1), flags="(\\Seen)", date="05-Mar-2024 10:00:00 +0200")
    mailbox.select("INBOX")
    (got,) = everything(mailbox, mailbox.uids())
    monkeypatch.undo()
    time.tzset()
    assert got.raw == mail(1)
    assert got.received == datetime(2024, 3, 5, 8, 0)
    assert "\\Seen" in got.flags


def test_reading_marks_nothing_as_seen(account, mailbox):
    account.deliver(mail(1))
    mailbox.select("INBOX")
    everything(mailbox, mailbox.uids())
    mailbox.select("INBOX")
    assert "\\Seen" not in everything(mailbox, mailbox.uids())[0].flags


def test_only_mails_after_the_cursor_are_listed_and_the_last_one_is_not_repeated(account, mailbox):
    account.deliver(mail(1), mail(2), mail(3))
    mailbox.select("INBOX")
    assert mailbox.uids() == [1, 2, 3]
    assert mailbox.uids(since_uid=2) == [3]
    assert mailbox.uids(since_uid=3) == []


def test_mails_are_chosen_by_the_servers_date(account, mailbox):
    account.deliver(mail(1), date="01-Jan-2020 10:00:00 +0000")
    account.deliver(mail(2), date="01-Jan-2024 10:00:00 +0000")
    mailbox.select("INBOX")
    assert mailbox.uids(since_date=date(2023, 12, 31)) == [2]


def test_batches_are_bounded_in_bytes_and_a_large_mail_comes_alone(account, mailbox):
    account.deliver(mail(1), mail(2), mail(3, size=50_000), mail(4))
    mailbox.select("INBOX")
    sizes = [[len(one.raw) for one in batch] for batch in mailbox.fetch(mailbox.uids(), max_bytes=2_000)]
    assert [len(batch) for batch in sizes] == [2, 1, 1]
    assert sizes[1][0] > 40_000


def test_vanished_mails_are_passed_over(account, mailbox):
    account.deliver(*(mail(number) for number in range(1, 6)))
    mailbox.select("INBOX")
    uids = mailbox.uids()
    other = account.imap()
    other.select("INBOX")
    other.uid("STORE", "2,4", "+FLAGS", "(\\Deleted)")
    other.expunge()
    other.logout()
    assert [one.uid for one in everything(mailbox, uids)] == ["1", "3", "5"]
    assert mailbox.refused == {}


def test_seen_is_stored_when_asked(account, mailbox):
    account.deliver(mail(1), mail(2))
    mailbox.select("INBOX")
    mailbox.store_seen([1])
    flags = {one.uid: one.flags for one in everything(mailbox, [1, 2])}
    assert "\\Seen" in flags["1"] and "\\Seen" not in flags["2"]


def test_a_read_only_folder_refuses_flags_by_name(account, mailbox):
    account.deliver(mail(1))
    assert mailbox.select("INBOX", readonly=True).readonly
    with pytest.raises(FolderReadOnly):
        mailbox.store_seen([1])


@pytest.mark.parametrize("capability", ["MOVE", None])
def test_moved_mails_are_in_the_other_folder_alone(account, mailbox, capability):
    account.deliver(mail(1), mail(2))
    account.imap().create("Trash")
    if not capability:
        mailbox.capabilities -= {"MOVE"}
    mailbox.select("INBOX")
    mailbox.move([1], "Trash")
    assert mailbox.uids() == [2]
    mailbox.select("Trash")
    assert everything(mailbox, mailbox.uids())[0].raw == mail(1)


def test_deleting_without_uidplus_spares_what_others_have_marked(account, mailbox):
    account.deliver(mail(1), mail(2))
    account.deliver(mail(3), flags="(\\Deleted)")
    mailbox.capabilities -= {"UIDPLUS"}
    mailbox.select("INBOX")
    mailbox.delete([1])
    assert mailbox.uids() == [1, 2, 3], "EXPUNGE would have taken somebody's mail 3 along"


@pytest.mark.parametrize("uidplus", [True, False])
def test_deleted_mails_are_gone(account, mailbox, uidplus):
    account.deliver(mail(1), mail(2))
    if not uidplus:
        mailbox.capabilities -= {"UIDPLUS"}
    mailbox.select("INBOX")
    mailbox.delete([1])
    assert mailbox.uids() == [2]


@pytest.mark.parametrize("name", ["Aufträge & Rechnungen", 'say "hi"', "back\\slash", "日本語", "2024"])
def test_folder_names_are_read_and_opened_whatever_they_hold(account, mailbox, name):
    wire = imap_utf7.encode(name).replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    account.imap().create(b'"' + wire + b'"')
    folder = next(one for one in mailbox.folders() if one.name == name)
    assert mailbox.select(folder.path).exists == 0


@pytest.mark.parametrize("capability", ["MOVE", None])
def test_a_mail_that_cannot_be_moved_stays_where_it_is(account, mailbox, capability):
    account.deliver(mail(1))
    if not capability:
        mailbox.capabilities -= {"MOVE"}
    mailbox.select("INBOX")
    with pytest.raises(FolderMissing) as caught:
        mailbox.move([1], "Nowhere")
    assert caught.value.path == "Nowhere"
    mailbox.select("INBOX")
    assert "\\Deleted" not in everything(mailbox, [1])[0].flags


def test_special_folders_are_recognised(account, mailbox):
    account.imap().create("Trash")
    uses = {one.name: one.special_use for one in mailbox.folders()}
    assert uses["Sent"] == "sent" and uses["Trash"] == "trash" and uses["INBOX"] == ""


def test_a_missing_folder_is_told_from_other_errors(mailbox):
    with pytest.raises(FolderMissing):
        mailbox.select("Nowhere")


def test_a_folder_name_cannot_carry_a_second_command(mailbox):
    with pytest.raises(FolderMissing):
        mailbox.select('INBOX"\r\na1 DELETE "Sent')


def test_a_recreated_folder_has_another_uidvalidity(account, mailbox):
    connection = account.imap()
    connection.create("Orders")
    before = mailbox.select("Orders").uidvalidity
    mailbox.select("INBOX")
    connection.delete("Orders")
    time.sleep(1.1)  # Dovecot makes UIDVALIDITY from the clock's seconds
    connection.create("Orders")
    assert mailbox.select("Orders").uidvalidity != before


def test_a_large_folder_is_searched_in_windows(account, mailbox, monkeypatch):
    account.deliver(*(mail(number) for number in range(1, 12)))
    monkeypatch.setattr(imap, "SEARCH_WINDOW", 3)
    mailbox.select("INBOX")
    mailbox.delete([2, 3, 4, 5, 6])
    mailbox.select("INBOX")
    assert mailbox.uids() == [1, 7, 8, 9, 10, 11]
    mailbox.capabilities -= {"ESEARCH"}
    assert mailbox.uids(since_uid=7) == [8, 9, 10, 11]


def test_the_status_of_a_folder_tells_whether_there_is_news(account, mailbox):
    before = mailbox.status("INBOX")
    assert mailbox.status("INBOX") == before
    account.deliver(mail(1))
    after = mailbox.status("INBOX")
    assert (after.uidnext, after.exists) == (before.uidnext + 1, before.exists + 1)
    assert after.highestmodseq > 0
    assert mailbox.status("Nowhere") is None
