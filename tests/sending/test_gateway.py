import pytest
from erp_mail_plain.sending import gateway


@pytest.mark.parametrize(
    ("number", "plus", "expected"),
    [
        ("+41 (44) 111-2233", "drop", "41441112233"),
        ("+41 (44) 111-2233", "underscore", "_41441112233"),
        ("+41 (44) 111-2233", "keep", "+41441112233"),
        ("044 111 22 33", "underscore", "0441112233"),
        ("+1 800 FLOWERS", "drop", "1800FLOWERS"),
        ("+41 44 111\r\nBcc: eve", "drop", "4144111Bcceve"),
        ("+41 44 111 @evil.com", "drop", "4144111evilcom"),
    ],
)
def test_only_letters_and_digits_get_into_the_address(number, plus, expected):
    assert gateway.address(number, "noreply@fax.example", plus) == f"{expected}@fax.example"


def test_lists_mix_mail_addresses_and_numbers():
    mails, numbers = gateway.split_recipients('"Doe, Anna" <anna@x.com>, 044 111 22 33;+41 79 1;b@x.com,\n')
    assert mails == ['"Doe, Anna" <anna@x.com>', "b@x.com"]
    assert numbers == ["044 111 22 33", "+41 79 1"]


@pytest.mark.parametrize("text", ["", "Anna", "anna@x.com", "123", "room 4711", "<+41441112233>"])
def test_what_is_no_number(text):
    assert not gateway.is_number(text)
