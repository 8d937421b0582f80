"""Who tries the add-on and takes it off again has the database of before."""

from tools import odoo as odoo_process
from tools import paths

INSIDE = "tests.e2e.inside_install"


def test_upgrading_changes_nothing_and_uninstalling_leaves_nothing(place):
    with place.databases.temporary(place.databases.template(), "e2e_before") as name:
        before = _call(name, "traces")
    with place.databases.temporary(place.databases.installed(), "e2e_install") as name:
        installed = _call(name, "traces")
        odoo_process.execute(name, "-u", "erp_mail_integration", log="e2e-upgrade")
        assert _difference(installed, _call(name, "traces")) == []
        _call(name, "uninstall", names=list(paths.ADDONS))
        assert _difference(before, _call(name, "traces")) == []


def _call(database, function, **arguments):
    """In a process of its own: what a module defines stays in a process that has loaded it."""
    return odoo_process.call(database, f"{INSIDE}:{function}", log=f"e2e-{database}", **arguments)


def _difference(before, after):
    return sorted(f"- {line}" for line in set(before) - set(after)) + sorted(
        f"+ {line}" for line in set(after) - set(before)
    )
