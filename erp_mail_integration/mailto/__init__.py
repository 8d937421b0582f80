"""Answers to stored mail, and `mailto:` links that carry them. Plain Python, no Odoo, no I/O."""

from .draft import Draft, forward, new, reply
from .url import MAX_URL_LENGTH, Mailto, mailto

__all__ = ["MAX_URL_LENGTH", "Draft", "Mailto", "forward", "mailto", "new", "reply"]
