"""Address headers, strictly (RFC 5322 section 3.4), so that nobody is taken for somebody else.

`email.utils.getaddresses` of Python 3.11 reads `ceo@corp.com <evil@x.com>` as the boss
(CVE-2023-27043). Here an address is what the grammar says, or it is ''; what is dubious is named.
Header text is tokenized before encoded words are decoded, as RFC 2047 section 5 demands: an encoded
comma separates nothing. Everything is linear and without recursion.
"""

import ipaddress
import itertools
import re

from .headers import decode_words
from .limits import MAX_ADDRESS_HEADER, MAX_ADDRESSES
from .model import Address
from .text import clean_line

TOKEN = re.compile(
    r"""(?P<space>\s++)
    |(?P<quoted>"(?:[^"\\]++|\\.)*")
    |(?P<literal>\[[^\[\]\\\s]*+\])
    |(?P<special>[()<>@,:;.\\"\[\]])
    |(?P<atom>[^\s()<>@,:;.\\"\[\]]++)""",
    re.VERBOSE | re.DOTALL,
)
COMMENT_STEP = re.compile(r"\\.|[()]", re.DOTALL)
LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]+")
LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")
NAMED_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,255}")
MAX_ADDRESS_LENGTH = 320

Token = tuple[str, str]


def parse_addresses(value: str) -> tuple[list[Address], set[str]]:
    """Read one address header.

    :param value: unfolded, not decoded
    :return: its mailboxes, groups dissolved, at most `MAX_ADDRESSES`; and defects:
        'bad-address', 'display-name-address', 'quoted-local-part', 'comment-in-address', 'group',
        'addresses-truncated'
    """
    defects: set[str] = set()
    if len(value) > MAX_ADDRESS_HEADER:
        value = value[:MAX_ADDRESS_HEADER]
        defects.add("addresses-truncated")
    found: list[Address] = []
    for start, stop, tokens in _mailboxes(value, defects):
        if len(found) >= MAX_ADDRESSES:
            defects.add("addresses-truncated")
            break
        address = _mailbox(tokens, value[start:stop], defects)
        if address:
            found.append(address)
    return found, defects


def parse_address(value: str) -> str:
    """The one address of a value such as Delivered-To, normalised; '' if it is not exactly one."""
    found, _defects = parse_addresses(value)
    return found[0].address if len(found) == 1 else ""


def _mailboxes(value: str, defects: set[str]):
    """Cut a header at its commas; yield start, end and tokens of each mailbox."""
    tokens: list[Token] = []
    start = position = 0
    in_angle = in_group = False
    while position < len(value):
        match = TOKEN.match(value, position)
        kind, text = match.lastgroup, match[0]
        position = match.end()
        if kind == "special" and text == "(":
            position = _skip_comment(value, match.start())
            if position < 0:
                # No end in sight: nothing after it can be trusted.
                tokens.append(("bad", value[match.start() :][:1000]))
                position = len(value)
                break
            tokens.append(("comment", value[match.start() + 1 : position - 1]))
            continue
        if kind == "special" and text == '"':
            tokens.append(("bad", value[match.start() :][:1000]))
            position = len(value)
            break
        if kind == "special" and text in "<>":
            in_angle = text == "<"
        if kind == "special" and not in_angle:
            if text == ":" and not in_group:
                defects.add("group")
                in_group = True
                tokens, start = [], position
                continue
            if text == "," or (text == ";" and (in_group or _is_complete(tokens))):
                in_group = in_group and text == ","
                yield start, match.start(), tokens
                tokens, start = [], position
                continue
        tokens.append((kind, text))
    yield start, position, tokens


def _is_complete(tokens: list[Token]) -> bool:
    """Outlook users separate recipients by `;`: allowed after something that holds an address."""
    return any(token == ("special", "@") for token in tokens)


def _skip_comment(value: str, start: int) -> int:
    """Position after the comment that opens at `start`; comments nest. -1 if it has no end."""
    depth = 0
    for match in COMMENT_STEP.finditer(value, start):
        if match[0] == "(":
            depth += 1
        elif match[0] == ")":
            depth -= 1
            if not depth:
                return match.end()
    return -1


def _mailbox(tokens: list[Token], raw: str, defects: set[str]) -> Address | None:
    raw = clean_line(raw)[:1000]
    if not any(kind != "space" for kind, _text in tokens):
        return None
    angles = [position for position, token in enumerate(tokens) if token in (("special", "<"), ("special", ">"))]
    comments = [text for kind, text in tokens if kind == "comment"]
    if not angles:
        address = _addr_spec(tokens, defects)
        if address:
            return Address(_text(comments[0]) if comments else "", address, raw)
        defects.add("bad-address")
        return Address(_phrase(tokens), "", raw)
    name = _phrase(tokens[: angles[0]]) or (_text(comments[0]) if comments else "")
    tail = tokens[angles[-1] + 1 :]
    well_formed = len(angles) == 2 and tokens[angles[0]][1] == "<" and tokens[angles[1]][1] == ">"
    stray = any(kind == "bad" or (kind == "special" and text in ")\\[]") for kind, text in tokens[: angles[0]])
    if not well_formed or stray or any(kind not in ("space", "comment") for kind, _text in tail):
        defects.add("bad-address")
        return Address(name, "", raw)
    inside = tokens[angles[0] + 1 : angles[1]]
    address = _addr_spec(inside, defects)
    if not address and any(kind != "space" for kind, _text in inside):
        defects.add("bad-address")
    named = NAMED_ADDRESS.findall(name.lower())
    if any(other.strip(".'") != address for other in named):
        defects.add("display-name-address")
    return Address(name, address, raw)


def _phrase(tokens: list[Token]) -> str:
    return _text("".join(_unquote(text) if kind == "quoted" else text for kind, text in tokens if kind != "comment"))


def _text(value: str) -> str:
    return " ".join(decode_words(value[:10_000]).split())[:500]


def _unquote(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)


def _addr_spec(tokens: list[Token], defects: set[str]) -> str:
    """`local@domain` in lower case, or ''. Comments and outer space are allowed, nothing else."""
    solid = [position for position, token in enumerate(tokens) if token[0] not in ("space", "comment")]
    parts = tokens[solid[0] : solid[-1] + 1] if solid else []
    if any(kind == "comment" for kind, _text in parts):
        defects.add("comment-in-address")
        parts = [token for token in parts if token[0] != "comment"]
    ats = [position for position, token in enumerate(parts) if token == ("special", "@")]
    if not ats:
        return ""
    local = _local_part(parts[: ats[0]], defects)
    domain = _domain(parts[ats[0] + 1 :])
    address = f"{local}@{domain}".lower()
    return address if local and domain and len(address) <= MAX_ADDRESS_LENGTH else ""


def _local_part(tokens: list[Token], defects: set[str]) -> str:
    if len(tokens) == 1 and tokens[0][0] == "quoted":
        # Legal, and made for confusion: "ceo@corp.com"@evil.com. Taken if quoting was not needed.
        defects.add("quoted-local-part")
        local = _unquote(tokens[0][1])
    else:
        local = _dot_atom(tokens)
    if not LOCAL.fullmatch(local) or local.startswith("=?"):
        return ""
    return local


def _domain(tokens: list[Token]) -> str:
    if len(tokens) == 1 and tokens[0][0] == "literal":
        return tokens[0][1] if _is_address_literal(tokens[0][1][1:-1]) else ""
    domain = _dot_atom(tokens).removesuffix(".")
    labels = domain.split(".")
    if len(domain) > 253 or not all(map(LABEL.fullmatch, labels)):
        return ""
    return domain


def _dot_atom(tokens: list[Token]) -> str:
    """Atoms and dots as one text; '' of anything else. Two atoms side by side had a comment between."""
    kinds = [kind if kind == "atom" else text for kind, text in tokens]
    if any(kind not in ("atom", ".") for kind in kinds) or ("atom", "atom") in itertools.pairwise(kinds):
        return ""
    return "".join(text for _kind, text in tokens)


def _is_address_literal(text: str) -> bool:
    """RFC 5321 section 4.1.3."""
    try:
        if text.lower().startswith("ipv6:"):
            ipaddress.IPv6Address(text[5:])
        else:
            ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True
