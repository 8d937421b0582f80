"""Start the private servers for whoever needs them, and stop them when the last user leaves."""

import contextlib
from dataclasses import dataclass

from . import locks, paths
from .console import step
from .dovecot import Dovecot
from .postgres import Postgres
from .smtp import SmtpSink

#: Held while servers are started or stopped.
CHANGE = paths.LOCAL / "services.lock"
#: Shared by everybody who uses them: ``make run`` may serve while ``make test`` runs in the same clone.
USERS = paths.LOCAL / "users.lock"


@dataclass(frozen=True)
class Services:
    postgres: Postgres
    dovecot: Dovecot
    smtp: SmtpSink

    @classmethod
    def known(cls):
        return cls(Postgres(), Dovecot(), SmtpSink())

    def all(self):
        return (self.postgres, self.dovecot, self.smtp)

    def stop(self):
        for server in self.all():
            if server.running():
                server.stop()


@contextlib.contextmanager
def running():
    """Yield the running servers; stop them afterwards unless another process still uses them."""
    services = Services.known()
    with locks.exclusive(CHANGE):
        if not all(server.running() for server in services.all()):
            with step("Starting PostgreSQL, Dovecot and the SMTP sink"):
                for server in services.all():
                    if not server.running():
                        server.start()
        users = locks.Shared(USERS)
    try:
        yield services
    finally:
        with locks.exclusive(CHANGE):
            if users.alone():
                services.stop()
            users.release()
