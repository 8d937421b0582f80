import pytest
from erp_mail_plain.sending.sender import (
    FIXED,
    LOGIN,
    ODOO,
    PARTNER,
    Policy,
    aligned,
    default_sender,
    display_name,
    envelope,
)


@pytest.mark.parametrize(
    ("default_from", "domain", "expected"),
    [
        ("notifications", "mycompany.com", "notifications@mycompany.com"),
        ("erp@other.com", "mycompany.com", "erp@other.com"),
        ("erp@other.com", "", "erp@other.com"),
        ("notifications", "", ""),
        ("", "mycompany.com", ""),
    ],
)
def test_default_sender(default_from, domain, expected):
    assert default_sender(default_from, domain) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a@my.com", "b@my.com", True),
        ("a@MY.com", "b@my.com", True),
        ("a@mail.my.com", "b@my.com", True),
        ("a@my.com", "b@mail.my.com", True),
        ("a@notmy.com", "b@my.com", False),
        ("a@my.com", "b@other.com", False),
        ("", "b@my.com", False),
        ("a", "b", False),
    ],
)
def test_alignment_is_relaxed_and_never_fooled_by_a_suffix(one, other, expected):
    assert aligned(one, other) is expected


@pytest.mark.parametrize(
    ("strategy", "header_from", "bounce", "proposed", "expected"),
    [
        (ODOO, "n@my.com", "bounce@my.com", "bounce@my.com", "bounce@my.com"),
        (LOGIN, "login@my.com", "bounce@my.com", "bounce@my.com", "login@my.com"),
        (FIXED, "erp@my.com", "bounce@my.com", "anna@x.com", "bounce@my.com"),
        (FIXED, "erp@other.com", "bounce@my.com", "bounce@my.com", "erp@other.com"),
        (FIXED, "erp@my.com", "", "anna@x.com", "erp@my.com"),
        (PARTNER, "anna-x@my.com", "bounce@my.com", "anna@x.com", "bounce@my.com"),
    ],
)
def test_envelope_is_aligned_with_the_header(strategy, header_from, bounce, proposed, expected):
    result = envelope(Policy(strategy), header_from, bounce, proposed)
    assert result == expected
    assert aligned(result, header_from)


@pytest.mark.parametrize(
    ("name", "via", "expected"),
    [
        ("Anna", "", "Anna"),
        ("Anna", "My Company", "Anna via My Company"),
        ("Anna via My Company", "My Company", "Anna via My Company"),
        ("", "", "anna"),
        ("Anna\r\nBcc: eve@example.com", "", "Anna Bcc: eve@example.com"),
    ],
)
def test_display_name(name, via, expected):
    assert display_name(name, "anna@example.com", via) == expected
