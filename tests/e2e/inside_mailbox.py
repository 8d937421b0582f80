"""Run inside an Odoo process by the end-to-end tests of mailboxes; see :mod:`.inside`."""

import base64
import hashlib
import re
import resource
from contextlib import suppress
from functools import partial

from odoo.exceptions import UserError

from .inside import create_server
from .inside_processes import ended, fork

LEDGER = ("state", "uid", "sha256", "server_action")


def change(env, server, folders=None, **values):
    """Change a mailbox; ``folders`` maps folder names to values of their own."""
    record = env["fetchmail.server"].browse(server)
    record.write(values)
    for name, folder_values in (folders or {}).items():
        folder = _folder(record, name)
        if target := folder_values.pop("move_to", None):
            folder_values["move_folder_id"] = _folder(record, target).id
        folder.write(folder_values)


def confirm(env, server):
    """Press Test & Confirm; return state, cause, the words of the report, the folders."""
    record = env["fetchmail.server"].browse(server)
    record.button_confirm_login()
    return {
        "state": record.state,
        "code": record.check_code,
        "report": re.sub(r"<[^>]*>", " ", record.check_report or ""),
        "starttls": record.starttls,
        "protocol": record.protocol or "",
        "folders": {folder.name: folder.read(["synchronize", "direction"])[0] for folder in record.folder_ids},
    }


def fetch(env, server, times=1):
    """Press Fetch Now; return what is in the ledger afterwards, oldest first, and what went wrong."""
    record = env["fetchmail.server"].browse(server)
    for _time in range(times):
        with suppress(UserError):
            record.fetch_mail()
    env.invalidate_all()
    copies = env["erp.email.copy"].search([("server_id", "=", server)], order="id")
    return {
        "ledger": [{name: copy[name] for name in LEDGER} | {"folder": copy.folder_id.name} for copy in copies],
        "emails": len(copies.email_id),
        "subjects": copies.mapped("email_id.subject"),
        "directions": copies.mapped("email_id.direction"),
        "error": record.error_message or "",
        "protocol": record.protocol or "",
        "folders": {folder.name: folder.error or "" for folder in record.folder_ids},
    }


def create_servers(env, servers):
    """Return the ids of new mailboxes whose mail creates leads."""
    return [create_server(env, model="crm.lead", **values) for values in servers]


def fetch_all(env, servers, timeout):
    """Do what the scheduled action does; return what is in each mailbox's ledger, and what went wrong.

    :param timeout: seconds of silence after which a server is given up
    """
    records = env["fetchmail.server"].browse(servers)
    records.with_context(erp_mail_timeout=timeout)._fetch_mail()
    env.invalidate_all()
    copies = {server: env["erp.email.copy"].search([("server_id", "=", server.id)]) for server in records}
    return [
        {
            "subjects": copies[server].mapped("email_id.subject"),
            "states": copies[server].mapped("state"),
            "error": server.error_message or "".join(folder.error or "" for folder in server.folder_ids),
        }
        for server in records
    ]


def fetch_limited(env, server, limit):
    """Press Fetch Now in a process that may write no file of more octets; return what :func:`fetch` does."""
    ended(fork(env, partial(_fetch_limited, server=server, limit=limit)))
    env.cr.commit()
    return fetch(env, server, times=0)


def _fetch_limited(env, server, limit):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    fetch(env, server)


def sources_intact(env, server):
    """Whether the bytes of every mail of a mailbox are those that the server handed out."""
    copies = env["erp.email.copy"].search([("server_id", "=", server)])
    sums = [hashlib.sha256(base64.b64decode(copy.email_id.raw)).hexdigest() for copy in copies]
    return sums == copies.mapped("sha256")


def _folder(server, name):
    return server.folder_ids.filtered(lambda folder: folder.name == name)


def fetch_once(env, password, creates=None, **values):
    """Use the fetch wizard; return subjects, what is left, what was made of the mails, and where the password is.

    :param creates: model of the records to be created
    """
    doctype = env["erp.email.reference.type"].search([("model", "=", creates)]) if creates else None
    wizard = env["erp.email.fetch"].create(values | {"password": password, "type_id": doctype and doctype.id})
    try:
        wizard.with_context(erp_email_password=password).action_fetch()
        while wizard.state == "working":
            wizard.work()
        error = ""
    except UserError as exception:
        error = str(exception)
    env.cr.execute("SELECT to_jsonb(w) FROM erp_email_fetch w WHERE id = %s", [wizard.id])
    emails = wizard.copy_ids.email_id
    return {
        "subjects": sorted(wizard.copy_ids.mapped("email_id.subject")),
        "remaining": wizard.remaining,
        "created": sorted(emails.link_ids.filtered(lambda link: link.rule == "create").mapped("display_name")),
        "progress": wizard.progress,
        "row": str(env.cr.fetchall()),
        "error": error,
    }


def reconcile(env, server, forget=()):
    """Take copies out of the ledger, as a fault would, and check the mailbox."""
    record = env["fetchmail.server"].browse(server)
    copies = env["erp.email.copy"].search([("server_id", "=", server)])
    copies.filtered(lambda copy: copy.email_id.subject in forget).unlink()
    env.cr.commit()
    record.action_reconcile()
    return {folder.name: folder.reconciliation for folder in record.folder_ids if folder.reconciliation}


def history(env, server, folder="INBOX", steps=0, undo=False, **values):
    """Estimate a history, run some steps of it, undo it; return what came of it."""
    record = env["fetchmail.server"].browse(server)
    Run = env["erp.email.backfill"]
    run = Run.search([("server_id", "=", server)], limit=1) or Run.create(
        {"server_id": server, "folder_id": _folder(record, folder).id, **values}
    )
    if not run.estimate:
        run.action_estimate()
    for _step in range(steps):
        run.action_start()
        run._with_mailbox(lambda each, mailbox: each._step(mailbox))
    if undo:
        run.action_pause()
        run.action_undo()
    env.invalidate_all()
    emails = env["erp.email"].search([("copy_ids.server_id", "=", server)], order="date")
    return {
        "state": run.state,
        "estimate": [run.estimate, run.known],
        "subjects": emails.mapped("subject"),
        "messages": env["mail.message"].search_count([("message_id", "in", emails.mapped("message_id"))]),
        "error": run.error,
    }


def pushed_mailbox(env):
    """Return the id of the mailbox named Pushed."""
    Server = env["fetchmail.server"]
    values = {"name": "Pushed", "server_type": "local", "intake_mode": "archive"}
    return (Server.search([("name", "=", "Pushed")]) or Server.create(values)).id


def pushed(env, server):
    """Process what was pushed; return state and subject of each copy."""
    env["erp.email.intake"]._process_pending()
    copies = env["erp.email.copy"].search([("server_id", "=", server)], order="id")
    return [[copy.source, copy.state, copy.email_id.subject] for copy in copies]


def pushed_bytes(env, server):
    """The bytes of each copy, as Latin-1 text, before they are processed."""
    copies = env["erp.email.copy"].search([("server_id", "=", server)], order="id")
    raws = env["erp.email.store"]._read(copies)
    return [raws[copy.id].decode("latin-1") for copy in copies if copy.id in raws]


def stored_digests(env, server):
    """SHA-256 of the bytes that are stored, by UID."""
    copies = env["erp.email.copy"].search([("server_id", "=", server)])
    raws = env["erp.email.store"]._read(copies.email_id)
    return {copy.uid: hashlib.sha256(raws[copy.email_id.id]).hexdigest() for copy in copies}


def rename_ledger(env, old, new):
    """Take the ledger's table away, or put it back."""
    env.cr.execute(f"ALTER TABLE {old} RENAME TO {new}")
