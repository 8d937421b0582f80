"""A hundred malformed mails in a real mailbox: each is kept as the server hands it out, byte for byte."""

import hashlib
import importlib.util

from tests.conftest import ADDON
from tests.e2e.test_mailboxes import fetch

spec = importlib.util.spec_from_file_location("malformed", ADDON / "tests" / "malformed.py")
malformed = importlib.util.module_from_spec(spec)
spec.loader.exec_module(malformed)


def put(account, raws):
    """APPEND mails as they are: imaplib's own ``append`` mends their line ends."""
    connection = account.connect()
    for raw in raws:
        connection.literal = raw
        code, answer = connection._simple_command("APPEND", "INBOX")
        assert code == "OK", (raw[:80], answer)
    connection.logout()


def handed_out(account):
    """What another program gets from the server: the bytes of each mail, by UID."""
    connection = account.connect()
    connection.select("INBOX", readonly=True)
    _ok, (uids,) = connection.uid("SEARCH", "ALL")
    mails = {}
    for uid in uids.decode().split():
        _ok, answer = connection.uid("FETCH", uid, "(BODY.PEEK[])")
        mails[uid] = answer[0][1]
    connection.logout()
    return mails


def test_a_hundred_malformed_mails_are_kept_byte_for_byte(odoo, account):
    shapes = malformed.mails()
    put(account, shapes.values())
    mails = handed_out(account)
    assert len(mails) == len(shapes)
    # Dovecot mends the line ends of some; the others are in the mailbox as they were made.
    assert sum(there == made for there, made in zip(mails.values(), shapes.values(), strict=True)) >= 100
    server = odoo.call("tests.e2e.inside:create_server", **account.server_values(intake_mode="archive"))
    ledger = fetch(odoo, server)["ledger"]
    assert {copy["uid"]: copy["state"] for copy in ledger} == dict.fromkeys(mails, "stored")
    stored = odoo.call("tests.e2e.inside_mailbox:stored_digests", server=server)
    assert stored == {uid: hashlib.sha256(raw).hexdigest() for uid, raw in mails.items()}
