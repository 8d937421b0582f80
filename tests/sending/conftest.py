"""The small name server is kept with the add-on's own tests, which need Odoo to be imported as a package."""

import importlib.util
from pathlib import Path

_path = Path(__file__).resolve().parents[2] / "erp_mail_integration" / "tests" / "name_server.py"
_spec = importlib.util.spec_from_file_location("name_server", _path)
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
name_server = _module.name_server
