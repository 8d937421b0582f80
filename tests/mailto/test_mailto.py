"""Links to a mail program, read back by an independent parser: the standard library's URL and mail packages."""

from email import message_from_string, policy
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from erp_mail_plain import mailto as m
from erp_mail_plain import mime
from hypothesis import given
from hypothesis import strategies as st

OWN = {"sales@shop.example", "anna@shop.example"}


def is_own(address):
    return address in OWN


def mail(**headers):
    head = {
        "From": "Carl <carl@acme.example>",
        "To": "sales@shop.example",
        "Subject": "Order",
        "Message-ID": "<1@acme.example>",
        "Content-Type": "text/plain; charset=utf-8",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    body = head.pop("body", "Hello")
    return mime.parse(("".join(f"{name}: {value}\r\n" for name, value in head.items()) + "\r\n" + body).encode())


def read(url):
    """What a mail program makes of the link: its recipients and its header fields (RFC 6068 section 2)."""
    split = urlsplit(url)
    assert split.scheme == "mailto"
    assert not split.fragment
    fields = parse_qsl(split.query, keep_blank_values=True, strict_parsing=True)
    assert len(dict(fields)) == len(fields), "no field comes twice"
    return [unquote(part) for part in split.path.split(",") if part], dict(fields)


def test_a_reply_goes_to_reply_to_and_carries_prefix_and_tag_once():
    draft = m.reply(
        mail(Reply_To="orders@acme.example", Subject="Re: AW: Order 7 [xtref:S-000001]"), is_own, tag="[xtref:S-000042]"
    )
    to, fields = read(m.mailto(draft).url)
    assert to == ["orders@acme.example"]
    assert fields["subject"] == "RE: Order 7 [xtref:S-000042]"
    assert fields["In-Reply-To"] == "<1@acme.example>"


def test_a_reply_quotes_the_text():
    draft = m.reply(mail(body="One\r\n> two"), is_own, introduction="Carl wrote:")
    _to, fields = read(m.mailto(draft).url)
    assert fields["body"] == "\r\n\r\nCarl wrote:\r\n> One\r\n>> two"


def test_a_reply_to_one_says_whom_it_leaves_out():
    draft = m.reply(mail(To="sales@shop.example, eve@acme.example", Cc="bob@acme.example"), is_own)
    assert draft.to == ("carl@acme.example",)
    assert draft.dropped == ("eve@acme.example", "bob@acme.example")


def test_a_reply_to_all_leaves_our_own_addresses_out_and_names_everybody_once():
    draft = m.reply(
        mail(To="sales@shop.example, eve@acme.example", Cc="bob@acme.example, eve@acme.example, anna@shop.example"),
        is_own,
        everybody=True,
    )
    assert draft.to == ("carl@acme.example", "eve@acme.example")
    assert draft.cc == ("bob@acme.example",)
    assert draft.dropped == ()


def test_an_answer_to_our_own_mail_goes_where_that_went():
    draft = m.reply(mail(From="anna@shop.example", To="carl@acme.example"), is_own)
    assert draft.to == ("carl@acme.example",)


def test_who_wrote_to_themselves_answers_themselves():
    assert m.reply(mail(From="anna@shop.example"), is_own).to == ("anna@shop.example",)


def test_a_forward_has_no_recipients():
    to, fields = read(m.mailto(m.forward(mail(Subject="WG: Fwd: Order"), tag="[xtref:S-000042]")).url)
    assert to == []
    assert fields["subject"] == "FW: Order [xtref:S-000042]"
    assert "In-Reply-To" not in fields


@pytest.mark.parametrize(
    "subject",
    [
        "Order\r\nBcc: evil@x.example",
        "Order&bcc=evil@x.example",
        "Order?cc=evil@x.example#&to=evil@x.example",
        "Order%0d%0aBcc:%20evil@x.example",
        "Order%26bcc=evil@x.example",
        "Order\u2028Bcc: evil@x.example",
        "=?utf-8?q?Order=0D=0ABcc:_evil@x.example?=",
        "[xtref:S-000001] [xtref:I-7] Order [XTREF:s-42]",
    ],
)
def test_a_hostile_subject_stays_a_subject(subject):
    draft = m.reply(mail(Subject=subject.replace("\r\n", "\r\n ")), is_own, tag="[xtref:S-000042]")
    to, fields = read(m.mailto(draft).url)
    assert to == ["carl@acme.example"]
    assert set(fields) == {"subject", "In-Reply-To", "body"}
    assert "\r" not in fields["subject"] and "\n" not in fields["subject"]
    assert fields["subject"].lower().count("[xtref:") == 1
    message = message_from_string(f"Subject: {fields['subject']}\r\n\r\n", policy=policy.SMTP)
    assert message.keys() == ["Subject"]


@pytest.mark.parametrize(
    "header",
    [
        '"a?bcc=evil@x.example" <carl@acme.example>',
        '"carl@acme.example,evil@x.example" <carl@acme.example>',
        "carl@acme.example?bcc=evil@x.example",
        "carl&bcc=evil@acme.example",
        "=?utf-8?q?carl=40acme.example=2Cevil?= <carl@acme.example>",
    ],
)
def test_a_hostile_address_adds_no_recipient_and_no_field(header):
    to, fields = read(m.mailto(m.reply(mail(From=header), is_own)).url)
    assert len(to) <= 1
    assert set(fields) <= {"subject", "In-Reply-To", "body"}
    assert not any(address == "evil@x.example" for address in to)


def test_what_is_no_address_is_left_out_of_the_link():
    draft = m.Draft(to=("a@x.example\r\nBcc: b@x.example", "c@x.example", "d@x.example,e@x.example"), subject="S")
    assert read(m.mailto(draft).url)[0] == ["c@x.example"]


@given(
    subject=st.text(max_size=200),
    body=st.text(max_size=3000),
    to=st.lists(st.text(max_size=40), max_size=5),
    in_reply_to=st.text(max_size=60),
)
def test_whatever_a_draft_holds_the_link_has_these_fields_and_no_others(subject, body, to, in_reply_to):
    link = m.mailto(m.Draft(to=tuple(to), subject=subject, text=body, quoted=True, in_reply_to=in_reply_to))
    assert link.url.isascii() and not any(char.isspace() for char in link.url)
    recipients, fields = read(link.url)
    assert set(fields) <= {"subject", "In-Reply-To", "body"}
    assert set(recipients) <= set(to)
    assert len(link.url) <= m.MAX_URL_LENGTH or not link.complete


def test_a_long_text_is_cut_at_a_line_and_says_so():
    draft = m.reply(mail(body="\r\n".join(f"Zeile {number} äöü" for number in range(1000))), is_own)
    link = m.mailto(draft)
    assert len(link.url) <= m.MAX_URL_LENGTH
    body = read(link.url)[1]["body"]
    assert body.endswith("\r\n> [...]")
    assert all(
        line in ("", "> [...]") or (line.startswith("> Zeile ") and line.endswith("äöü")) for line in body.split("\r\n")
    )


def test_more_recipients_than_a_link_can_carry_are_reported():
    draft = m.Draft(to=tuple(f"person{number}@example.com" for number in range(200)), subject="S")
    assert not m.mailto(draft).complete
