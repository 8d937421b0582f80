"""Run inside an Odoo process by ``test_kill_points``: mailboxes are fetched by processes that are killed.

Each of them is forked from the one that runs this, as Odoo's own workers are, and ends with SIGKILL, sent by
itself at a named point: no handler runs, nothing is rolled back or closed but by the operating system.
"""

import base64
import hashlib
import itertools
import os
import poplib
import random
import signal
from collections import Counter
from functools import partial, wraps

from odoo import sql_db

from .inside_processes import ended, fork, wait_until_alone

BEFORE, AFTER = "before", "after"
BATCH = 2
"""Mails in a round trip and in a transaction: several of each in a small mailbox."""


def fetch(env, cases):
    """Fetch mailboxes: each by two processes that are killed at the case's point, then by one that may live.

    :param list[dict] cases: ``server``: values of a new ``fetchmail.server``; ``point``: see :func:`_addon_points`;
        ``after_fetch``: of its inbox, with ``move`` into the folder Done; ``seed``
    :return: for each case the number of ``kills`` and what there is in the end: names of ``leads`` and, with the
        add-on, subjects and checksums of ``emails`` and the ``states`` of the ledger
    """
    servers = [_prepare(env, case) for case in cases]
    results = []
    for case, server in zip(cases, servers, strict=True):
        codes = [
            ended(fork(env, partial(_fetch, server_id=server.id, case=one, first=first)))
            for one, first in ((case, False), (case, True), (None, False))
        ]
        assert set(codes[:2]) <= {0, -signal.SIGKILL} and codes[2] == 0, f"{case}: {codes}"
        kills = codes.count(-signal.SIGKILL)
        env.cr.commit()
        env.invalidate_all()
        results.append({"kills": kills, **_census(env, server)})
    return results


def _prepare(env, case):
    env["ir.config_parameter"].set_param("erp_mail_integration.allowed_mail_hosts", "127.0.0.1")
    Server = env["fetchmail.server"]
    known = {name: value for name, value in case["server"].items() if name in Server._fields}
    server = Server.create({**known, "object_id": env["ir.model"]._get_id("crm.lead")})
    if "erp.email" in env and server.server_type == "imap":
        server.button_confirm_login()
        named = {folder.name: folder for folder in server.folder_ids}
        move_to = named["Done"] if case["after_fetch"] == "move" else named["INBOX"].browse()
        named["INBOX"].write({"after_fetch": case["after_fetch"], "move_folder_id": move_to.id})
    return server


# ------------------------------------------------------------------ points


def _addon_points(env, case):
    """Name -> methods before or after which the process is killed, one of them by chance, and how many calls of each
    there are at least."""
    from odoo.addons.erp_mail_integration.mailbox import ImapMailbox, PopMailbox, imap, pop
    from odoo.addons.erp_mail_integration.models import erp_email_intake

    imap.MAX_MAILS = pop.MAX_MAILS = erp_email_intake.BATCH_SIZE = BATCH
    intake, store, folder = (type(env[name]) for name in ("erp.email.intake", "erp.email.store", "fetchmail.folder"))
    if case["server"]["server_type"] == "pop":
        before_flag = [(PopMailbox, "delete", BEFORE), (poplib.POP3, "quit", BEFORE)]
        after_flag = [(poplib.POP3, "quit", AFTER)]
    else:
        act = {"seen": "store_seen", "move": "move"}[case["after_fetch"]]
        before_flag = [(folder, "_settle", BEFORE), (ImapMailbox, act, BEFORE)]
        after_flag = [(ImapMailbox, act, AFTER)]
    processing = [
        (intake, "_store_batch", BEFORE),
        (intake, "_store_batch", AFTER),
        (type(env["crm.lead"]), "message_new", AFTER),
        (type(env["mail.thread"]), "message_process", AFTER),
        (intake, "_route", AFTER),
    ]
    return {
        "after fetch": ([(intake, "_receive", BEFORE)], 3),
        "after ledger": ([(store, "_store", BEFORE)], 3),
        "after raw": ([(store, "_store", AFTER)], 3),
        "before commit": ([(sql_db.Cursor, "commit", BEFORE)], 12),
        "in processing": (processing, 3),
        "before flag": (before_flag, 1),
        "after flag": (after_flag, 1),
    }


def _stock_points(env, case):
    """The same for Odoo alone, which has neither raw store nor ledger."""
    from odoo.addons.mail.models.fetchmail import OdooIMAP4, OdooPOP3

    pop = case["server"]["server_type"] == "pop"
    connection = OdooPOP3 if pop else OdooIMAP4
    return {
        "after fetch": ([(connection, "retr" if pop else "fetch", AFTER)], 6),
        "before commit": ([(sql_db.Cursor, "commit", BEFORE)], 6),
        "in processing": ([(type(env["crm.lead"]), "message_new", AFTER)], 6),
        "before flag": ([(connection, "handled_message", BEFORE)], 6),
        "after flag": ([(connection, "handled_message", AFTER)], 6),
    }


def _kill_at(owner, name, when, nth):
    """Let this process kill itself before or after the nth call of a method."""
    original = getattr(owner, name)
    calls = itertools.count(1)

    @wraps(original)
    def wrapper(*args, **kwargs):
        if when == BEFORE and next(calls) == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        if when == AFTER and next(calls) == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, wrapper)


def _fetch(env, server_id, case, first):
    """
    :param dict case: what kills this process; None: nothing does
    :param bool first: at the first call of the point, not at any
    """
    wait_until_alone(env.cr)
    if case:
        points = (_addon_points if "erp.email" in env else _stock_points)(env, case)
        methods, calls = points[case["point"]]
        chance = random.Random(f"{case['seed']} {case['point']}")
        _kill_at(*chance.choice(methods), nth=1 if first else chance.randint(1, calls))
    env["fetchmail.server"].browse(server_id)._fetch_mail()


# ------------------------------------------------------------------ census


def _census(env, server):
    found = {"leads": env["crm.lead"].search([("name", "like", server.user)]).mapped("name")}
    if "erp.email" in env:
        copies = env["erp.email.copy"].search([("server_id", "=", server.id)])
        emails = env["erp.email"].search([("subject", "like", server.user)])
        found["emails"] = [[email.subject, hashlib.sha256(base64.b64decode(email.raw)).hexdigest()] for email in emails]
        found["states"] = Counter(copies.mapped("state"))
        found["left"] = len(copies.filtered("server_action"))
    return found
