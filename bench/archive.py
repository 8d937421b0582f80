"""Import a large mailbox in archive mode, and hold speed and memory against the floor: the least that must be done.

The floor is a script without Odoo's records (:func:`.inside_archive.floor`): fetch, write each mail to the disk for
good, parse it, insert a row, commit. What no import can go below on this machine, in one process.
"""

import json
from datetime import UTC, datetime

from tools import odoo, paths, ports
from tools.console import Failure, say, step

from . import mails

USER = "archive@kestrel.example"
MAILS = 20_000
#: The import has to reach this share of the floor's speed.
SHARE = 1 / 3
#: Megabytes that an import may need above what the process needs when it does nothing.
MEMORY = 300


def main(place):
    """Measure, print and write the figures.

    :returns: the exit code: 1 if one of them is not what it has to be.
    """
    installed = place.databases.installed(("erp_mail_integration",), prefix="bench")
    dovecot = place.services.dovecot
    with step(f"Delivering {MAILS} mails to Dovecot"):
        dovecot.remove_mailbox(USER)
        dovecot.deliver(USER, (("INBOX", raw, (), None) for raw in mails.mailbox(MAILS)))
    account = {"server": ports.LOOPBACK, "port": dovecot.port("imap"), "user": USER, "password": dovecot.password}
    runs = {}
    with place.databases.temporary(installed, "bench_large") as database:
        odoo.call(database, "bench.inside:prepare", log="bench-large-prepare", people=mails.senders())
        for name in ("floor", "archive"):
            with step(f"Importing with {name}"), place.services.postgres.durable():
                runs[name] = odoo.call(database, f"bench.inside_archive:{name}", log=f"bench-large-{name}", **account)
    for name, run in runs.items():
        if run["arrived"] != MAILS:
            raise Failure(f"{name}: {run['arrived']} of {MAILS} mails arrived, see {paths.LOG}/bench-large-{name}.log")
        run["mails_per_second"] = round(MAILS / run["seconds"], 1)
        say(
            f"{name:8} {run['mails_per_second']:8.1f} mails/s  {run['seconds']:7.1f} s, "
            f"{run['processor_seconds']:6.1f} s at work  {run['memory_mb']:5} MB above idle"
        )
    share = runs["archive"]["mails_per_second"] / runs["floor"]["mails_per_second"]
    say(f"archive reaches {share:.0%} of the floor")
    figures = {"when": datetime.now(UTC).isoformat(timespec="seconds"), "mails": MAILS, "share": share, "runs": runs}
    paths.BENCH.mkdir(parents=True, exist_ok=True)
    path = paths.BENCH / f"archive-{figures['when'].replace(':', '').replace('+0000', 'Z')}.json"
    path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return int(share < SHARE or runs["archive"]["memory_mb"] > MEMORY)
