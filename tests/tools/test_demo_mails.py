"""The demo's mails are complete, readable, and name nobody who exists."""

import collections
import email
import email.policy
import re
from datetime import UTC, datetime, timedelta

import pytest

from tools.demo import template
from tools.demo.catalogue import CATALOGUE
from tools.demo.mailbox import MAILS, messages

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


class Names(dict):
    """A text for every placeholder, as `records.create` gives one for each record."""

    def __missing__(self, key):
        if key.startswith("msgid_"):
            return f"<{key}@kestrel.example>"
        return "000042" if key.endswith("_digits") else "S00042" if key.endswith("_number") else "[xtref:S-000042]"


@pytest.fixture(scope="module")
def mails():
    return messages(Names(), NOW)


def parsed(mail):
    return email.message_from_bytes(mail.raw, policy=email.policy.default)


def one(mails, name):
    return parsed(next(mail for mail in mails if mail.name == name))


def test_every_template_is_in_the_catalogue_once():
    files = [path.name.removesuffix(".eml").removesuffix(".raw") for path in MAILS.glob("*.eml")]
    assert collections.Counter(files) == collections.Counter(entry.name for entry in CATALOGUE)


def test_no_placeholder_is_left(mails):
    assert [mail.name for mail in mails if b"@@" in mail.raw] == []


def test_lines_end_as_in_smtp(mails):
    assert [mail.name for mail in mails if re.search(rb"(?<!\r)\n|\r(?!\n)", mail.raw)] == []


def test_every_domain_is_reserved():
    """RFC 2606: no demo mail may ever reach, or name, anybody's real mailbox."""
    texts = [path.read_bytes().decode("latin-1") for path in MAILS.glob("*.eml")]
    domains = {domain.lower() for text in texts for domain in re.findall(r"[\w.+'-]+@([\w-]+(?:\.[\w-]+)+)", text)}
    outlook_content_id = "01dc4d93.6afc9b50"
    assert {domain for domain in domains if not domain.endswith((".example", ".test"))} == {outlook_content_id}


def test_the_month_ends_before_now_and_is_delivered_in_order(mails):
    received = [mail.received for mail in mails]
    assert received == sorted(received)
    assert NOW - timedelta(days=31) < received[0] and received[-1] < NOW


def test_two_copies_differ_only_in_what_the_servers_on_the_way_wrote(mails):
    copies = collections.defaultdict(list)
    for mail in mails:
        copies[mail.name].append(mail.raw.partition(b"dmarc=")[2] or b"dmarc=" + mail.raw)
    several = [raws for raws in copies.values() if len(raws) > 1]
    assert several
    for first, *others in several:
        body = first.partition(b"\r\n")[2]
        assert all(other.endswith(body) for other in others)


def test_a_tag_ends_up_inside_encoded_words(mails):
    raw = next(mail.raw for mail in mails if mail.name == "change-of-order-tag-in-encoded-subject")
    assert b"[xtref" not in raw.partition(b"\r\n\r\n")[0]
    assert one(mails, "change-of-order-tag-in-encoded-subject")["subject"].endswith("Regale [xtref:S-000042]")


@pytest.mark.parametrize(
    ("name", "charset", "words"),
    [
        ("japanese-iso-2022-jp-full-width-brackets", "iso-2022-jp", "さくら貿易"),
        ("french-windows-1252-with-euro", "windows-1252", "500 €"),
        ("arabic-right-to-left-html", "utf-8", "ثلاث طاولات"),
        ("emoji-in-subject", "utf-8", "☕"),
    ],
)
def test_texts_come_in_the_charset_that_they_announce(mails, name, charset, words):
    body = one(mails, name).get_body(("plain",))
    assert body.get_content_charset() == charset
    assert words in body.get_content()


def test_attachments_are_real_files(mails):
    contents = [
        part.get_content()
        for mail in mails
        if mail.name != "broken-mime-boundary-never-closed"
        for part in parsed(mail).walk()
        if part.get_content_type() in ("image/png", "application/pdf")
    ]
    assert len(contents) > 10
    assert all(content.startswith((b"\x89PNG\r\n\x1a\n", b"%PDF-")) for content in contents)


def test_an_unknown_placeholder_is_named():
    with pytest.raises(KeyError, match="order_nobody"):
        template.substitute("Your order @@order_nobody@@", {}, lambda name, argument: "")
