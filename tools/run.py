"""``make run``: a demo company whose mailboxes are fetched from a real mail server into a real Odoo."""

import json
import time
import unicodedata

from . import odoo, paths, ports
from .console import Failure, say, step, tail
from .database import fingerprint

DATABASE = "demo"
STATE = paths.LOCAL / "demo.json"
DOMAIN = "kestrel.example"


def main(place, serve):
    """Bring the demo up to date, fetch, print the summary and serve until interrupted.

    :returns: the exit code.
    """
    _prepare(place)
    with step("Fetching the demo mailboxes"):
        summary = odoo.call(DATABASE, "tools.demo_fetch:fetch", log="demo-fetch", **_account(place))
    _print(summary)
    if serve:
        _serve(place)
    return 0


def _prepare(place):
    """Make the demo database and mailboxes, or bring an older database up to the sources as they are now."""
    template = place.databases.template()
    base = {"template": template, "demo": fingerprint(paths.ROOT / "tools" / "demo")}
    addon = fingerprint(paths.ROOT / "erp_mail_integration")
    state = json.loads(STATE.read_text(encoding="utf-8")) if STATE.exists() else {}
    if DATABASE not in place.services.postgres.databases() or any(state.get(key) != base[key] for key in base):
        STATE.unlink(missing_ok=True)
        _create(place, template)
    elif state["addon"] != addon:
        with step("Upgrading the demo database to the add-on's present sources"):
            odoo.execute(DATABASE, "-u", "erp_mail_integration", "--log-level", "warn", log="demo-upgrade")
    STATE.write_text(json.dumps({**base, "addon": addon}), encoding="utf-8")


def _create(place, template):
    with step("Installing the add-on in a new demo database"):
        place.databases.copy(template, DATABASE)
        odoo.execute(DATABASE, "-i", "erp_mail_integration", "--log-level", "warn", log="demo-install")
    with step("Creating the demo company's orders, incidents, projects and contacts"):
        names = odoo.call(DATABASE, "tools.demo.records:create", log="demo-records")
    with step("Delivering the demo mails to Dovecot"):
        dovecot = place.services.dovecot
        from .demo import mailbox

        accounts = {}
        for mail in mailbox.messages(names):
            accounts.setdefault(mail.account, []).append((mail.folder, mail.raw, mail.flags, mail.received))
        for account, mails in accounts.items():
            user = f"{account}@{DOMAIN}"
            dovecot.remove_mailbox(user)
            dovecot.deliver(user, mails)


def _account(place):
    dovecot = place.services.dovecot
    return {"host": ports.LOOPBACK, "port": dovecot.port("imaps"), "password": dovecot.password}


def _print(summary):
    rows = [("From", "Subject", "Linked to", "Rule"), *map(tuple, summary["mails"])]
    widths = [min(limit, max(len(row[column]) for row in rows)) for column, limit in enumerate((28, 44, 44, 22))]
    say()
    for number, row in enumerate(rows):
        say("  ".join(_fit(text, width) for text, width in zip(row, widths, strict=True)).rstrip())
        if number == 0:
            say("  ".join("-" * width for width in widths))
    say()
    say("  ".join(f"{name}: {count}" for name, count in summary["totals"].items()))
    for error in summary["errors"]:
        say(f"  {error}")
    say()


def _fit(text, width):
    """Return the text cut or filled to `width` columns; letters of East Asia take two (UAX 11)."""
    columns, kept = 0, ""
    for letter in text:
        columns += 0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if columns > width:
            return _fit(kept[: len(kept) - 2], width - 1).rstrip() + "…"
        kept += letter
    return text + " " * (width - columns)


def _serve(place):
    port = ports.claim("http")
    with odoo.server(DATABASE, port, "--max-cron-threads", "1", log="demo-odoo") as url:
        dovecot, smtp = place.services.dovecot, place.services.smtp
        say(f"Odoo:      {url}/odoo   login admin, password admin")
        say(f"Mailboxes: IMAP {ports.LOOPBACK}:{dovecot.port('imap')}, any user, password {dovecot.password}")
        say(f"Sent mail: {paths.OUTBOX}/   (SMTP {ports.LOOPBACK}:{smtp.port})")
        say(f"Odoo log:  {paths.LOG / 'demo-odoo.log'}")
        say("Ctrl-C ends it all.")
        while ports.answers(port):
            time.sleep(1)
    raise Failure(f"Odoo ended by itself:\n{tail(paths.LOG / 'demo-odoo.log')}")
