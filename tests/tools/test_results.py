"""The sum at the end of ``make test`` is the true sum."""

from tools.results import read_junit, read_odoo_log

JUNIT = """<testsuites><testsuite tests="5">
<testcase classname="tests.a.TestA" name="test_good"/>
<testcase classname="tests.a.TestA" name="test_bad"><failure message="assert 1 == 2&#10;more"/></testcase>
<testcase classname="tests.a.TestA" name="test_bad_again"/>
<testcase classname="tests.a.TestA" name="test_bad_again"><error message="tear-down"/></testcase>
<testcase classname="tests.a.TestA" name="test_skipped"><skipped message="no browser"/></testcase>
</testsuite></testsuites>"""

ODOO = """\
2026-01-01 00:00:00,000 1 INFO db odoo.addons.x.tests.test_x: Starting TestX.test_good ...
2026-01-01 00:00:00,000 1 INFO db odoo.addons.x.tests.test_x: Starting TestX.test_known ...
2026-01-01 00:00:00,000 1 ERROR db odoo.addons.x.tests.test_x: FAIL: Subtest TestX.test_known (login='a')
2026-01-01 00:00:00,000 1 INFO db odoo.addons.x.tests.test_x: Starting TestX.test_bad ...
2026-01-01 00:00:00,000 1 ERROR db odoo.addons.x.tests.test_x: FAIL: Subtest TestX.test_bad (login='a')
2026-01-01 00:00:00,000 1 ERROR db odoo.addons.x.tests.test_x: FAIL: Subtest TestX.test_bad (login='b')
2026-01-01 00:00:00,000 1 INFO db odoo.addons.x.tests.test_x: Starting TestX.test_skipped ...
2026-01-01 00:00:00,000 1 INFO db odoo.addons.x.tests.test_x: skipped TestX.test_skipped : no browser
2026-01-01 00:00:00,000 1 ERROR db odoo.addons.x.tests.test_x: ERROR: setUpClass (odoo.addons.x.tests.test_x.TestY)
2026-01-01 00:00:00,000 1 ERROR db odoo.tests.result: 3 failed, 1 error(s) of 4 tests when loading database 'db'
"""


def written(folder, text):
    path = folder / "report"
    path.write_text(text, encoding="utf-8")
    return path


def test_pytest_report_counts_each_test_once_and_a_skip_as_a_failure(tmp_path):
    result = read_junit(written(tmp_path, JUNIT))
    assert (result.passed, result.failed) == (1, 3)
    assert "TestA.test_bad (failed): assert 1 == 2" in result.failures
    assert result.names == {"TestA.test_good", "TestA.test_bad", "TestA.test_bad_again", "TestA.test_skipped"}


def test_odoo_log_counts_subtests_once_and_a_broken_class_as_a_failure(tmp_path):
    result = read_odoo_log(written(tmp_path, ODOO))
    assert result.passed == 1
    assert result.failures == [
        "TestX.test_known (failed)",
        "TestX.test_bad (failed)",
        "setUpClass (failed)",
        "TestX.test_skipped (skipped): no browser",
    ]


def test_failures_known_from_odoo_are_neither_passed_nor_failed(tmp_path):
    result = read_junit(written(tmp_path, JUNIT), known={"TestA.test_bad (login='a')"})
    assert (result.passed, result.failed) == (1, 2)
    assert result.notes == ["1 tests fail in Odoo itself too"]


def test_a_known_test_that_fails_in_more_ways_is_a_failure(tmp_path):
    again = '<testcase classname="tests.a.TestA" name="test_bad"><failure message="also here"/></testcase>'
    report = written(tmp_path, JUNIT.replace("</testsuite>", again + "</testsuite>"))
    result = read_junit(report, known={"TestA.test_bad (login='a')"})
    assert "TestA.test_bad (failed): assert 1 == 2" in result.failures


def test_a_run_without_tests_is_a_failure(tmp_path):
    assert read_odoo_log(written(tmp_path, "nothing")).failed == 1
    report = written(tmp_path, ODOO.replace("of 4 tests", "of 0 tests"))
    assert read_odoo_log(report).failed == 1
