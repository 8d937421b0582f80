"""Envelopes of openCRX: what their subject asks for and which mails are in them."""

import time

import pytest
from erp_mail_plain import mime
from erp_mail_plain.mime.envelope import Wrapper, attached_mails, is_envelope, read_wrapper, unwrap


@pytest.mark.parametrize(
    ("subject", "creator", "target", "rest"),
    [
        # The manual's own examples, one space between the parts.
        ("> @E-mails #10009555 log file with exception", "E-mails", "10009555", "log file with exception"),
        ("> @E-mails #GadgetASupport does not boot", "E-mails", "GadgetASupport", "does not boot"),
        # Its rule: two or more.
        ("> @E-mails  #10009555  log file", "E-mails", "10009555", "log file"),
        ("> @My E-mails  #Gadget A Support  does not  boot", "My E-mails", "Gadget A Support", "does not boot"),
        ("> @My E-mails #10009555 log", "My E-mails", "10009555", "log"),
        ("> @My E-mails   does not boot", "My E-mails", "", "does not boot"),
        # Parts that are left out.
        ("> @E-mails does not boot", "E-mails", "", "does not boot"),
        ("> #10009555 log", "", "10009555", "log"),
        ("> log file", "", "", "log file"),
        ("> @E-mails", "E-mails", "", ""),
        ("> @E-mails #7", "E-mails", "7", ""),
        (">", "", "", ""),
        # What people and programs do to it.
        (">@E-mails #7 x", "E-mails", "7", "x"),
        ("> @ E-mails # 7 x", "E-mails", "7", "x"),
        ("Fwd: > @E-mails #7 x", "E-mails", "7", "x"),
        ("> @E-mails  [#10009555]  log file", "E-mails", "10009555", "log file"),
        ("> @My E-mails [#Gadget A Support] does not boot", "My E-mails", "Gadget A Support", "does not boot"),
        ("> @E-mails #7 see #8", "E-mails", "7", "see #8"),
    ],
)
def test_the_subject_of_a_wrapper(subject, creator, target, rest):
    assert read_wrapper(subject) == Wrapper(creator, target, rest)


@pytest.mark.parametrize("subject", ["", "log file", ">log", "Re: > x", "a > @E-mails #7"])
def test_other_subjects_are_no_wrapper(subject):
    assert read_wrapper(subject) is None


def test_a_number_is_told_from_a_name():
    assert read_wrapper("> #10009555 x").number == "10009555"
    assert read_wrapper("> #Gadget x").number == ""


def test_hostile_subjects_take_linear_time():
    start = time.process_time()
    for subject in (
        "> @" + "a " * 500_000,
        "> @" + "a" * 10**6,
        "> " + "@" * 10**6,
        "> @a " + "# " * 500_000,
        "> #" + "a " * 500_000,
    ):
        read_wrapper(subject)
    assert time.process_time() - start < 2


def attach(*mails: bytes, subject: str = "> @E-mails", text: bytes = b"", mimetype: bytes = b"message/rfc822") -> bytes:
    parts = [b"\n" + text] if text else []
    parts += [b"Content-Type: " + mimetype + b"; name=m.eml\n\n" + mail for mail in mails]
    body = b"".join(b"--b%d\n" % len(mails[0]) + part + b"\n" for part in parts)
    head = f"From: user@shop.example\nSubject: {subject}\nContent-Type: multipart/mixed; boundary=b{len(mails[0])}\n\n"
    return head.encode() + body + b"--b%d--\n" % len(mails[0])


ONE = b"From: a@b.example\nSubject: one\n\nfirst"
TWO = b"From: a@b.example\nSubject: two\n\nsecond"


def test_the_mails_in_an_envelope_are_taken_out_as_they_are():
    assert unwrap(attach(ONE, TWO, text=b"please file these")) == [ONE, TWO]


def test_envelopes_in_envelopes_are_opened():
    assert unwrap(attach(attach(ONE, TWO), TWO)) == [ONE, TWO, TWO]
    assert unwrap(attach(attach(ONE, subject="no words, no wrapper"))) == [ONE]


def test_a_mail_with_text_and_an_attached_mail_stays_whole():
    complaint = attach(ONE, subject="Complaint", text=b"see below")
    assert unwrap(attach(complaint)) == [complaint]


def test_eml_files_of_other_types_are_mails():
    assert unwrap(attach(ONE, mimetype=b"application/octet-stream")) == [ONE]


def test_an_envelope_without_mail_is_empty():
    assert unwrap(b"Subject: > @E-mails\n\nforgot the attachment") == []
    assert attached_mails(mime.parse(ONE)) == []


def test_what_is_an_envelope():
    assert is_envelope(mime.parse(attach(ONE, subject="> x", text=b"note")))
    assert is_envelope(mime.parse(attach(ONE, subject="filing")))
    assert not is_envelope(mime.parse(attach(ONE, subject="filing", text=b"see below")))
    assert not is_envelope(mime.parse(ONE))


def test_nesting_without_end_is_bounded():
    mail = ONE
    for _level in range(60):
        mail = attach(mail)
    (unopened,) = unwrap(mail)
    assert is_envelope(mime.parse(unopened))
