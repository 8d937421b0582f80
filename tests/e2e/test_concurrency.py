"""Workers that fetch the same mailboxes at once, and a database that refuses now and then (THREATS 35)."""

import os
import random
from collections import Counter

import pytest

from .conftest import Odoo

WORKERS = 4
MAILS = 12
REFUSALS = int(os.environ.get("REFUSALS", "20"))
STATEMENTS = 250
"""About as many as the fetch of the small mailbox takes; ``REFUSALS=249`` tries each."""


@pytest.fixture(scope="module")
def odoo(place):
    with place.databases.temporary(place.databases.installed(), "e2e_concurrency") as name:
        yield Odoo(name)


def order(name, number):
    return (
        f"From: Carl <{name}-{number}@acme.example>\r\nTo: sales@mycompany.example\r\nSubject: {name} {number}\r\n"
        f"Message-ID: <{name}-{number}@acme.example>\r\nDate: Fri, 20 Nov 2026 10:00:00 +0100\r\n\r\nBoxes, please.\r\n"
    ).encode()


def new_server(odoo, account, **values):
    values = account.server_values(intake_mode="gateway", **values)
    return odoo.call("tests.e2e.inside:create_server", model="crm.lead", **values)


def test_four_workers_and_the_button_at_once_take_each_mail_once(odoo, new_account):
    """Two mailboxes over IMAP and one over POP3 hold the same mails."""
    boxes = [new_account("anna"), new_account("bob"), new_account("carla")]
    for account in boxes:
        account.deliver(*(order("shared", number) for number in range(MAILS)))
    servers = [new_server(odoo, account) for account in boxes[:2]]
    servers.append(new_server(odoo, boxes[2], server_type="pop", port=boxes[2].port("pop3s")))
    codes = odoo.call("tests.e2e.inside_concurrency:fetch_at_once", servers=servers, workers=WORKERS)
    assert set(codes) == {0}
    census = odoo.call("tests.e2e.inside:census")
    assert census["emails"] == census["posted"] == census["posted_ids"] == MAILS
    assert census["copies"] == {"stored": MAILS, "duplicate": 2 * MAILS}
    assert census["empty_leads"] == 0
    assert [odoo.call("tests.e2e.inside:server_state", server=server)["error"] for server in servers] == [""] * 3


@pytest.mark.parametrize("protocol", ["imap", "pop"])
def test_a_statement_that_is_refused_is_tried_again_in_the_same_run(odoo, new_account, protocol):
    chance = random.Random(protocol)
    cases, names = [], []
    port = {"imap": "imaps", "pop": "pop3s"}[protocol]
    for nth in sorted(chance.sample(range(1, STATEMENTS), REFUSALS)):
        account = new_account("refused")
        account.deliver(*(order(account.user, number) for number in range(2)))
        values = account.server_values(intake_mode="gateway", server_type=protocol, port=account.port(port))
        cases.append([values, nth])
        names.append(account.user)
    results = odoo.call("tests.e2e.inside_concurrency:fetch_refused", cases=cases)
    for result, (_values, nth) in zip(results, cases, strict=True):
        assert result == [0, ["stored"] * 2, ""], nth
    leads = Counter(odoo.call("tests.e2e.inside:lead_names"))
    assert all(leads[f"{name} {number}"] == 1 for name in names for number in range(2))
