"""Fixtures of the mail parser's tests: mails as real programs write and break them."""

from pathlib import Path

import pytest
from hypothesis import settings

# The time of one example says nothing on a busy machine; test_limits measures time.
settings.register_profile("mail", deadline=None)
settings.load_profile("mail")

FIXTURES = Path(__file__).parent / "fixtures"


def raw_mail(name: str) -> bytes:
    """The bytes of one fixture."""
    return (FIXTURES / f"{name}.eml").read_bytes()


def all_mails() -> dict[str, bytes]:
    """Every fixture by its name."""
    return {path.stem: path.read_bytes() for path in sorted(FIXTURES.glob("*.eml"))}


@pytest.fixture(autouse=True)
def parser_failures_fail(monkeypatch):
    """`parse` never raises; in tests a failure inside it must not hide behind that."""
    from erp_mail_plain.mime import parser

    def fail(raw, received):
        raise AssertionError("the parser failed")

    monkeypatch.setattr(parser, "_unparsed", fail)
