"""Odoo 19 itself: a checkout named by ``ODOO_HOME``, or Debian's ``odoo-19`` package unpacked, not installed.

Odoo 19 is not on PyPI. Debian has it in its unstable suite only, and installing it from there would pull a newer
Python into the system. So a private apt (its own sources list and folders, the system's keys and mirror) downloads
the package, and dpkg unpacks it under ``.local/``; its Python requirements come from PyPI.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import locks, paths
from .console import CommandFailed, Failure, run, step

#: The suite that has Odoo 19, and the one that the web client's parts come from.
SUITE, PARTS_SUITE = "unstable", "stable"
#: The web client and its fonts are symbolic links into these packages; without them it answers 500. They come from
#: the stable suite: the icons are those of Font Awesome 4.7, which unstable has replaced by files of other names.
PACKAGES = ("odoo-19",)
PARTS = (
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
)
UNPACKED = paths.LOCAL / "odoo"
DEBS = paths.CACHE / "odoo"
#: Written last: says that the rest of the folder is complete.
STAMP = UNPACKED / "complete"
#: Left out by Debian for want of sources (it blurs the background of video calls), but still asked for: without a
#: file in its place every page of the web client reports an error, and every tour fails.
LEFT_OUT = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@dataclass(frozen=True)
class Odoo:
    """A usable Odoo: `home` is the folder that holds the Python package ``odoo``."""

    home: Path

    @property
    def addons_path(self):
        """The folders of Odoo's own add-ons: two in a checkout.

        Debian's package has a second one too, with parts of what is complete in the first: not to be used.
        """
        checkout = (self.home / "odoo-bin").exists()
        return [self.home / "odoo" / "addons", *([self.home / "addons"] if checkout else [])]

    @property
    def version(self):
        """What tells two Odoos apart: the Debian version or the commit, '19.0' if there is neither."""
        if self.home.is_relative_to(UNPACKED):
            return STAMP.read_text(encoding="utf-8").strip()
        git = subprocess.run(
            ["git", "-C", self.home, "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
        )
        return git.stdout.strip() or "19.0"


def ensure():
    """Return an Odoo 19, downloading and unpacking it if there is none yet."""
    if os.environ.get("ODOO_HOME"):
        return _checkout(Path(os.environ["ODOO_HOME"]).expanduser().resolve())
    if not STAMP.exists():
        with locks.exclusive(paths.CACHE / "odoo.lock"):
            if not _cached():
                with step("Downloading Odoo 19 (about 130 MB)"):
                    _download()
        with step("Unpacking Odoo 19"):
            _unpack()
    return Odoo(UNPACKED / "root" / "usr" / "lib" / "python3" / "dist-packages")


def _checkout(home):
    release = home / "odoo" / "release.py"
    if not release.exists():
        raise Failure(f"ODOO_HOME={home} is no Odoo checkout: it has no odoo/release.py.")
    if not re.search(r"^version_info = \(19, 0\b", release.read_text(encoding="utf-8"), re.M):
        raise Failure(f"ODOO_HOME={home} is not Odoo 19.0 (see its odoo/release.py).")
    return Odoo(home)


def _cached():
    return all(list(DEBS.glob(f"{name}_*.deb")) for name in PACKAGES + PARTS)


def _download():
    """Fetch the packages with a private apt into the cache, all of them or none."""
    work = paths.CACHE / "apt"
    shutil.rmtree(work, ignore_errors=True)
    for folder in ("lists/partial", "cache/archives/partial", "debs"):
        (work / folder).mkdir(parents=True)
    config = work / "apt.conf"
    config.write_text(
        f'Dir::Etc::sourcelist "{work}/sources.list";\n'
        'Dir::Etc::sourceparts "-";\n'
        f'Dir::State::lists "{work}/lists";\n'
        f'Dir::Cache "{work}/cache";\n'
        'APT::Sandbox::User "";\n'
        'Acquire::Languages "none";\n'
        'Acquire::Retries "3";\n',
        encoding="utf-8",
    )
    environment = {**os.environ, "APT_CONFIG": str(config)}
    sources = "".join(f"deb {_mirror()} {suite} main\n" for suite in (SUITE, PARTS_SUITE))
    (work / "sources.list").write_text(sources, encoding="utf-8")
    try:
        run(["apt-get", "update"], "odoo-apt", env=environment)
        packages = [*PACKAGES, *(f"{name}/{PARTS_SUITE}" for name in PARTS)]
        run(["apt-get", "download", *packages], "odoo-download", env=environment, cwd=work / "debs")
    except CommandFailed as error:
        raise Failure(f"Odoo 19 could not be downloaded. Set ODOO_HOME to a checkout instead.\n{error}") from error
    shutil.rmtree(DEBS, ignore_errors=True)
    (work / "debs").rename(DEBS)
    shutil.rmtree(work)


def _mirror():
    """Return the Debian mirror that this machine uses already."""
    answer = ""
    if shutil.which("apt-get"):
        answer = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(RELEASE) $(REPO_URI)", "Created-By: Packages", "Origin: Debian"],
            capture_output=True,
            text=True,
            check=False,
        ).stdout
    # Security and update suites live beside the main one, at another address.
    mirrors = [uri for suite, _space, uri in (line.partition(" ") for line in answer.splitlines()) if "-" not in suite]
    if not mirrors:
        raise Failure(
            "No Debian mirror is known here to download Odoo 19 from. On Debian, run apt-get update as root once;\n"
            "elsewhere set ODOO_HOME to an Odoo 19.0 checkout."
        )
    return mirrors[0]


def _unpack():
    shutil.rmtree(UNPACKED, ignore_errors=True)
    root = UNPACKED / "root"
    root.mkdir(parents=True)
    for deb in sorted(DEBS.glob("*.deb")):
        run(["dpkg", "-x", deb, root], "odoo-unpack")
    _repoint_links(root)
    left_out = root / "usr/lib/python3/dist-packages/odoo/addons" / LEFT_OUT
    left_out.parent.mkdir(parents=True, exist_ok=True)
    left_out.touch()
    odoo = next(DEBS.glob("odoo-19_*.deb"))
    STAMP.write_text(odoo.name.split("_")[1] + "\n", encoding="utf-8")


def _repoint_links(root):
    """Make absolute links (/usr/share/...) point into the unpacked tree."""
    for path in root.rglob("*"):
        if path.is_symlink() and os.path.isabs(target := os.readlink(path)):
            path.unlink()
            path.symlink_to(root / target.lstrip("/"))
