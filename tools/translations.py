"""``make translations``: write the template of the add-on's translations anew from its sources."""

import re

from . import odoo, paths
from .console import Failure, run, say

MODULE = "erp_mail_integration"
TEMPLATE = paths.ROOT / MODULE / "i18n" / f"{MODULE}.pot"


def main(place, check=False):
    """Export the template; with `check`, only tell whether the one that is committed is up to date.

    :returns: the exit code.
    """
    text = export(place.databases.installed())
    if check:
        if not TEMPLATE.exists() or TEMPLATE.read_text(encoding="utf-8") != text:
            raise Failure(f"{TEMPLATE.relative_to(paths.ROOT)} is older than the sources: run make translations.")
        return 0
    TEMPLATE.parent.mkdir(exist_ok=True)
    TEMPLATE.write_text(text, encoding="utf-8")
    say(f"{TEMPLATE.relative_to(paths.ROOT)}: {text.count('msgid ') - 1} terms")
    return 0


def export(database):
    """Return the .pot file of the add-on as installed in that database."""
    output = paths.LOCAL / f"{MODULE}.pot"
    line = odoo.command(database, "i18n", "export", "-l", "pot", "-o", str(output), MODULE)
    run(line, "translations", env=odoo.environment(), cwd=paths.ROOT)
    # Without its dates, so that the file changes when a term does and not every day.
    return re.sub(r'^"(POT-Creation|PO-Revision)-Date: .*\n', "", output.read_text(encoding="utf-8"), flags=re.M)
