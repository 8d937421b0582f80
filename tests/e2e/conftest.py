"""Real servers for whole-path tests: what a test asks for is running, and gone afterwards.

``make test ONLY=e2e`` sets everything up first. A test then asks for

- ``database``: the name of its own Odoo database, with every app and the add-on;
- ``account``: a mailbox of its own on the private Dovecot, see :class:`Account`;
- ``odoo``: :class:`Odoo`, which runs code inside a real Odoo process, or serves the database over HTTP;
- ``outbox``: a function that returns what Odoo sent to an address;
- ``lmtp``: the running ``odoo erp_mail_lmtp``.
"""

import contextlib
import itertools
import os
import secrets
import socket
import subprocess
import time

import pytest

from tools import environment, packages, paths, ports
from tools import odoo as odoo_process

from . import resident
from .world import World

# Postfix starts as root only, and is not installed in place of another mail server (tools/packages.py).
collect_ignore = [] if os.geteuid() == 0 and packages.find("postfix") else ["test_postfix.py"]

_number = itertools.count(1)


@pytest.fixture(scope="session")
def place():
    with environment.ready(tests=True) as ready:
        yield ready


@pytest.fixture(scope="module", autouse=True)
def _residents_end():
    yield
    resident.end_all()


@pytest.fixture
def database(place, request):
    name = f"e2e_{next(_number)}"
    with place.databases.temporary(place.databases.installed(), name) as copy:
        yield copy


class Account:
    """One user of the private Dovecot."""

    host = ports.LOOPBACK

    def __init__(self, dovecot, user):
        self._dovecot = dovecot
        self.user = user
        self.password = dovecot.password

    def port(self, protocol="imap"):
        """Return the port of 'imap', 'imaps', 'pop3' or 'pop3s'."""
        return self._dovecot.port(protocol)

    def deliver(self, *raws, folder="INBOX", flags=(), received=None):
        """Append mails (bytes) to a folder."""
        self._dovecot.deliver(self.user, [(folder, raw, flags, received) for raw in raws])

    def connect(self):
        """Return an imaplib connection, logged in."""
        return self._dovecot.connect(self.user)

    def flags(self, folder="INBOX"):
        """Return the flags of each mail in a folder, in order: a list of strings."""
        connection = self.connect()
        connection.select(folder, readonly=True)
        _ok, answers = connection.fetch("1:*", "(FLAGS)")
        connection.logout()
        return [answer.decode().partition("FLAGS (")[2].partition(")")[0] for answer in answers if answer]

    def server_values(self, **values):
        """Return values for a new ``fetchmail.server`` of this mailbox, over TLS; `values` win."""
        return {
            "name": self.user,
            "server_type": "imap",
            "server": self.host,
            "port": self.port("imaps"),
            "is_ssl": True,
            "user": self.user,
            "password": self.password,
            "verify_certificate": False,
            "state": "done",
            **values,
        }


@pytest.fixture
def new_account(place):
    """A function that makes a mailbox with a name nobody has."""
    return lambda name="box": Account(place.services.dovecot, f"{name}-{secrets.token_hex(4)}@example.com")


@pytest.fixture
def account(new_account):
    return new_account()


class Odoo:
    """Real Odoo processes on the test's database."""

    def __init__(self, database):
        self.database = database

    def call(self, target, **arguments):
        """Run ``module:function`` in a real Odoo process as ``function(env, **arguments)``; see resident.py."""
        return resident.call(self.database, target, arguments)

    def serve(self, *arguments):
        """Serve the database while the ``with`` block runs; gives the base URL."""
        return odoo_process.server(self.database, None, *arguments, log=f"e2e-{self.database}-http")

    @contextlib.contextmanager
    def daemon(self, *command):
        """Run an Odoo command that goes on until it is told to end, which it must do cleanly; gives the process."""
        config = odoo_process.CONFIG.read_text(encoding="utf-8").splitlines()
        addons = next(line.partition("=")[2].strip() for line in config if line.startswith("addons_path"))
        with open(paths.LOG / f"e2e-{self.database}-{command[0]}.log", "wb") as log:
            process = subprocess.Popen(
                odoo_process.command(self.database, f"--addons-path={addons}", *command, "--no-http"),
                env=odoo_process.environment(),
                cwd=paths.ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield process
            assert process.poll() is None, "it ended by itself"
            process.terminate()
            assert process.wait(30) == 0
        finally:
            process.kill()
            process.wait()


@pytest.fixture
def odoo(database):
    return Odoo(database)


@pytest.fixture
def outbox(place):
    return place.services.smtp.sent


@pytest.fixture
def lmtp(odoo, database):
    """A mail server's way in: (port of the running daemon, id of its mailbox)."""
    record = odoo.call("tests.e2e.inside_mailbox:pushed_mailbox")
    port = ports.free()
    with odoo.daemon("erp_mail_lmtp", "--listen", f"127.0.0.1:{port}", "--mailbox", "Pushed") as process:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.2)
        yield port, record


@pytest.fixture
def world(odoo, new_account):
    """A function: name -> values of each mailbox -> :class:`World`."""

    def make(**mailboxes):
        accounts = {name: new_account(name) for name in mailboxes}
        values = {
            name: accounts[name].server_values(**{"contact_policy": "never", **options})
            for name, options in mailboxes.items()
        }
        return World(odoo, accounts, odoo.call("tests.e2e.inside_matching:prepare", mailboxes=values))

    return make
