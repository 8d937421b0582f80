"""A private Postfix on loopback, which delivers into Odoo over LMTP and by the command (the README's settings)."""

import contextlib
import json
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from tools import ports
from tools.console import Failure
from tools.packages import find

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = {commands}
daemon_directory = {daemons}
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.com
mydestination =
alias_maps = inline:{{ {{ sales = "|{command}" }} }}
alias_database =
local_recipient_maps =
smtputf8_enable = no
relay_domains = lmtp.example, pipe.example
transport_maps = inline:{{ {{ lmtp.example = lmtp:inet:127.0.0.1:{lmtp} }}, {{ pipe.example = odoo: }},
    {{ alias.example = local: }} }}
virtual_alias_maps =
mynetworks = 127.0.0.0/8
lmtp_destination_recipient_limit = 1
odoo_destination_recipient_limit = 1
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
"""

MASTER = """
{smtp} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
lmtp unix - - n - - lmtp flags=DR
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
odoo unix - n n - 4 pipe
  flags=DRhu user=nobody argv={command} --sender ${{sender}} -- ${{recipient}}
"""


class Postfix:
    def __init__(self, folder, port):
        self.folder = folder
        self.port = port

    def queue(self):
        """Each mail that waits: (recipient, why)."""
        listed = subprocess.run(
            [find("postqueue"), "-c", self.folder, "-j"], capture_output=True, check=True, text=True, timeout=60
        )
        mails = [json.loads(line) for line in listed.stdout.splitlines()]
        return [
            (recipient["address"], recipient.get("delay_reason", ""))
            for mail in mails
            for recipient in mail["recipients"]
        ]

    def flush(self):
        """Try again now what waits."""
        subprocess.run([find("postqueue"), "-c", self.folder, "-f"], check=True, timeout=60)

    def log(self):
        return (self.folder / "mail.log").read_text(encoding="utf-8", errors="replace")


@contextlib.contextmanager
def running(lmtp, script):
    """Yield a :class:`Postfix` that delivers to the listener on port `lmtp`, and into the command `script`."""
    folder = Path(tempfile.mkdtemp(prefix="postfix-"))
    folder.chmod(0o755)  # Postfix's own accounts go in
    own_script = shutil.copy(script, folder)
    Path(own_script).chmod(0o755)
    (folder / "queue").mkdir()
    (folder / "data").mkdir()
    shutil.chown(folder / "data", pwd.getpwnam("postfix").pw_uid)
    port = ports.free()
    daemons = subprocess.run(
        [find("postconf"), "-h", "daemon_directory"], capture_output=True, check=True, text=True
    ).stdout.strip()
    command = f"/usr/bin/python3 -I {own_script} --lmtp 127.0.0.1:{lmtp}"
    names = {
        "folder": folder,
        "commands": Path(find("postqueue")).parent,
        "daemons": daemons,
        "lmtp": lmtp,
        "smtp": f"127.0.0.1:{port}",
        "command": command,
    }
    (folder / "main.cf").write_text(MAIN.format(**names), encoding="ascii")
    (folder / "master.cf").write_text(MASTER.format(**names), encoding="ascii")
    postfix = [find("postfix"), "-c", folder]
    try:
        started = subprocess.run([*postfix, "start"], capture_output=True, text=True, timeout=60, check=False)
        if started.returncode:
            raise Failure(f"Postfix does not start: {started.stderr}")
        yield Postfix(folder, port)
    finally:
        subprocess.run([*postfix, "stop"], capture_output=True, timeout=60, check=False)
        shutil.rmtree(folder, ignore_errors=True)
