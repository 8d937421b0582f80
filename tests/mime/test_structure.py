"""The MIME reader against the standard library's on well-formed mail, and alone on the rest."""

import base64
import email
import quopri

from erp_mail_plain import mime
from erp_mail_plain.mime.structure import Structure
from hypothesis import assume, given
from hypothesis import strategies as st

ENCODERS = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring, "8bit": bytes}
TYPES = ("text/plain; charset=utf-8", "text/html; charset=utf-8", "image/png")
BODIES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")) | st.just("\n"), max_size=200)
SUBTYPES = ("mixed", "alternative", "related", "report")


@st.composite
def leaves(draw) -> bytes:
    encoding = draw(st.sampled_from(sorted(ENCODERS)))
    head = f"Content-Type: {draw(st.sampled_from(TYPES))}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + ENCODERS[encoding](draw(BODIES).encode())


@st.composite
def multiparts(draw, children) -> bytes:
    boundary = draw(st.text("ab-'()+_,./:=?", max_size=12)) + "x" + str(draw(st.integers(0, 10**12)))
    head = f'Content-Type: multipart/{draw(st.sampled_from(SUBTYPES))}; boundary="{boundary}"\r\n\r\npreamble\r\n'
    body = b"".join(b"--%s\r\n" + part + b"\r\n" for part in draw(st.lists(children, min_size=1, max_size=4)))
    assume(boundary.encode() not in body)
    body = body.replace(b"--%s\r\n", f"--{boundary}\r\n".encode())
    return head.encode() + body + f"--{boundary}--\r\nepilogue\r\n".encode()


@given(st.recursive(leaves(), multiparts, max_leaves=12))
def test_the_same_leaves_as_the_standard_library(part):
    raw = b"From: a@b.example\r\n" + part
    expected = [
        (each.get_content_type(), each.get_payload(decode=True))
        for each in email.message_from_bytes(raw).walk()
        if not each.is_multipart()
    ]
    assert [(leaf.content_type, leaf.decoded(raw)) for leaf in Structure(raw).leaves] == expected


def mixed(*parts: bytes, boundary: bytes = b"b") -> bytes:
    body = b"".join(b"--" + boundary + b"\n" + part + b"\n" for part in parts)
    return b"Content-Type: multipart/mixed; boundary=" + boundary + b"\n\n" + body + b"--" + boundary + b"--\n"


def test_the_line_end_before_a_boundary_is_no_content():
    raw = mixed(b"\none\n", b"\ntwo", b"")
    assert [leaf.encoded(raw) for leaf in Structure(raw).leaves] == [b"one\n", b"two", b""]


def test_a_boundary_with_a_longer_one_around_it_is_not_mistaken():
    raw = mixed(mixed(b"\ninner", boundary=b"bb"), b"\nouter", boundary=b"b")
    assert [leaf.encoded(raw) for leaf in Structure(raw).leaves] == [b"inner", b"outer"]


def test_an_outer_boundary_closes_inner_parts_that_forgot_to():
    raw = (
        b"Content-Type: multipart/mixed; boundary=o\n\n--o\n"
        b"Content-Type: multipart/mixed; boundary=i\n\n--i\n\ninner\n--o\n\nouter\n--o--\n"
    )
    structure = Structure(raw)
    assert [leaf.encoded(raw) for leaf in structure.leaves] == [b"inner", b"outer"]
    assert structure.defects == ["multipart-not-closed"]


def test_what_is_too_deep_stays_readable():
    raw = (
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(1000)) + b"\nhello\n"
    )
    mail = mime.parse(raw)
    assert "hello" in mail.text
    assert "too-deep" in mail.defects


def test_what_are_too_many_parts_become_one_attachment():
    raw = mixed(*[b"\npart %d" % n for n in range(20_000)])
    mail = mime.parse(raw)
    assert "too-many-parts" in mail.defects
    assert mail.text.endswith("part 9999")
    assert len(mail.attachments) == 1
    assert b"part 19999" in mail.attachments[0].payload


def test_multiparts_without_parts_are_bounded_as_well():
    raw = mixed(*[b"Content-Type: multipart/mixed; boundary=%d\n\nx" % n for n in range(20_000)])
    assert len(Structure(raw).leaves) <= 10_001


def test_a_mail_in_crlf_and_in_lf_is_the_same_mail():
    raw = mixed(b"Content-Type: text/plain\n\none\ntwo\n", b"Content-Type: text/html\n\n<p>x</p>\n")
    assert mime.parse(raw).text == mime.parse(raw.replace(b"\n", b"\r\n")).text


def test_a_delimiter_may_have_trailing_space():
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b \t\n\none\n--b-- \n"
    assert mime.parse(raw).text == "one"
