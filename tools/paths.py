"""Where things are kept. The only module that knows the layout of ``.local/``."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDONS = ("erp_mail_integration", "erp_mail_integration_project", "test_erp_mail_integration")

LOCAL = ROOT / ".local"
LOG = LOCAL / "log"
VENV = LOCAL / "venv"
PYTHON = VENV / "bin" / "python"
ODOO_DATA = LOCAL / "data"
OUTBOX = LOCAL / "outbox"
SCREENSHOTS = LOCAL / "screenshots"
BENCH = LOCAL / "bench"

#: Downloads survive ``make clean`` here, so that a second clone does not fetch them again.
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "erp_mail_integration"
