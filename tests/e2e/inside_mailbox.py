"""Run inside an Odoo process by the end-to-end tests of mailboxes; see :mod:`.inside`."""

import re
from contextlib import suppress

from odoo.exceptions import UserError

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
        "folders": {folder.name: folder.error or "" for folder in record.folder_ids},
    }


def _folder(server, name):
    return server.folder_ids.filtered(lambda folder: folder.name == name)
