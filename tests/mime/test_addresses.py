"""Nobody is taken for somebody else (THREATS 2, CVE-2023-27043)."""

import pytest
from erp_mail_plain import mime
from erp_mail_plain.mime.addresses import parse_address, parse_addresses

EVIL = "evil@x.example"

# From header -> address that may be believed, and what must be flagged.
FROM = {
    "ceo@corp.example <evil@x.example>": (EVIL, "display-name-address"),
    '"ceo@corp.example" <evil@x.example>': (EVIL, "display-name-address"),
    "'ceo@corp.example' <evil@x.example>": (EVIL, "display-name-address"),
    "=?utf-8?q?ceo=40corp=2Eexample?= <evil@x.example>": (EVIL, "display-name-address"),
    '"Boss (ceo@corp.example)" <evil@x.example>': (EVIL, "display-name-address"),
    "<ceo@corp.example> <evil@x.example>": ("", "from-bad-address"),
    "<evil@x.example> ceo@corp.example": ("", "from-bad-address"),
    "ceo@corp.example, evil@x.example": ("", "multiple-from"),
    "ceo@corp.example, <evil@x.example>": ("", "multiple-from"),
    "ceo@corp.example)evil@x.example": ("", "from-bad-address"),
    "ceo@corp.example(<evil@x.example>": ("", "from-bad-address"),
    "ceo@corp.example\\<evil@x.example>": ("", "from-bad-address"),
    "<ceo@corp.example@evil.example>": ("", "from-bad-address"),
    "ceo@corp.example@evil.example": ("", "from-bad-address"),
    "<@corp.example:evil@x.example>": ("", "from-bad-address"),
    "<<ceo@corp.example>evil@x.example>": ("", "from-bad-address"),
    '"ceo@corp.example"@evil.example': ("", "quoted-local-part"),
    "ceo(@corp.example)evil@x.example": ("", "from-bad-address"),
    "e(x)vil@x.example": ("", "from-bad-address"),
    "evil(x)@x.example": (EVIL, "comment-in-address"),
    "staff: ceo@corp.example, evil@x.example;": ("", "from-group"),
    "staff: ceo@corp.example;": ("", "from-group"),
    "undisclosed-recipients:;": ("", "from-group"),
    "ceo@corp.example\0.evil.example": ("", "from-bad-address"),
    "ceo@corp.example\u200b.evil.example": ("", "from-bad-address"),
    "ceo@corp.example\u3002evil.example": ("", "from-bad-address"),
    "ceo@corp.example <": ("", "from-bad-address"),
    "ceo @corp.example": ("", "from-bad-address"),
    "a@[IPv6:::1": ("", "from-bad-address"),
    "a@[999.1.1.1]": ("", "from-bad-address"),
    "(" * 500 + " ceo@corp.example": ("", "from-bad-address"),
    '"unclosed <ceo@corp.example>': ("", "from-bad-address"),
    "=?utf-8?q?ceo?=@corp.example": ("", "from-bad-address"),
    "": ("", None),
    "Bob": ("", "from-bad-address"),
    "a" * 400 + "@corp.example": ("", "from-bad-address"),
}


@pytest.mark.parametrize("header", FROM, ids=lambda header: header[:40].encode("unicode_escape").decode())
def test_an_author_is_the_real_one_or_nobody_and_doubt_is_flagged(header):
    address, flag = FROM[header]
    mail = mime.parse(b"From: " + header.encode() + b"\nSubject: x\n\nx")
    assert mail.from_.address == address
    assert flag is None or flag in mail.defects


def test_two_from_headers_name_nobody():
    mail = mime.parse(b"From: a@b.example\nFrom: ceo@corp.example\n\nx")
    assert mail.from_.address == ""
    assert "multiple-from-headers" in mail.defects


@pytest.mark.parametrize(
    ("header", "name", "address"),
    [
        ("Anna@Nordwind.Example", "", "anna@nordwind.example"),
        ("Anna Berg <anna@nordwind.example>", "Anna Berg", "anna@nordwind.example"),
        ('"Berg, Anna" <anna@nordwind.example>', "Berg, Anna", "anna@nordwind.example"),
        ('"A \\"B\\" C" <a@b.example>', 'A "B" C', "a@b.example"),
        ("=?utf-8?q?Berg=2C_Anna?= <anna@nordwind.example>", "Berg, Anna", "anna@nordwind.example"),
        ("anna@nordwind.example (Anna Berg)", "Anna Berg", "anna@nordwind.example"),
        ("Dr. Anna Berg <anna@nordwind.example>", "Dr. Anna Berg", "anna@nordwind.example"),
        ("<anna@nordwind.example>", "", "anna@nordwind.example"),
        ("Anna<anna@nordwind.example>(work (old))", "Anna", "anna@nordwind.example"),
        ("'anna@nordwind.example' <anna@nordwind.example>", "'anna@nordwind.example'", "anna@nordwind.example"),
        ("postmaster@[192.0.2.1]", "", "postmaster@[192.0.2.1]"),
        ("a@[IPv6:2001:db8::1]", "", "a@[ipv6:2001:db8::1]"),
        ("用户@例子.example", "", "用户@例子.example"),
        ("abc..def@docomo.example", "", "abc..def@docomo.example"),
        ("root@localhost", "", "root@localhost"),
        ("Anna: Sales <anna@nordwind.example>", None, None),
    ],
)
def test_ordinary_addresses_are_read(header, name, address):
    mail = mime.parse(b"From: " + header.encode() + b"\n\nx")
    if name is None:
        assert mail.from_.address == ""
        return
    assert (mail.from_.name, mail.from_.address) == (name, address)
    assert not {"display-name-address", "from-bad-address"} & set(mail.defects)


def test_a_list_of_recipients_is_cut_at_its_commas_only():
    found, defects = parse_addresses(
        '"Doe, Jane" <jane@a.example>, bob@b.example (Bob, the builder), team: x@c.example, y@c.example;, last@d.example'
    )
    assert [each.address for each in found] == [
        "jane@a.example",
        "bob@b.example",
        "x@c.example",
        "y@c.example",
        "last@d.example",
    ]
    assert defects == {"group"}


def test_a_crowd_of_recipients_is_bounded():
    mail = mime.parse(b"To: " + b"a@b.example, " * 5_000 + b"\n\nx")
    assert len(mail.to) == 1_000
    assert "addresses-truncated" in mail.defects


def test_outlook_users_separate_recipients_by_semicolons():
    assert [each.address for each in parse_addresses("a@x.example; B <b@x.example>; c@x.example")[0]] == [
        "a@x.example",
        "b@x.example",
        "c@x.example",
    ]


def test_a_broken_recipient_does_not_hide_the_others():
    found, defects = parse_addresses("a@x.example, nonsense, b@x.example")
    assert [each.address for each in found] == ["a@x.example", "", "b@x.example"]
    assert found[1].name == "nonsense"
    assert defects == {"bad-address"}


def test_an_envelope_recipient_is_exactly_one_address():
    assert parse_address(" <Import@Shop.example> ") == "import@shop.example"
    assert parse_address("a@b.example, c@d.example") == ""
