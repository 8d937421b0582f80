"""The plain-Python parts of the add-on, importable without Odoo.

The add-on's own ``__init__`` needs Odoo, and its ``mailbox`` has the name of a module of the standard library.
So the folder gets a package name of its own: ``erp_mail_plain.mailbox``, ``erp_mail_plain.mime``.
"""

import importlib.machinery
import sys
import types
from pathlib import Path

ADDON = Path(__file__).resolve().parents[1] / "erp_mail_integration"


def _register(name: str, folder: Path) -> None:
    package = types.ModuleType(name)
    package.__path__ = [str(folder)]
    package.__spec__ = importlib.machinery.ModuleSpec(name, loader=None, is_package=True)
    sys.modules[name] = package


if "erp_mail_plain" not in sys.modules:
    _register("erp_mail_plain", ADDON)
