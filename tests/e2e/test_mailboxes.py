"""Mailboxes end to end: a real Dovecot, a real Odoo, every way of taking mail and of treating it afterwards."""

import time

import pytest

from tests.mailbox.faults import LOGIN, CuttingProxy, ScriptedServer


def order(number, size=0):
    return (
        f"From: Carl <carl@acme.example>\r\nTo: sales@example.com\r\nSubject: Order {number}\r\n"
        f"Date: Fri, 20 Nov 2026 10:00:00 +0000\r\nMessage-ID: <{number}@acme.example>\r\n\r\n"
        f"{number} boxes, please.\r\n{'x' * size}\r\n"
    ).encode()


@pytest.fixture(scope="module")
def database(place):
    with place.databases.temporary(place.databases.installed(), "e2e_mailboxes") as copy:
        yield copy


@pytest.fixture
def server(odoo, account):
    """A function that makes a mailbox record and returns its id."""
    return lambda **values: odoo.call("tests.e2e.inside:create_server", **account.server_values(**values))


def fetch(odoo, server, **options):
    return odoo.call("tests.e2e.inside_mailbox:fetch", server=server, **options)


def confirm(odoo, server):
    return odoo.call("tests.e2e.inside_mailbox:confirm", server=server)


def count(account, folder="INBOX"):
    connection = account.connect()
    _ok, answer = connection.select(folder, readonly=True)
    connection.logout()
    return int(answer[0])


def flags(account, folder="INBOX"):
    """Flags without \\Recent, which is the session's, not the mail's (RFC 3501 2.3.2)."""
    return [text.replace("\\Recent", "").strip() for text in account.flags(folder)]


def test_folders_are_listed_ticked_fetched_and_their_mail_treated_as_asked(odoo, account, server):
    account.deliver(order(1), order(2))
    account.deliver(order(3), folder="Entw&APw-rfe")
    account.deliver(order(4), folder="Sent")
    account.deliver(order(5), folder="Done")
    record = server(state="draft", intake_mode="archive")

    report = confirm(odoo, record)
    assert report["state"] == "done", report["report"]
    assert "2 mails in the inbox" in report["report"]
    assert [name for name, folder in report["folders"].items() if folder["synchronize"]] == ["INBOX"]
    assert report["folders"]["Sent"]["direction"] == "out"

    assert [copy["folder"] for copy in fetch(odoo, record)["ledger"]] == ["INBOX", "INBOX"]
    assert flags(account) == ["", ""], "an archive leaves mail as it is"

    odoo.call(
        "tests.e2e.inside_mailbox:change",
        server=record,
        folders={
            "INBOX": {"after_fetch": "move", "move_to": "Done"},
            "Entwürfe": {"synchronize": True, "after_fetch": "delete"},
            "Sent": {"synchronize": True, "after_fetch": "seen"},
        },
    )
    account.deliver(order(6))
    result = fetch(odoo, record)
    assert sorted(result["subjects"]) == ["Order 1", "Order 2", "Order 3", "Order 4", "Order 6"]
    assert dict(zip(result["subjects"], result["directions"], strict=True))["Order 4"] == "out"
    assert {copy["state"] for copy in result["ledger"]} == {"stored"}
    assert not any(copy["server_action"] for copy in result["ledger"])
    assert (count(account), count(account, "Done"), count(account, "Entw&APw-rfe")) == (2, 2, 0)
    assert flags(account, "Sent") == ["\\Seen"]


def test_what_goes_wrong_with_a_mailbox_is_said_in_plain_words(odoo, account, server):
    wrong_password = confirm(odoo, server(password="wrong"))
    assert (wrong_password["state"], wrong_password["code"]) == ("draft", "login")
    assert "did not accept user name and password" in wrong_password["report"]

    certificate = confirm(odoo, server(server="localhost", verify_certificate=True))
    assert certificate["code"] in ("cert_self_signed", "host_refused")

    metadata = confirm(odoo, server(server="169.254.169.254"))
    assert metadata["code"] == "host_refused"
    assert "169.254.169.254 is an internal address" in metadata["report"]

    plain = confirm(odoo, server(port=account.port("imap"), is_ssl=False, state="draft"))
    assert (plain["state"], plain["starttls"]) == ("done", True), "offered, so taken from now on"
    assert "the server's certificate is not checked" in plain["report"]
    checked = confirm(odoo, server(port=account.port("imap"), is_ssl=False, state="draft", verify_certificate=True))
    assert (checked["state"], checked["starttls"], checked["code"]) == ("draft", True, "cert_self_signed")


@pytest.mark.parametrize("protocol, port, words", [("imap", "imaps", "EXAMINE"), ("pop", "pop3s", "UIDL")])
def test_what_is_said_to_the_server_can_be_read_without_the_password(odoo, account, server, protocol, port, words):
    account.deliver(order(1))
    record = server(server_type=protocol, port=account.port(port), keep_protocol=True, intake_mode="archive")
    for log in (confirm(odoo, record)["protocol"], fetch(odoo, record)["protocol"]):
        assert words in log and "***" in log
        assert account.password not in log and "boxes, please" not in log
    odoo.call("tests.e2e.inside_mailbox:change", server=record, password="not-this-one")
    refused = fetch(odoo, record)["protocol"]
    assert "Authentication failed" in refused
    assert "not-this-one" not in refused
    odoo.call("tests.e2e.inside_mailbox:change", server=record, keep_protocol=False)
    assert not fetch(odoo, record)["protocol"]


def test_pop3_is_fetched_once_and_leaves_or_deletes_as_asked(odoo, account, server):
    account.deliver(order(1), order(2, size=70_000))
    record = server(server_type="pop", port=account.port("pop3s"), intake_mode="archive", pop_after_fetch="keep")
    assert fetch(odoo, record, times=2)["subjects"] == ["Order 1", "Order 2"]
    assert count(account) == 2

    odoo.call("tests.e2e.inside_mailbox:change", server=record, pop_after_fetch="days", pop_days=3)
    fetch(odoo, record)
    assert count(account) == 2, "younger than three days"

    account.deliver(order(3))
    odoo.call("tests.e2e.inside_mailbox:change", server=record, pop_after_fetch="delete")
    assert fetch(odoo, record)["subjects"] == ["Order 1", "Order 2", "Order 3"]
    assert count(account) == 0


def test_a_recreated_folder_is_read_again_without_doubles(odoo, account, server):
    account.deliver(order(901), order(902), folder="Orders")
    record = server(intake_mode="archive")
    confirm(odoo, record)
    odoo.call("tests.e2e.inside_mailbox:change", server=record, folders={"Orders": {"synchronize": True}})
    assert fetch(odoo, record)["emails"] == 2
    connection = account.connect()
    connection.delete("Orders")
    connection.logout()
    assert "not there any more" in fetch(odoo, record)["folders"]["Orders"]
    time.sleep(1.1)  # UIDVALIDITY is made from the clock's seconds
    account.deliver(order(902), order(903), folder="Orders")
    result = fetch(odoo, record)
    assert result["emails"] == 3
    assert [copy["state"] for copy in result["ledger"]] == ["stored", "stored", "duplicate", "stored"]
    assert result["folders"]["Orders"] == ""


def test_a_folder_without_news_is_not_opened(odoo, account, server):
    """STATUS tells (RFC 3501 6.3.10): one short round trip for each of a hundred folders."""
    account.deliver(order(1))
    proxy = CuttingProxy(account.port("imap"), after=b" EXAMINE ")
    record = server(port=proxy.port, is_ssl=False, intake_mode="gateway")
    fetch(odoo, record)
    assert proxy.met == 1
    fetch(odoo, record, times=2)
    assert proxy.met == 1
    account.deliver(order(2))
    assert fetch(odoo, record)["emails"] == 2
    assert proxy.met == 2
    proxy.close()


@pytest.mark.parametrize("cut", [1, 300, 900])
def test_after_a_cut_line_nothing_is_lost_and_nothing_doubled(odoo, account, server, cut):
    account.deliver(*(order(number) for number in range(5)))
    proxy = CuttingProxy(account.port("imap"), after=b"BODY.PEEK", cut=cut)
    record = server(port=proxy.port, is_ssl=False)
    assert "was cut" in fetch(odoo, record)["error"]
    assert flags(account) == [""] * 5
    proxy.cut = None
    result = fetch(odoo, record, times=2)
    assert result["subjects"] == [f"Order {number}" for number in range(5)]
    assert flags(account) == ["\\Seen"] * 5
    assert not result["error"]


def test_a_mail_that_the_server_does_not_hand_out_is_asked_for_again(odoo, server):
    generous = []

    def fetch_answer(match):
        wanted = range(int(match[1]), int(match[2] or match[1]) + 1)
        given = [uid for uid in wanted if uid != 2 or generous]
        return b"".join(_fetched(uid) for uid in given) + b"%TAG% OK done\r\n"

    def search_answer(match):
        first, last = int(match[1]), 3 if match[2] == b"*" else int(match[2] or match[1])
        return b"* SEARCH %s\r\n%%TAG%% OK done\r\n" % b" ".join(b"%d" % n for n in range(first, min(last, 3) + 1))

    rules = [
        (r"uid fetch (\d+)(?::(\d+))? \(uid rfc822.size\)", lambda match: b"%TAG% BAD no sizes\r\n"),
        (r"uid fetch (\d+)(?::(\d+))?", fetch_answer),
        (r"uid search uid (\d+)(?::(\d+|\*))?", search_answer),
        ("status", b"%TAG% BAD\x20\r\n"),
        ("store", b"%TAG% OK\x20\r\n"),
    ]
    imap = ScriptedServer([*rules, *LOGIN])
    record = server(port=imap.port, is_ssl=False)
    result = fetch(odoo, record)
    assert result["subjects"] == ["Order 1", "Order 3"]
    assert "does not hand out 1 mails" in result["folders"]["INBOX"]
    generous.append(True)
    result = fetch(odoo, record)
    assert sorted(result["subjects"]) == ["Order 1", "Order 2", "Order 3"]
    assert result["folders"]["INBOX"] == ""


def _fetched(uid):
    raw = order(uid)
    return b"* %d FETCH (UID %d BODY[] {%d}\r\n%s FLAGS ())\r\n" % (uid, uid, len(raw), raw)
