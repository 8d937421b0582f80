"""What the person at the terminal sees, and running commands so that nothing stays behind."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path

from . import paths

HEARTBEAT = 10  # seconds of silence after which a long step says that it is alive
_current_log = threading.local()
_running = set()


class Failure(Exception):
    """Something the reader can act on: printed as it is, without a traceback."""


class CommandFailed(Failure):
    """A command ended with an error; carries its log so that a caller can look into it."""

    def __init__(self, command, code, log):
        self.code, self.log = code, log
        name = Path(str(command[0])).name
        super().__init__(f"{name} ended with code {code}. The end of {log}:\n{tail(log)}")


def say(text=""):
    """Print at once, also into a pipe."""
    print(text, flush=True)


def tail(log, lines=25):
    """Return the last `lines` lines of a text file, '' if there is none."""
    try:
        with open(log, encoding="utf-8", errors="replace") as file:
            return "".join(deque(file, lines)).rstrip()
    except OSError:
        return ""


@contextlib.contextmanager
def step(title):
    """Announce a step, show that it is alive while it works, and say how long it took."""
    say(f"- {title}")
    started, done = time.monotonic(), threading.Event()
    logs = _current_log.__dict__.setdefault("logs", [])

    def beat():
        while not done.wait(HEARTBEAT):
            last = tail(logs[-1], 1)[-90:] if logs else ""
            say(f"  ... {time.monotonic() - started:.0f} s  {last}")

    threading.Thread(target=beat, daemon=True).start()
    try:
        yield
    finally:
        done.set()
        logs.clear()
    if (seconds := time.monotonic() - started) > 1:
        say(f"  {seconds:.1f} s")


def run(command, log, *, stdin=None, check=True, **options):
    """Run a command with its output in ``.local/log/<log>.log`` and return its exit code.

    The command gets a session of its own: Ctrl-C reaches this process alone, which then ends the command and
    all its children, whatever they do with the signal.

    :param stdin: text for the command's standard input; none means an empty input, never the terminal.
    :raises CommandFailed: if `check` and the exit code is not 0.
    """
    path = paths.LOG / f"{log}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    _current_log.__dict__.setdefault("logs", []).append(path)
    command = [str(part) for part in command]
    with open(path, "wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **options,
        )
        _running.add(process)
        try:
            process.communicate(stdin.encode() if stdin else None)
        except BaseException:
            end_group(process)
            raise
        finally:
            _running.discard(process)
    if check and process.returncode:
        raise CommandFailed(command, process.returncode, path)
    return process.returncode


def end_group(process, patience=15):
    """End a process started in its own session, and everything that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def end_all():
    """End every command that other threads are waiting for."""
    for process in list(_running):
        end_group(process)


def interrupt_on_termination():
    """Let SIGTERM and a closed terminal unwind the stack as Ctrl-C does, so that every ``finally`` runs."""

    def interrupt(number, frame):
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
