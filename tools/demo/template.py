"""Build a mail from a readable template.

A template is a mail as a person would read it: UTF-8 throughout, nothing encoded. Building it
encodes each part the way its own headers announce (`charset=windows-1252`, `quoted-printable`, ...)
and its headers as RFC 2047 encoded words, so that a placeholder may stand anywhere, even where it ends
up inside an encoded word or across a soft line break, as it does in real mail.

Placeholders:

- `@@name@@`: a text given by the caller, e.g. a reference tag
- `@@date +0100@@`: when this mail was sent, as a `Date` header in that zone
- `@@on <mail> <strftime format>@@`: when another mail was sent, for "On Tuesday ... wrote:"
- `@@file <asset>@@`: alone in a base64 part: the content of a file of the assets folder

A `.raw.eml` template is delivered as it stands: for mail that is broken in a way no encoder makes.
"""

import base64
import quopri
import re
from collections.abc import Callable, Mapping
from email import message_from_string
from email.charset import QP, Charset
from email.header import Header
from pathlib import Path

ASSETS = Path(__file__).parent / "mails" / "assets"

PLACEHOLDER = re.compile(r"@@(?P<name>[a-z]\w*)(?: (?P<argument>[^@\n]+))?@@")
NOT_ASCII_WORDS = re.compile(r"[^\s<>\"(),]*[^\x00-\x7f][^\s<>\"(),]*(?: +[^\s<>\"(),]*[^\x00-\x7f][^\s<>\"(),]*)*")


def substitute(text: str, names: Mapping[str, str], clock: Callable[[str, str], str]) -> str:
    """Replace the placeholders of a text; an unknown name is a KeyError that names it.

    :param names: the texts of plain placeholders
    :param clock: answers the placeholders with an argument, called with name and argument
    """

    def value(match):
        name, argument = match["name"], match["argument"]
        if name == "file":
            return match[0]  # binary: filled in when its part is encoded
        return names[name] if argument is None else clock(name, argument)

    return PLACEHOLDER.sub(value, text)


def build(text: str) -> bytes:
    """The wire form, with CRLF line ends, of a template whose placeholders are filled in."""
    charset = re.search(r"charset=\"?([\w-]+)", text)
    return _entity(text, charset[1] if charset else "utf-8").replace(b"\n", b"\r\n")


def _entity(text: str, charset: str) -> bytes:
    """One MIME entity: encoded headers, then its parts or its encoded body."""
    head, _blank, body = text.partition("\n\n")
    headers = message_from_string(head)
    result = _headers(head, charset) + b"\n\n"
    kind, boundary = headers.get_content_maintype(), headers.get_boundary()
    if kind == "multipart" and boundary:
        pieces = re.split(rf"(^--{re.escape(boundary)}(?:--)?\n)", body, flags=re.M)
        inside = False
        for piece in pieces:
            if piece.startswith(f"--{boundary}"):
                inside = not piece.endswith("--\n")
                result += piece.encode("ascii")
            else:
                result += _entity(piece, charset) if inside else piece.encode("ascii")
        return result
    if headers.get_content_type() == "message/rfc822":
        return result + _entity(body, charset)
    return result + _body(body, headers)


def _body(body: str, headers) -> bytes:
    """The body of a leaf part in its charset and transfer encoding."""
    asset = PLACEHOLDER.fullmatch(body.strip())
    if asset and asset["name"] == "file":
        return base64.encodebytes((ASSETS / asset["argument"]).read_bytes())
    payload = body.encode(headers.get_content_charset() or "utf-8")
    encoding = headers.get("Content-Transfer-Encoding", "").lower()
    if encoding == "quoted-printable":
        return quopri.encodestring(payload)
    if encoding == "base64":
        return base64.encodebytes(payload.replace(b"\n", b"\r\n"))
    return payload


def _headers(head: str, charset: str) -> bytes:
    """Header lines with what is not ASCII as encoded words: a whole subject, else only the words."""

    def encode(words):
        return Header(words, _header_charset(charset), maxlinelen=74).encode()

    lines = []
    for line in re.split(r"\n(?![ \t])", head):
        name, _colon, value = line.partition(": ")
        if not line.isascii():
            if name == "Subject":
                value = Header(re.sub(r"\n\s*", " ", value), _header_charset(charset), 74, name).encode()
            else:
                value = NOT_ASCII_WORDS.sub(lambda match: encode(match[0]), value)
            line = f"{name}: {value}"
        lines.append(line)
    return "\n".join(lines).encode("ascii")


def _header_charset(name: str) -> Charset:
    """The charset for encoded words; single-byte ones in the Q encoding, as most programs do."""
    charset = Charset(name)
    if name.lower().startswith(("iso-8859", "windows-125", "us-ascii")):
        charset.header_encoding = QP
    return charset
