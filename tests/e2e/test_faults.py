"""Everything that can go wrong between Odoo and a mail server (THREATS 30, 32, 33), all of it in one fetch.

Each fault has a mailbox on the real Dovecot and a proxy in between; sound mailboxes stand among them. All are fetched
in one run, as the scheduled action does, then once more when the faults are gone.
"""

from collections import Counter

import pytest

from tests.mailbox.faults import CuttingProxy

from .conftest import Odoo
from .test_mailboxes import count, flags

MAILS = 3
TIMEOUT = 4
"""Seconds of silence that are borne with; Odoo's own 60 would make the test long."""
SOUND_EVERY = 5

IMAP_MOMENTS = (
    b" LOGIN ",
    b" CAPABILITY",
    b" EXAMINE ",
    b" SEARCH ",
    b"RFC822.SIZE)",
    b"BODY.PEEK",
    b" SELECT ",
    b" STORE ",
)
POP_MOMENTS = (b"USER", b"PASS", b"LIST", b"UIDL", b"RETR 2", b"DELE 2", b"QUIT")
NEWS = b"* 2 FETCH (FLAGS (\\Seen))\r\n* OK [ALERT] maintenance tonight\r\n* 1 RECENT\r\n"


def cut(octets):
    return lambda proxy, _account: setattr(proxy, "cut", octets)


def meddle(action):
    return lambda proxy, _account: setattr(proxy, "meddle", action)


def refuse(word):
    """The server says no, with the tag of the command in IMAP."""

    def answer(line, client):
        client.sendall((line.split(b" ")[0] + b" " if word != b"-ERR" else b"") + word + b" not now\r\n")

    return meddle(answer)


def vanish(proxy, account):
    """Somebody deletes the second mail just then."""

    def delete(_line, _client):
        connection = account.connect()
        connection.select()
        connection.uid("STORE", "2", "+FLAGS", r"(\Deleted)")
        connection.expunge()
        connection.logout()
        return True

    proxy.meddle = delete


STALL = meddle(lambda _line, _client: False)
UNASKED = meddle(lambda _line, client: client.sendall(NEWS) or True)

FAULTS = {
    "imap": {
        "no greeting": (b"", cut(1)),
        **{f"cut after{moment.decode()}": (moment, cut(1)) for moment in IMAP_MOMENTS},
        **{f"cut {octets} octets into the mails": (b"BODY.PEEK", cut(octets)) for octets in (150, 400, 700)},
        **{f"{word.decode()} to{moment.decode()}": (moment, refuse(word)) for moment in IMAP_MOMENTS for word in (b"NO", b"BAD")},
        **{f"silence after{moment.decode()}": (moment, STALL) for moment in (b" LOGIN ", b"BODY.PEEK", b" STORE ")},
        **{f"news nobody asked for at{moment.decode()}": (moment, UNASKED) for moment in IMAP_MOMENTS[2:]},
        **{f"a mail vanishes before{moment.decode()}": (moment, vanish) for moment in (b"RFC822.SIZE)", b"BODY.PEEK")},
    },
    "pop": {
        "no greeting": (b"", cut(1)),
        **{f"cut after {moment.decode()}": (moment, cut(1)) for moment in POP_MOMENTS},
        "cut in the middle of a mail": (b"RETR 2", cut(150)),
        **{f"-ERR to {moment.decode()}": (moment, refuse(b"-ERR")) for moment in POP_MOMENTS},
        **{f"silence after {moment.decode()}": (moment, STALL) for moment in (b"PASS", b"RETR 2", b"QUIT")},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def odoo(place):
    with place.databases.temporary(place.databases.installed(), "e2e_faults") as name:
        yield Odoo(name)


def order(name, number):
    return (
        f"From: Carl <{name}-{number}@acme.example>\r\nTo: sales@mycompany.example\r\nSubject: {name} {number}\r\n"
        f"Message-ID: <{name}-{number}@acme.example>\r\n\r\n{number} boxes, please.\r\n"
    ).encode()


class Box:
    """A mailbox with its orders, reached through a proxy."""

    def __init__(self, account, protocol, fault=None):
        self.account = account
        after, self.break_it = fault or (b"", None)
        self.proxy = CuttingProxy(account.port({"imap": "imap", "pop": "pop3"}[protocol]), after=after)
        self.vanishes = self.break_it is vanish
        account.deliver(*(order(account.user, number) for number in range(MAILS)))

    def values(self, protocol):
        return self.account.server_values(
            server_type=protocol, port=self.proxy.port, is_ssl=False, intake_mode="gateway"
        )

    def mend(self):
        self.proxy.cut = self.proxy.meddle = None

    def expected(self):
        return [f"{self.account.user} {number}" for number in range(MAILS) if not (self.vanishes and number == 1)]


@pytest.mark.parametrize("protocol", ["imap", "pop"])
def test_no_fault_loses_or_doubles_a_mail_or_stops_the_other_mailboxes(odoo, new_account, protocol):
    boxes = {}
    for number, (name, fault) in enumerate(FAULTS[protocol].items()):
        boxes[name] = Box(new_account("fault"), protocol, fault)
        if number % SOUND_EVERY == 0:
            boxes[f"sound {number}"] = Box(new_account("sound"), protocol)
    servers = odoo.call(
        "tests.e2e.inside_mailbox:create_servers", servers=[box.values(protocol) for box in boxes.values()]
    )
    for box in boxes.values():
        if box.break_it:
            box.break_it(box.proxy, box.account)

    broken = odoo.call("tests.e2e.inside_mailbox:fetch_all", servers=servers, timeout=TIMEOUT)
    for (name, box), found in zip(boxes.items(), broken, strict=True):
        assert box.proxy.met or not box.proxy.after, f"{name}: the fault did not happen"
        if not box.break_it:
            assert (sorted(found["subjects"]), found["error"]) == (box.expected(), ""), name
        assert count(box.account) + len(found["subjects"]) >= len(box.expected()), f"{name}: neither here nor there"
        box.mend()

    mended = odoo.call("tests.e2e.inside_mailbox:fetch_all", servers=servers, timeout=60)
    leads = Counter(odoo.call("tests.e2e.inside:lead_names"))
    for (name, box), found in zip(boxes.items(), mended, strict=True):
        assert sorted(found["subjects"]) == box.expected(), name
        assert (set(found["states"]), found["error"]) == ({"stored"}, ""), name
        assert [leads[subject] for subject in box.expected()] == [1] * len(box.expected()), name
        if protocol == "imap":
            assert flags(box.account) == ["\\Seen"] * len(box.expected()), name
        else:
            assert count(box.account) == 0, name
        box.proxy.close()
