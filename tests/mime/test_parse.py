"""What `parse` reads from ordinary mail."""

from datetime import datetime

from erp_mail_plain import mime

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
