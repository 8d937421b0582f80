"""``python3 -m tools COMMAND``: what the Makefile calls."""

import argparse
import shutil
import sys

if sys.version_info < (3, 11):  # noqa: UP036 (the system's Python, whatever it is)
    sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.11 ...")

import bench

from . import environment, lint, paths, run, service, testing, translations
from .console import Failure, interrupt_on_termination, say
from .services import Services

SERVER_FOLDERS = ("postgres", "dovecot")


def clean(cache):
    """Stop the servers and remove everything made here."""
    if paths.PYTHON.exists():
        Services.known().stop()
    for name in SERVER_FOLDERS:
        service.remove(name)
    shutil.rmtree(paths.LOCAL, ignore_errors=True)
    for name in ("node_modules", ".pytest_cache", ".ruff_cache", ".hypothesis"):
        shutil.rmtree(paths.ROOT / name, ignore_errors=True)
    if cache:
        shutil.rmtree(paths.CACHE, ignore_errors=True)
    elif paths.CACHE.exists():
        say(f"Downloads are kept in {paths.CACHE}; make clean CACHE=1 removes them too.")


def main():
    parser = argparse.ArgumentParser(prog="python3 -m tools", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run").add_argument("--no-serve", action="store_true")
    commands.add_parser("test").add_argument("only", nargs="*", metavar="STEP", help="run these steps only")
    bench_parser = commands.add_parser("bench")
    bench_parser.add_argument("only", nargs="*", metavar="BENCHMARK", help=f"of {', '.join(bench.BENCHMARKS)}")
    bench_parser.add_argument("--mails", type=int, default=2000, help="mails to import")
    commands.add_parser("format")
    commands.add_parser("translations")
    commands.add_parser("clean").add_argument("--cache", action="store_true")
    options = parser.parse_args()

    interrupt_on_termination()
    try:
        if options.command == "clean":
            clean(options.cache)
            return 0
        with environment.ready(tests=options.command == "test") as place:
            if options.command == "run":
                return run.main(place, serve=not options.no_serve)
            if options.command == "test":
                return testing.main(place, options.only)
            if options.command == "bench":
                return bench.main(place, options.only, options.mails)
            if options.command == "translations":
                return translations.main(place)
            return lint.main(["--fix"])
    except Failure as failure:
        say(f"\n{failure}")
        return 1
    except KeyboardInterrupt:
        say("\nStopped.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
