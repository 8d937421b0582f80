"""Uploaded files give their mails, within bounds, and say what they left out."""

import io
import time
import zipfile

from erp_mail_plain import mime
from erp_mail_plain.mime import containers
from erp_mail_plain.mime.containers import read_container
from hypothesis import given
from hypothesis import strategies as st

from .outlook_files import MsgFile, tnef

ONE = b"From: a@b.example\nSubject: one\n\nfirst\n"
TWO = b"From: a@b.example\nSubject: two\n\n>From here it is quoted\n>>From twice\nFrom the start of a line\n"


def found(name: str, data: bytes) -> list[tuple[str, str, str]]:
    return [(item.name, item.kind, item.reason) for item in read_container(name, data)]


def zipped(entries: dict[str, bytes], compression=zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return target.getvalue()


def test_a_mail_is_itself():
    assert [(item.name, item.kind, item.data) for item in read_container("a.eml", ONE)] == [("a.eml", "mail", ONE)]


def test_the_kind_is_told_by_the_content_not_by_the_name():
    assert found("a.eml", bytes(MsgFile({"0037": "x"}))) == [("a.eml", "msg", "")]
    assert found("a.eml", tnef("x", {})) == [("a.eml", "tnef", "")]
    assert found("a.eml", b"\x89PNG\r\n") == [("a.eml", "skipped", "not-a-mail")]
    assert found("a.eml", b"") == [("a.eml", "skipped", "not-a-mail")]


def test_an_mbox_is_cut_at_its_from_lines_only():
    mbox = b"".join(
        b"From a@b.example Tue Mar  5 09:15:00 2024\n"
        + mail.replace(b"From the", b">From the").replace(b"\n>", b"\n>>")
        + b"\n"
        for mail in (ONE, TWO)
    )
    items = list(read_container("box", mbox))
    assert [(item.name, item.kind) for item in items] == [("box 1", "mail"), ("box 2", "mail")]
    assert items[0].data == ONE
    assert mime.parse(items[1].data).text == ">From here it is quoted\n>>From twice\n>From the start of a line"


def test_thunderbirds_mbox_with_windows_line_ends():
    crlf = [mail.replace(b"\n", b"\r\n") for mail in (ONE, ONE)]
    mbox = b"".join(b"From - Tue Mar 05 09:15:00 2024\r\n" + mail + b"\r\n" for mail in crlf)
    assert [item.data for item in read_container("box", mbox)] == crlf


def test_a_zip_of_all_kinds():
    data = zipped(
        {
            "in/a.eml": ONE,
            "../b.msg": bytes(MsgFile({"0037": "x"})),
            "box": b"From - Tue Mar 05 09:15:00 2024\n" + ONE,
            "logo.png": b"\x89PNG",
            "inner.zip": zipped({"a.eml": ONE}),
            "__MACOSX/._a.eml": b"\0",
        }
    )
    assert found("all.zip", data) == [
        ("a.eml", "mail", ""),
        ("b.msg", "msg", ""),
        ("box 1", "mail", ""),
        ("logo.png", "skipped", "not-a-mail"),
        ("inner.zip", "skipped", "archive-in-archive"),
    ]


def test_a_zip_bomb_is_left_out(monkeypatch):
    monkeypatch.setattr(containers, "MAX_ENTRY", 1_000_000)
    monkeypatch.setattr(containers, "MAX_UNPACKED", 1_500_000)
    data = zipped(
        {"bomb": bytes(50_000_000), "a.eml": ONE + bytes(900_000), "b.eml": ONE + bytes(900_000), "c.eml": ONE}
    )
    assert found("z", data) == [
        ("bomb", "skipped", "too-large"),
        ("a.eml", "mail", ""),
        ("b.eml", "skipped", "too-large"),
        ("c.eml", "mail", ""),
    ]


def test_a_lying_directory_does_not_help_a_bomb(monkeypatch):
    monkeypatch.setattr(containers, "MAX_ENTRY", 1_000_000)
    data = zipped({"bomb": bytes(3_000_000)})
    lie = data.replace((3_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    (item,) = read_container("z", lie)
    assert (item.kind, len(item.data)) == ("skipped", 0)


def test_an_encrypted_or_damaged_archive_says_so():
    data = bytearray(zipped({"a.eml": ONE}))
    central = data.index(b"PK\x01\x02")
    data[6] |= 1
    data[central + 8] |= 1
    assert found("z", bytes(data)) == [("a.eml", "skipped", "encrypted")]
    assert found("z", b"PK\x03\x04 nothing") == [("z", "skipped", "damaged")]
    broken = bytearray(zipped({"a.eml": ONE * 20}))
    broken[50:60] = b"\xff" * 10
    assert found("z", bytes(broken)) == [("a.eml", "skipped", "damaged")]


def test_too_many_mails_end_with_a_word(monkeypatch):
    monkeypatch.setattr(containers, "MAX_MAILS", 2)
    mbox = (b"From - Tue Mar 05 09:15:00 2024\n" + ONE + b"\n") * 5
    assert [item.reason for item in read_container("box", mbox)] == ["", "", "too-many"]


def test_a_large_mbox_takes_linear_time():
    mbox = (b"From - Tue Mar 05 09:15:00 2024\n" + ONE + b"\n") * 20_000
    start = time.process_time()
    assert sum(1 for _item in read_container("box", mbox)) == 20_000
    for hostile in (b"From " * 1_000_000, b"\n\nFrom " * 500_000, b"From 1:11" * 500_000, b"\n\n" * 2_000_000):
        list(read_container("box", hostile))
    assert time.process_time() - start < 3


@given(st.binary(max_size=500) | st.binary(max_size=300).map(lambda data: b"PK\x03\x04" + data))
def test_no_bytes_make_it_fail(data):
    list(read_container("x", data))


@given(st.data())
def test_no_damage_of_a_zip_makes_it_fail(data):
    raw = bytearray(zipped({"a.eml": ONE, "b.eml": TWO}))
    for _each in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(4, len(raw) - 1))] = data.draw(st.integers(0, 255))
    list(read_container("x", bytes(raw)))
