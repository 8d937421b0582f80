"""Patterns in which administrators describe their customers' numbers, such as ``PO-####`` or ``SN*``.

``#`` is one digit, ``#+`` one or more, ``*`` one or more letters and digits, everything else stands for itself,
whatever its case. There is nothing to backtrack into, so hostile text costs linear time.
"""

import re
from functools import lru_cache

MAX_LENGTH = 40
MIN_LENGTH = 4
"""Shorter values are in every mail: a number such as 12 names nothing."""
MAX_VALUES = 100
"""Values taken from one text."""

_TOKEN = re.compile(r"#\+|#|\*|[^#*]+")
_MEANING = {"#+": rf"\d{{1,{MAX_LENGTH}}}+", "#": r"\d", "*": rf"[^\W_]{{1,{MAX_LENGTH}}}+"}


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """The expression of a pattern.

    :raise ValueError: the pattern names nothing in particular
    """
    pattern = pattern.strip()
    if not pattern or len(pattern) > MAX_LENGTH:
        raise ValueError("empty or too long")
    body = "".join(_MEANING.get(token) or re.escape(token) for token in _TOKEN.findall(pattern))
    return re.compile(rf"(?<![^\W_]){body}(?![^\W_])", re.IGNORECASE)


def find_values(pattern: str, text: str) -> list[str]:
    """The different values of a text that fit a pattern, in their order."""
    found = dict.fromkeys(match[0] for match in compile_pattern(pattern).finditer(text) if len(match[0]) >= MIN_LENGTH)
    return list(found)[:MAX_VALUES]
