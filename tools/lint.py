"""Checks of the sources: ``python3 -m tools.lint [--fix] [NAME ...]``, also called by ``make test`` and pre-commit."""

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

from . import paths

BIN = paths.VENV / "bin"
NODE_BIN = paths.LOCAL / "node" / "node_modules" / ".bin"
PYTHON = ("erp_mail_integration", "test_erp_mail_integration", "tools", "tests", "bench")
STATIC = (
    "erp_mail_integration/**/static/src/**/*.{js,scss,css,xml}",
    "erp_mail_integration/**/static/tests/**/*.{js,xml}",
    "erp_mail_integration/{views,data,security,wizards}/**/*.xml",
)
SCRIPTS = ("erp_mail_integration/static/**/*.js", "test_erp_mail_integration/static/**/*.js")

#: Checks of pylint-odoo that do not fit here.
PYLINT_OFF = (
    "consider-merging-classes-inherited",  # a large model is spread over files, each a concern with a name
    "invalid-commit",  # the intake commits so that no mail is lost; each commit says why
    "missing-return",  # what init() and the intake's steps extend returns nothing
    "missing-readme",  # README.rst is at the top; OCA's bot writes the add-on's
    "no-search-all",  # small tables: servers, domains, document types
    "no-wizard-in-models",  # abstract models and extensions of Odoo's own wizards
)


def ruff(fix):
    return _run(BIN / "ruff", "check", *(["--fix"] if fix else []), *_present(PYTHON))


def ruff_format(fix):
    return _run(BIN / "ruff", "format", *([] if fix else ["--check"]), *_present(PYTHON))


def pylint_odoo(fix):
    off = ",".join(PYLINT_OFF)
    return _run(BIN / "pylint", "--disable=all", "--enable=odoolint", f"--disable={off}", *paths.ADDONS)


def prettier(fix):
    return _run(NODE_BIN / "prettier", "--write" if fix else "--check", "--no-error-on-unmatched-pattern", *STATIC)


def eslint(fix):
    return _run(NODE_BIN / "eslint", *(["--fix"] if fix else []), "--no-error-on-unmatched-pattern", *SCRIPTS)


def xml(fix):
    """Parse every XML file with the standard library's parser, as strict as Odoo's."""
    problems = []
    for addon in paths.ADDONS:
        for path in sorted((paths.ROOT / addon).rglob("*.xml")):
            try:
                ET.parse(path)
            except ET.ParseError as error:
                problems.append(f"{path.relative_to(paths.ROOT)}: {error}")
    return "\n".join(problems)


CHECKS = {
    "ruff": ruff,
    "ruff-format": ruff_format,
    "pylint-odoo": pylint_odoo,
    "prettier": prettier,
    "eslint": eslint,
    "xml": xml,
}


def ensure_node():
    """Install the pinned eslint and prettier with the environment's own npm, once for each package-lock.json."""
    node = paths.LOCAL / "node"
    stamp, lock = node / "stamp", paths.ROOT / "package-lock.json"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return
    shutil.rmtree(node, ignore_errors=True)
    node.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(paths.ROOT / name, node)
    done = _run(BIN / "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", cwd=node)
    if done:
        raise RuntimeError(f"npm could not install eslint and prettier:\n{done}")
    shutil.copy(lock, stamp)


def _present(names):
    return [name for name in names if (paths.ROOT / name).exists()]


def _run(program, *arguments, cwd=paths.ROOT):
    """Return '' if the program was content, else what it said."""
    # npm's programs look for the `node` beside them.
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [program, *arguments],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else (done.stdout + done.stderr).strip() or f"code {done.returncode}"


def main(arguments):
    fix = "--fix" in arguments
    names = [name for name in arguments if name != "--fix"] or CHECKS
    ensure_node()
    bad = 0
    for name in names:
        problem = CHECKS[name](fix)
        print(f"{name}: {problem or 'ok'}", flush=True)
        bad += bool(problem)
    return bad


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
