"""Bytes to text: character sets, and the removal of what no database can store."""

import re

CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
LINE_CONTROLS = re.compile("[\x00-\x1f\x7f\u2028\u2029]+")
SURROGATES = re.compile("[\ud800-\udfff]")
ISO_2022_SPLIT = re.compile(rb"(\x1b(?:\$[@B]|\([BJI]))")
ISO_2022_ESCAPE = re.compile(rb"\x1b(?:\$[@B]|\([BJI]|\$\([CD])")

# Labels that mean a superset in practice (WHATWG Encoding Standard and what mail programs send).
SUPERSETS = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "big5": "big5hkscs",
    "iso-2022-jp": "iso-2022-jp",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
}
# Python codecs that are no character sets of mail; punycode also takes quadratic time.
REFUSED = {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"}


def decode(data: bytes, charset: str = "") -> tuple[str, str]:
    """Decode text in a declared character set, whatever the truth of the declaration.

    :param charset: label as declared, any case; '' if none
    :return: the text, and a defect ('' | 'unknown-charset' | 'wrong-charset'). Nothing is dropped:
        bytes that do not fit the declared set are read as windows-1252.
    """
    label = charset.strip().strip("\"'").lower()
    if data.isascii() and b"\x1b" not in data and not label.startswith(("utf-", "utf1", "utf3", "unicode", "hz")):
        return data.decode("ascii"), ""
    if label in ("", "utf-8", "utf8"):
        return _decode_utf8(data)
    codec = SUPERSETS.get(label, label)
    if codec in ("cp1252", "cp1254"):
        # Mislabelled UTF-8 is common; valid multi-byte UTF-8 by accident is not.
        try:
            return data.decode("utf-8"), ""
        except UnicodeDecodeError:
            return _decode_western(data, codec), ""
    if codec == "iso-2022-jp":
        return _decode_iso_2022_jp(data)
    try:
        if codec.replace("-", "_") in REFUSED:
            raise LookupError(codec)
        return data.decode(codec), ""
    except UnicodeDecodeError:
        return data.decode(codec, "replace"), "wrong-charset"
    except (LookupError, ValueError):
        return _guess(data), "unknown-charset"


def _decode_utf8(data: bytes) -> tuple[str, str]:
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        pass
    if ISO_2022_ESCAPE.search(data) and data.isascii():
        return _decode_iso_2022_jp(data)
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    if wrong * 2 > sum(map(len, re.findall("[^\x00-\x7f]+", text))):
        return _decode_western(data, "cp1252"), "wrong-charset"
    return text, "wrong-charset"


def _decode_western(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        # windows-1252 leaves five bytes undefined; Latin-1 has a control character for them.
        return data.decode("latin-1")


def _decode_iso_2022_jp(data: bytes) -> tuple[str, str]:
    try:
        return data.decode("iso2022_jp"), ""
    except UnicodeDecodeError:
        return _decode_cp50221(data)


def _decode_cp50221(data: bytes) -> tuple[str, str]:
    """ISO-2022-JP as Windows writes it: with circled digits, IBM kanji and half-width katakana.

    Python has no codec for it. The two-byte sets are those of cp932, moved.
    """
    out = []
    shift = b"("
    for piece in ISO_2022_SPLIT.split(data):
        if piece.startswith(b"\x1b"):
            shift = piece[1:]
        elif shift.startswith(b"$"):
            out.append(_jis_to_sjis(piece).decode("cp932", "replace"))
        elif shift == b"(I":
            out.append(bytes(byte | 0x80 for byte in piece).decode("cp932", "replace"))
        else:
            out.append(piece.decode("ascii") if piece.isascii() else piece.decode("cp932", "replace"))
    text = "".join(out)
    return text, "wrong-charset" if "\ufffd" in text else ""


def _jis_to_sjis(data: bytes) -> bytes:
    out = bytearray()
    row = 0
    for byte in data:
        if byte < 0x21 or byte > 0x7E:
            # A line end without the escape back to ASCII, or noise.
            out += b"?" * bool(row) + bytes((byte,))
            row = 0
        elif not row:
            row = byte
        else:
            lead = (row + 1 >> 1) + 0x70
            trail = byte + 0x1F + (byte >= 0x60) if row & 1 else byte + 0x7E
            out += bytes((lead if lead < 0xA0 else lead + 0x40, trail))
            row = 0
    return bytes(out)


def _guess(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if data.isascii() and ISO_2022_ESCAPE.search(data):
        return _decode_iso_2022_jp(data)[0]
    return _decode_utf8(data)[0]


def clean(text: str) -> str:
    """Body text for a database: LF line ends, no NUL, no controls, no lone surrogates."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return CONTROLS.sub("", text).removeprefix("\ufeff")


def clean_line(text: str) -> str:
    """Header text: as `clean`, on one line, so that an encoded CR LF starts no new header."""
    if LINE_CONTROLS.search(text):
        text = LINE_CONTROLS.sub(" ", text)
    return SURROGATES.sub("", text).strip()


def unflow(text: str, delsp: bool = False) -> str:
    """Undo format=flowed (RFC 3676): join soft-broken lines, remove space-stuffing.

    :param text: LF line ends
    :param delsp: DelSp=yes: the space before a soft break belongs to the break
    """
    lines: list[str] = []
    flow: list[str] = []
    flow_depth = 0
    for line in text.split("\n"):
        body = line.lstrip(">")
        depth = len(line) - len(body)
        body = body.removeprefix(" ")
        if flow and (depth != flow_depth or body == "-- "):
            lines.append(_flowed(flow, flow_depth))
            flow = []
        soft = body.endswith(" ") and body != "-- "
        flow_depth = depth
        flow.append(body[:-1] if soft and delsp else body)
        if not soft:
            lines.append(_flowed(flow, depth))
            flow = []
    if flow:
        lines.append(_flowed(flow, flow_depth))
    return "\n".join(lines)


def _flowed(pieces: list[str], depth: int) -> str:
    return (">" * depth + " " if depth else "") + "".join(pieces)


_NOTHING_TO_SEE = re.compile(r"[\s\u00ad\u034f\u200b-\u200f\u2060\ufeff]*")


def without_gaps(text: str) -> str:
    """Text whose runs of empty lines are one.

    Tables that became text leave screens of them, and newsletters hide their preview behind lines of invisible
    characters.

    >>> without_gaps("Dear Ann,\\n\\n \\n\\nyours")
    'Dear Ann,\\n\\nyours'
    """
    lines = []
    for line in text.split("\n"):
        if not _NOTHING_TO_SEE.fullmatch(line):
            lines.append(line)
        elif lines and lines[-1]:
            lines.append("")
    return "\n".join(lines)
