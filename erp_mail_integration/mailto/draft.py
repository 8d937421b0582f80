"""What a reply or a forward starts from: recipients, subject, quoted text, place in the conversation."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..mime import Address, ParsedMail
from ..mime.tags import strip_tags

# Prefixes of answers and forwards in the languages that mail programs speak; `Re[2]:` and `RE :` too.
PREFIXES = re.compile(
    r"^(?:\s*(?:re|aw|sv|vs|ant|antw|antwort|odp|ynt|rif|res|r|tr|fw|fwd|wg|vb|vl|doorst|enc|rv|i|pd|ilt)\s*(?:\[\d+\])?\s*[:：])+\s*",
    re.IGNORECASE,
)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
MAX_SUBJECT = 300
MAX_REFERENCES = 20
"""The root and the newest: RFC 5322 3.6.4 wants all, header limits want an end."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail that somebody is about to write."""

    to: tuple[str, ...] = ()
    """Normalised addresses."""
    cc: tuple[str, ...] = ()
    subject: str = ""
    """One line: prefix once, tag once."""
    introduction: str = ""
    """Says whose text follows."""
    text: str = ""
    """The text of the mail that is answered or passed on."""
    quoted: bool = False
    """The text is an answer's quote."""
    in_reply_to: str = ""
    """Message-ID with its `<>`; '' for a new conversation."""
    references: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    """Addresses that got the mail and will not get the answer."""

    @property
    def body(self) -> str:
        """Plain text to write above; '' for a mail of its own."""
        if not self.text and not self.introduction:
            return ""
        if not self.quoted:
            return "\n\n" + "\n\n".join(filter(None, (self.introduction, self.text)))
        lines = (f">{line}" if line.startswith(">") else f"> {line}" for line in self.text.strip().splitlines())
        return "\n".join(("\n", self.introduction, *lines))


def new(to: Iterable[str] = (), subject: str = "", tag: str = "") -> Draft:
    """A mail of its own."""
    return Draft(to=_unique(to), subject=tagged_subject("", subject, tag))


def reply(
    mail: ParsedMail,
    is_own: Callable[[str], bool],
    everybody: bool = False,
    sent: bool = False,
    tag: str = "",
    introduction: str = "",
) -> Draft:
    """An answer: to Reply-To, else From; with `everybody` also to the other recipients.

    The answer to a mail of our own goes where that mail went.

    :param is_own: whether an address is the writer's or one of our mailboxes and aliases: these get no answer
    :param sent: the mail is one that we sent, whoever of us wrote it
    :param introduction: the line above the quoted text
    """
    others = [address for address in _addresses(mail.to) if not is_own(address)]
    copies = [address for address in _addresses(mail.cc) if not is_own(address)]
    target = _addresses(mail.reply_to) or _addresses([mail.from_])
    if (sent or is_own(mail.from_.address)) and (others or copies):
        to, rest = tuple(others) or tuple(copies), copies
    else:
        # Who answers their own notes answers themselves.
        to, rest = _unique(address for address in target if not is_own(address)) or target, others + copies
    rest = [address for address in _unique(rest) if address not in to]
    return Draft(
        to=to if not everybody else _unique([*to, *(address for address in others if address in rest)]),
        cc=tuple(address for address in rest if address in copies and address not in others) if everybody else (),
        subject=tagged_subject("RE: ", mail.subject, tag),
        introduction=introduction,
        text=mail.text,
        quoted=True,
        in_reply_to=mail.message_id,
        references=_references(mail),
        dropped=() if everybody else tuple(rest),
    )


def forward(mail: ParsedMail, tag: str = "", introduction: str = "") -> Draft:
    """The mail for somebody else: no recipients yet, its text below an introduction."""
    return Draft(subject=tagged_subject("FW: ", mail.subject, tag), introduction=introduction, text=mail.text)


def tagged_subject(prefix: str, subject: str, tag: str) -> str:
    """A subject on one line with the prefix once and the tag once, at its end.

    >>> tagged_subject("RE: ", "Re: AW: Order [xtref:S-000001]", "[xtref:S-000042]")
    'RE: Order [xtref:S-000042]'
    """
    plain = CONTROL.sub(" ", strip_tags(CONTROL.sub(" ", subject)))
    plain = PREFIXES.sub("", " ".join(plain.split()))[:MAX_SUBJECT]
    return f"{prefix}{plain} {tag}".strip() if tag else f"{prefix}{plain}".strip()


def _references(mail: ParsedMail) -> tuple[str, ...]:
    chain = _unique([*(mail.references or mail.in_reply_to), mail.message_id])
    return chain if len(chain) <= MAX_REFERENCES else (chain[0], *chain[1 - MAX_REFERENCES :])


def _addresses(addresses: Iterable[Address]) -> tuple[str, ...]:
    return _unique(address.address for address in addresses)


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
