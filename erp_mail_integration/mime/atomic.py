"""Groups of regular expressions that are not gone back into, so that hostile text costs linear time."""

from itertools import count

_number = count(1)


def atomic(pattern: str) -> str:
    """What `(?>pattern)` is, written as a lookahead and a reference to what it saw.

    Python's own atomic groups, and possessive repeats of a group, miss matches before 3.11.5 where the group has
    alternatives (gh-106052); Debian 12 has 3.11.2. Possessive repeats of one character are right everywhere.
    """
    name = f"_atomic{next(_number)}"
    return f"(?=(?P<{name}>{pattern}))(?P={name})"
