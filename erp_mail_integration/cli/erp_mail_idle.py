"""``odoo erp_mail_idle``: mail is in Odoo within seconds (IMAP IDLE, RFC 2177).

A small process beside Odoo's own. It keeps a connection to the inbox of every confirmed IMAP mailbox and fetches that
mailbox when the server says that something has come. Everything else, and every mailbox that cannot be watched, is left
to the scheduled action, which goes on as before; stopping this process costs nothing but seconds.

Started like any Odoo command::

    odoo --addons-path=... erp_mail_idle -c odoo.conf -d database

Mailboxes that are added, changed or switched off meanwhile are noticed within a minute.
"""

import logging
import signal
import socket
import threading
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.cli import Command
from odoo.modules.registry import Registry
from odoo.tools import config

# Odoo loads commands outside of their add-on's package.
from odoo.addons.erp_mail_integration.mailbox import ImapMailbox  # pylint: disable=odoo-addons-relative-import

_logger = logging.getLogger(__name__)

LOOK_AROUND = 30
"""Seconds after which the list of mailboxes is read again."""
ROUND = 10 * 60
"""Seconds of one IDLE: routers forget connections that say nothing for longer."""
PAUSES = (1, 5, 20, 60, 300)
"""Seconds before the first and each further try to connect again; the last one is kept."""
AT_ONCE = 4
"""Mailboxes that are fetched, and connected to, at the same time: each takes up to three database connections."""


class Stop(threading.Event):
    """An event that can also be waited for together with a connection (:func:`..mailbox.imap_idle.idle`)."""

    def __init__(self):
        super().__init__()
        self._reader, self._writer = socket.socketpair()

    def fileno(self):
        return self._reader.fileno()

    def set(self):
        super().set()
        self._writer.close()


class Watcher(threading.Thread):
    """Watches one inbox until it is told to stop."""

    logins = threading.Semaphore(AT_ONCE)
    fetches = threading.Semaphore(AT_ONCE)

    def __init__(self, database, server_id, target):
        """
        :param target: what the connection depends on, see :func:`mailboxes`
        """
        super().__init__(name=f"idle-{server_id}", daemon=True)
        self.database = database
        self.server_id = server_id
        self.target = target
        self.stop = Stop()
        self.failures = 0

    def run(self):
        while not self.stop.is_set():
            try:
                self._watch()
            except Exception as error:
                pause = PAUSES[min(self.failures, len(PAUSES) - 1)]
                self.failures += 1
                _logger.info("Mailbox %s is not watched, next try in %s s: %s", self.server_id, pause, error)
                self.stop.wait(pause)

    def _watch(self):
        with self.logins, environment(self.database) as env:
            connection = env["fetchmail.server"].browse(self.server_id)._connect__()
        try:
            mailbox = ImapMailbox(connection)
            if "IDLE" not in mailbox.capabilities:
                _logger.info("Mailbox %s has no IDLE and is left to the scheduled action", self.server_id)
                self.stop.set()
                return
            mailbox.select("INBOX", readonly=True)
            self._fetch()  # what came while nobody was watching
            while not self.stop.is_set():
                news = mailbox.idle(ROUND, self.stop)
                self.failures = 0
                if news:
                    self._fetch()
        finally:
            connection.shutdown()

    def _fetch(self):
        """Fetch the mailbox; if somebody is at it already, after them: they may have looked before the news."""
        while not self.stop.is_set():
            with self.fetches, environment(self.database) as env:
                server = env["fetchmail.server"].browse(self.server_id)
                if server.try_lock_for_update(allow_referencing=True):
                    server._fetch_mail()
                    return
            self.stop.wait(1)


@contextmanager
def environment(database):
    """An environment of its own in a registry that is up to date; committed at the end."""
    registry = Registry(database).check_signaling()
    with registry.cursor() as cr:
        yield api.Environment(cr, SUPERUSER_ID, {})


def mailboxes(database):
    """Which mailboxes are to be watched, and what their connections depend on.

    :rtype: dict[int, tuple] by id of the ``fetchmail.server``
    """
    with environment(database) as env:
        servers = env["fetchmail.server"].search([("state", "=", "done"), ("server_type", "!=", "local")])
        return {
            server.id: (server.server, server.port, server.user, server.is_ssl)
            for server in servers
            if server._get_connection_type() == "imap"
            and "INBOX" not in server.folder_ids.filtered(lambda folder: not folder.synchronize).mapped("path")
        }


def watch(database, stop):
    """Keep a watcher for each mailbox until ``stop`` is set; fetches that have begun are finished."""
    watchers = {}
    while not stop.is_set():
        try:
            wanted = mailboxes(database)
        except Exception:
            _logger.warning("The list of mailboxes cannot be read", exc_info=True)
        else:
            for server_id, watcher in list(watchers.items()):
                if wanted.get(server_id) != watcher.target:
                    watchers.pop(server_id).stop.set()
            for server_id in wanted.keys() - watchers.keys():
                watchers[server_id] = Watcher(database, server_id, wanted[server_id])
                watchers[server_id].start()
        stop.wait(LOOK_AROUND)
    for watcher in watchers.values():
        watcher.stop.set()
    for watcher in watchers.values():
        watcher.join()


class ErpMailIdle(Command):
    """Watch IMAP mailboxes and fetch new mail at once"""

    name = "erp_mail_idle"

    def run(self, args):
        config.parse_config(args, setup_logging=True)
        (database,) = config["db_name"]
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda _number, _frame: stop.set())
        watch(database, stop)
