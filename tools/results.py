"""Read what test runners reported: every test counted once, a skipped one as a failure."""

import re
import xml.etree.ElementTree as ET
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


def read_junit(path):
    """Read the report that pytest writes with ``--junitxml``.

    A test may have several entries (subtests, an error in its tear-down): one bad entry makes it a failed test.
    """
    verdicts = {}
    for case in ET.parse(path).iter("testcase"):
        name = f"{case.get('classname', '').rpartition('.')[2]}.{case.get('name')}".lstrip(".")
        key = (case.get("classname"), case.get("name"))
        bad = next((child for child in case if child.tag in ("failure", "error", "skipped")), None)
        if bad is not None:
            verdicts[key] = f"{name} ({'skipped' if bad.tag == 'skipped' else 'failed'}): {_first_line(bad)}"
        else:
            verdicts.setdefault(key, None)
    failures = [verdict for verdict in verdicts.values() if verdict]
    names = {f"{(classname or '').rpartition('.')[2]}.{name}" for classname, name in verdicts}
    return Result(len(verdicts) - len(failures), failures, names=names)


def _first_line(element):
    return (element.get("message") or element.text or "").strip().partition("\n")[0][:200]


# Formats of odoo/tests/result.py and odoo/service/server.py.
_STARTING = re.compile(r": Starting (\w+\.\w+) \.\.\.")
_BAD = re.compile(r" ERROR \S+ \S+: (?:FAIL|ERROR): (.+)")
_SKIPPED = re.compile(r": skipped (.+?) : (.*)")
_REPORT = re.compile(r": \d+ failed, \d+ error\(s\) of (\d+) tests when loading database")


def read_odoo_log(path, known=frozenset()):
    """Read the log of an Odoo run with ``--test-enable``.

    :param known: descriptions of failures that Odoo has without the add-on: neither passed nor failed here.
    """
    started, bad, skipped, total = set(), {}, [], None
    with open(path, encoding="utf-8", errors="replace") as log:
        for line in log:
            if match := _STARTING.search(line):
                started.add(match[1])
            elif match := _BAD.search(line):
                description = match[1].strip().removeprefix("Subtest ")
                bad.setdefault(description.partition(" (")[0], []).append(description)
            elif match := _SKIPPED.search(line):
                skipped.append(f"{match[1]} (skipped): {match[2]}")
            elif match := _REPORT.search(line):
                total = int(match[1])
    if not total:
        return Result(failures=[f"Odoo ran no test at all, see {path}"])
    new = [name for name, descriptions in bad.items() if not known.issuperset(descriptions)]
    upstream = len(bad) - len(new)
    # An error in setUpClass has no test of its own in the total.
    failed_tests = sum(name in started for name in bad)
    result = Result(total - failed_tests - len(skipped), [f"{name} (failed)" for name in new] + skipped, names=started)
    if upstream:
        result.notes.append(f"{upstream} tests fail in Odoo itself too")
    return result
