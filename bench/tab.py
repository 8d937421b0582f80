"""What the Email tab, the search of the attach dialog and the list of all mails cost: ``make bench ONLY=tab``.

A database is filled step by step with 10,000, 100,000 and 1,000,000 mails, of which 10,000 belong to one sales
order, and asked after each step: as a salesperson, without the administrator's short cuts. "few" asks somebody who
may read the mails of two orders only. Figures are medians over twenty calls, in milliseconds on the server.

No call with a goal may take more queries with more mails, and no call of the tab more than 1.2 times as long with
ten times as many (of twenty calls the best: a busy machine is no growth).
"""

from tools import odoo
from tools.console import say, step

STEPS = (10_000, 100_000, 1_000_000)
GOALS = {
    "first page": 20,
    "conversations": 20,
    "page 200": 20,
    "open": 20,
    "dialog: rare word": 100,
    "dialog: common word": 100,
    "All Emails": 200,
    "All Emails, few": 200,
}
"""Milliseconds with the most mails."""
STEADY = ("first page", "conversations", "page 200", "open")
GROWTH = 1.2


def main(place):
    """Measure and print.

    :returns: the exit code: 1 if a figure is over its goal.
    """
    installed = place.databases.installed()
    with (
        place.databases.temporary(installed, "bench_tab") as database,
        step(f"The Email tab with up to {STEPS[-1]:,} mails: five minutes, a few GB of disk"),
    ):
        table = odoo.call(database, "bench.inside_tab:measure", log="bench-tab", steps=STEPS)
    _print(table)
    failures = _failures(table)
    if failures:
        say(f"Not as it should be: {'; '.join(failures)}")
    return int(bool(failures))


def _print(table):
    say(f"\n{'ms (queries)':<24}" + "".join(f"{total:>16,}" for total in STEPS) + f"{'growth':>10}")
    for name, runs in table.items():
        figures = "".join(f"{run['median']:>11.1f} ({run['queries']:>2})" for run in runs)
        say(f"{name:<24}{figures}{_growth(runs):>10.2f}")


def _growth(runs):
    return runs[-1]["best"] / runs[-2]["best"]


def _failures(table):
    failures = [f"{name} over {goal} ms" for name, goal in GOALS.items() if table[name][-1]["median"] > goal]
    failures += [f"{name} grew" for name in STEADY if _growth(table[name]) > GROWTH]
    failures += [
        f"{name} takes more queries" for name in GOALS if table[name][-1]["queries"] > table[name][-2]["queries"]
    ]
    return failures
