"""The Python environment under ``.local/venv``: Odoo's requirements, OCA add-ons and the tools, all pinned."""

import hashlib
import shutil
import sys

from . import paths
from .console import run, step

REQUIREMENTS = ("requirements.txt", "requirements-odoo.txt", "requirements-dev.txt")
#: Their metadata requires ``odoo`` and Debian's Odoo requires ``psycopg2``, to be compiled: take them alone.
OCA = "requirements-oca.txt"
STAMP = paths.VENV / "stamp"


def ensure(odoo):
    """Create or complete the environment; quick when nothing changed.

    :param odoo: the :class:`~tools.odoo_source.Odoo` that ``import odoo`` is to find.
    """
    stamp = _stamp(odoo)
    if STAMP.exists() and STAMP.read_text(encoding="ascii") == stamp:
        return
    with step("Installing the Python environment"):
        shutil.rmtree(paths.VENV, ignore_errors=True)
        run([sys.executable, "-m", "venv", paths.VENV], "venv")
        pip = [paths.PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--prefer-binary"]
        files = [argument for name in REQUIREMENTS for argument in ("-r", paths.ROOT / name)]
        run([*pip, *files], "pip")
        run([*pip, "--no-deps", "-r", paths.ROOT / OCA], "pip-oca")
        site = next((paths.VENV / "lib").glob("python*/site-packages"))
        (site / "odoo.pth").write_text(f"{odoo.home}\n", encoding="utf-8")
        STAMP.write_text(stamp, encoding="ascii")


def _stamp(odoo):
    """Return what the environment depends on; the folder counts too, scripts hold absolute paths."""
    digest = hashlib.sha256(f"{sys.version} {paths.VENV} {odoo.home}".encode())
    for name in (*REQUIREMENTS, OCA):
        digest.update((paths.ROOT / name).read_bytes())
    return digest.hexdigest()
