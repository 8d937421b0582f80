"""Reference tags in subjects, bodies and addresses: `[xtref:S-000042]`.

The grammar is that of what arrives, not of what was sent. Mail programs fold lines, prefix `> `,
leave `=20` or `&#91;`, write full-width forms, insert soft hyphens and zero-width characters, and
trim or double spaces. One expression that never goes back reads the text as it is, so that positions are
true and hostile text costs linear time: no character that may open a tag may also stand inside
one, so nothing is scanned twice.

Security of signed tags: `sign` gives 8 base32 characters, 40 bits of an HMAC-SHA256. The only
oracle is to send mail: at 1,000 mails an hour one document's signature takes 60,000 years on
average. Five characters, as in the example `k7f3q` of the grammar, would be 25 bits and 2 years:
such tags are read, and `verify` refuses them.
"""

import base64
import hashlib
import hmac
import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from .atomic import atomic

SIGNATURE_LENGTH = 8
REFERENCE_DIGITS = 6
MAX_TAGS = 1_000
"""Tags read of one text. A mail that names more documents is no correspondence."""
MAX_CANDIDATES = 10_000
"""Look-alikes examined in one text: 40 ms."""

_INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff"
_DASH = "\u2010-\u2015\u2212\ufe58\ufe63"
_OPEN = r"(?:[\[［【]|&\#0{0,4}91;|&\#x0{0,4}5b;|&l(?:brack|sqb);|[=%]5b)"
_CLOSE = r"(?:[\]］】]|&\#0{0,4}93;|&\#x0{0,4}5d;|&r(?:brack|sqb);|[=%]5d)"
# What may stand between two characters of a tag: space, invisible characters, the quote prefix of
# a folded line, soft line breaks and spaces of quoted-printable, spaces of HTML.
_JUNK = rf"""(?:[\s{_INVISIBLE}]|(?<=\n)[>|]|(?<=[>|\ ])[>|]|=\r?\n|=(?:20|09|0a|0d|a0)|=c2=a0
    |&(?:nbsp|shy|zwnj|zwj|\#160|\#173|\#8203);)*"""
_WORD = "".join(rf"[{letter}{chr(ord(letter) + 0xFEE0)}]{atomic(_JUNK)}" for letter in "xtref")
_CHARACTER = rf"(?:[\w/.-]|[{_DASH}．／－]|=2[d-f]|=5f|&(?:\#45|\#46|\#47|\#95|hyphen|period|sol|lowbar);)"
TAG = re.compile(
    rf"{_OPEN}{atomic(_JUNK)}{_WORD}(?:[:：]|=3a|&(?:\#58|colon);)"
    + atomic(rf"(?:{atomic(_JUNK)}{_CHARACTER}){{3,200}}")
    + rf"{atomic(_JUNK)}{_CLOSE}",
    re.IGNORECASE | re.VERBOSE,
)
CONTENT = re.compile(
    r"\[xtref:(?P<code>[a-z0-9]{1,8})-(?P<reference>[^\W_][\w/-]{0,63})(?:\.(?P<signature>[a-z2-7]{5,32}))?\]",
    re.IGNORECASE,
)
ENCODED = re.compile(r"=([0-9a-f]{2})", re.IGNORECASE)
DROPPED = re.compile(rf"[\s>|{_INVISIBLE}]|=\r?\n", re.IGNORECASE)
BRACKETS = str.maketrans("［【］】", "[[]]")
DASHES = re.compile(f"[{_DASH}]")
NUMBER = re.compile(
    r"(?<![\w&/#＃])(?P<open>[\[［]\s{0,3})?[#＃]\s?(?P<number>\d{1,18}+)(?![\w-])(?P<close>\s{0,3}[\]］])?"
)
STRIPPED = re.compile(r"\s{2,}")


@dataclass(frozen=True, slots=True)
class Tag:
    """One reference tag found in a text."""

    code: str
    """Code of the document type, in upper case."""
    reference: str
    """The record's reference as written: digits of an id, or a name such as `INV/2026/0001`."""
    signature: str
    """Signature in lower case, '' if unsigned. Not verified."""
    start: int
    """Position in the text searched."""
    end: int
    """Position after the tag."""
    matched: str
    """The text as it stood there: evidence for people."""


@dataclass(frozen=True, slots=True)
class Number:
    """One `#10009555` or `[#1234]` found in a subject."""

    number: str
    """Digits, as written."""
    bracketed: bool
    start: int
    end: int
    matched: str


@dataclass(frozen=True, slots=True)
class ReferenceAddress:
    """An address that names a document: `issue-234@domain` or `reply+S-000042.k7f3q@domain`."""

    code: str
    """Code of the document type; '' where the address does not say."""
    reference: str
    signature: str
    address: str


def find_tags(text: str) -> list[Tag]:
    """All tags of a text, in their order, at most `MAX_TAGS`. Linear in the length of the text."""
    found: list[Tag] = []
    for match in islice(TAG.finditer(text), MAX_CANDIDATES):
        content = CONTENT.fullmatch(match[0]) or CONTENT.fullmatch(_plain(match[0]))
        if content is None:
            continue
        found.append(
            Tag(
                content["code"].upper(),
                content["reference"],
                (content["signature"] or "").lower(),
                match.start(),
                match.end(),
                match[0],
            )
        )
        if len(found) == MAX_TAGS:
            break
    return found


def _plain(matched: str) -> str:
    """A mangled tag as it was written."""
    text = ENCODED.sub(lambda match: chr(int(match[1], 16)), matched.replace("%", "="))
    text = unicodedata.normalize("NFKC", DROPPED.sub("", html.unescape(text)).translate(BRACKETS))
    return DASHES.sub("-", DROPPED.sub("", text))


def format_tag(code: str, reference: str | int, signature: str = "") -> str:
    """Write a tag. A numeric reference is padded to six digits.

    :param code: code of the document type
    :param reference: a record's id or its reference text
    :param signature: from `sign`; '' for an unsigned tag
    """
    text = str(reference)
    if text.isascii() and text.isdigit():
        text = text.zfill(REFERENCE_DIGITS)
    return f"[xtref:{code}-{text}{'.' + signature if signature else ''}]"


def sign(secret: str | bytes, code: str, reference: str | int, length: int = SIGNATURE_LENGTH) -> str:
    """Signature of a reference: truncated HMAC-SHA256 in lower-case base32 (RFC 2104, 4648).

    Case, padding zeros and full-width forms make no difference: mail programs change them.

    :param secret: at least 16 bytes that only this database knows
    :param length: characters, 5 bits each
    """
    key = secret.encode() if isinstance(secret, str) else secret
    text = unicodedata.normalize("NFKC", str(reference)).upper()
    if text.isascii() and text.isdigit():
        text = text.lstrip("0") or "0"
    digest = hmac.digest(key, f"xtref:{code.upper()}-{text}".encode(), hashlib.sha256)
    return base64.b32encode(digest).decode().lower()[:length]


def verify(secret: str | bytes, tag: "Tag | ReferenceAddress") -> bool:
    """Whether a tag or address carries the right signature of full length. Constant time."""
    if len(tag.signature) < SIGNATURE_LENGTH:
        return False
    return hmac.compare_digest(sign(secret, tag.code, tag.reference, len(tag.signature)), tag.signature)


def strip_tags(subject: str) -> str:
    """The subject without its tags, for display and for comparing threads."""
    pieces, position = [], 0
    for tag in find_tags(subject):
        pieces.append(subject[position : tag.start])
        position = tag.end
    if not position:
        return subject
    pieces.append(subject[position:])
    return STRIPPED.sub(" ", " ".join(pieces)).strip()


def find_numbers(subject: str) -> list[Number]:
    """Numbers with a `#` in a subject: `#10009555` (openCRX) and `[#1234]` (Eventum)."""
    found = []
    for match in NUMBER.finditer(subject):
        bracketed = bool(match["open"] and match["close"])
        start = match.start() if bracketed else match.end("open") if match["open"] else match.start()
        end = match.end() if bracketed else match.end("number")
        number = unicodedata.normalize("NFKC", match["number"])
        found.append(Number(number, bracketed, start, end, subject[start:end]))
        if len(found) == MAX_TAGS:
            break
    return found


def find_reference_addresses(
    addresses: Iterable[str], prefix: str = "issue-", reply_prefix: str = "reply+"
) -> list[ReferenceAddress]:
    """Addresses that name a document, in their order, each once.

    :param addresses: normalised addresses of To, Cc, Delivered-To ...
    :param prefix: what stands before a number: `issue-234@domain`; '' switches this form off
    :param reply_prefix: what stands before a reference: `reply+S-000042.k7f3q@domain`
    """
    found: dict[str, ReferenceAddress] = {}
    for address in addresses:
        local, _at, domain = address.lower().rpartition("@")
        if not local or not domain or address in found:
            continue
        if reply_prefix and local.startswith(reply_prefix.lower()):
            content = CONTENT.fullmatch(f"[xtref:{local[len(reply_prefix) :]}]")
            if content:
                found[address] = ReferenceAddress(
                    content["code"].upper(), content["reference"], content["signature"] or "", address
                )
        elif prefix and local.startswith(prefix.lower()):
            number = local[len(prefix) :]
            if number.isascii() and number.isdigit() and len(number) <= 18:
                found[address] = ReferenceAddress("", number, "", address)
    return list(found.values())
