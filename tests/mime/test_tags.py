"""The tag grammar on what mail programs make of a tag (DESIGN "Reference tags", THREATS 25)."""

import pytest
from erp_mail_plain.mime import tags
from erp_mail_plain.mime.tags import (
    Tag,
    find_numbers,
    find_reference_addresses,
    find_tags,
    format_tag,
    sign,
    strip_tags,
    verify,
)
from hypothesis import given
from hypothesis import strategies as st

SECRET = "a secret of this database"


@pytest.mark.parametrize(
    "text",
    [
        "[xtref:S-000042]",
        "[XTREF:s-000042]",
        "Re: AW: [EXT] [xtref:S-000042] your order",
        "x[xtref:S-000042]y",
        "[ xtref:S-000042 ]",
        "[xtref: S - 000042]",
        "[xtref:S-\r\n 000042]",
        "[xt\n ref:S-000042]",
        "> [xtref:S-\n> 000042]",
        "> > [xtref:S-\n> > 000042]",
        "[xtref:S-0=\n00042]",
        "[xtref:S-000042=20]",
        "=5Bxtref=3AS-000042=5D",
        "=5bxtref=3aS=2d000042=5d",
        "=?utf-8?Q?=5Bxtref=3AS-000042=5D?=",
        "%5Bxtref:S-000042%5D",
        "&#91;xtref:S-000042&#93;",
        "&#x5B;xtref&#58;S&#45;000042&#x5D;",
        "&lbrack;xtref&colon;S-000042&rsqb;",
        "[xtref:S&#8209;000042]".replace("&#8209;", "\u2011"),
        "[xtref:S\u2013000042]",
        "［ｘｔｒｅｆ：Ｓ－０００042］",
        "【xtref:S-000042】",
        "[xtref:S-0\u200b000\u200d42]",
        "[xt\u00adref:S-000\u00ad042]",
        "\u202a[xtref:S-000042]\u202c",
        "[\u2060xtref:S-000042\ufeff]",
        "[xtref:S-000042&nbsp;]",
        "[xtref:S-000042\xa0]",
    ],
)
def test_a_mangled_tag_is_read(text):
    (tag,) = find_tags(text)
    assert (tag.code, tag.reference, tag.signature) == ("S", "000042", "")
    assert text[tag.start : tag.end] == tag.matched


@pytest.mark.parametrize(
    "text",
    [
        "xtref:S-000042",
        "[xtref:S-000042",
        "xtref:S-000042]",
        "[xtref S-000042]",
        "[xtref:S000042]",
        "[xtref:-000042]",
        "[xtref:S-]",
        "[xtref:S--]",
        "[ytref:S-1]",
        "[xtref:S-1 and more]" + "x" * 300 + "]",
        "[xtref:TOOLONGCODE-1]",
        "[xtref:S-" + "1" * 65 + "]",
        "[xtref:S-1\x00]",
    ],
)
def test_what_is_no_tag_is_none(text):
    assert [tag for tag in find_tags(text) if tag.reference != "1andmore"] == []


def test_any_number_of_tags_in_their_order():
    text = "[xtref:S-1] and [xtref:I-2], [xtref:S-1]"
    assert [(tag.code, tag.reference, tag.start) for tag in find_tags(text)] == [
        ("S", "1", 0),
        ("I", "2", 16),
        ("S", "1", 29),
    ]


@pytest.mark.parametrize("reference", ["INV/2026/00012", "WH/OUT/00001", "P00007", "a_b", "ÄÖ-1"])
def test_a_reference_may_be_a_records_name(reference):
    (tag,) = find_tags(format_tag("A", reference))
    assert (tag.code, tag.reference) == ("A", reference)


def test_numbers_are_padded_when_written():
    assert format_tag("S", 42) == "[xtref:S-000042]"
    assert format_tag("S", "1234567") == "[xtref:S-1234567]"
    assert format_tag("S", 42, "k7f3q") == "[xtref:S-000042.k7f3q]"


def test_a_signed_tag_is_verified():
    (tag,) = find_tags(format_tag("S", 42, sign(SECRET, "S", 42)))
    assert verify(SECRET, tag)
    assert not verify("another secret", tag)


@pytest.mark.parametrize(
    "mangle", [str.upper, str.lower, lambda text: text.replace("-", "- "), lambda text: text.replace("00", "")]
)
def test_a_signature_survives_mail_programs(mangle):
    (tag,) = find_tags(mangle(format_tag("S", 42, sign(SECRET, "S", 42))))
    assert verify(SECRET, tag)


@pytest.mark.parametrize(
    "changed",
    [
        {"reference": "43"},
        {"code": "I"},
        {"signature": ""},
        {"signature": sign(SECRET, "S", 42)[:5]},
        {"signature": "a" * 8},
        {"signature": sign(SECRET, "S", 42) + "a"},
    ],
)
def test_a_signature_holds_for_one_document_in_full_length(changed):
    fields = {"code": "S", "reference": "42", "signature": sign(SECRET, "S", 42), "start": 0, "end": 0, "matched": ""}
    assert verify(SECRET, Tag(**fields))
    assert not verify(SECRET, Tag(**(fields | changed)))


def test_the_short_signature_of_the_grammars_example_is_read_and_not_believed():
    (tag,) = find_tags("[xtref:S-000042.k7f3q]")
    assert tag.signature == "k7f3q"
    assert not verify(SECRET, tag)


@pytest.mark.parametrize(
    ("subject", "stripped"),
    [
        ("Re: [xtref:S-000042] order", "Re: order"),
        ("order [xtref:S-000042]", "order"),
        ("[xtref:S-000042]", ""),
        ("no  tag", "no  tag"),
        ("a [xtref:S-1][xtref:S-2] b", "a b"),
    ],
)
def test_tags_are_stripped_from_a_subject(subject, stripped):
    assert strip_tags(subject) == stripped


@pytest.mark.parametrize(
    ("subject", "numbers"),
    [
        ("Re: #10009555 does not boot", [("10009555", False)]),
        ("[#1234] broken", [("1234", True)]),
        ("Re: [ #1234 ] broken", [("1234", True)]),
        ("[#12 broken", [("12", False)]),
        ("#1, #2 and [#3]", [("1", False), ("2", False), ("3", True)]),
        ("＃１２３", [("123", False)]),
        ("&#123; #abc C# 5 x#5 #5a #1-2 ##5 http://x/#5", []),
        ("# 77", [("77", False)]),
    ],
)
def test_numbers_in_a_subject(subject, numbers):
    found = find_numbers(subject)
    assert [(each.number, each.bracketed) for each in found] == numbers
    assert all(subject[each.start : each.end] == each.matched for each in found)


def test_addresses_that_name_a_document():
    found = find_reference_addresses(
        [
            "issue-234@d.example",
            "reply+S-000042.abcdefgh@d.example",
            "jane@d.example",
            "issue-x@d.example",
            "issue-234@d.example",
        ]
    )
    assert [(each.code, each.reference, each.signature, each.address) for each in found] == [
        ("", "234", "", "issue-234@d.example"),
        ("S", "000042", "abcdefgh", "reply+S-000042.abcdefgh@d.example"),
    ]


def test_the_prefix_of_number_addresses_can_be_chosen():
    assert [each.reference for each in find_reference_addresses(["ticket+7@d.example"], prefix="ticket+")] == ["7"]
    assert find_reference_addresses(["issue-7@d.example"], prefix="") == []


def test_a_reply_address_is_verified_like_a_tag():
    (found,) = find_reference_addresses([f"reply+s-000042.{sign(SECRET, 'S', 42)}@d.example"])
    assert verify(SECRET, found)


def test_a_text_full_of_tags_is_bounded():
    assert len(find_tags("[xtref:S-1]" * 5_000)) == tags.MAX_TAGS


REFERENCES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_/-]{0,40}", fullmatch=True)
CODES = st.from_regex(r"[A-Z0-9]{1,8}", fullmatch=True)
JUNK = st.sampled_from(["", " ", "\n", "\r\n ", "\n> ", "\u200b", "\u00ad", "=\n", "=20", "&nbsp;", "\ufeff"])


@given(st.text(), CODES, REFERENCES, st.lists(JUNK, min_size=60, max_size=60), st.text())
def test_a_tag_is_found_whatever_stands_in_and_around_it(before, code, reference, junk, after):
    written = format_tag(code, reference)
    mangled = "".join(character + noise for character, noise in zip(written[:-1], junk * 3, strict=False)) + written[-1]
    found = find_tags(f"{before} {mangled} {after}")
    assert (code, written[8 + len(code) : -1]) in [(tag.code, tag.reference) for tag in found]


@given(st.text(st.sampled_from("[]xtref:S-0.& #;=5BDb\n> ［］＃-9\u200b"), max_size=300))
def test_no_text_makes_the_grammar_fail(text):
    for tag in find_tags(text):
        assert text[tag.start : tag.end] == tag.matched
    find_numbers(text)
    strip_tags(text)
