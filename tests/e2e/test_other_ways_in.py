"""Mail that is fetched once, checked, or taken from the past, end to end."""

import pytest

from tests.e2e.test_mailboxes import confirm, count, fetch, order

INSIDE = "tests.e2e.inside_mailbox"


@pytest.fixture(scope="module")
def database(place):
    with place.databases.temporary(place.databases.installed(), "e2e_other_ways") as copy:
        yield copy


@pytest.fixture
def server(odoo, account):
    return lambda **values: odoo.call("tests.e2e.inside:create_server", **account.server_values(**values))


@pytest.fixture
def fetch_once(odoo, account, server):
    server(active=False)  # allows the host

    def use(protocol="imaps", **values):
        mailbox = {"host": account.host, "protocol": protocol, "port": account.port(protocol), "user": account.user}
        defaults = {"password": account.password, "verify_certificate": False}
        return odoo.call(f"{INSIDE}:fetch_once", **(mailbox | defaults | values))

    return use


@pytest.mark.parametrize("protocol", ["imaps", "pop3s", "imap", "pop3"])
def test_the_fetch_wizard_takes_the_newest_mails_and_never_stores_the_password(account, fetch_once, protocol):
    account.deliver(order(1), order(2), order(3))
    result = fetch_once(protocol, max_mails=2)
    assert (result["subjects"], result["remaining"], result["progress"]) == (["Order 2", "Order 3"], 1, 100)
    assert account.password not in result["row"]
    assert not result["created"]
    if protocol.startswith("imap"):  # POP3 has no flags; Dovecot marks what was retrieved
        assert [flags.replace("\\Recent", "").strip() for flags in account.flags()] == [""] * 3


def test_the_fetch_wizard_reads_a_folder_and_makes_a_document_of_each_mail_once(account, fetch_once):
    account.deliver(order(61), folder="Entw&APw-rfe")
    result = fetch_once(folder="entwürfe", creates="helpdesk.ticket", max_mails=0)
    assert result["subjects"] == ["Order 61"]
    assert len(result["created"]) == 1
    assert fetch_once(folder="Entwürfe", creates="helpdesk.ticket")["created"] == result["created"]


def test_the_fetch_wizard_says_what_is_wrong(fetch_once, account):
    assert "did not accept user name and password" in fetch_once(password="wrong")["error"]
    assert "no folder Nowhere" in fetch_once(folder="Nowhere")["error"]
    assert "certificate" in fetch_once(verify_certificate=True)["error"]
    assert "Nothing answers on 127.0.0.1, port 1" in fetch_once(port=1)["error"]


def test_the_check_finds_and_fetches_what_is_missing(odoo, account, server):
    account.deliver(order(1), order(2), order(3))
    record = server(intake_mode="archive")
    confirm(odoo, record)
    fetch(odoo, record)
    assert odoo.call(f"{INSIDE}:reconcile", server=record) == {"INBOX": "3 on the server = 3 stored"}
    found = odoo.call(f"{INSIDE}:reconcile", server=record, forget=["Order 2"])
    assert found == {"INBOX": "3 on the server = 2 stored + 1 waiting; 1 were missing and have been fetched"}
    assert len(fetch(odoo, record)["ledger"]) == 3
    account.deliver(order(4))
    found = odoo.call(f"{INSIDE}:reconcile", server=record)
    assert found == {"INBOX": "4 on the server = 3 stored + 1 waiting"}, "it has just come, nobody had missed it"


def test_a_pop3_mailbox_is_checked_too_and_nothing_is_deleted_by_it(odoo, account, server):
    account.deliver(order(31), order(32))
    record = server(server_type="pop", port=account.port("pop3s"), intake_mode="archive", pop_after_fetch="keep")
    fetch(odoo, record)
    account.deliver(order(33))
    odoo.call(f"{INSIDE}:change", server=record, pop_after_fetch="delete")
    assert odoo.call(f"{INSIDE}:reconcile", server=record) == {"INBOX": "3 on the server = 2 stored + 1 waiting"}
    assert count(account) == 3


def test_a_history_is_estimated_taken_in_steps_and_undone(odoo, account, server):
    account.deliver(*(order(number) for number in range(11, 16)))
    record = server(intake_mode="gateway", first_contact="new")
    confirm(odoo, record)
    first = odoo.call(f"{INSIDE}:history", server=record, per_run=2)
    assert (first["estimate"], first["subjects"]) == ([5, 0], [])
    assert len(odoo.call(f"{INSIDE}:history", server=record, steps=1)["subjects"]) == 2
    done = odoo.call(f"{INSIDE}:history", server=record, steps=3)
    assert done["state"] == "done", done["error"]
    assert sorted(done["subjects"]) == [f"Order {number}" for number in range(11, 16)]
    assert done["messages"] == 0, "nothing in any chatter"
    undone = odoo.call(f"{INSIDE}:history", server=record, undo=True)
    assert (undone["state"], undone["subjects"]) == ("undone", [])
