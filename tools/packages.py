"""The Debian packages that the servers come from: install what is missing, or say what to install."""

import contextlib
import importlib.util
import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .console import Failure, run, step

# A user's PATH on Debian has no sbin, where Dovecot lives.
SEARCH_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/bin"])
BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")  # as Odoo looks for them
POLICY = Path("/usr/sbin/policy-rc.d")


def find(*names):
    """Return the path of the first of these programs that is installed, or None."""
    return next((path for name in names if (path := shutil.which(name, path=SEARCH_PATH))), None)


def postgres_bin():
    """Return the folder of the newest PostgreSQL server installed, or None.

    Debian keeps the server's programs out of PATH, in a folder for each version.
    """
    versions = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    if versions:
        return max(versions, key=lambda path: float(path.parent.name))
    initdb = find("initdb")
    return Path(initdb).resolve().parent if initdb else None


def _dovecot_speaks(protocol):
    return find("dovecot") and any(Path(base, "dovecot", protocol).exists() for base in ("/usr/lib", "/usr/libexec"))


@dataclass(frozen=True)
class Need:
    package: str
    present: Callable[[], object]
    only_tests: bool = False


NEEDS = (
    Need("postgresql", postgres_bin),
    Need("dovecot-imapd", lambda: _dovecot_speaks("imap")),
    Need("dovecot-pop3d", lambda: _dovecot_speaks("pop3")),
    Need("python3-venv", lambda: importlib.util.find_spec("ensurepip")),
    Need("chromium", lambda: find(*BROWSERS), only_tests=True),
    # Starts as root only, and would be installed in place of another mail server.
    Need("postfix", lambda: find("sendmail") or os.geteuid() != 0, only_tests=True),
)


def ensure(tests=False):
    """Install the missing packages as root; otherwise fail with the command that installs them.

    :param tests: also what only ``make test`` needs.
    """
    missing = [need.package for need in NEEDS if (tests or not need.only_tests) and not need.present()]
    if not missing:
        return
    if not find("apt-get"):
        raise Failure(f"This machine has no apt-get. Please install what Debian calls: {' '.join(missing)}")
    if os.geteuid() != 0:
        raise Failure(
            "Some packages are missing. Please run\n"
            f"    sudo apt-get install {' '.join(missing)}\n"
            "and then the same command again."
        )
    with step(f"Installing {', '.join(missing)}"), _no_service_starts():
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        run(["apt-get", "update"], "apt-update", env=environment)
        run(["apt-get", "install", "-y", "--no-install-recommends", *missing], "apt-install", env=environment)


@contextlib.contextmanager
def _no_service_starts():
    """Install servers without starting or enabling them.

    Debian starts a server when its package is installed, and Dovecot would then answer the whole network. A
    ``policy-rc.d`` that answers 101 is Debian's own way to say no (invoke-rc.d(8)).
    """
    ours = not POLICY.exists()
    if ours:
        POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
        POLICY.chmod(POLICY.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    servers = {"dovecot": find("dovecot"), "postgresql": postgres_bin(), "postfix": find("postfix")}
    try:
        yield
    finally:
        if ours:
            POLICY.unlink()
        for name, was_there in servers.items():
            if not was_there and find("systemctl"):
                subprocess.run(["systemctl", "disable", name], capture_output=True, check=False)
