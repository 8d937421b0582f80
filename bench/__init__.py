"""Measurements: ``make bench``. What is measured runs against real servers, in one run, on one machine."""

from tools.console import Failure

from . import archive, compare, matching, tab

BENCHMARKS = {
    "archive": lambda place, _mails: archive.main(place),
    "compare": lambda place, mails: compare.main(place, mails),
    "matching": lambda place, _mails: matching.main(place),
    "tab": lambda place, _mails: tab.main(place),
}


def main(place, only, mails):
    """Run the benchmarks named in `only`, or all of them.

    :param int mails: how many the comparison imports.
    :returns: the exit code: 1 if a figure is below its floor.
    """
    if unknown := set(only) - set(BENCHMARKS):
        raise Failure(f"No such benchmark: {', '.join(sorted(unknown))}. There are: {', '.join(BENCHMARKS)}")
    return max([BENCHMARKS[name](place, mails) for name in only or BENCHMARKS])
