"""What the private servers have in common: the account they run as, their folder, their password."""

import grp
import json
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

from .console import Failure
from .paths import LOCAL

#: A Unix socket's path has at most 107 bytes (unix(7)); servers append names of their own.
LONGEST_FOLDER = 70


def account(name):
    """Return the account a server runs as: `name` if we are root, else None for our own.

    PostgreSQL refuses to run as root and Dovecot to deliver as root; Debian's packages bring an account for each.
    """
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(name)
    except KeyError:
        raise Failure(f"There is no user {name!r} on this machine; its Debian package makes one.") from None


def identity(owner):
    """Return the arguments with which `subprocess` becomes that account."""
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}


def folder(name, owner):
    """Return the server's folder, made and given to its account.

    It is ``.local/<name>`` unless the account may not go there (a clone below /root) or the path is too long for
    Unix sockets. Then it is a folder in the system's temporary directory, which ``.local/<name>`` links to.
    """
    place = LOCAL / name
    if place.is_symlink() and not place.exists():
        place.unlink()
    if not place.exists():
        place.mkdir(parents=True)
        _give(place, owner)
        if len(str(place)) > LONGEST_FOLDER or not _reaches(place, owner):
            place.rmdir()
            elsewhere = Path(tempfile.mkdtemp(prefix=f"erp-mail-{name}-"))
            _give(elsewhere, owner)
            place.symlink_to(elsewhere)
    return place.resolve()


def remove(name):
    """Remove the server's folder, wherever it is."""
    place = LOCAL / name
    if place.is_symlink():
        shutil.rmtree(place.resolve(), ignore_errors=True)
        place.unlink()
    shutil.rmtree(place, ignore_errors=True)


def secret(name):
    """Return the password of a server: made once for this clone, readable by us alone."""
    file = LOCAL / "secrets.json"
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if name not in known:
        known[name] = secrets.token_urlsafe(12)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(json.dumps(known), encoding="utf-8")
    return known[name]


def user_name(uid):
    """Return the name of an account; a container may run a number that has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        raise Failure(f"User id {uid} has no entry in /etc/passwd, and Dovecot needs a name.") from None


def group_name(gid):
    """Return the name of a group, or its number."""
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def _give(path, owner):
    path.chmod(0o700)
    if owner:
        os.chown(path, owner.pw_uid, owner.pw_gid)


def _reaches(path, owner):
    done = subprocess.run(["test", "-w", path], cwd="/", check=False, stdin=subprocess.DEVNULL, **identity(owner))
    return done.returncode == 0
