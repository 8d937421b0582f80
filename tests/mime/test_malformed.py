"""The hundred malformed mails through the parser: nothing raises, nothing takes long."""

import hashlib
import importlib.util
import time

import pytest
from erp_mail_plain.mime import parse

from tests.conftest import ADDON

spec = importlib.util.spec_from_file_location("malformed", ADDON / "tests" / "malformed.py")
malformed = importlib.util.module_from_spec(spec)
spec.loader.exec_module(malformed)


def test_there_are_a_hundred_and_they_are_always_the_same():
    mails = malformed.mails()
    assert len(mails) >= 100
    assert len(set(mails.values())) == len(mails)
    assert malformed.mails() == mails


@pytest.mark.parametrize("name", malformed.mails())
def test_each_is_read_in_less_than_two_seconds(name):
    raw = malformed.mails()[name]
    before = time.monotonic()
    mail = parse(raw)
    assert time.monotonic() - before < 2
    assert (mail.sha256, mail.size) == (hashlib.sha256(raw).hexdigest(), len(raw))
    for text in (mail.subject, mail.text, mail.html, mail.message_id, mail.from_.name, mail.from_.address):
        text.encode()
        assert "\0" not in text
