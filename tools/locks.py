"""File locks: they vanish with the process that held them, however it ended."""

import contextlib
import fcntl


@contextlib.contextmanager
def exclusive(path):
    """Let one process at a time, of all clones if need be, run this block."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Shared:
    """A lock held by every user of something; the last one to leave can tell that it was the last."""

    def __init__(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = open(path, "w", encoding="ascii")  # noqa: SIM115 (open as long as the lock is held)
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def alone(self):
        """Return whether nobody else holds the lock any more."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self):
        self._file.close()
