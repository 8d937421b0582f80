"""A fetching process that is killed at any moment loses no mail and stores none twice."""

import random
import time

import pytest

from bench import mails

MAILS = 500
KILLS = 20
#: Seconds after the start of fetching within which the process is killed; a whole import takes longer.
LONGEST_LIFE = 2.5
PATIENCE = 60


@pytest.mark.parametrize("mode", ["archive", "gateway"])
def test_import_killed_twenty_times_is_complete_and_exact(mode, odoo, account, tmp_path):
    account.deliver(*mails.mailbox(MAILS))
    # A mail makes a lead or is posted on one, so that what the gateway does twice can be counted.
    values = account.server_values(intake_mode=mode)
    model = "crm.lead" if mode == "gateway" else None
    server = odoo.call("tests.e2e.inside:create_server", model=model, **values)
    chance = random.Random(mode)
    for number in range(KILLS):
        sign = tmp_path / str(number)
        with odoo.started("tests.e2e.inside:fetch_with_sign", server=server, sign=str(sign)) as process:
            _wait_for(sign, process)
            time.sleep(chance.uniform(0, LONGEST_LIFE))
            process.kill()
    odoo.call("tests.e2e.inside:fetch", server=server)
    census = odoo.call("tests.e2e.inside:census")
    assert census["emails"] == census["fingerprints"] == MAILS
    assert census["copies"] == {"stored": MAILS}
    if mode == "gateway":
        assert census["posted_ids"] == MAILS
        # A mail that was alone in two processes that died waits behind the others, and its answer may overtake it and
        # start a document of its own; a later mail of the conversation then stands on both documents, once on each.
        assert census["posted"] == census["posted_places"]
        assert census["empty_leads"] == 0


def _wait_for(sign, process):
    deadline = time.monotonic() + PATIENCE
    while not sign.exists():
        assert process.poll() is None and time.monotonic() < deadline, "Odoo did not start"
        time.sleep(0.01)
