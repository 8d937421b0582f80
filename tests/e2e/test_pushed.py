"""Mail that a mail server pushes in, over LMTP or into the command, end to end."""

import contextlib
import os
import smtplib
import subprocess
import sys

import pytest

from tests.e2e.test_mailboxes import order
from tools import paths, ports

INSIDE = "tests.e2e.inside_mailbox"
COMMAND = paths.ROOT / "erp_mail_integration" / "cli" / "erp_mail_pipe.py"


@pytest.fixture(scope="module")
def database(place):
    with place.databases.temporary(place.databases.installed(), "e2e_pushed") as copy:
        yield copy


@contextlib.contextmanager
def ledger_blocked(odoo):
    """The ledger cannot be written to while the block runs."""
    odoo.call(f"{INSIDE}:rename_ledger", old="erp_email_copy", new="erp_email_copy_away")
    try:
        yield
    finally:
        odoo.call(f"{INSIDE}:rename_ledger", old="erp_email_copy_away", new="erp_email_copy")


def pipe(raw, port, *arguments):
    """What the command answers to a mail on its standard input: exit status, and words for the mail server's log."""
    command = [sys.executable, "-I", COMMAND, "--lmtp", f"127.0.0.1:{port}", *arguments]
    done = subprocess.run(command, input=raw, capture_output=True, timeout=60, check=False)
    assert not done.stdout
    return done.returncode, done.stderr.decode()


def test_a_pushed_mail_is_in_the_ledger_when_the_mail_server_hears_yes(odoo, lmtp):
    port, record = lmtp
    raw = order(1)
    with smtplib.LMTP("127.0.0.1", port) as client:
        client.ehlo()
        client.mail("carl@acme.example")
        for recipient in ("a@example.com", "b@example.com"):
            client.rcpt(recipient)
        client.docmd("DATA")
        client.send(raw + b".\r\n")
        # One answer for each recipient (RFC 2033 4.2), which smtplib's own sendmail does not know.
        assert [client.getreply()[0] for _recipient in range(2)] == [250, 250]
        client.sendmail("carl@acme.example", ["a@example.com"], order(2, size=70_000))
    assert odoo.call(f"{INSIDE}:pushed", server=record) == [
        ["push", "stored", "Order 1"],
        ["push", "stored", "Order 2"],
    ]


def test_a_pushed_mail_that_cannot_be_stored_is_a_temporary_failure(odoo, lmtp):
    port, record = lmtp
    with (
        ledger_blocked(odoo),
        smtplib.LMTP("127.0.0.1", port) as client,
        pytest.raises(smtplib.SMTPDataError) as refused,
    ):
        client.sendmail("carl@acme.example", ["a@example.com"], order(3))
    assert refused.value.smtp_code == 451
    with smtplib.LMTP("127.0.0.1", port) as client:
        client.sendmail("carl@acme.example", ["a@example.com"], order(3))
    assert ["push", "stored", "Order 3"] in odoo.call(f"{INSIDE}:pushed", server=record)


def test_a_mail_piped_into_the_command_is_stored_as_it_was_on_the_wire(odoo, lmtp):
    port, record = lmtp
    plain = order(11, size=70_000).replace(b"please.", b"please.\r\n.\r\n.hidden\r\n\xff\x00 8 bit\rstill the line")
    assert pipe(plain.replace(b"\r\n", b"\n"), port, "--sender", "carl@acme.example", "--", "-odd@example.com") == (
        0,
        "",
    )
    from_aliases = b"From carl@acme.example  Fri Nov 20 10:00:00 2026\n" + order(12).replace(b"\r\n", b"\n")
    assert pipe(from_aliases, port, "--sender", "") == (0, "")
    assert pipe(order(13), port, "--sender", "j\u00f6rg@example.com") == (0, "")
    assert pipe(order(13), port) == (0, ""), "twice, as after a broken line"
    stored = odoo.call(f"{INSIDE}:pushed_bytes", server=record)
    assert [raw.encode("latin-1") for raw in stored[-4:]] == [plain, order(12), order(13), order(13)]
    pushed = odoo.call(f"{INSIDE}:pushed", server=record)
    assert [copy[1:] for copy in pushed[-4:]] == [
        ["stored", "Order 11"],
        ["stored", "Order 12"],
        ["stored", "Order 13"],
        ["duplicate", "Order 13"],
    ]


def test_whatever_goes_wrong_is_a_temporary_failure_of_the_command(odoo, lmtp):
    port, record = lmtp
    before = odoo.call(f"{INSIDE}:pushed", server=record)
    with ledger_blocked(odoo):
        status, words = pipe(order(21), port)
    assert (status, "Not stored, please try again" in words) == (os.EX_TEMPFAIL, True)
    assert pipe(order(21), ports.free())[0] == os.EX_TEMPFAIL, "nobody listens"
    assert pipe(order(21, size=65 * 1024 * 1024), port)[0] == os.EX_TEMPFAIL, "too large"
    assert pipe(order(21), port, "--no-such-option")[0] == os.EX_TEMPFAIL
    assert pipe(order(21), "no-port")[0] == os.EX_TEMPFAIL
    assert odoo.call(f"{INSIDE}:pushed", server=record) == before
    assert pipe(order(21), port) == (0, "")
