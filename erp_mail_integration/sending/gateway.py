"""Mail addresses of fax and SMS gateways, made from phone numbers."""

import re

PLUS = ("drop", "underscore", "keep")
"""What becomes of a leading ``+``: gateways differ."""
# RFC 5322 quoted strings may hold commas: "Doe, Anna" <anna@example.com>
_ENTRY = re.compile(r'(?:"(?:\\.|[^"\\])*"|[^,;\n"])+')
_NUMBER = re.compile(r"^\s*\+?[\s\d()./\-]*\d[\s\d()./\-]*$")


def is_number(text: str) -> bool:
    """Whether the text is written like a phone number: at least four digits, and nothing but digits and separators.

    >>> is_number("+41 (44) 111-2233"), is_number("anna@example.com"), is_number("12")
    (True, False, False)
    """
    return bool(_NUMBER.match(text)) and sum(character.isdigit() for character in text) >= 4


def address(number: str, domain: str, plus: str = "drop") -> str:
    """The gateway's address for a number: digits and letters are kept.

    :param domain: the gateway's domain, or an address at it of which only the domain counts
    :param plus: one of :data:`PLUS`

    >>> address("+41 (44) 111-2233", "noreply@fax-gateway.opencrx.org")
    '41441112233@fax-gateway.opencrx.org'
    >>> address("+41 44 111 22 33", "sms.example.com", plus="underscore")
    '_41441112233@sms.example.com'
    """
    number = number.strip()
    prefix = {"drop": "", "underscore": "_", "keep": "+"}[plus] if number.startswith("+") else ""
    kept = "".join(character for character in number if character.isascii() and character.isalnum())
    return f"{prefix}{kept}@{domain.rpartition('@')[2].strip()}"


def split_recipients(text: str) -> tuple[list[str], list[str]]:
    """Take the phone numbers out of a list of recipients.

    :returns: the entries that are mail addresses, and the phone numbers

    >>> split_recipients('Anna <anna@example.com>, +41 44 111 22 33; bob@example.com')
    (['Anna <anna@example.com>', 'bob@example.com'], ['+41 44 111 22 33'])
    """
    mails, numbers = [], []
    for entry in _ENTRY.findall(text or ""):
        if entry.strip():
            (numbers if is_number(entry) else mails).append(entry.strip())
    return mails, numbers
