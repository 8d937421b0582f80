"""Conditions of administrators' rules, on a parsed mail. Plain Python: nothing here asks the database."""

from collections.abc import Callable
from typing import Any

MAX_TEXT = 200_000
"""Characters of a body that conditions look at."""


def _addresses(*groups) -> list[str]:
    return [f"{address.name} <{address.address}>".lower() for group in groups for address in group]


SUBJECTS: dict[str, Callable[[Any, str], list[str]]] = {
    "from": lambda mail, _name: _addresses((mail.from_,)),
    "domain": lambda mail, _name: [mail.from_.address.rpartition("@")[2]],
    "recipient": lambda mail, _name: [*_addresses(mail.to, mail.cc, mail.bcc), *mail.delivered_to],
    "subject": lambda mail, _name: [mail.subject.lower()],
    "body": lambda mail, _name: [mail.text[:MAX_TEXT].lower()],
    "header": lambda mail, name: [value.lower() for key, value in mail.headers if key.lower() == name.lower()],
    "attachment": lambda mail, _name: [attachment.name.lower() for attachment in mail.attachments],
    "automatic": lambda mail, _name: [mail.auto],
    "list": lambda mail, _name: [mail.list_id.lower()],
}
"""What a condition can look at -> the texts of a mail, in lower case. ``size`` is apart: it is a number."""

OPERATORS: dict[str, Callable[[list[str], str], bool]] = {
    "contains": lambda texts, value: any(value in text for text in texts),
    "not_contains": lambda texts, value: not any(value in text for text in texts),
    "is": lambda texts, value: value in texts,
    "is_not": lambda texts, value: value not in texts,
    "begins": lambda texts, value: any(text.startswith(value) for text in texts),
    "ends": lambda texts, value: any(text.endswith(value) for text in texts),
    "set": lambda texts, _value: any(texts),
    "not_set": lambda texts, _value: not any(texts),
}
"""No regular expressions: a rule must not be the way to stop the importer with one mail."""


def holds(mail: Any, subject: str, operator: str, value: str, header: str = "") -> bool:
    """Whether a condition holds for a mail.

    :param mail: a :class:`mime.ParsedMail`
    :param subject: a key of ``SUBJECTS``, or ``size`` (in kilobytes)
    :param operator: a key of ``OPERATORS``; ``over`` or ``under`` for ``size``
    :param value: compared whatever its case
    :param header: name of the header field, for the subject ``header``
    """
    value = value.strip().lower()
    if subject == "size":
        kilobytes = float(value) if value.replace(".", "", 1).isdecimal() else 0.0
        return mail.size > kilobytes * 1024 if operator == "over" else mail.size <= kilobytes * 1024
    texts = SUBJECTS[subject](mail, header)
    if subject == "from" and operator in ("is", "is_not", "begins", "ends"):
        texts = [mail.from_.address]
    if subject == "recipient" and operator in ("is", "is_not", "begins", "ends"):
        texts = [address.address for group in (mail.to, mail.cc, mail.bcc) for address in group] + list(
            mail.delivered_to
        )
    return OPERATORS[operator](texts, value)
