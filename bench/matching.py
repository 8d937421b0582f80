"""How fast mails find their documents in a large database, and with how many queries.

The rules may ask a constant number of queries, however many mails a batch has. What is written grows with the
batch: the ORM writes 100 rows with a statement.
"""

import json
import os
import platform
from datetime import UTC, datetime

from tools import odoo, paths
from tools.console import say, step

CONTACTS = 100_000
DOCUMENTS = 200_000
MAILS = 1_000
BATCHES = (100, 250, 1_000)


def main(place):
    """Measure, print and write the figures.

    :returns: the exit code: 1 if a larger batch asks more queries to find the documents.
    """
    installed = place.databases.installed()
    sizes = {"contacts": CONTACTS, "documents": DOCUMENTS, "mails": MAILS, "batches": BATCHES}
    with (
        place.databases.temporary(installed, "bench_matching") as database,
        step(f"Matching {MAILS} mails with {DOCUMENTS} documents of {CONTACTS} contacts"),
    ):
        runs = odoo.call(database, "bench.inside_matching:measure", log="bench-matching", **sizes)
    _print(runs)
    _write({"when": datetime.now(UTC).isoformat(timespec="seconds"), **sizes, "runs": runs})
    return int(len({run["find"]["queries"] for run in runs}) > 1)


def _print(runs):
    say()
    for run in runs:
        find, write = run["find"], run["match_and_write"]
        say(
            f"batches of {run['batch']:5}  finding {find['queries']:4} queries a batch, {MAILS / find['seconds']:6.0f} mails/s"
            f"   finding and writing {write['queries']:4} queries a batch, {MAILS / write['seconds']:6.0f} mails/s"
        )
    say()


def _write(figures):
    machine = {"processors": os.cpu_count(), "python": platform.python_version()}
    paths.BENCH.mkdir(parents=True, exist_ok=True)
    stamp = figures["when"].replace(":", "").replace("+0000", "Z")
    path = paths.BENCH / f"matching-{stamp}.json"
    path.write_text(json.dumps({**figures, "machine": machine}, indent=2) + "\n", encoding="utf-8")
    say(f"Written to {path.relative_to(paths.ROOT)}")
