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


def test_no_column_on_a_table_of_odoos_own_is_required():
    """NOT NULL there breaks the update of every app that loads before this one and creates such a record."""
    for path in (ROOT / "erp_mail_integration" / "models").glob("*.py"):
        for model in re.split(r"^class ", path.read_text(), flags=re.MULTILINE):
            if re.search(r'_inherit = \[?"(fetchmail\.server|ir\.|mail\.|res\.)', model) and "_name = " not in model:
                assert "required=True" not in model, path.name


def test_no_pattern_needs_a_python_that_debian_12_has_not():
    """Before 3.11.5 a possessive or atomic group with alternatives misses matches (gh-106052): see mime/atomic.py."""
    possessive_group = re.compile(r"(?<!\\)\)(?:[*+?]|\{+[\d,]+\}+)\+|\(\?>")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in (ROOT / "erp_mail_integration").rglob("*.py")
        if path.name != "atomic.py"
        for line in path.read_text().splitlines()
        if possessive_group.search(line)
    ]
    assert found == []
