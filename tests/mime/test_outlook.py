"""Outlook files become mail, in bounded time and memory, or an error that says why (THREATS 22)."""

import random
import struct
import time
from datetime import datetime

import pytest
from erp_mail_plain import mime
from erp_mail_plain.mime import outlook

from .outlook_files import MsgFile, tnef

X500 = "/O=CORP/OU=EXCHANGE/CN=RECIPIENTS/CN=ANNA"
DATE = 133540128000000000  # 2024-03-04 08:00 UTC in 100 ns since 1601


def message(**more) -> MsgFile:
    properties = {
        "0037": "Größe der Bestellung",
        "1000": "Hello Jane,\r\nten boxes please.\r\n",
        "1035": "<m1@corp.example>",
    }
    return MsgFile(properties | {"0C1A": "Anna Berg", "0C1E": "SMTP", "0C1F": "anna@corp.example"} | more, date=DATE)


def test_a_msg_file_becomes_a_mail():
    file = message(**{"1013": b"<p>Hello <b>Jane</b></p>"})
    file.add_recipient("Jane Doe", "jane@shop.example")
    file.add_recipient("Bob, Chief", X500.replace("ANNA", "BOB"), 2, "bob@corp.example")
    file.add_recipient("Hidden", "hidden@corp.example", 3)
    file.add_attachment("Angebot März.pdf", b"%PDF-1.4", "application/pdf", "cid1")
    converted = outlook.convert_msg(bytes(file))
    mail = mime.parse(converted.raw)
    assert converted.unresolved == ()
    assert (mail.subject, mail.message_id, mail.date) == (
        "Größe der Bestellung",
        "<m1@corp.example>",
        datetime(2024, 3, 4, 8),
    )
    assert (mail.from_.name, mail.from_.address) == ("Anna Berg", "anna@corp.example")
    assert [each.address for each in (*mail.to, *mail.cc, *mail.bcc)] == [
        "jane@shop.example",
        "bob@corp.example",
        "hidden@corp.example",
    ]
    assert mail.cc[0].name == "Bob, Chief"
    assert mail.text == "Hello Jane,\nten boxes please."
    assert mail.html == "<p>Hello <b>Jane</b></p>"
    assert [(each.name, each.mimetype, each.payload, each.content_id) for each in mail.attachments] == [
        ("Angebot März.pdf", "application/pdf", b"%PDF-1.4", "cid1")
    ]
    assert mail.defects == ()


def test_the_header_that_came_over_the_net_is_kept():
    header = (
        "Received: from a by b;\r\n\tMon, 4 Mar 2024 09:00:00 +0100\r\nFrom: =?utf-8?q?Ren=C3=A9?= <rene@net.example>\r\n"
        "To: jane@shop.example\r\nSubject: over the net\r\nMessage-ID: <net@net.example>\r\nReferences: <a@b>\r\n"
        'Content-Type: multipart/mixed;\r\n boundary="gone"\r\nMIME-Version: 1.0\r\n\r\n'
    )
    mail = mime.parse(outlook.convert_msg(bytes(message(**{"007D": header}))).raw)
    assert (mail.from_.name, mail.from_.address) == ("René", "rene@net.example")
    assert (mail.subject, mail.message_id, mail.references) == ("over the net", "<net@net.example>", ("<a@b>",))
    assert mail.text == "Hello Jane,\nten boxes please."


def test_a_mail_inside_a_msg_file_is_an_attached_mail():
    file = message()
    file.add_message({"0037": "inner", "1000": "inner text", "0C1A": "X", "0C1F": "x@y.example"})
    (attachment,) = mime.parse(outlook.convert_msg(bytes(file)).raw).attachments
    inner = mime.parse(attachment.payload)
    assert (attachment.name, inner.subject, inner.text, inner.from_.address) == (
        "inner.eml",
        "inner",
        "inner text",
        "x@y.example",
    )


def test_an_x500_address_is_mapped_or_asked_for():
    file = bytes(message(**{"0C1E": "EX", "0C1F": X500}))
    unknown = outlook.convert_msg(file)
    assert unknown.unresolved == (outlook.X500Address("Anna Berg", X500),)
    assert mime.parse(unknown.raw).from_ == mime.Address("Anna Berg", "", "Anna Berg <>")
    known = outlook.convert_msg(file, {X500.lower(): "anna@corp.example"})
    assert known.unresolved == ()
    assert mime.parse(known.raw).from_.address == "anna@corp.example"


def test_the_same_file_gives_the_same_mail():
    file = message()
    file.add_message({"0037": "inner", "1000": "inner text"})
    data = bytes(file)
    assert outlook.convert_msg(data) == outlook.convert_msg(data)


def test_html_hidden_in_rtf_is_found():
    rtf = rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Hello{\*\htmltag72 </p>}\htmlrtf }\htmlrtf0 }"
    compressed = struct.pack("<III4s", len(rtf) + 12, len(rtf), 0x414C454D, bytes(4)) + rtf
    assert "<p>Hello</p>" in mime.parse(outlook.convert_msg(bytes(message(**{"1009": compressed}))).raw).html


def test_winmail_dat_is_unpacked():
    mail = mime.parse(outlook.convert_tnef(tnef("Hallo Grüße", {"a.pdf": b"%PDF", "b.txt": b"text"})).raw)
    assert mail.text == "Hallo Grüße"
    assert [(each.name, each.payload) for each in mail.attachments] == [("a.pdf", b"%PDF"), ("b.txt", b"text")]


def test_formats_are_told_by_their_first_bytes():
    assert outlook.is_msg(bytes(message())) and not outlook.is_tnef(bytes(message()))
    assert outlook.is_tnef(tnef("x", {})) and not outlook.is_msg(tnef("x", {}))


@pytest.mark.parametrize("data", [b"", b"/etc/passwd", b"x" * 2000, outlook.MSG_SIGNATURE + bytes(5000)])
def test_what_is_no_outlook_file_is_damaged(data):
    for convert in (outlook.convert_msg, outlook.convert_tnef):
        try:
            convert(data)
        except outlook.OutlookError as error:
            assert error.reason == "damaged"
        else:
            assert convert is outlook.convert_tnef


def test_a_file_name_is_not_read_as_a_file(tmp_path):
    path = tmp_path / "real.msg"
    path.write_bytes(bytes(message()))
    with pytest.raises(outlook.OutlookError, match="damaged"):
        outlook.convert_msg(str(path).encode())


def bomb(size: int) -> bytes:
    """Compressed RTF that unpacks to eight times its size, slowly."""
    body = (b"\xff" + b"\x00\x0f" * 8) * (size // 17)
    return struct.pack("<III4s", len(body) + 12, len(body) * 8, 0x75465A4C, bytes(4)) + body


def test_an_rtf_bomb_is_stopped_in_time(monkeypatch):
    monkeypatch.setattr(outlook, "MAX_SECONDS", 1)
    start = time.monotonic()
    with pytest.raises(outlook.OutlookError) as caught:
        outlook.convert_msg(bytes(message(**{"1009": bomb(30_000_000)})))
    assert caught.value.reason == "too-slow"
    assert time.monotonic() - start < 5


def test_memory_is_bounded(monkeypatch):
    file = message()
    file.add_attachment("big", bytes(40_000_000))
    data = bytes(file)
    assert len(mime.parse(outlook.convert_msg(data).raw).attachments[0].payload) == 40_000_000
    monkeypatch.setattr(outlook, "MAX_MEMORY", 96 * 1024 * 1024)
    with pytest.raises(outlook.OutlookError) as caught:
        outlook.convert_msg(data)
    assert caught.value.reason == "too-much-memory"


def test_an_empty_message_is_a_mail():
    mail = mime.parse(outlook.convert_msg(bytes(MsgFile({"0037": "nothing in it"}))).raw)
    assert (mail.subject, mail.text, mail.attachments) == ("nothing in it", "", ())


def test_a_file_over_the_bound_is_not_tried():
    with pytest.raises(outlook.OutlookError) as caught:
        outlook.convert_msg(bytes(outlook.MAX_INPUT + 1))
    assert caught.value.reason == "too-large"


def test_sector_chains_that_point_at_themselves_end():
    """The OLE file allocation table (MS-CFB 2.3): every chain made a circle."""
    data = bytearray(bytes(message()))
    table = struct.unpack_from("<I", data, 76)[0]
    start = (table + 1) * 512
    for sector in range(64):
        struct.pack_into("<I", data, start + 4 * sector, sector)
    begin = time.monotonic()
    try:
        outlook.convert_msg(bytes(data))
    except outlook.OutlookError as error:
        assert error.reason != "not-installed"
    assert time.monotonic() - begin < outlook.MAX_SECONDS + 3


def test_damaged_files_end_as_mail_or_error():
    good = bytes(message())
    chance = random.Random(7)
    for _each in range(8):
        data = bytearray(good)
        for _byte in range(chance.randrange(1, 40)):
            data[chance.randrange(8, len(data))] = chance.randrange(256)
        try:
            mime.parse(outlook.convert_msg(bytes(data[: chance.randrange(512, len(data))])).raw)
        except outlook.OutlookError as error:
            assert error.reason in ("damaged", "too-slow", "too-much-memory")
