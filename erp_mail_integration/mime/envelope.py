"""Envelopes: mails that only carry other mails in (openCRX wrapper and importer mailbox).

The subject says what to do with what is inside:

    > @<mail creator> #<record creator or number> <subject>

Each part may be missing. openCRX asks for two spaces between the parts and shows one in its
examples; names may hold single spaces. So two spaces end a part; without them a name ends at the next
`#` or, for the second part, at the first space.
"""

import re
from dataclasses import dataclass

from .atomic import atomic
from .model import Attachment, ParsedMail
from .parser import parse
from .structure import ATTACHED_MAIL

MAX_LEVELS = 10
"""Envelopes in envelopes."""
MAX_MAILS = 1_000
"""Mails taken out of one envelope."""

WRAPPER = re.compile(r"\s*(?:(?:fwd?|wg|tr|rv|i|vs|doorst|enc)\s?:\s*)?>(?=\s|@|#|$)", re.IGNORECASE)
# No going back before the end of a part: hostile subjects cost linear time.
CREATOR = re.compile(r"\s*@\s?(" + atomic(r"(?:[^\s#]++(?:\s(?=[^\s#]))?)+") + ")")
CREATOR_ALONE = re.compile(r"\s*@\s?([^\s#]++)")
BRACKETS = re.compile(r"\[\s?(#[^\[\]]++)\]")
TARGET = re.compile(r"\s*#\s?(?P<words>" + atomic(r"(?:\S++(?:\s(?=\S))?)+") + r")(?=\s\s)|\s*#\s?(?P<word>\S++)")


@dataclass(frozen=True, slots=True)
class Wrapper:
    """What the subject of an envelope asks for."""

    creator: str = ""
    """Name of the mail creator, after `@`; '' means the default."""
    target: str = ""
    """Name of a record creator or number of a record, after `#`; '' means none."""
    subject: str = ""
    """The rest: name of a record to create."""

    @property
    def number(self) -> str:
        """The target if it is a record's number."""
        return self.target if self.target.isascii() and self.target.isdigit() else ""


def read_wrapper(subject: str) -> Wrapper | None:
    """Read the subject of a wrapper; None if the mail is none.

    >>> read_wrapper("> @E-mails #10009555 log file with exception")
    Wrapper(creator='E-mails', target='10009555', subject='log file with exception')
    """
    start = WRAPPER.match(subject)
    if start is None:
        return None
    # The manual writes the optional part in brackets, and so do people.
    rest = BRACKETS.sub(r"  \1  ", subject[start.end() :], count=1)
    creator = target = ""
    match = _creator(rest)
    if match:
        creator, rest = match[1].strip(), rest[match.end() :]
    match = TARGET.match(rest)
    if match:
        target, rest = (match["words"] or match["word"]).strip(), rest[match.end() :]
    return Wrapper(creator, target, " ".join(rest.split()))


def _creator(text: str) -> re.Match | None:
    """A name with single spaces needs two spaces or a `#` behind it; else it is one word."""
    match = CREATOR.match(text)
    if match and (text.startswith("  ", match.end()) or re.match(r"\s*#", text[match.end() :])):
        return match
    return CREATOR_ALONE.match(text)


def attached_mails(mail: ParsedMail) -> list[Attachment]:
    """The attachments of a mail that are mails: attached ones and `.eml` files."""
    return [each for each in mail.attachments if _is_mail(each)]


def _is_mail(attachment: Attachment) -> bool:
    if attachment.mimetype in ATTACHED_MAIL:
        return True
    # Some programs attach .eml files as application/octet-stream or text/plain.
    return attachment.name.lower().endswith(".eml") and attachment.mimetype in (
        "application/octet-stream",
        "text/plain",
    )


def unwrap(raw: bytes) -> list[bytes]:
    """The mails inside an envelope as they stand in it, those inside inner envelopes too.

    An attached mail that is no envelope itself keeps its own attachments, mails among them:
    only a mail whose subject is a wrapper's, or that has no text and nothing but mails in it, is opened.

    :param raw: the outer envelope
    :return: at most `MAX_MAILS`, in their order; empty if there is no mail in it
    """
    found: list[bytes] = []
    pending = [(each.payload, 1) for each in reversed(attached_mails(parse(raw)))]
    while pending and len(found) < MAX_MAILS:
        inner, level = pending.pop()
        mail = parse(inner)
        mails = attached_mails(mail)
        if mails and level < MAX_LEVELS and is_envelope(mail):
            pending += [(each.payload, level + 1) for each in reversed(mails)]
        else:
            found.append(inner)
    return found


def is_envelope(mail: ParsedMail) -> bool:
    """Whether a mail only carries others: a wrapper by its subject, or mails and nothing else."""
    if read_wrapper(mail.subject) is not None:
        return True
    mails = attached_mails(mail)
    return bool(mails) and len(mails) == len(mail.attachments) and not mail.text.strip()
