"""Mails written from values are read back as those values."""

from datetime import datetime

import pytest
from erp_mail_plain.mime import parse
from erp_mail_plain.mime.writing import Draft, File, write_mail

NOON = datetime(2024, 2, 29, 12, 0, 7)


def draft(**values):
    return Draft(
        **{"message_id": "<1@x.example>", "date": NOON, "subject": "Hello", "from_": ("", "a@x.example")} | values
    )


def test_everything_that_was_put_in_is_read_out():
    mail = parse(
        write_mail(
            draft(
                subject="Maße für „Möwe“ " * 10,
                from_=("Jörg, Dr. Groß", "joerg@x.example"),
                to=tuple((f"Name {number}", f"name{number}@y.example") for number in range(30)),
                cc=(("", "c@y.example"),),
                in_reply_to="<0@x.example>",
                html="<p>Grüße</p>",
            )
        )
    )
    assert mail.message_id == "<1@x.example>"
    assert mail.in_reply_to == mail.references == ("<0@x.example>",)
    assert (mail.date, mail.date_source) == (NOON, "header")
    assert mail.subject == ("Maße für „Möwe“ " * 10).strip()
    assert (mail.from_.name, mail.from_.address) == ("Jörg, Dr. Groß", "joerg@x.example")
    assert [each.address for each in mail.to] == [f"name{number}@y.example" for number in range(30)]
    assert [each.address for each in mail.cc] == ["c@y.example"]
    assert (mail.text.strip(), mail.html) == ("Grüße", "<p>Grüße</p>")
    assert not mail.defects


def test_files_keep_name_type_bytes_and_their_place_in_the_text():
    files = (
        File("Größe.pdf", "application/pdf", b"%PDF\0\r\n\xff" * 1000),
        File("logo.png", "image/png", b"\x89PNG", "logo@x"),
        File("a\r\nX-Evil: 1", "no type", b""),
        File("mail.eml", "message/rfc822", b"Subject: x\r\n\r\nx"),
    )
    mail = parse(write_mail(draft(files=files, html='<img src="cid:logo@x">')))
    assert [each.name for each in mail.attachments[:2]] == ["Größe.pdf", "logo.png"]
    assert [each.payload for each in mail.attachments] == [file.data for file in files]
    assert [each.mimetype for each in mail.attachments] == ["application/pdf", "image/png"] + [
        "application/octet-stream"
    ] * 2
    assert (mail.attachments[1].inline, mail.attachments[1].content_id) == (True, "logo@x")
    assert "x-evil" not in {name.lower() for name, _value in mail.headers}


@pytest.mark.parametrize("name", ["from_", "subject", "message_id", "in_reply_to"])
def test_a_value_cannot_end_its_header_field(name):
    evil = "x\r\nBcc: evil@example.com\n\n<script>\0\ud800"
    mail = parse(write_mail(draft(**{name: (evil, "a@x.example") if name == "from_" else evil})))
    assert not mail.bcc
    assert "script" not in mail.text


def test_the_same_values_give_the_same_bytes():
    values = {"files": (File("a", "text/plain", b"a"),)}
    assert write_mail(draft(**values)) == write_mail(draft(**values))
