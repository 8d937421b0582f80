"""Mail that is pushed, fetched once, checked, or taken from the past, end to end."""

import smtplib
import socket
import subprocess
import time

import pytest

from tests.e2e.test_mailboxes import confirm, fetch, order
from tools import odoo as odoo_process
from tools import paths, ports

INSIDE = "tests.e2e.inside_mailbox"


@pytest.fixture(scope="module")
def database(place):
    with place.databases.temporary(place.databases.installed(), "e2e_other_ways") as copy:
        yield copy


@pytest.fixture
def server(odoo, account):
    return lambda **values: odoo.call("tests.e2e.inside:create_server", **account.server_values(**values))


@pytest.fixture
def lmtp(odoo, database):
    """A mail server's way in: (port of the running daemon, id of its mailbox)."""
    record = odoo.call(f"{INSIDE}:pushed_mailbox")
    port = ports.free()
    config = odoo_process.CONFIG.read_text(encoding="utf-8").splitlines()
    addons = next(line.partition("=")[2].strip() for line in config if line.startswith("addons_path"))
    command = ["erp_mail_lmtp", "--listen", f"127.0.0.1:{port}", "--mailbox", "Pushed", "--no-http"]
    process = subprocess.Popen(
        odoo_process.command(database, f"--addons-path={addons}", *command),
        env=odoo_process.environment(),
        cwd=paths.ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.2)
    yield port, record
    process.terminate()
    assert process.wait(30) == 0


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


def test_a_pushed_mail_that_cannot_be_stored_is_a_temporary_failure(odoo, database, place, lmtp):
    port, record = lmtp
    with (
        odoo_process_blocked(odoo, database),
        smtplib.LMTP("127.0.0.1", port) as client,
        pytest.raises(smtplib.SMTPDataError) as refused,
    ):
        client.sendmail("carl@acme.example", ["a@example.com"], order(3))
    assert refused.value.smtp_code == 451
    with smtplib.LMTP("127.0.0.1", port) as client:
        client.sendmail("carl@acme.example", ["a@example.com"], order(3))
    assert ["push", "stored", "Order 3"] in odoo.call(f"{INSIDE}:pushed", server=record)


class odoo_process_blocked:  # noqa: N801  reads as a statement
    """The ledger cannot be written to while the block runs."""

    def __init__(self, odoo, database):
        self.odoo = odoo

    def __enter__(self):
        self.odoo.call(f"{INSIDE}:rename_ledger", old="erp_email_copy", new="erp_email_copy_away")

    def __exit__(self, *_exception):
        self.odoo.call(f"{INSIDE}:rename_ledger", old="erp_email_copy_away", new="erp_email_copy")


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
