"""A real Postfix in front of Odoo: over LMTP and by the command, as README.rst tells to set it up."""

import smtplib
import time

import pytest

from tests.e2e import postfix
from tests.e2e.test_mailboxes import order
from tests.e2e.test_pushed import COMMAND, INSIDE, ledger_blocked


@pytest.fixture(scope="module")
def database(place):
    with place.databases.temporary(place.databases.installed(), "e2e_postfix") as copy:
        yield copy


@pytest.fixture
def mx(lmtp):
    port, _record = lmtp
    with postfix.running(port, COMMAND) as server:
        yield server


def until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not (result := condition()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return result


def send(mx, number, *recipients):
    with smtplib.SMTP("127.0.0.1", mx.port, timeout=60) as client:
        client.sendmail("carl@acme.example", recipients, order(number).replace(b"boxes", b"bo\xc3\xa4xes\r\n.\r\n"))


def test_postfix_delivers_over_lmtp_and_by_the_command_and_keeps_what_is_not_stored(odoo, lmtp, mx):
    _port, record = lmtp
    send(mx, 1, "anna@lmtp.example", "tomas@lmtp.example")
    send(mx, 2, "anna@pipe.example")
    send(mx, 3, "sales@alias.example")
    assert until(lambda: not mx.queue()), mx.queue()
    stored = sorted(
        odoo.call(f"{INSIDE}:pushed_bytes", server=record), key=lambda raw: raw.partition("Delivered-To: ")[2]
    )
    assert len(stored) == 4
    recipients = ("anna@lmtp.example", "anna@pipe.example", "sales@alias.example", "tomas@lmtp.example")
    for raw, recipient in zip(stored, recipients, strict=True):
        assert f"Delivered-To: {recipient}\r\n" in raw
        assert raw.encode("latin-1").endswith("boäxes\r\n.\r\n, please.\r\n\r\n".encode()), "byte for byte"

    with ledger_blocked(odoo):
        send(mx, 4, "anna@lmtp.example")
        send(mx, 5, "anna@pipe.example")
        send(mx, 6, "sales@alias.example")
        waiting = until(lambda: len(found := mx.queue()) == 3 and all(why for _who, why in found) and found)
    assert waiting, mx.log()
    assert sum("Not stored, please try again" in why for _who, why in waiting) == 3
    mx.flush()
    assert until(lambda: not mx.queue()), mx.queue()
    assert "status=bounced" not in mx.log()
    subjects = [copy[2] for copy in odoo.call(f"{INSIDE}:pushed", server=record)]
    assert sorted(set(subjects)) == [f"Order {number}" for number in range(1, 7)]
