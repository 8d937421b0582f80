"""No input makes `parse` fail, and nothing it returns can break the database.

conftest makes the parser's last resort fail the test, so that it cannot hide a bug.
"""

import dataclasses
from datetime import datetime

import pytest
from erp_mail_plain import mime
from erp_mail_plain.mime.display import display_html
from hypothesis import given, settings
from hypothesis import strategies as st

from .conftest import all_mails

MAILS = all_mails()
# Pieces that mean something to a mail parser, to be strewn into mails.
SHARDS = [
    b"\r\n", b"\n\n", b"--b\n", b"--b--\n", b"--", b"\0", b"\xff", b"\xed\xa0\x80", b"\x1b$B", b'"', b"(", b"<", b">", b"@", b";", b":", b",",
    b"=?utf-8?b?", b"?=", b"=?x?q?=ED=A0=80?=", b"=00", b"AAA", b"Content-Type: multipart/mixed; boundary=b\n", b"Content-Type: message/rfc822\n",
    b"Content-Transfer-Encoding: base64\n", b"Content-Transfer-Encoding: x-uuencode\n", b"charset=utf-16", b"charset=idna", b"charset=punycode",
    b"charset=utf-7", b"charset=unicode_escape", b"charset=hz", b"charset=\xff", b"name*0*=x''%ff", b"filename=", b"<p>", b"<blockquote>", b"<a href=",
    b"<!--", b"<style>", b"&#xD800;", b"&#0;", b"&#99999999999;", b"On 2024-01-01 wrote:", b"From: ", b"[xtref:S-1]", b"Date: ", b"\n ", b"\n\t",
]  # fmt: skip


def assert_storable(value) -> None:
    """PostgreSQL refuses NUL, UTF-8 refuses lone surrogates."""
    if isinstance(value, str):
        assert "\0" not in value
        value.encode()
    elif isinstance(value, (tuple, list)):
        for each in value:
            assert_storable(each)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            assert_storable(getattr(value, field.name))


def check(raw: bytes) -> None:
    mail = mime.parse(raw, datetime(2024, 3, 5))
    assert_storable(mail)
    assert datetime(1980, 1, 1) <= mail.date < datetime(2100, 1, 1)
    assert mail.date.tzinfo is None
    for attachment in mail.attachments:
        assert 0 < len(attachment.name.encode()) <= 255
        assert not set(attachment.name) & set("/\\\n\r\t")
    assert_storable(display_html(mail, {}.get))


@given(st.binary(max_size=2_000))
def test_any_bytes(raw):
    check(raw)


@given(st.lists(st.sampled_from(SHARDS) | st.binary(max_size=20), max_size=60))
def test_any_mixture_of_what_mails_are_made_of(pieces):
    check(b"".join(pieces))


@settings(max_examples=300)
@given(st.sampled_from(sorted(MAILS)), st.data())
def test_any_mutation_of_a_real_mail(name, data):
    raw = bytearray(MAILS[name])
    for _each in range(data.draw(st.integers(1, 8))):
        start = data.draw(st.integers(0, len(raw)))
        stop = min(len(raw), start + data.draw(st.integers(0, 30)))
        raw[start:stop] = data.draw(st.sampled_from(SHARDS) | st.binary(max_size=10))
    check(bytes(raw))


@pytest.mark.parametrize("name", sorted(MAILS))
def test_any_mail_cut_anywhere(name):
    raw = MAILS[name]
    for stop in range(0, len(raw), 7):
        check(raw[:stop])
