"""Run inside an Odoo process by the end-to-end tests: each function gets ``env`` first and returns JSON values."""

import os
import signal
import time
from functools import partial

from .inside_processes import ended, fork, wait_until_alone


def create_server(env, model=None, **values):
    """Return the id of a new incoming mail server, whose host is allowed although it is on loopback.

    :param model: what its mails create.
    """
    env["ir.config_parameter"].set_param("erp_mail_integration.allowed_mail_hosts", "127.0.0.1")
    return env["fetchmail.server"].create({**values, "object_id": model and env["ir.model"]._get_id(model)}).id


def fetch(env, server):
    """Press Fetch Now."""
    env["fetchmail.server"].browse(server).fetch_mail()


def fetch_and_kill(env, server, seconds):
    """Let another process press Fetch Now, and kill it after so many seconds."""
    pid = fork(env, partial(fetch, server=server))
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    ended(pid)
    wait_until_alone(env.cr)


def retry(env):
    """Select all quarantined mails and press Retry."""
    env["erp.email.copy"].search([("state", "=", "quarantined")]).action_retry()


def census(env):
    """Count what an import left: mails, copies by state, messages posted from mail, leads without one."""
    emails = env["erp.email"].search([])
    # Not Odoo's own welcome, which is of type email too.
    posted = env["mail.message"].search([("message_type", "=", "email"), ("model", "!=", "discuss.channel")])
    leads = env["crm.lead"].search([])
    return {
        "emails": len(emails),
        "fingerprints": len(set(emails.mapped("fingerprint"))),
        "copies": dict(env["erp.email.copy"]._read_group([], ["state"], ["__count"])),
        "posted": len(posted),
        "posted_ids": len(set(posted.mapped("message_id"))),
        "posted_places": len({(it.message_id, it.model, it.res_id) for it in posted}),
        "empty_leads": len(leads - leads.browse(posted.filtered(lambda it: it.model == "crm.lead").mapped("res_id"))),
    }


def server_state(env, server):
    """Return what the server record says to its administrator."""
    record = env["fetchmail.server"].browse(server)
    return {"error": record.error_message or "", "last_fetch": bool(record.date)}


def send(env, recipient, subject):
    """Send a mail at once."""
    env["mail.mail"].create({"email_to": recipient, "subject": subject, "body_html": "<p>Hello</p>"}).send(
        raise_exception=True
    )


def lead_names(env):
    """Return the name of every lead."""
    return env["crm.lead"].search([]).mapped("name")
