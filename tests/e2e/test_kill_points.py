"""Processes killed with SIGKILL at named points of a fetch lose no mail and take none twice; stock Odoo's do.

``KILL_SEEDS=20`` tries more moments; each seed chooses other ones at every point.
"""

import hashlib
import os
from collections import Counter

import pytest

from tools import paths

from .conftest import Odoo

SEEDS = int(os.environ.get("KILL_SEEDS", "2"))
MAILS = 6
ADDON_POINTS = (
    "after fetch",
    "after ledger",
    "after raw",
    "before commit",
    "in processing",
    "before flag",
    "after flag",
)
STOCK_POINTS = ("after fetch", "in processing", "before commit", "before flag", "after flag")
MODES = {
    "IMAP keep": {"after_fetch": "seen", "server_type": "imap"},
    "IMAP move": {"after_fetch": "move", "server_type": "imap"},
    "POP3 delete": {"after_fetch": "delete", "server_type": "pop"},
}


@pytest.fixture(scope="module")
def addon(place):
    with place.databases.temporary(place.databases.installed(), "e2e_kill_points") as name:
        yield Odoo(name)


@pytest.fixture(scope="module")
def stock(place):
    with place.databases.temporary(place.databases.template(), "e2e_kill_stock") as name:
        yield Odoo(name)


def mails(name):
    """Orders of different people, by name; every other one has no Message-ID, as mail of small devices has none."""
    for number in range(MAILS):
        message_id = f"Message-ID: <{name}-{number}@acme.example>\r\n" if number % 2 else ""
        yield (
            f"{name} {number}",
            f"From: Carl <{name}-{number}@acme.example>\r\nTo: sales@mycompany.example\r\n{message_id}"
            f"Subject: {name} {number}\r\nDate: Fri, 20 Nov 2026 10:00:00 +0100\r\n\r\n{number} boxes, please.\r\n",
        )


def killed(odoo, new_account, mode, points, seeds=SEEDS, **server):
    """Fetch a mailbox for each point and seed in processes that are killed there.

    :return: (account, point, what :func:`inside_kill.fetch` found) for each
    """
    pop = MODES[mode]["server_type"] == "pop"
    cases, accounts = [], []
    for point in points:
        for seed in range(seeds):
            account = new_account("kill")
            account.deliver(*(raw.encode() for _subject, raw in mails(account.user)))
            account.connect().create("Done")
            values = account.server_values(server_type=MODES[mode]["server_type"], **server)
            values["port"] = account.port("pop3s" if pop else "imaps")
            cases.append({"server": values, "point": point, "after_fetch": MODES[mode]["after_fetch"], "seed": seed})
            accounts.append(account)
    results = odoo.call("tests.e2e.inside_kill:fetch", cases=cases)
    return list(zip(accounts, [case["point"] for case in cases], results, strict=True))


def on_the_server(account, folder="INBOX"):
    connection = account.connect()
    _ok, answer = connection.select(folder, readonly=True)
    connection.logout()
    return int(answer[0])


@pytest.mark.parametrize("mode", MODES)
def test_a_process_killed_at_any_point_loses_nothing_and_doubles_nothing(mode, addon, new_account):
    for account, point, result in killed(addon, new_account, mode, ADDON_POINTS, intake_mode="gateway"):
        expected = dict(mails(account.user))
        assert result["kills"] >= 1, point
        assert sorted(result["leads"]) == sorted(expected), point
        checksums = {subject: hashlib.sha256(raw.encode()).hexdigest() for subject, raw in expected.items()}
        assert sorted(map(tuple, result["emails"])) == sorted(checksums.items()), point
        assert (result["states"], result["left"]) == ({"stored": MAILS}, 0), point
        there = {"IMAP keep": (MAILS, 0), "IMAP move": (0, MAILS), "POP3 delete": (0, 0)}[mode]
        assert (on_the_server(account), on_the_server(account, "Done")) == there, point
        if mode == "IMAP keep":
            assert all(r"\Seen" in flags for flags in account.flags()), point


def test_stock_odoo_killed_at_the_same_points_loses_mail(stock, new_account):
    """The harness can see a loss: Odoo alone has them, and what it has is written down."""
    report, losses = [], 0
    for mode in ("IMAP keep", "POP3 delete"):
        lost, doubled, total = Counter(), Counter(), Counter()
        for account, point, result in killed(stock, new_account, mode, STOCK_POINTS, seeds=max(1, SEEDS // 2)):
            leads = Counter(result["leads"])
            total[point] += MAILS
            lost[point] += sum(subject not in leads for subject, _raw in mails(account.user))
            doubled[point] += sum(count - 1 for count in leads.values())
        report += [
            f"stock, {mode}, {point}: lost {lost[point]} of {total[point]}, doubled {doubled[point]}"
            for point in STOCK_POINTS
        ]
        losses += lost.total()
    text = "\n".join(report)
    print(text)
    (paths.LOG / "kill-points-stock.txt").write_text(text + "\n", encoding="utf-8")
    assert losses, text
