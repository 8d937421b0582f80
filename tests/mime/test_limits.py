"""Hostile sizes stay within their time, and time grows no faster than size (THREATS 22-25)."""

import time

import pytest
from erp_mail_plain import mime
from erp_mail_plain.mime.display import display_html
from erp_mail_plain.mime.tags import find_numbers, find_tags

HEAD = b"From: a@b.example\nMessage-ID: <1@b.example>\n"
MEGABYTE = 1_000_000


def nested(depth: int) -> bytes:
    return b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(depth)
    )


def html(piece: bytes):
    return lambda size: HEAD + b"Content-Type: text/html\n\n" + piece * (size // len(piece))


def header(start: bytes, piece: bytes, end: bytes = b""):
    return lambda size: start + piece * (size // len(piece)) + end + b"\n\nx"


# Name: how to build a mail of a size, and the size.
HOSTILE = {
    "body of one line": (lambda size: HEAD + b"\n" + b"a" * size, 50 * MEGABYTE),
    "body of empty lines": (lambda size: HEAD + b"\n" * size, 50 * MEGABYTE),
    "body of dashes": (
        lambda size: HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"\n--" * (size // 3),
        50 * MEGABYTE,
    ),
    "body of quotes": (lambda size: HEAD + b"\n" + b"> a\n" * (size // 4), 50 * MEGABYTE),
    "lines at depth 99": (lambda size: HEAD + nested(99) + b"\n" + b"line\n" * (size // 5), 50 * MEGABYTE),
    "base64 with noise": (
        lambda size: HEAD + b"Content-Transfer-Encoding: base64\n\n" + b"QUJ#" * (size // 4),
        50 * MEGABYTE,
    ),
    "parts": (
        lambda size: (
            HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: text/plain\n\nx\n" * size
        ),
        100_000,
    ),
    "depth": (lambda size: HEAD + nested(size) + b"\nhello", 1_000),
    "depth 100,000": (lambda size: HEAD + nested(size) + b"\nhello", 100_000),
    "subject": (header(b"Subject: ", b"a"), MEGABYTE),
    "subject of encoded words": (header(b"Subject: ", b"=?utf-8?b?QUJD?= "), MEGABYTE),
    "subject of broken words": (header(b"Subject: ", b"=?a?q?"), MEGABYTE),
    "RFC 2231 pieces": (
        lambda size: (
            HEAD
            + b"Content-Type: application/pdf;\n"
            + b"".join(b" name*%d*=%%41;\n" % n for n in range(size))
            + b"\nx"
        ),
        3_000,
    ),
    "parameters of 30 MB": (header(b"Content-Type: application/pdf", b';a="'), 30 * MEGABYTE),
    "parameters of quotes": (header(b"Content-Type: application/pdf", b';a="'), MEGABYTE),
    "addresses": (header(b"To: ", b"somebody@example.com, "), 100_000 * 22),
    "opening brackets in From": (header(b"From: ", b"("), MEGABYTE),
    "quotes in From": (header(b"From: ", b'"\\"'), MEGABYTE),
    "at signs in From": (header(b"From: ", b"a@"), MEGABYTE),
    "references": (header(b"References: ", b"<a@b>"), 5 * MEGABYTE),
    "header fields": (lambda size: b"X: y\n" * (size // 5) + b"\nx", 5 * MEGABYTE),
    "attribution starts": (lambda size: HEAD + b"\n" + b"On 1.1.2024\n" * (size // 12), MEGABYTE),
    "Outlook blocks": (lambda size: HEAD + b"\n" + b"From: x\n" * (size // 8), MEGABYTE),
    "wrong UTF-8": (lambda size: HEAD + b"Content-Type: text/plain; charset=utf-8\n\n" + b"\xff" * size, 50 * MEGABYTE),
    "html <o:": (html(b"<o:"), MEGABYTE),
    "html divs": (html(b"<div>x"), MEGABYTE),
    "html quotes": (html(b"<blockquote>x"), MEGABYTE),
    "html comments": (html(b"<!--"), MEGABYTE),
    "html styles never closed": (html(b"<style>"), MEGABYTE),
    "html styles": (html(b"<style>x</style"), MEGABYTE),
    "html attributes": (html(b"<a b='\" c=\"'"), MEGABYTE),
    "html entities": (html(b"&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), MEGABYTE),
    "html digits": (lambda size: HEAD + b"Content-Type: text/html\n\n&#" + b"9" * size, MEGABYTE),
}


def seconds(function, argument) -> float:
    """Processor time, so that a busy machine does not fail a test; the better of two runs."""
    times = []
    for _each in range(2):
        start = time.process_time()
        function(argument)
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_is_read_within_five_seconds_and_linear_time(name):
    build, size = HOSTILE[name]
    half, whole = seconds(mime.parse, build(size // 2)), seconds(mime.parse, build(size))
    assert whole < 5
    # Quadratic would be four times; below 100 ms the machine is measured, not the parser.
    assert whole <= 3 * max(half, 0.1)


TAG_TEXTS = [
    "[", "&#91;", "[xtref:", "&#91;xtref:S-", "[xtref:S-000042]", "[xtref:S-００４２]", "[xtref:-00042]", "［xtref:-00042]", "[xtref:S-000042.k]",
    "[ \n>", "\n>", "=5B", "[=20", "[xtref:S-" + "a-" * 99, "[x=\n", "#", "[#", "#1", "[ #1 ", "&nbsp;", "[&nbsp;", "\u200b[", "xtref:S-1]",
]  # fmt: skip


@pytest.mark.parametrize("piece", TAG_TEXTS)
@pytest.mark.parametrize("function", [find_tags, find_numbers])
def test_a_megabyte_of_hostile_text_is_searched_within_100_ms(function, piece):
    text = piece * (MEGABYTE // len(piece))
    half, whole = seconds(function, text[: MEGABYTE // 2]), seconds(function, text)
    assert whole < 0.1
    assert whole <= 2.5 * max(half, 0.01)


DISPLAYS = [
    "<div>x", "<blockquote type=cite>x", "<p>x", "</span>", "<td>x", "<b>", "<!--", '<p style="color:red;x:url(a)">', "<style>a{b:c}</style>",
    "<style>" + "@media x{", "<o:", "&#x41;", "<br>",
]  # fmt: skip


@pytest.mark.parametrize("piece", DISPLAYS)
def test_a_hostile_body_is_shown_within_ten_seconds(piece):
    assert seconds(display_html, piece * (MEGABYTE // len(piece))) < 10


def test_end_tags_that_match_nothing_inside_deep_nesting():
    assert seconds(display_html, "<div>" * 1_900 + "</span>" * 100_000) < 10
