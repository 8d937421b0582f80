"""Copies of one mail share a fingerprint, and nothing else does (THREATS 29)."""

import base64
import quopri

import pytest
from erp_mail_plain import mime

from .conftest import all_mails

HEAD = (
    b"From: Anna Berg <anna@nordwind.example>\n"
    b"Subject: Thanks for the =?utf-8?q?gr=C3=BCne?= folder\n"
    b"Date: Tue, 05 Mar 2024 09:15:00 +0100\n"
    b"Message-ID: <1@nordwind.example>\n"
)
BODY = "Thanks, größte Freude!\nAnna\n".encode()
MAIL = HEAD + b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" + BODY


def print_of(raw: bytes) -> str:
    return mime.parse(raw).fingerprint


ONE = print_of(MAIL)


@pytest.mark.parametrize(
    "copy",
    [
        b"Received: from a by b; Tue, 5 Mar 2024 09:16:00 +0100\nDelivered-To: jane@shop.example\n" + MAIL,
        b"Return-Path: <anna@nordwind.example>\nX-Spam-Score: 1.0\nDKIM-Signature: v=1; b=x\n" + MAIL,
        MAIL.replace(b"\n", b"\r\n"),
        MAIL.replace(b"Subject: Thanks for the", b"Subject: Thanks for\n the"),
        MAIL.replace(b"Subject: Thanks for the", b"Subject: Thanks for \n\t the"),
        MAIL.replace(b"09:15:00 +0100", b"08:15:00 +0000 (GMT)"),
        MAIL.replace(b"Anna Berg <anna@", b'"Berg, Anna" <ANNA@'),
        MAIL + b"\n\n",
        MAIL.replace(b"Anna\n", b"Anna  \n"),
        HEAD + b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(BODY),
        HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n" + quopri.encodestring(BODY),
        HEAD + b'Content-Type: multipart/mixed; boundary="x"\n\n--x\n\n' + BODY + b"\n--x--\n",
    ],
)
def test_what_servers_change_makes_no_other_mail(copy):
    assert print_of(copy) == ONE


@pytest.mark.parametrize(
    "other",
    [
        MAIL.replace(b"<1@", b"<2@"),
        MAIL.replace(b"anna@", b"bob@"),
        MAIL.replace(b"09:15", b"09:16"),
        MAIL.replace(b"folder", b"binder"),
        MAIL.replace(b"Thanks,", b"Thanks!"),
        HEAD
        + b'Content-Type: multipart/mixed; boundary="x"\n\n--x\n\n'
        + BODY
        + b"\n--x\nContent-Type: application/pdf\n\n%PDF\n--x--\n",
    ],
)
def test_what_the_sender_changes_makes_another_mail(other):
    assert print_of(other) != ONE


def test_what_odoo_wrote_to_two_recipients_is_one_mail():
    """They differ in the keys of their links; what else stands in a link makes another mail."""
    link = b'<a href="https://odoo.example/mail/view?access_token=%s&amp;pid=%s&amp;res_id=%s">View</a>'
    html = HEAD + b"Content-Type: text/html\n\n"
    assert print_of(html + link % (b"9da0", b"7", b"5")) == print_of(html + link % (b"removed", b"8", b"5"))
    assert print_of(html + link % (b"9da0", b"7", b"5")) != print_of(html + link % (b"9da0", b"7", b"6"))
    binary = HEAD + b"Content-Type: application/octet-stream\n\n"
    assert print_of(binary + link % (b"a", b"7", b"5")) != print_of(binary + link % (b"b", b"7", b"5"))


def test_a_stolen_message_id_does_not_take_the_place_of_the_real_mail():
    stolen = b"From: evil@x.example\nMessage-ID: <1@nordwind.example>\n\nbuy\n"
    assert mime.parse(stolen).message_id == mime.parse(MAIL).message_id
    assert print_of(stolen) != ONE


def test_text_cannot_run_from_one_ingredient_into_the_next():
    first = mime.fingerprint("<a>", "b", "", "c", [])
    assert first != mime.fingerprint("<a>", "", "b", "c", [])
    assert first != mime.fingerprint("<a>b", "", "", "c", [])


def test_large_content_is_hashed_whole():
    big = HEAD + b"\n" + b"a" * 5_000_000
    assert print_of(big + b"b") != print_of(big + b"c")


def test_no_two_fixtures_share_a_fingerprint():
    mails = all_mails()
    assert len({print_of(raw) for raw in mails.values()}) == len(mails)
