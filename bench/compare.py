"""Import one mailbox with stock Odoo, with the gateway mode and with the archive mode, and compare."""

import json
import os
import platform
import statistics
from datetime import UTC, datetime

from tools import odoo, paths, ports
from tools.console import Failure, say, step

from . import mails

USER = "bench@kestrel.example"
#: Archive mode has to be so many times as fast as stock.
ARCHIVE_FLOOR = 10
#: "Not slower than stock", less the noise of one run.
GATEWAY_FLOOR = 0.95


def main(place, count):
    """Measure, print and write the figures.

    :param int count: mails in the mailbox.
    :returns: the exit code: 1 if a figure is below its floor.
    """
    template = place.databases.template()
    installed = place.databases.installed(("erp_mail_integration",), prefix="bench")
    with step(f"Delivering {count} mails to Dovecot"):
        place.services.dovecot.remove_mailbox(USER)
        raws = list(mails.mailbox(count))
        place.services.dovecot.deliver(USER, [("INBOX", raw, (), None) for raw in raws])
    runs = {
        "archive": _measure(place, installed, "archive", count),
        "gateway": _measure(place, installed, "gateway", count),
        "stock": _measure(place, template, None, count),
    }
    stock = runs["stock"]["mails_per_second"]
    ratios = {name: round(runs[name]["mails_per_second"] / stock, 2) for name in ("archive", "gateway")}
    _print(runs, ratios)
    _write(
        {
            "when": datetime.now(UTC).isoformat(timespec="seconds"),
            "mails": count,
            "median_bytes": statistics.median(map(len, raws)),
            "total_bytes": sum(map(len, raws)),
            "runs": runs,
            "times_stock": ratios,
            "machine": {"processors": os.cpu_count(), "python": platform.python_version()},
        }
    )
    return int(ratios["archive"] < ARCHIVE_FLOOR or ratios["gateway"] < GATEWAY_FLOOR)


def _measure(place, source, mode, count):
    """Import the mailbox into a new copy of `source`; a `mode` of None is stock Odoo.

    PostgreSQL writes durably meanwhile: batches must not win by commits that cost nothing.
    """
    name = mode or "stock"
    dovecot = place.services.dovecot
    dovecot.mark_unseen(USER)
    server = {
        "name": "Benchmark",
        "server_type": "imap",
        "server": ports.LOOPBACK,
        "port": dovecot.port("imap"),
        "user": USER,
        "password": dovecot.password,
        "state": "done",
        "model": None if mode == "archive" else "crm.lead",
        **({"intake_mode": mode} if mode else {}),
    }
    with place.databases.temporary(source, f"bench_{name}") as database:
        odoo.call(database, "bench.inside:prepare", log=f"bench-{name}-prepare", people=mails.senders())
        with step(f"Importing with {name}"), place.services.postgres.durable():
            run = odoo.call(database, "bench.inside:fetch", log=f"bench-{name}", server=server, mails=count)
    if run["arrived"] != count:
        raise Failure(f"{name}: {run['arrived']} of {count} mails arrived, see {paths.LOG}/bench-{name}.log")
    return {**run, "mails_per_second": round(count / run["seconds"], 1)}


def _print(runs, ratios):
    say()
    for name, run in runs.items():
        times = f"{ratios[name]:6.1f} x stock" if name in ratios else ""
        say(
            f"{name:8} {run['mails_per_second']:8.1f} mails/s  {run['seconds']:7.1f} s, {run['processor_seconds']:6.1f} s at work  "
            f"{run['peak_memory_mb']:5} MB  {times}".rstrip()
        )
    say()


def _write(figures):
    paths.BENCH.mkdir(parents=True, exist_ok=True)
    stamp = figures["when"].replace(":", "").replace("+0000", "Z")
    path = paths.BENCH / f"import-{stamp}.json"
    path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    say(f"Written to {path.relative_to(paths.ROOT)}")
