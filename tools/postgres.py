"""A private PostgreSQL cluster under ``.local/``, on a loopback port, with a password of its own."""

import contextlib
import os
import subprocess
from pathlib import Path

from . import ports, service
from .console import Failure, run
from .packages import postgres_bin

USER = "odoo"
#: Crash safety is bought with fsync; data here can be made again, so speed comes first (see `durable`).
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_buffers = 256MB
max_connections = 200
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum_naptime = 20s
"""


class Postgres:
    """The cluster: a daemon to start and stop, and the few commands on its databases."""

    def __init__(self):
        self.bin = postgres_bin()
        self.account = service.account("postgres")
        self.folder = service.folder("postgres", self.account)
        self.data = self.folder / "data"
        self.password = service.secret("postgres")

    @property
    def port(self):
        return int((self.data / "postmaster.pid").read_text(encoding="ascii").splitlines()[3])

    def running(self):
        return self._as_owner("pg_ctl", "-D", self.data, "status").returncode == 0

    def start(self):
        """Start the cluster, made first if need be; another port if somebody took the remembered one."""
        if not self._owned("data/PG_VERSION"):
            self._create()
        for attempt in range(5):
            port = ports.claim("postgres", again=attempt > 0)
            log = self.folder / "postgres.log"
            done = self._as_owner("pg_ctl", "-D", self.data, "-l", log, "-w", "-o", f"-p {port}", "start")
            if done.returncode == 0:
                return
        raise Failure(f"PostgreSQL does not start, see {log}:\n{log.read_text(errors='replace')[-2000:]}")

    def stop(self):
        self._as_owner("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")

    @contextlib.contextmanager
    def durable(self):
        """Run a block with full crash safety, so that a measurement does not flatter anybody."""
        names = ("fsync", "synchronous_commit", "full_page_writes")
        for name in names:
            self.sql("postgres", f"ALTER SYSTEM SET {name} = on")
        self.sql("postgres", "SELECT pg_reload_conf()")
        try:
            yield
        finally:
            for name in names:
                self.sql("postgres", f"ALTER SYSTEM RESET {name}")
            self.sql("postgres", "SELECT pg_reload_conf()")

    def environment(self):
        """Return the environment with which PostgreSQL's own client programs reach the cluster."""
        return {
            **os.environ,
            "PGHOST": ports.LOOPBACK,
            "PGPORT": str(self.port),
            "PGUSER": USER,
            "PGPASSWORD": self.password,
            "PGDATABASE": "postgres",
        }

    def sql(self, database, query):
        """Run one statement and return its rows as lists of strings."""
        done = subprocess.run(
            [self.bin / "psql", "-X", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", query],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Failure(f"PostgreSQL refused a statement in {database}: {done.stderr.strip()}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def databases(self):
        return {row[0] for row in self.sql("postgres", "SELECT datname FROM pg_database WHERE NOT datistemplate")}

    def _create(self):
        locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        # A file, because the server's account may not read what this process passes it in any other way.
        password = self.folder / "password"
        self._as_owner("rm", "-rf", self.data)
        password.touch(mode=0o600)
        password.write_text(self.password, encoding="ascii")
        if self.account:
            os.chown(password, self.account.pw_uid, self.account.pw_gid)
        try:
            run(
                [
                    self.bin / "initdb",
                    "-D",
                    self.data,
                    "-U",
                    USER,
                    "-A",
                    "scram-sha-256",
                    "--pwfile",
                    password,
                    *locale,
                ],
                "initdb",
                cwd=self.folder,
                **service.identity(self.account),
            )
        finally:
            password.unlink()
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as config:
            config.write(SETTINGS)

    def _owned(self, name):
        return self._as_owner("test", "-e", self.folder / name).returncode == 0

    def _as_owner(self, program, *arguments):
        """Run a program as the cluster's owner, detached: a daemon that keeps a pipe open would hang its reader."""
        path = self.bin / program
        return subprocess.run(
            [path if Path(path).exists() else program, *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            check=False,
            **service.identity(self.account),
        )
