"""What `parse` reads from ordinary mail."""

import base64
from datetime import datetime
from email import message_from_bytes, policy

import pytest
from erp_mail_plain import mime
from erp_mail_plain.mime import headers

REPLY = (
    b"From: =?utf-8?q?Ren=C3=A9?= <Rene@Example.com>\r\n"
    b'To: sales@shop.example, "Doe, Jane" <jane@shop.example>\r\n'
    b"Subject: Re: your order [xtref:S-000042]\r\n"
    b"Message-ID: <1@example.com>\r\nReferences: <0@shop.example>\r\n"
    b"Date: Mon, 1 Jan 2024 10:00:00 +0100\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
    b"Thanks!\r\n\r\nOn Mon, Jan 1, 2024, Jane wrote:\r\n> hello\r\n"
)


def test_a_reply_is_read_into_fields():
    mail = mime.parse(REPLY)
    assert mail.from_ == mime.Address("René", "rene@example.com", "René <Rene@Example.com>")
    assert [(each.name, each.address) for each in mail.to] == [
        ("", "sales@shop.example"),
        ("Doe, Jane", "jane@shop.example"),
    ]
    assert (mail.message_id, mail.references) == ("<1@example.com>", ("<0@shop.example>",))
    assert (mail.date, mail.date_source) == (datetime(2024, 1, 1, 9), "header")
    assert (mail.own_text, mail.quoted_text) == ("Thanks!", "On Mon, Jan 1, 2024, Jane wrote:\n> hello")
    assert mail.defects == ()


def test_nothing_at_all_is_still_a_mail():
    mail = mime.parse(b"", datetime(2024, 1, 1))
    assert (mail.text, mail.date, mail.date_source) == ("", datetime(2024, 1, 1), "received")


def alternative(plain: str, rich: str) -> mime.ParsedMail:
    parts = f"--b\n\n{plain}\n--b\nContent-Type: text/html\n\n{rich}\n--b--\n"
    return mime.parse(b"Content-Type: multipart/alternative; boundary=b\n\n" + parts.encode())


def test_a_plain_part_that_says_nothing_does_not_hide_the_text():
    assert "order 42" in alternative("This mail needs HTML.", f"<p>order 42 {'many words ' * 50}</p>").text


def test_a_plain_part_that_says_the_same_is_taken():
    assert alternative("Yes, *please*!", "<p>Yes, <b>please</b>!</p>").text == "Yes, *please*!"


def test_a_leap_second_is_a_date():
    mail = mime.parse(b"Date: Sat, 31 Dec 2016 23:59:60 +0000\n\n")
    assert (mail.date, mail.date_source) == (datetime(2016, 12, 31, 23, 59, 59), "header")


def test_a_long_file_name_keeps_its_extension():
    raw = b"Content-Type: application/pdf; name=" + "ü".encode() * 5_000 + b".pdf\n\nx"
    (attachment,) = mime.parse(raw).attachments
    assert attachment.name.endswith("ü.pdf")
    assert 250 < len(attachment.name.encode()) <= 255


def test_header_values_are_read_with_their_comments_quotes_and_missing_semicolons():
    head = b'Content-Type: Text/HTML (a comment) charset=utf-8\nContent-Transfer-Encoding: "Base64" (really)\n\n'
    assert mime.parse(head + b"PHA+eWVzPC9wPg==").text == "yes"


@pytest.mark.parametrize(
    ("encoded", "text"),
    [
        (b"SGVsbG8*", "Hello"),
        (b"SGVsbG8", "Hello"),
        (b"SGVs\x00bG8=", "Hello"),
        (b"SGVsbG8hI", "Hello!"),
        (b"S", ""),
        (b"=", ""),
    ],
)
def test_base64_with_noise_or_missing_padding_is_read(encoded, text):
    assert mime.parse(b"Content-Transfer-Encoding: base64\n\n" + encoded).text == text


def test_header_fields_beyond_the_bound_are_read_past():
    mail = mime.parse(b"X: y\n" * 20_000 + b"Subject: late\n\nbody")
    assert (mail.text, len(mail.headers)) == ("body", 1_000)
    assert "too-many-headers" in mail.defects


def test_a_long_body_is_cut_for_reading_and_says_so():
    mail = mime.parse(b"\n" + b"a" * 3_000_000)
    assert (len(mail.text), mail.size) == (2 * 1024 * 1024, 3_000_001)
    assert "text-truncated" in mail.defects


def test_a_text_sent_as_attachment_is_no_body():
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nbody\n--b\nContent-Disposition: attachment\n\nfile\n--b--\n"
    mail = mime.parse(raw)
    assert (mail.text, [each.name for each in mail.attachments]) == ("body", ["attachment-2.txt"])


def test_half_a_character_in_a_header_is_dropped():
    assert mime.parse(b"Subject: a=?utf-7?q?+2AA-?=b\n\n").subject == "ab"


@pytest.mark.parametrize("charset", [b"punycode", b"idna", b"unicode_escape", b"rot13", b"zlib", b"undefined"])
def test_codecs_that_are_no_character_sets_are_not_used(charset):
    mail = mime.parse(b"Content-Type: text/plain; charset=" + charset + b"\n\na\\x41 \xc3\xbc")
    assert mail.text == "a\\x41 ü"
    assert "unknown-charset" in mail.defects


def test_a_delivery_report_is_a_bounce_whoever_sends_it():
    head = b"From: robot@mail.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
    assert mime.parse(head + b"--b\n\nnot delivered\n--b--\n").auto == "bounce"


def test_a_message_id_holds_no_control_characters():
    assert mime.parse(b"Message-ID: <a\0b@c.example>\n\n").message_id == "<ab@c.example>"


def test_of_endless_references_the_first_and_the_last_are_kept():
    ids = b" ".join(b"<%d@thread.example>" % number for number in range(50_000))
    references = mime.parse(b"References: " + ids + b"\n\n").references
    assert len(references) == 500
    assert (references[0], references[-1]) == ("<0@thread.example>", "<49999@thread.example>")


@pytest.mark.parametrize(
    ("word", "text"),
    [
        (b"=?utf-8?q?Hello=0D=0ABcc:_a@b.example?=", "Hello Bcc: a@b.example"),
        (b"=?utf-8?b?" + base64.b64encode(b"Hello\nBcc: a@b.example") + b"?=", "Hello Bcc: a@b.example"),
        (b"=?iso-8859-1?Q?Gr=FC=DFe?=", None),
    ],
)
def test_encoded_words_keep_to_their_line(word, text):
    raw = b"From: " + word + b" <x@y.example>\r\nSubject: " + word + b"\r\n\r\nBody " + word
    calm = headers.one_line_words(raw)
    assert (calm == raw) == (text is None)
    assert calm.endswith(b"\r\n\r\nBody " + word)
    if text:
        mail = message_from_bytes(calm, policy=policy.SMTP)
        assert (mail["Subject"], mail["From"].addresses[0].display_name, mail["Bcc"]) == (text, text, None)
