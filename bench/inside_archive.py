"""Run inside Odoo by :mod:`.archive`."""

import hashlib
import imaplib
import os
import resource
import tempfile
import time
from pathlib import Path

from odoo.addons.erp_mail_integration.mailbox import ImapMailbox
from odoo.addons.erp_mail_integration.mime import parse


def archive(env, **account):
    """Fetch the mailbox as the scheduled action does."""
    env["ir.config_parameter"].set_param("erp_mail_integration.allowed_mail_hosts", account["server"])
    server = env["fetchmail.server"].create(
        {"name": "Archive", "server_type": "imap", "state": "done", "intake_mode": "archive", **account}
    )
    env.cr.commit()
    with Measured() as run:
        server._fetch_mail()
    env.cr.commit()
    return {**run.figures, "arrived": env["erp.email"].search_count([])}


def floor(env, server, port, user, password):
    """The same work without Odoo's records: fetch, keep for good, parse, insert, commit."""
    env.cr.execute("CREATE TABLE floor (sha256 char(64), fingerprint text, subject text, body text, headers text)")
    env.cr.commit()
    arrived = 0
    with tempfile.TemporaryDirectory(dir=env["ir.attachment"]._filestore()) as folder, Measured() as run:
        connection = imaplib.IMAP4(server, port)
        connection.login(user, password)
        mailbox = ImapMailbox(connection)
        mailbox.select("INBOX", readonly=True)
        for batch in mailbox.fetch(mailbox.uids()):
            env.cr.execute_values("INSERT INTO floor VALUES %s", [_row(mail, folder) for mail in batch])
            env.cr.commit()
            arrived += len(batch)
        connection.logout()
    env.cr.execute("DROP TABLE floor")
    return {**run.figures, "arrived": arrived}


def _row(mail, folder):
    name = hashlib.sha256(mail.raw).hexdigest()
    with open(Path(folder, name), "wb") as file:
        file.write(mail.raw)
        file.flush()
        os.fsync(file.fileno())
    parsed = parse(mail.raw, mail.received)
    return name, parsed.fingerprint, parsed.subject, parsed.text, str(parsed.headers)


class Measured:
    """Time that passes, time at work, and memory above what the process needed before, while a block runs."""

    def __enter__(self):
        self._idle = _resident()
        self._started, self._processor = time.monotonic(), time.process_time()
        return self

    def __exit__(self, *_exception):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        self.figures = {
            "seconds": time.monotonic() - self._started,
            "processor_seconds": time.process_time() - self._processor,
            "memory_mb": peak - self._idle,
        }


def _resident():
    """Megabytes that the process occupies now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() // (1024 * 1024)
