"""Start and stop the SMTP sink, and read what it kept."""

import contextlib
import email
import email.policy
import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from . import paths, ports
from .console import Failure, tail

PID = paths.LOCAL / "smtp.pid"
LOG = paths.LOG / "smtp.log"


@dataclass(frozen=True)
class Sent:
    """A mail that left Odoo: its envelope and its bytes."""

    path: Path
    mail_from: str
    rcpt_tos: tuple[str, ...]

    @property
    def raw(self):
        return self.path.read_bytes()

    @property
    def message(self):
        return email.message_from_bytes(self.raw, policy=email.policy.default)


class SmtpSink:
    @property
    def port(self):
        return ports.remembered("smtp")

    def running(self):
        return bool(self._pid()) and ports.answers(self.port)

    def start(self):
        for attempt in range(5):
            port = ports.claim("smtp", again=attempt > 0)
            LOG.parent.mkdir(parents=True, exist_ok=True)
            with open(LOG, "ab") as log:
                process = subprocess.Popen(
                    [paths.PYTHON, "-m", "tools.smtp_sink", str(port), paths.OUTBOX],
                    cwd=paths.ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            PID.write_text(str(process.pid), encoding="ascii")
            while process.poll() is None:
                if ports.answers(port):
                    return
                time.sleep(0.05)
        raise Failure(f"The SMTP sink does not start:\n{tail(LOG)}")

    def stop(self):
        if pid := self._pid():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        PID.unlink(missing_ok=True)

    def sent(self, recipient=None):
        """Return the mails kept so far, oldest first, all or those to one recipient."""
        mails = []
        for path in sorted(paths.OUTBOX.glob("*.eml")):
            envelope = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
            mail = Sent(path, envelope["mail_from"], tuple(envelope["rcpt_tos"]))
            if recipient is None or recipient in mail.rcpt_tos:
                mails.append(mail)
        return mails

    def _pid(self):
        """Return the sink's process id; a number that another program has got since is not ours."""
        try:
            pid = int(PID.read_text(encoding="ascii"))
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return pid if b"tools.smtp_sink" in command else None
