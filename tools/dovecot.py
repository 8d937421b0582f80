"""A private Dovecot: IMAP and POP3, plain and TLS, on loopback; every user name exists, with one password."""

import contextlib
import datetime
import imaplib
import os
import signal
import subprocess
import time

from . import paths, ports, service
from .console import Failure, run, tail
from .packages import find

PORTS = ("imap", "imaps", "pop3", "pop3s")

COMMON = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols = imap pop3
listen = 127.0.0.1
# All of it runs as one ordinary account, so nothing may ask for root's rights.
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  {many_requests}
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  {many_requests}
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
ssl = yes
mail_fsync = never
mail_max_userip_connections = 100
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
  mailbox Drafts {{
    special_use = \\Drafts
  }}
  mailbox Junk {{
    special_use = \\Junk
  }}
  mailbox Trash {{
    special_use = \\Trash
  }}
}}
"""

VERSION_2_3 = """
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.key
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
first_valid_uid = {uid}
"""

VERSION_2_4 = """
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
ssl_server_cert_file = {folder}/server.pem
ssl_server_key_file = {folder}/server.key
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = ~/Maildir
passdb static {{
  password = {password}
}}
userdb static {{
  fields {{
    uid = {uid}
    gid = {gid}
    home = {folder}/mail/%{{user}}
  }}
}}
first_valid_uid = {uid}
"""


class Dovecot:
    """The mail server: a daemon to start and stop, and mailboxes to fill."""

    def __init__(self):
        self.account = service.account("dovecot")
        self.folder = service.folder("dovecot", self.account)
        self.password = service.secret("dovecot")
        self.config = self.folder / "dovecot.conf"

    def port(self, name):
        """Return the loopback port of 'imap', 'imaps', 'pop3' or 'pop3s'."""
        return ports.remembered(name)

    def running(self):
        pid = self._pid()
        if not pid:
            return False
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        return ports.answers(self.port("imap"))

    def start(self):
        for attempt in range(5):
            self._configure(again=attempt > 0)
            subprocess.run(
                [find("dovecot"), "-c", self.config],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                check=False,
                **service.identity(self.account),
            )
            for _wait in range(50):
                if self.running():
                    return
                time.sleep(0.1)
        raise Failure(f"Dovecot does not start:\n{tail(self.folder / 'dovecot.log')}")

    def stop(self):
        pid = self._pid()
        with contextlib.suppress(ProcessLookupError, TypeError):
            os.kill(pid, signal.SIGTERM)
            for _wait in range(100):
                os.kill(pid, 0)
                time.sleep(0.05)

    def connect(self, user):
        """Return a logged-in IMAP connection of that user."""
        connection = imaplib.IMAP4(ports.LOOPBACK, self.port("imap"))
        connection.login(user, self.password)
        return connection

    def deliver(self, user, messages):
        """Put mails into a user's mailbox with IMAP APPEND, as a mail program does.

        :param messages: iterable of (folder, raw bytes, flags as a tuple, aware datetime of receipt or None).
        """
        connection = self.connect(user)
        folders = {"INBOX"}
        for folder, raw, flags, received in messages:
            if folder not in folders:
                connection.create(_quoted(folder))
                folders.add(folder)
            received = received or datetime.datetime.now(datetime.UTC)
            # RFC 9051 section 6.3.12 wants CRLF line ends; a mail read from a file has often lost them.
            raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            code, answer = connection.append(_quoted(folder), f"({' '.join(flags)})", received, raw)
            if code != "OK":
                raise Failure(f"Dovecot refused a mail for {user} in {folder}: {answer}")
        connection.logout()

    def mark_unseen(self, user):
        """Take the mark \\Seen from every mail in a user's INBOX."""
        connection = self.connect(user)
        connection.select("INBOX")
        connection.store("1:*", "-FLAGS.SILENT", r"(\Seen)")
        connection.logout()

    def remove_mailbox(self, user):
        """Forget every mail of a user."""
        run(["rm", "-rf", self.folder / "mail" / user], "dovecot-clean", **service.identity(self.account))

    def _pid(self):
        try:
            return int((self.folder / "run" / "master.pid").read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def _configure(self, again):
        uid, gid = (self.account.pw_uid, self.account.pw_gid) if self.account else (os.getuid(), os.getgid())
        version = subprocess.run([find("dovecot"), "--version"], capture_output=True, text=True, check=True).stdout
        new = tuple(int(part) for part in version.split()[0].split(".")[:2]) >= (2, 4)
        values = {name: ports.claim(name, again) for name in PORTS}
        values |= {"folder": self.folder, "password": self.password, "uid": uid, "gid": gid}
        # One login process serves many connections: 2.3 counts from 0, 2.4 has another word.
        values["many_requests"] = "restart_request_count = unlimited" if new else "service_count = 0"
        values |= {"user": service.user_name(uid), "group": service.group_name(gid)}
        # Dovecot 2.4 reads its version first and shares little of 2.3's spelling.
        parts = (VERSION_2_4, COMMON) if new else (COMMON, VERSION_2_3)
        self.config.write_text("".join(part.format(**values) for part in parts), encoding="utf-8")
        if not (self.folder / "server.key").exists():
            run([paths.PYTHON, "-m", "tools.certificate", self.folder], "certificate", cwd=paths.ROOT)
        for name in ("dovecot.conf", "server.pem", "server.key"):
            os.chown(self.folder / name, uid, gid)
            (self.folder / name).chmod(0o600)


def _quoted(folder):
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
