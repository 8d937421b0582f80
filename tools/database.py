"""Databases: a template with every app is built once, all others are copies of it."""

import contextlib
import hashlib
import shutil
import subprocess

from . import locks, odoo, paths
from .console import Failure, step
from .python_env import OCA, REQUIREMENTS

APPS = ("sale_management", "project", "crm", "purchase", "stock", "hr", "helpdesk_mgmt")
FILESTORE = paths.ODOO_DATA / "filestore"


class Databases:
    """Make, copy and drop databases together with their filestore folders."""

    def __init__(self, postgres, source):
        """
        :param postgres: the running :class:`~tools.postgres.Postgres`.
        :param source: the :class:`~tools.odoo_source.Odoo` in use.
        """
        self.postgres = postgres
        self.source = source

    def template(self, modules=APPS, prefix="template"):
        """Return the name of a database with these modules and without the add-on; built if there is none."""
        return self._built(prefix, modules, None)

    def installed(self, modules=paths.ADDONS, prefix="installed"):
        """Return the name of a database with every app and these add-ons as their sources are now."""
        template = self.template()
        return self._built(prefix, modules, template, *(paths.ROOT / name for name in modules))

    def copy(self, source, target):
        """Make `target` a copy of `source`, in a second or so; an older `target` is dropped."""
        self.drop(target)
        self._client("createdb", "-T", source, target)
        if (FILESTORE / source).exists():
            subprocess.run(["cp", "-a", FILESTORE / source, FILESTORE / target], check=True)
        return target

    def drop(self, name):
        self._client("dropdb", "--if-exists", "--force", name)
        shutil.rmtree(FILESTORE / name, ignore_errors=True)

    @contextlib.contextmanager
    def temporary(self, source, name):
        """Yield the name of a copy that is dropped afterwards."""
        self.copy(source, name)
        try:
            yield name
        finally:
            self.drop(name)

    def _built(self, prefix, modules, base, *sources):
        """Return a database made once for this set of modules, Odoo, requirements and sources."""
        requirements = [paths.ROOT / name for name in (*REQUIREMENTS, OCA)]
        key = " ".join([self.source.version, base or "", *modules])
        name = f"{prefix}_{fingerprint(*requirements, *sources, text=key)[:12]}"
        with locks.exclusive(paths.LOCAL / f"{prefix}.lock"):
            existing = self.postgres.databases()
            if name in existing:
                return name
            for old in existing:
                if old.startswith(f"{prefix}_"):
                    self.drop(old)
            with step(f"Building a database with {', '.join(modules)}"):
                # Renamed only when complete, so that an interrupted build is never taken for a good one.
                part = f"{prefix}_part"
                self.drop(part)
                if base:
                    self.copy(base, part)
                odoo.execute(part, "-i", ",".join(modules), "--log-level", "warn", log=f"build-{prefix}")
                self._check_installed(part, modules)
                self.postgres.sql("postgres", f'ALTER DATABASE "{part}" RENAME TO "{name}"')
                shutil.rmtree(FILESTORE / name, ignore_errors=True)
                if (FILESTORE / part).exists():
                    (FILESTORE / part).rename(FILESTORE / name)
        return name

    def _check_installed(self, database, modules):
        rows = self.postgres.sql(database, "SELECT name FROM ir_module_module WHERE state = 'installed'")
        missing = set(modules) - {row[0] for row in rows}
        if missing:
            raise Failure(f"Odoo did not install {', '.join(sorted(missing))}: see {paths.LOG}/")

    def _client(self, program, *arguments):
        done = subprocess.run(
            [self.postgres.bin / program, *arguments],
            env=self.postgres.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Failure(f"{program} {' '.join(arguments)}: {done.stderr.strip()}")


def fingerprint(*sources, text=""):
    """Return a hash over the contents of files and folders: what a database was built from."""
    digest = hashlib.sha256(text.encode())
    for source in sources:
        files = [source] if source.is_file() else sorted(source.rglob("*"))
        for path in files:
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(paths.ROOT)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
