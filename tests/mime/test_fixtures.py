"""Mails as real programs write and break them: one fixture each, and what must be read from it."""

from datetime import datetime

import pytest
from erp_mail_plain import mime
from erp_mail_plain.mime.tags import find_tags

from .conftest import all_mails, raw_mail

RECEIVED = datetime(2024, 3, 5, 8, 20)

OWN_TEXT = {
    "outlook_word_html_only": "Dear Jane,\n\nwe take the offer, see our purchase order <https://nordwind.example/po/77>.",
    "outlook_german_text": "Guten Tag,\n\nbitte liefern Sie bis Freitag. Gruß",
    "outlook_mobile_rule": "Fine with me.",
    "gmail_reply": "Yes please!",
    "gmail_html_only_part": "Oui, merci !",
    "gmail_forward": "FYI",
    "iphone_signature": "Passt, danke.",
    "thunderbird_flowed_bottom_post": (
        "Yes, we take it, and this answer is also long enough to be broken in two.\n\n-- \nAnna"
    ),
    "japanese_iso2022jp": "お世話になっております。\n注文番号をお知らせください。",
    "japanese_windows_extensions": "髙橋 ① ｱ",
    "cp1252_labelled_ascii": "It’s “fine” – 20 €",
    "cp1252_labelled_latin1": "It’s “fine” – 20 €",
    "utf8_labelled_latin1": "Größe: 20 €",
    "gb18030_labelled_gb2312": "镕 朱镕基 㐀",
    "unknown_charset": "Größe",
    "utf7": "Größe <script>",
    "hebrew_right_to_left": "שלום עולם 42",
    "emoji_raw_utf8_header": "👍🏽",
    "html_charset_in_meta_only": "Привет",
    "nul_and_control_bytes": "NUL  BEL  ESC  end",
    "boundary_parameter_missing": "readable",
    "boundary_never_used": "readable all the same",
    "multipart_cut_off": "first",
    "nested_parts_share_a_boundary": "inner\n\nouter",
    "header_runs_into_body": "This is text already.\nMore text: with a colon",
    "carriage_returns_only": "text\nmore",
    "base64_broken": "Hello world",
    "unknown_transfer_encoding": "as it stands",
    "text_after_attachment": "before\n\nafter",
    "attached_mail": "See the mail attached.",
    "odd_types": "plain after all",
    "inline_image": "[image: logo]",
}

QUOTED_TEXT = {
    "outlook_word_html_only": "Here is our offer.",
    "outlook_german_text": "Unser Angebot.",
    "outlook_mobile_rule": "Here is our offer.",
    "gmail_reply": "> Here is our offer.\n>\n> Jane",
    "gmail_html_only_part": "> Here is our offer.\n> > An older one.",
    "gmail_forward": "Here is our offer.",
    "thunderbird_flowed_bottom_post": (
        "> Here is our offer. It is a rather long line that goes on after a soft break.\n> \n> Do you take it?"
    ),
    "japanese_iso2022jp": "2024年3月4日(月) 17:02 Jane Doe <jane@shop.example>:\n\n> ありがとうございます。",
}

SUBJECTS = {
    "japanese_iso2022jp": "受注の件",
    "emoji_raw_utf8_header": "Danke 🎉 für alles",
    "crlf_in_encoded_subject": "Hello Bcc: victim@x.example",
    "encoded_word_cut_in_a_character": "Größe der Lieferung über  [xtref:S-000042]",
    "nul_and_control_bytes": "a b",
}

ATTACHMENTS = {
    "filename_rfc2231": [("Rechnung für März.pdf", "application/pdf", 9)],
    "filename_rfc2047": [("Rechnung März.pdf", "application/pdf", 9)],
    "filename_traversal": [
        ("passwd", "text/plain", 1),
        ("evil.exe", "text/plain", 1),
        ("invoicefdp.exe", "text/plain", 1),
        ("_CON.txt", "text/plain", 1),
        ("attachment-5.txt", "text/plain", 1),
        ("a%00b.txt", "text/plain", 1),
    ],
    "calendar_invitation": [("invitation.ics", "text/calendar", 30)],
    "odd_types": [
        ("corporate.woff2", "font/woff2", 4),
        ("attachment-2.bin", "model/step", 13),
        ("x y.pdb", "chemical/x-pdb", 4),
    ],
    "attached_mail": [("Grüße [xtrefS-000099].eml", "message/rfc822", 273)],
    "exchange_base64_attached_mail": [("Wrapped.eml", "message/rfc822", 42)],
    "digest": [("One.eml", "message/rfc822", 36), ("Two.eml", "message/rfc822", 17)],
    "uuencoded": [("a.txt", "application/octet-stream", 11)],
    "multipart_cut_off": [("offer.pdf", "application/pdf", 13)],
    "text_after_attachment": [("a.pdf", "application/pdf", 4)],
}

AUTOMATIC = {
    "dsn_postfix": "bounce",
    "bounce_qmail": "bounce",
    "out_of_office_exchange": "auto-replied",
    "vacation_rfc3834": "auto-replied",
    "read_receipt": "auto-replied",
    "mailing_list": "list",
    "newsletter": "bulk",
}

DEFECTS = {
    "boundary_parameter_missing": ("boundary-missing",),
    "boundary_never_used": ("multipart-without-parts",),
    "multipart_cut_off": ("multipart-not-closed",),
    "unknown_charset": ("unknown-charset",),
    "unknown_transfer_encoding": ("unknown-encoding",),
    "date_2126": ("bad-date",),
    "date_9999": ("bad-date",),
    "date_twelve": ("bad-date",),
    "date_bad_zone": ("bad-date",),
    "date_and_message_id_missing": ("missing-date", "missing-message-id"),
    "header_runs_into_body": ("missing-date", "missing-message-id"),
}


def parsed(name: str) -> mime.ParsedMail:
    return mime.parse(raw_mail(name), RECEIVED)


@pytest.mark.parametrize("name", OWN_TEXT)
def test_own_text_is_what_the_author_wrote(name):
    assert parsed(name).own_text == OWN_TEXT[name]


@pytest.mark.parametrize("name", QUOTED_TEXT)
def test_quoted_text_is_apart(name):
    mail = parsed(name)
    assert mail.quoted_text.endswith(QUOTED_TEXT[name])
    assert QUOTED_TEXT[name] not in mail.own_text


@pytest.mark.parametrize("name", SUBJECTS)
def test_subjects_are_read(name):
    assert parsed(name).subject == SUBJECTS[name]


@pytest.mark.parametrize("name", ATTACHMENTS)
def test_attachments_have_names_and_content(name):
    assert [(each.name, each.mimetype, each.size) for each in parsed(name).attachments] == ATTACHMENTS[name]


@pytest.mark.parametrize("name", all_mails())
def test_automatic_mail_is_told_from_a_persons(name):
    assert parsed(name).auto == AUTOMATIC.get(name, "")


@pytest.mark.parametrize("name", all_mails())
def test_what_is_wrong_is_named_and_nothing_else(name):
    assert parsed(name).defects == DEFECTS.get(name, ())


def test_the_servers_date_stands_in_for_one_that_cannot_be():
    for name in ("date_2126", "date_9999", "date_twelve", "date_bad_zone", "date_and_message_id_missing"):
        mail = parsed(name)
        assert (mail.date, mail.date_source) == (RECEIVED, "received"), name


def test_an_attached_mail_is_no_part_of_the_mail_that_carries_it():
    mail = parsed("attached_mail")
    assert mail.from_.address == "anna@nordwind.example"
    assert "xtref" not in mail.text + mail.subject
    assert b"Message-ID: <inner@evil.example>" in mail.attachments[0].payload
    assert mail.attachments[0].payload in raw_mail("attached_mail")


def test_an_inline_image_is_one_that_the_html_shows():
    assert [(each.content_id, each.inline) for each in parsed("inline_image").attachments] == [
        ("logo@nordwind", True),
        ("other@nordwind", False),
    ]


def test_a_bounce_names_the_mail_that_came_back():
    for name, sent in (("dsn_postfix", "<sent.1@shop.example>"), ("bounce_qmail", "<sent.2@shop.example>")):
        mail = parsed(name)
        assert mail.bounced_ids == (sent,)
        assert sent in mail.references


def test_message_ids_are_read_with_and_without_brackets_once():
    mail = parsed("message_ids_without_brackets")
    assert (mail.in_reply_to, mail.references) == (("<sent.1@shop.example>",), ("<a@b>", "<cd@e>"))


def test_delivery_headers_give_normalised_addresses():
    assert parsed("delivered_to_and_envelope").delivered_to == ("import@shop.example", "issue-234@shop.example")


def test_the_list_is_named():
    assert parsed("mailing_list").list_id == "users.lists.example"


@pytest.mark.parametrize(
    ("name", "references"),
    [("tag_across_html_elements", ["S-000042", "I-000007"]), ("tag_folded_in_plain_text", ["I-000007", "P-9"])],
)
def test_tags_survive_what_mail_programs_do(name, references):
    assert [f"{tag.code}-{tag.reference}" for tag in find_tags(parsed(name).text)] == references


@pytest.mark.parametrize("name", all_mails())
def test_an_attachment_is_found_again_by_its_index(name):
    raw = raw_mail(name)
    for attachment in mime.parse(raw).attachments:
        assert mime.attachment_payload(raw, attachment.index) == (attachment, attachment.payload)
    assert mime.attachment_payload(raw, 99) is None
