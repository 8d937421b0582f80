"""What no tool of Odoo's tells: a test that Odoo never loads is green for ever."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("package", ["erp_mail_integration/tests", "test_erp_mail_integration/tests"])
def test_every_test_file_is_loaded_by_odoo(package):
    folder = ROOT / package
    loaded = set(re.findall(r"from \. import (test_\w+)", (folder / "__init__.py").read_text()))
    assert loaded == {path.stem for path in folder.glob("test_*.py")}
