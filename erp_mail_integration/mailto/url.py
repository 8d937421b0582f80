"""`mailto:` URLs (RFC 6068)."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from .draft import CONTROL, Draft

MAX_URL_LENGTH = 2_000
"""Windows passes 2,048 characters to a mail program, and browsers some more; what is longer does not open."""
CUT = "> [...]"
ADDRESS = re.compile(r"[^\s\x00-\x1f\x7f,;<>]+@[^\s\x00-\x1f\x7f,;<>@]+")
MESSAGE_ID = re.compile(r"<[^\s<>\x00-\x1f\x7f]+>")


@dataclass(frozen=True, slots=True)
class Mailto:
    """A link and whether it carries everybody that it should."""

    url: str
    complete: bool
    """False if the recipients alone are too many for a link."""


def mailto(draft: Draft, limit: int = MAX_URL_LENGTH) -> Mailto:
    """The draft as a link that fits into `limit` characters: the quoted text is cut where it must be.

    Every value is percent-encoded whole, and only what has the form of an address or Message-ID passes, so
    that no value can add a header or a recipient.
    """
    to = ",".join(_address(address) for address in draft.to if ADDRESS.fullmatch(address))
    cc = ",".join(_address(address) for address in draft.cc if ADDRESS.fullmatch(address))
    fields = [("cc", cc)] if cc else []
    fields.append(("subject", _encode(CONTROL.sub(" ", draft.subject))))
    if MESSAGE_ID.fullmatch(draft.in_reply_to):
        fields.append(("In-Reply-To", _encode(draft.in_reply_to)))
    url = f"mailto:{to}?" + "&".join(f"{name}={value}" for name, value in fields)
    body = _fitting_body(draft.body, limit - len(url) - len("&body="))
    return Mailto(url + (f"&body={body}" if body else ""), len(url) <= limit)


def _address(address: str) -> str:
    # RFC 6068 section 2: what would end the address is encoded; the rest is left for people to read.
    return quote(address, safe="@!$'*+-._~")


def _encode(text: str) -> str:
    return quote(text, safe="", errors="ignore")


def _fitting_body(body: str, room: int) -> str:
    """As many whole lines of the body as fit, encoded, with CRLF between them (RFC 6068 section 5)."""
    lines = [CONTROL.sub(" ", line) for line in body.split("\n")]
    encoded = [_encode(line) for line in lines]
    if len("%0D%0A".join(encoded)) <= room:
        return "%0D%0A".join(encoded).rstrip() if body.strip() else ""
    end = "%0D%0A" + _encode(CUT)
    kept: list[str] = []
    used = len(end)
    for line in encoded:
        used += len(line) + len("%0D%0A")
        if used > room:
            break
        kept.append(line)
    return "%0D%0A".join(kept) + end if any(kept) else ""
