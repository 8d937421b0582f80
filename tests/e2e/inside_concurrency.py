"""Run inside an Odoo process by ``test_concurrency``: several workers, and a database that refuses."""

import itertools
import time
from functools import partial

from odoo import sql_db

from .inside import create_server
from .inside_processes import ended, fork

START_UP = 1
"""Seconds until all workers begin together."""


def fetch_at_once(env, servers, workers, rounds=3):
    """Let several workers fetch all mailboxes, and one more person for each press Fetch now, at the same moment.

    :return: how the processes ended
    """
    codes = []
    for _round in range(rounds):
        start = time.monotonic() + START_UP
        actions = [partial(_schedule, servers=servers)] * workers + [partial(_button, server=one) for one in servers]
        pids = [fork(env, partial(_wait_and_do, start=start, action=action)) for action in actions]
        codes += [ended(pid) for pid in pids]
    return codes


def _wait_and_do(env, start, action):
    time.sleep(max(0, start - time.monotonic()))
    action(env)


def _schedule(env, servers):
    records = env["fetchmail.server"].browse(servers)
    assert not records._fetch_mail()
    env["erp.email.intake"]._cron_process_pending()


def _button(env, server):
    env["fetchmail.server"].browse(server).fetch_mail()


def fetch_refused(env, cases):
    """Fetch mailboxes in processes whose nth statement PostgreSQL refuses as not serializable.

    :param list cases: [values of a new server, n]
    :return: for each how the process ended, the states of its ledger, and what the record says
    """
    found = []
    for values, nth in cases:
        server = create_server(env, model="crm.lead", **values)
        code = ended(fork(env, partial(_fetch_refused, server=server, nth=nth)))
        env.cr.commit()
        env.invalidate_all()
        record = env["fetchmail.server"].browse(server)
        states = env["erp.email.copy"].search([("server_id", "=", server)]).mapped("state")
        found.append([code, states, record.error_message or ""])
    return found


def _fetch_refused(env, server, nth):
    statements = itertools.count(1)
    execute = sql_db.Cursor.execute

    def refusing(cursor, *args, **kwargs):
        if next(statements) == nth:
            execute(cursor, "DO $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '40001'; END $$")
        return execute(cursor, *args, **kwargs)

    sql_db.Cursor.execute = refusing
    env["fetchmail.server"].browse(server)._fetch_mail()
