"""Read what test runners reported: every test counted once, a skipped one as a failure."""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Result:
    """What a step of ``make test`` found."""

    passed: int = 0
    #: Description of each failure: a test's name, or what else went wrong.
    failures: list[str] = field(default_factory=list)
    #: Worth saying, but no failure.
    notes: list[str] = field(default_factory=list)
    #: Names of the tests that ran, ``Class.method``.
    names: set[str] = field(default_factory=set)

    @property
    def failed(self):
        return len(self.failures)

    def __add__(self, other):
        return Result(
            self.passed + other.passed,
            self.failures + other.failures,
            self.notes + other.notes,
            self.names | other.names,
        )


def read_junit(path, known=frozenset()):
    """Read the report that pytest writes with ``--junitxml``.

    A test may have several entries (subtests, an error in its tear-down): one bad entry makes it a failed test.

    :param known: descriptions of failures that Odoo has without the add-on, one for each subtest: a test with no more
        bad entries than that is neither passed nor failed here.
    """
    expected = Counter(description.partition(" (")[0] for description in known)
    bad = {}
    for case in ET.parse(path).iter("testcase"):
        entries = bad.setdefault((case.get("classname") or "", case.get("name")), [])
        entries += (child for child in case if child.tag in ("failure", "error", "skipped"))
    result, upstream = Result(), 0
    for (classname, test), entries in bad.items():
        name = f"{classname.rpartition('.')[2]}.{test}"
        result.names.add(name)
        if not entries:
            result.passed += 1
        elif len(entries) <= expected[name]:
            upstream += 1
        else:
            verdict = "skipped" if entries[0].tag == "skipped" else "failed"
            result.failures.append(f"{name.lstrip('.')} ({verdict}): {_first_line(entries[0])}")
    if upstream:
        result.notes.append(f"{upstream} tests fail in Odoo itself too")
    return result


def _first_line(element):
    return (element.get("message") or element.text or "").strip().partition("\n")[0][:200]


# Formats of odoo/tests/result.py and odoo/service/server.py.
_STARTING = re.compile(r": Starting (\w+\.\w+) \.\.\.")
_BAD = re.compile(r" ERROR \S+ \S+: (?:FAIL|ERROR): (.+)")
_SKIPPED = re.compile(r": skipped (.+?) : (.*)")
_REPORT = re.compile(r": \d+ failed, \d+ error\(s\) of (\d+) tests when loading database")


def read_odoo_log(path):
    """Read the log of an Odoo run with ``--test-enable``."""
    started, bad, skipped, total = set(), {}, [], None
    with open(path, encoding="utf-8", errors="replace") as log:
        for line in log:
            if match := _STARTING.search(line):
                started.add(match[1])
            elif match := _BAD.search(line):
                description = match[1].strip().removeprefix("Subtest ")
                bad[description.partition(" (")[0]] = None
            elif match := _SKIPPED.search(line):
                skipped.append(f"{match[1]} (skipped): {match[2]}")
            elif match := _REPORT.search(line):
                total = int(match[1])
    if not total:
        return Result(failures=[f"Odoo ran no test at all, see {path}"])
    # An error in setUpClass has no test of its own in the total.
    failed_tests = sum(name in started for name in bad)
    failures = [f"{name} (failed)" for name in bad] + skipped
    return Result(total - failed_tests - len(skipped), failures, names=started)
