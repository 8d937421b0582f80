"""Mail that is fetched once, checked, or taken from the past, end to end."""

import pytest

from tests.e2e.test_mailboxes import confirm, fetch, order

INSIDE = "tests.e2e.inside_mailbox"


@pytest.fixture(scope="module")
def database(place):
    with place.databases.temporary(place.databases.installed(), "e2e_other_ways") as copy:
        yield copy


@pytest.fixture
def server(odoo, account):
    return lambda **values: odoo.call("tests.e2e.inside:create_server", **account.server_values(**values))


@pytest.mark.parametrize("protocol", ["imaps", "pop3s"])
def test_the_fetch_wizard_takes_the_newest_mails_and_forgets_the_password(odoo, account, server, protocol):
    server(active=False)  # allows the host
    account.deliver(order(1), order(2), order(3))
    result = odoo.call(
        f"{INSIDE}:fetch_once",
        host=account.host,
        protocol=protocol,
        port=account.port(protocol),
        user=account.user,
        password=account.password,
        verify_certificate=False,
        max_mails=2,
    )
    assert result == {
        "subjects": ["Order 2", "Order 3"],
        "remaining": 1,
        "passwords": [None] * len(result["passwords"]),
    }
    if protocol == "imaps":  # POP3 has no flags; Dovecot marks what was retrieved
        assert [flags.replace("\\Recent", "").strip() for flags in account.flags()] == [""] * 3


def test_the_check_finds_and_fetches_what_is_missing(odoo, account, server):
    account.deliver(order(1), order(2), order(3))
    record = server(intake_mode="archive")
    confirm(odoo, record)
    fetch(odoo, record)
    assert odoo.call(f"{INSIDE}:reconcile", server=record) == {"INBOX": "3 on the server = 3 stored"}
    found = odoo.call(f"{INSIDE}:reconcile", server=record, forget=["Order 2"])
    assert found == {"INBOX": "3 on the server = 2 stored + 1 waiting; 1 were missing and have been fetched"}
    assert len(fetch(odoo, record)["ledger"]) == 3
    assert odoo.call(f"{INSIDE}:reconcile", server=record) == {"INBOX": "3 on the server = 3 stored"}


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
