"""Mail is in Odoo seconds after it is in the mailbox: ``odoo erp_mail_idle`` beside a real Dovecot (RFC 2177)."""

import time

import pytest

from tests.mailbox.faults import CuttingProxy

from .test_mailboxes import order

SECONDS = 5
"""In which a mail has to be there."""
START_UP = 60


@pytest.fixture(scope="module")
def database(place):
    with place.databases.temporary(place.databases.installed(), "e2e_idle") as copy:
        yield copy


@pytest.fixture
def stored(place, database):
    """A function that waits until so many mails of a subject are stored, and returns the seconds that took."""

    def wait(subject, seconds=SECONDS, count=1):
        started = time.monotonic()
        while time.monotonic() < started + seconds:
            rows = place.services.postgres.sql(database, f"SELECT count(*) FROM erp_email WHERE subject = '{subject}'")
            if int(rows[0][0]) >= count:
                return time.monotonic() - started
            time.sleep(0.2)
        raise AssertionError(f"{subject} is not there after {seconds} s")

    return wait


def test_a_mail_is_there_within_seconds_also_after_the_line_was_cut(odoo, new_account, stored):
    quick, cut = new_account("quick"), new_account("cut")
    proxy = CuttingProxy(cut.port("imap"))
    for account, values in ((quick, {}), (cut, {"port": proxy.port, "is_ssl": False})):
        account.deliver(order(f"1 {account.user}"))
        values = account.server_values(intake_mode="archive", **values)
        odoo.call("tests.e2e.inside:create_server", **values)
    with odoo.daemon("erp_mail_idle"):
        for account in (quick, cut):
            stored(f"Order 1 {account.user}", START_UP)
        for account in (quick, cut):
            account.deliver(order(f"2 {account.user}"))
            stored(f"Order 2 {account.user}")
        proxy.hang_up()
        time.sleep(3)  # it is connected again a second later
        cut.deliver(order(f"3 {cut.user}"))
        stored(f"Order 3 {cut.user}")
        quick.deliver(order(f"3 {quick.user}"))
        stored(f"Order 3 {quick.user}")
    proxy.close()
