"""``make test``: every test and check, two steps at a time, and one true sum at the end."""

import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from . import console, lint, odoo, paths, ports, translations
from .console import Failure, say, step
from .results import Result, read_junit, read_odoo_log

LANES = 2
HEARTBEAT = 30  # seconds
BASELINE = paths.ROOT / "tests" / "odoo_baseline.txt"
OWN_TAGS = ",".join(f"/{name}" for name in paths.ADDONS)


def main(place, only):
    """Run the steps named in `only`, or all of them.

    :returns: the exit code: 0 if nothing failed.
    """
    unknown = set(only) - set(STEPS)
    if unknown:
        raise Failure(f"No such step: {', '.join(sorted(unknown))}. There are: {', '.join(STEPS)}")
    with step("Installing eslint and prettier"):
        lint.ensure_node()
    # Built before the lanes part: nearly every step copies one of these.
    place.databases.template()
    results = _run_all(place, only or list(STEPS))
    if {"odoo", "pytest-odoo"} <= set(results):
        results["both runners"] = _same_tests(results["odoo"], results["pytest-odoo"])
    say("\n== Summary")
    for name, result in results.items():
        say(f"{name}: {result.passed} passed, {result.failed} failed")
        for failure in result.failures:
            say(f"    {failure}")
    total = sum(results.values(), Result())
    say(f"\n{total.passed} passed, {total.failed} failed")
    return 1 if total.failed or not total.passed else 0


def _run_all(place, names):
    """Run the steps in two lanes; report each as it ends.

    :returns: step name -> :class:`Result`, in the order of `STEPS`.
    """
    began, results, waiting = {}, {}, list(names)
    with ThreadPoolExecutor(LANES) as lanes:
        running = {}
        try:
            while waiting or running:
                while waiting and len(running) < LANES:
                    name = waiting.pop(0)
                    say(f"\n== {name}: {STEPS[name].__doc__.splitlines()[0]}")
                    began[name] = time.monotonic()
                    running[lanes.submit(_run_one, STEPS[name], place)] = name
                done, _rest = wait(running, timeout=HEARTBEAT, return_when=FIRST_COMPLETED)
                for future in done:
                    name = running.pop(future)
                    results[name] = future.result()
                    _report(name, results[name], time.monotonic() - began[name])
                if not done:
                    ages = ", ".join(f"{name} {time.monotonic() - began[name]:.0f} s" for name in running.values())
                    say(f"   ... running: {ages}")
        except BaseException:
            console.end_all()
            lanes.shutdown(cancel_futures=True)
            raise
    return {name: results[name] for name in STEPS if name in results}


def _run_one(function, place):
    try:
        return function(place)
    except (Failure, OSError, RuntimeError) as error:
        return Result(failures=[str(error)])


def _report(name, result, seconds):
    say(f"\n== {name}: {result.passed} passed, {result.failed} failed, {seconds:.0f} s")
    for line in result.failures + result.notes:
        say(f"   {line}")


def pure(place):
    """Plain Python: parser, mailbox protocols, tools; without Odoo"""
    return _pytest("pure", "-p", "no:odoo", "tests", "--ignore", "tests/e2e")


def e2e(place):
    """Whole paths: a real Dovecot, a real SMTP server, real Odoo processes"""
    place.databases.installed()
    return _pytest("e2e", "-p", "no:odoo", "tests/e2e")


def own_runner(place):
    """Odoo's own test runner, on a database into which the add-on is freshly installed; tours in Chromium"""
    with place.databases.temporary(place.databases.template(), "test_odoo") as database:
        return _odoo_tests("test-odoo", database, OWN_TAGS, "-i", ",".join(paths.ADDONS))


def pytest_odoo(place):
    """The same tests with pytest-odoo, on a database where the add-on was installed before"""
    folders = [f"{name}/tests" for name in paths.ADDONS if (paths.ROOT / name / "tests").exists()]
    with place.databases.temporary(place.databases.installed(), "test_pytest") as database:
        return _pytest("pytest-odoo", *_odoo_options(database), *folders)


def upstream(place):
    """Odoo's own mail tests with the add-on installed, against what fails without it"""
    known = frozenset(BASELINE.read_text(encoding="utf-8").splitlines())
    base = place.databases.template(("test_mail",), prefix="baseline")
    addons = place.databases.source.addons_path
    tests = [next(path for path in addons if (path / name).exists()) / name / "tests" for name in ("test_mail", "mail")]
    with place.databases.temporary(base, "test_upstream") as database:
        odoo.execute(database, "-i", "erp_mail_integration", "--log-level", "warn", log="upstream-install")
        # Odoo's own runner would load test_mail, and run most of its tests, before the add-on.
        return _pytest("upstream", *_odoo_options(database), tests[0], tests[1] / "test_fetchmail.py", known=known)


def checks(place):
    """Lint: ruff, pylint-odoo, prettier, eslint, well-formed XML"""
    result = Result()
    for name, check in lint.CHECKS.items():
        problem = check(fix=False)
        if problem:
            result.failures.append(f"{name}:\n{problem}")
        else:
            result.passed += 1
    return result


def terms(place):
    """The template of the translations holds the terms of the sources as they are"""
    translations.main(place, check=True)
    return Result(passed=1)


#: In the order in which they start; the long ones first, so that the lanes end together.
STEPS = {
    "upstream": upstream,
    "odoo": own_runner,
    "pytest-odoo": pytest_odoo,
    "e2e": e2e,
    "pure": pure,
    "lint": checks,
    "translations": terms,
}


def _odoo_tests(log, database, tags, *arguments):
    line = odoo.command(database, *arguments, "--test-enable", "--test-tags", tags, "--stop-after-init")
    code = console.run([*line, "--http-port", ports.free()], log, check=False, env=odoo.environment(), cwd=paths.ROOT)
    result = read_odoo_log(paths.LOG / f"{log}.log")
    if code and not result.failures and not result.notes:
        result.failures.append(f"Odoo ended with code {code}, see {paths.LOG / log}.log")
    return result


def _odoo_options(database):
    # Without --odoo-http every tour is skipped, and a skipped test is a failed one here.
    return "--odoo-config", odoo.CONFIG, "--odoo-database", database, "--odoo-http"


def _pytest(name, *arguments, known=frozenset()):
    report = paths.LOG / f"{name}.xml"
    report.unlink(missing_ok=True)
    line = [paths.PYTHON, "-m", "pytest", "-q", "--junitxml", report, *arguments]
    code = console.run(line, name, check=False, env=odoo.environment(), cwd=paths.ROOT)
    result = read_junit(report, known) if report.exists() else Result()
    if (code and not result.failures and not result.notes) or not result.passed:
        result.failures.append(f"pytest ended with code {code}:\n{console.tail(paths.LOG / f'{name}.log')}")
    return result


def _same_tests(own, other):
    """Check that Odoo loads every test that pytest finds: one missing from tests/__init__.py it never would."""
    missing = sorted(other.names - own.names)
    return Result(failures=[f"{name} runs in pytest only" for name in missing]) if missing else Result(passed=1)
