"""Header blocks, encoded words and parameters (RFC 5322, 2047, 2231), each in linear time."""

import binascii
import re
import string
from urllib.parse import unquote_to_bytes

from .limits import MAX_HEADER_LENGTH, MAX_HEADERS, MAX_PARAMETER_SECTIONS, MAX_PARAMETERS_LENGTH
from .text import clean_line, decode

# Possessive quantifiers: nothing is matched twice, so hostile headers cost linear time.
FIELD = re.compile(rb"([!-9;-~]++)[ \t]*+:[ \t]*+([^\n]*+(?:\n[ \t][^\n]*+)*)(?:\n|\Z)")
ENCODED_WORD = re.compile(r"=\?([^?*\s]{1,64})(?:\*[^?\s]{0,64})?\?([bBqQ])\?([^?]*+)\?=")
ENCODED_BYTES = re.compile(ENCODED_WORD.pattern.encode("ascii"))
END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
LINE_BREAKS = re.compile(rb"[\r\n]")
BETWEEN_WORDS = re.compile(r"(?<=\?=)\s++(?==\?)")
PARAMETER = re.compile(r';\s*+([^\s=;"]++)\s*+=\s*+("(?:[^"\\]++|\\.)*"?|[^;]*+)', re.DOTALL)
VALUE = re.compile(r'[\s"]*+([^\s;("]*+)')
QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
NOT_BASE64 = bytes(set(range(256)) - set(string.ascii_letters.encode() + string.digits.encode() + b"+/"))
Q_ESCAPE = re.compile(rb"=([0-9A-Fa-f]{2})")


class Headers:
    """The header fields of one part, as bytes, in their order."""

    __slots__ = ("_by_name", "fields", "truncated")

    def __init__(self, fields: list[tuple[str, bytes]], truncated: bool = False):
        self.fields = fields
        self.truncated = truncated
        self._by_name: dict[str, list[bytes]] = {}
        for name, value in fields:
            self._by_name.setdefault(name.lower(), []).append(value)

    def all(self, name: str) -> list[str]:
        """Values of a field, unfolded, not decoded; name in lower case."""
        return [unfold(value) for value in self._by_name.get(name, ())]

    def get(self, name: str) -> str:
        """First value of a field, unfolded, not decoded; '' if absent."""
        values = self._by_name.get(name)
        return unfold(values[0]) if values else ""

    def count(self, name: str) -> int:
        """How many fields have this name, in lower case."""
        return len(self._by_name.get(name, ()))

    def text(self, name: str) -> str:
        """First value of a field as people read it; '' if absent."""
        return decode_words(self.get(name))


def read_headers(raw: bytes, start: int, end: int, is_delimiter=None) -> tuple[Headers, int]:
    """Read the header block at `start`.

    :param is_delimiter: called with the position of a line that starts with `--`; true if the line
        is a MIME boundary, which ends the block
    :return: the fields, and the position of the body. A line that is no field ends the block as an
        empty line does, so that text after a broken header is read as body.
    """
    fields: list[tuple[str, bytes]] = []
    truncated = False
    position = start
    while position < end:
        match = FIELD.match(raw, position, end)
        if match is None:
            if raw.startswith(b"\n", position):
                position += 1
            elif raw.startswith(b"\r\n", position):
                position += 2
            break
        if is_delimiter is not None and raw.startswith(b"--", position) and is_delimiter(position):
            break
        if len(fields) < MAX_HEADERS:
            fields.append((match[1].decode("ascii"), match[2]))
        else:
            truncated = True
        position = match.end()
    return Headers(fields, truncated), position


def unfold(value: bytes) -> str:
    """Header bytes to one line of text; raw 8-bit text is read as UTF-8, else windows-1252."""
    if b"\n" in value:
        value = value.replace(b"\r\n", b"").replace(b"\n", b"")
    text = value.decode("ascii") if value.isascii() else decode(value)[0]
    return text.replace("\t", " ").rstrip("\r ")


def decode_words(text: str, limit: int = MAX_HEADER_LENGTH) -> str:
    """Decode RFC 2047 encoded words wherever they stand, and bound the length.

    Adjacent words of one character set are joined before decoding: senders cut multi-byte
    characters in two, against RFC 2047 section 5.
    """
    if "=?" not in text:
        return clean_line(text[:limit])
    text = BETWEEN_WORDS.sub("", text[: 8 * limit])
    out: list[str] = []
    pending = b""
    charset = ""
    position = 0
    for match in ENCODED_WORD.finditer(text):
        label, encoding, payload = match[1].lower(), match[2], match[3]
        if match.start() > position or label != charset:
            out.append(decode(pending, charset)[0])
            out.append(text[position : match.start()])
            pending = b""
        charset = label
        pending += _word_bytes(encoding, payload)
        position = match.end()
    out.append(decode(pending, charset)[0])
    out.append(text[position:])
    return clean_line("".join(out)[:limit])


def one_line_words(raw: bytes) -> bytes:
    """A mail whose encoded words hold no line breaks any more, otherwise as it was.

    Nobody writes them but who wants a header of their own (THREATS 14), and Python's `email.headerregistry` raises on
    them in an address header.
    """
    end = END_OF_HEADERS.search(raw)
    position = end.start() if end else len(raw)
    head = raw[:position]
    if b"=?" not in head:
        return raw
    return ENCODED_BYTES.sub(_one_line_word, head) + raw[position:]


def _one_line_word(match: re.Match[bytes]) -> bytes:
    word = match[0].decode("ascii", "surrogateescape")
    parts = ENCODED_WORD.fullmatch(word)
    if not parts or not LINE_BREAKS.search(_word_bytes(parts[2], parts[3])):
        return match[0]
    return b"=?utf-8?b?" + binascii.b2a_base64(decode_words(word).encode(), newline=False) + b"?="


def _word_bytes(encoding: str, payload: str) -> bytes:
    data = payload.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        return Q_ESCAPE.sub(lambda match: binascii.unhexlify(match[1]), data.replace(b"_", b" "))
    return decode_base64(data)


def decode_base64(data: bytes) -> bytes:
    """Base64 with whatever is missing or foreign in it (RFC 2045 section 6.8)."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        kept = data.translate(None, NOT_BASE64)
        if len(kept) % 4 == 1:
            kept = kept[:-1]
        return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def parse_parameters(value: str) -> tuple[str, dict[str, str]]:
    """Split `text/plain; charset=x` into the lower-case value and its parameters.

    RFC 2231 continuations and character sets are decoded, RFC 2047 words in parameters too: they
    are not allowed there, and common.
    """
    value = value[:MAX_PARAMETERS_LENGTH]
    head = VALUE.match(value)[1].lower()
    if ";" not in value:
        return head, {}
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[bool, str]]] = {}
    count = 0
    for match in PARAMETER.finditer(value):
        name, text = match[1].lower(), match[2].strip()
        if text.startswith('"'):
            text = QUOTED_PAIR.sub(r"\1", text[1:-1] if text.endswith('"') and len(text) > 1 else text[1:])
        if "*" not in name:
            plain.setdefault(name, text)
            continue
        count += 1
        if count > MAX_PARAMETER_SECTIONS:
            continue
        base, _, section = name.partition("*")
        number = section.rstrip("*") or "0"
        if number.isascii() and number.isdigit() and len(number) < 6:
            sections.setdefault(base, {}).setdefault(int(number), (name.endswith("*"), text))
    parameters = {name: decode_words(text) for name, text in plain.items()}
    for base, pieces in sections.items():
        parameters[base] = _join_sections(pieces)
    return head, parameters


def _join_sections(pieces: dict[int, tuple[bool, str]]) -> str:
    charset = ""
    data: list[bytes] = []
    for position, number in enumerate(sorted(pieces)):
        encoded, text = pieces[number]
        if encoded and position == 0 and text.count("'") >= 2:
            charset, _language, text = text.split("'", 2)
        raw = text.encode("utf-8", "surrogateescape")
        data.append(unquote_to_bytes(raw) if encoded else raw)
    return clean_line(decode(b"".join(data), charset)[0])
