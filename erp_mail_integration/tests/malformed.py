"""A hundred mails that are wrong, each in its own way: what programs, gateways and people's enemies really send.

``mails()`` gives the same bytes every time. No Odoo imports: the end-to-end tests load this file by itself.
"""

import base64
import random

CRLF = b"\r\n"
HEAD = (
    ("From", b"Carl <carl@acme.example>"),
    ("To", b"sales@mycompany.example"),
    ("Subject", b"Order"),
    ("Date", b"Fri, 20 Nov 2026 10:00:00 +0000"),
    ("Message-ID", b"<%d@acme.example>"),
)
TEXT = b"Ten boxes, please.\r\n"
PARTS = (
    b'Content-Type: multipart/mixed; boundary="b"\r\n',
    b"--b\r\nContent-Type: text/plain\r\n\r\nFirst\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(bytes(range(256)) * 4) + b"\r\n--b--\r\n",
)


def _mail(extra=b"", body=TEXT, **fields):
    """A good mail with other fields; a field of None is left out."""
    values = {name.replace("_", "-"): value for name, value in fields.items()}
    lines = [(name, values.pop(name, value)) for name, value in HEAD]
    lines += values.items()
    head = b"".join(name.encode() + b": " + value + CRLF for name, value in lines if value is not None)
    return head + extra + CRLF + body


def _part(header, body=b"x", **fields):
    """A mail whose one part has this header."""
    inner = b"--b\r\n" + header + b"\r\n\r\n" + body + b"\r\n--b--\r\n"
    return _mail(b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n', inner, **fields)


def _html(body):
    return _mail(b"Content-Type: text/html; charset=utf-8\r\n", body)


def _nested(depth):
    levels = [b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth)]
    return _mail(b"".join(levels), b"deep")


SHAPES = {
    # The whole mail
    "one_byte": b"x",
    "only_a_line_end": CRLF,
    "no_header": CRLF + TEXT,
    "only_a_header": b"Subject: nothing else",
    "header_without_an_empty_line": b"Subject: x\r\nTen boxes, please.\r\n",
    "bare_line_feeds": _mail().replace(CRLF, b"\n"),
    "bare_carriage_returns": _mail().replace(CRLF, b"\r"),
    "mixed_line_ends": _mail(body=b"a\nb\rc\r\nd\n\re\r\r\n"),
    "mbox_line_first": b"From carl@acme.example Fri Nov 20 10:00:00 2026\r\n" + _mail(),
    "byte_order_mark_first": b"\xef\xbb\xbf" + _mail(),
    "utf16": _mail().decode("ascii").encode("utf-16"),
    "gzip": b"\x1f\x8b\x08\x00" + bytes(range(255, 0, -1)),
    "outlook_file_as_mail": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(1, 200)),
    "lines_of_70_kilobytes": _mail(body=b"x" * 70_000 + CRLF + b"y" * 70_000),
    "dots": _mail(body=b".\r\n..\r\n.x\r\n"),
    "no_end_of_line": _mail(body=b"cut"),
    # Header fields
    "field_without_colon": _mail(b"This is no field\r\n"),
    "field_name_with_spaces": _mail(b"X Y Z: 1\r\n"),
    "field_name_in_utf8": _mail("Größe: 1\r\n".encode()),
    "field_of_70_kilobytes": _mail(X_Long=b"x" * 70_000),
    "field_folded_2000_times": _mail(X_Folded=b"a\r\n " * 2000 + b"b"),
    "continuation_first": b" continued\r\n" + _mail(),
    "empty_continuations": _mail(Subject=b"a\r\n \r\n\t\r\n b"),
    "two_thousand_fields": _mail(b"".join(b"X-%d: 1\r\n" % number for number in range(2000))),
    "control_characters": _mail(Subject=b"a\x01\x02\x07\x08\x1b\x7fb", body=b"\x01\x02\x03\x1b[31m"),
    "latin1_header": _mail(Subject="Größe".encode("latin-1"), From="Jörg <j@acme.example>".encode("latin-1")),
    "utf8_header": _mail(Subject="Größe 👍".encode(), From="Jörg <jörg@acmé.example>".encode()),
    "japanese_header_as_it_is": _mail(Subject="注文".encode("iso-2022-jp"), X_Note="注文".encode("shift-jis")),
    "broken_utf8_header": _mail(Subject=b"\xff\xfe\xc3(\xed\xa0\x80"),
    # People
    "no_from": _mail(From=None),
    "two_from": _mail(b"From: Eve <eve@evil.example>\r\n"),
    "empty_from": _mail(From=b""),
    "group_from": _mail(From=b"Undisclosed: a@x.example, b@x.example;"),
    "many_from": _mail(From=b"a@x.example, b@y.example"),
    "five_hundred_brackets": _mail(From=b"(" * 500),
    "angles": _mail(From=b"<<<<carl@acme.example>>>>"),
    "open_quote": _mail(From=b'"Carl <carl@acme.example>'),
    "quote_in_quote": _mail(From=b'"a\\"b\\\\" <"c d"@acme.example>'),
    "address_in_the_name": _mail(From=b'"boss@mycompany.example" <eve@evil.example>'),
    "open_domain_literal": _mail(From=b"a@[IPv6:::1"),
    "no_domain": _mail(From=b"root", To=b"postmaster@"),
    "route_address": _mail(From=b"<@a.example,@b.example:carl@acme.example>"),
    "encoded_line_end_in_from": _mail(From=b"=?utf-8?q?a=0D=0ABcc:_x?= <carl@acme.example>"),
    "no_recipient": _mail(To=None),
    "five_thousand_recipients": _mail(To=b", ".join(b"u%d@x.example" % number for number in range(5000))),
    "commas": _mail(To=b",,,;;;,"),
    # Subjects
    "no_subject": _mail(Subject=None),
    "two_subjects": _mail(b"Subject: The other\r\n"),
    "subject_of_100_kilobytes": _mail(Subject=b"a " * 50_000),
    "encoded_subject_cut": _mail(Subject=b"=?utf-8?b?R3LDtsOf"),
    "encoded_subject_not_base64": _mail(Subject=b"=?utf-8?b?*$!?= =?utf-8?q?=ZZ=?="),
    "encoded_subject_split_in_a_character": _mail(Subject=b"=?utf-8?q?Gr=C3?= =?utf-8?q?=B6=C3=9Fe?="),
    "encoded_subject_unknown_charset": _mail(Subject=b"=?x-klingon?q?a=FFb?= =??q?a?= =?utf-8?x?a?="),
    "encoded_subject_with_line_end_and_nul": _mail(Subject=b"=?utf-8?q?a=0D=0AX-Evil:_1=00b?="),
    "right_to_left_override": _mail(Subject="Rechnung\u202egpj.exe\u2066".encode()),
    # Dates and identifiers
    "no_date": _mail(Date=None),
    "date_of_words": _mail(Date=b"yesterday, about noon"),
    "date_out_of_range": _mail(Date=b"Fri, 99 Nov 2026 61:61:61 +9999"),
    "date_in_year_9999": _mail(Date=b"Fri, 31 Dec 9999 23:59:59 -1200"),
    "date_before_mail": _mail(Date=b"Mon, 01 Jan 0001 00:00:00 +0000"),
    "no_message_id": _mail(Message_ID=None),
    "empty_message_id": _mail(Message_ID=b"<>"),
    "message_id_without_brackets": _mail(Message_ID=b"bare-id@acme.example"),
    "message_id_with_spaces": _mail(Message_ID=b"< a b @ c >"),
    "message_id_of_5_kilobytes": _mail(Message_ID=b"<" + b"x" * 5000 + b"@acme.example>"),
    "two_message_ids": _mail(Message_ID=b"<one@acme.example> <two@acme.example>"),
    "answer_to_itself": _mail(Message_ID=b"<self@x>", In_Reply_To=b"<self@x>", References=b"<self@x> <self@x>"),
    "a_thousand_references": _mail(References=b" ".join(b"<%d@x>" % number for number in range(1000))),
    "references_of_words": _mail(In_Reply_To=b"your mail of Monday", References=b"\xff <<>> <"),
    # MIME
    "no_boundary": _mail(b"Content-Type: multipart/mixed\r\n", PARTS[1]),
    "empty_boundary": _mail(b'Content-Type: multipart/mixed; boundary=""\r\n', PARTS[1]),
    "boundary_never_used": _mail(b"Content-Type: multipart/mixed; boundary=other\r\n", PARTS[1]),
    "boundary_of_signs": _mail(b'Content-Type: multipart/mixed; boundary="(.*)+$\\\\["\r\n', b"--(.*)+$[\r\n\r\nx"),
    "multipart_not_closed": _mail(PARTS[0], PARTS[1][:90]),
    "multipart_without_parts": _mail(PARTS[0], b"--b--\r\n"),
    "two_thousand_parts": _mail(PARTS[0], b"--b\r\n\r\nx\r\n" * 2000 + b"--b--"),
    "same_boundary_inside": _mail(
        PARTS[0], b"--b\r\n" + PARTS[0] + b"\r\n--b\r\n\r\ninner\r\n--b--\r\n--b\r\n\r\nouter"
    ),
    "nested_200_deep": _nested(200),
    "mails_in_mails_100_deep": _mail(b"Content-Type: message/rfc822\r\n\r\n" * 100),
    "attached_mail_in_base64": _part(
        b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64", base64.b64encode(_mail())
    ),
    "attached_mail_empty": _part(b"Content-Type: message/rfc822", b""),
    "content_type_of_signs": _mail(b"Content-Type: ;;;===\r\n"),
    "two_content_types": _mail(b"Content-Type: text/html\r\nContent-Type: text/plain\r\n", b"<b>x"),
    "charset_unknown": _mail(b"Content-Type: text/plain; charset=x-klingon\r\n", b"a\xffb"),
    "charset_idna": _mail(b"Content-Type: text/plain; charset=idna\r\n", b"a\xffb"),
    "charset_of_1000_letters": _mail(b"Content-Type: text/plain; charset=" + b"x" * 1000 + b"\r\n"),
    "charset_utf16_that_is_not": _mail(b"Content-Type: text/plain; charset=utf-16\r\n", b"odd"),
    "charset_utf7": _mail(b"Content-Type: text/html; charset=utf-7\r\n", b"+ADw-script+AD4-alert(1)"),
    "transfer_encoding_unknown": _mail(b"Content-Transfer-Encoding: x-zip\r\n", b"\xff\xfe"),
    "base64_that_is_not": _mail(b"Content-Transfer-Encoding: base64\r\n", b"This is !! no ** base64 ="),
    "base64_cut": _part(b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64", b"iVBORw0KGgoAAAANS"),
    "quoted_printable_that_is_not": _mail(b"Content-Transfer-Encoding: quoted-printable\r\n", b"=ZZ=\r\n=3=\r\n="),
    "uuencode_cut": _mail(b"Content-Transfer-Encoding: x-uuencode\r\n", b"begin 644 a.txt\r\n#86)C\r\nM"),
    # File names
    "file_name_up_the_tree": _part(b'Content-Disposition: attachment; filename="../../etc/passwd"'),
    "file_name_of_5000_letters": _part(b'Content-Disposition: attachment; filename="' + b"x" * 5000 + b'.pdf"'),
    "file_name_that_turns_around": _part("Content-Disposition: attachment; filename=\u202efdp.exe".encode()),
    "file_name_in_3000_pieces": _part(
        b"Content-Disposition: attachment" + b"".join(b";\r\n filename*%d=x" % number for number in range(3000))
    ),
    "file_name_pieces_missing": _part(b"Content-Disposition: attachment; filename*0*=utf-8''a%; filename*7=z"),
    "file_name_unknown_charset": _part(b"Content-Disposition: attachment; filename*=x-klingon''%FF%00%0D%0A"),
    # HTML
    "html_cut": _html(b"<html><body><table><tr><td>x<a href="),
    "html_5000_deep": _html(b"<div>" * 5000 + b"deep"),
    "html_of_tricks": _html(b"<base href=//evil><meta http-equiv=refresh content=0><script>x</script><svg/onload=x>"),
    "html_with_nothing_in_it": _html(b"<!--"),
    "style_of_100_kilobytes": _html(b"<style>" + b"a{b:url(" * 12_000 + b"</style>x"),
    # Special mails
    "winmail_cut": _part(b"Content-Type: application/ms-tnef; name=winmail.dat", b"\x78\x9f\x3e\x22\x01"),
    "bounce_cut": _mail(
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n",
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822;",
    ),
    "calendar_cut": _part(b"Content-Type: text/calendar; method=REQUEST", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT"),
    "encrypted_that_is_not": _part(b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data", b"\x30\x80"),
    "verdict_of_signs": _mail(Authentication_Results=b";;;; = (((", List_Id=b"<<<>", Auto_Submitted=b"\xff"),
}


def mails():
    """
    :rtype: dict[str, bytes] the mails by what is wrong with them
    """
    found = {}
    for number, (name, raw) in enumerate(SHAPES.items()):
        raw = raw.replace(b"<%d@acme.example>", b"<%d@acme.example>" % number)
        found[name] = raw.replace(b"Subject: Order\r\n", b"Subject: Order %d\r\n" % number)
    whole = _mail(*PARTS)
    for seed in range(10):
        chance = random.Random(seed)
        spoiled = bytearray(whole.replace(b"%d", b"spoiled%d" % seed))
        for _time in range(20):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(1, 256)
        found[f"spoiled_{seed}"] = bytes(spoiled)
    for place in range(50, 450, 80):
        found[f"cut_after_{place}"] = whole.replace(b"%d", b"cut%d" % place)[:place]
    return found
