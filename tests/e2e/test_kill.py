"""A fetching process that is killed at any moment loses no mail and stores none twice."""

import random

import pytest

from bench import mails

MAILS = 500
KILLS = 20
#: Seconds after the start of fetching within which the process is killed, so that most kills meet it at work.
LONGEST_LIFE = {"archive": 0.3, "gateway": 2.5}


@pytest.mark.parametrize("mode", ["archive", "gateway"])
def test_import_killed_twenty_times_is_complete_and_exact(mode, odoo, account):
    account.deliver(*mails.mailbox(MAILS))
    # A mail makes a lead or is posted on one, so that what the gateway does twice can be counted.
    values = account.server_values(intake_mode=mode)
    model = "crm.lead" if mode == "gateway" else None
    server = odoo.call("tests.e2e.inside:create_server", model=model, **values)
    chance, interrupted = random.Random(mode), 0
    for _number in range(KILLS):
        seconds = chance.uniform(0, LONGEST_LIFE[mode])
        odoo.call("tests.e2e.inside:fetch_and_kill", server=server, seconds=seconds)
        interrupted += odoo.call("tests.e2e.inside:census")["copies"] != {"stored": MAILS}
    assert interrupted >= KILLS / 2
    odoo.call("tests.e2e.inside:fetch", server=server)
    # So many kills may meet one mail three times: it waits for somebody then.
    odoo.call("tests.e2e.inside:retry")
    census = odoo.call("tests.e2e.inside:census")
    assert census["emails"] == census["fingerprints"] == MAILS
    assert census["copies"] == {"stored": MAILS}
    if mode == "gateway":
        assert census["posted_ids"] == MAILS
        # A mail that was alone in two processes that died waits behind the others, and its answer may overtake it and
        # start a document of its own; a later mail of the conversation then stands on both documents, once on each.
        assert census["posted"] == census["posted_places"]
        assert census["empty_leads"] == 0
