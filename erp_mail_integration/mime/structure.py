"""The MIME tree, read once, without recursion, in linear time (RFC 2045, 2046).

Why not `email.feedparser`: it compares every line with every open boundary (600 kB of lines at
depth 100 take 4 s, 50 MB would take minutes), copies the mail line by line, and cannot give back
the bytes of an attached mail. The tests compare this reader with it on ordinary mail.
"""

import binascii
import re
from dataclasses import dataclass

from .headers import Headers, decode_base64, parse_parameters, read_headers
from .limits import MAX_DEPTH, MAX_FALSE_DELIMITERS, MAX_PARTS

FIRST_DELIMITER = re.compile(rb"(?:\r?\n)*--([^\r\n]{1,200}+)\r?\n(?=[Cc]ontent-|\r?\n)")
"""What a boundary must have been that nobody declared."""
LEADING_LINES = re.compile(rb"(?:\xef\xbb\xbf)?(?:\r?\n)*")


@dataclass(slots=True)
class Part:
    """A leaf of the MIME tree: a slice of the raw mail and what its header says."""

    headers: Headers
    content_type: str
    parameters: dict[str, str]
    start: int
    end: int
    alternative: int = -1
    """Number of the outermost multipart/alternative around it; -1 if there is none."""
    report: str = ""
    """report-type of the multipart/report it stands in (RFC 6522)."""

    def encoded(self, raw: bytes) -> bytes:
        """The content as it stands in the source."""
        return raw[self.start : self.end]

    def decoded(self, raw: bytes) -> bytes:
        """The content without its transfer encoding; as it stands where that is unknown."""
        data = raw[self.start : self.end]
        if self.content_type in ATTACHED_MAIL:
            # RFC 2046 5.2.1 allows no encoding here. Exchange does it all the same.
            if self.encoding == "base64" and b":" not in data[:200]:
                return decode_base64(data)
            return data
        match self.encoding:
            case "base64":
                return decode_base64(data)
            case "quoted-printable":
                return binascii.a2b_qp(data)
            case "x-uuencode" | "uuencode" | "x-uue":
                return _decode_uu(data)
        return data

    @property
    def encoding(self) -> str:
        """Content-Transfer-Encoding in lower case; '' if absent."""
        return parse_parameters(self.headers.get("content-transfer-encoding"))[0]


ATTACHED_MAIL = ("message/rfc822", "message/global", "message/news")


@dataclass(slots=True)
class _Multipart:
    boundary: bytes
    subtype: str
    report: str
    alternative: int
    headers: Headers
    body: int
    leaves_before: int


class Structure:
    """Leaves of one mail in their order, its top header, and what was wrong."""

    def __init__(self, raw: bytes):
        self.raw = raw
        self.leaves: list[Part] = []
        self.defects: list[str] = []
        self._open: dict[bytes, int] = {}
        self._stack: list[_Multipart] = []
        self._false = 0
        self._read()

    def _read(self) -> None:
        raw, end = self.raw, len(self.raw)
        start = _skip_envelope(raw)
        self.headers, body = read_headers(raw, start, end)
        if self.headers.truncated:
            self.defects.append("too-many-headers")
        headers = self.headers
        while True:
            leaf = self._enter(headers, body)
            stop, following, level, closes = self._next_delimiter(body)
            if leaf is not None:
                leaf.end = stop
            while closes:
                self._close(level, stop, regular=True)
                stop, following, level, closes = self._next_delimiter(following)
            if level < 0:
                break
            self._close(level + 1, stop)
            headers, body = read_headers(raw, following, end, self._is_delimiter)
        self._close(0, end)

    def _enter(self, headers: Headers, body: int) -> Part | None:
        """Open a multipart (None) or add a leaf, which ends where the next delimiter says."""
        parent = self._stack[-1] if self._stack else None
        default = "message/rfc822" if parent and parent.subtype == "digest" else "text/plain"
        declared = headers.get("content-type")
        content_type, parameters = parse_parameters(declared) if declared else (default, {})
        if "/" not in content_type:
            content_type = default
        if content_type.startswith("multipart/"):
            boundary = parameters.get("boundary", "").rstrip().encode("utf-8", "surrogateescape")
            if not boundary:
                self.defects.append("boundary-missing")
                guess = FIRST_DELIMITER.match(self.raw, body)
                boundary = guess[1].rstrip() if guess else b""
            if not boundary:
                pass
            elif len(self._stack) >= MAX_DEPTH:
                self.defects.append("too-deep")
            elif len(self.leaves) < MAX_PARTS:
                self._push(headers, content_type, parameters, boundary, body)
                return None
            content_type, parameters = "text/plain", {}
        if len(self.leaves) >= MAX_PARTS:
            self.defects.append("too-many-parts")
            self._open.clear()
            content_type = "application/octet-stream"
        leaf = Part(
            headers,
            content_type,
            parameters,
            body,
            body,
            alternative=parent.alternative if parent else -1,
            report=parent.report if parent else "",
        )
        self.leaves.append(leaf)
        return leaf

    def _push(self, headers, content_type, parameters, boundary, body) -> None:
        parent = self._stack[-1] if self._stack else None
        subtype = content_type[10:]
        alternative = parent.alternative if parent else -1
        if alternative < 0 and subtype == "alternative":
            alternative = body
        report = parameters.get("report-type", "-").lower() if subtype == "report" else parent.report if parent else ""
        self._open[boundary] = len(self._stack)
        self._stack.append(_Multipart(boundary, subtype, report, alternative, headers, body, len(self.leaves)))

    def _next_delimiter(self, position: int) -> tuple[int, int, int, bool]:
        """Find the next line that is a boundary of an open multipart.

        :return: end of the content before it, start of what follows, level of the multipart
            (-1: none, to the end of the mail), whether it closes that multipart
        """
        raw = self.raw
        # An empty content: the delimiter is the first line. (0 means none: a boundary that is
        # open was declared in a header before.)
        at = position if raw.startswith(b"--", position) else raw.find(b"\n--", position) + 1
        while self._open and at > 0:
            stop = raw.find(b"\n", at)
            stop = len(raw) if stop < 0 else stop
            level, closes = self._match(at, stop)
            if level >= 0:
                # The line end before a delimiter belongs to it (RFC 2046 5.1.1).
                content_end = max(position, at - 2 if raw[at - 2] == 13 else at - 1)
                return content_end, min(stop + 1, len(raw)), level, closes
            self._false += 1
            if self._false > MAX_FALSE_DELIMITERS:
                self.defects.append("too-many-delimiters")
                break
            at = raw.find(b"\n--", stop) + 1
        return len(raw), len(raw), -1, False

    def _match(self, at: int, stop: int) -> tuple[int, bool]:
        if stop - at > 1100:
            return -1, False
        line = self.raw[at + 2 : stop].rstrip(b" \t\r")
        level = self._open.get(line, -1)
        if level >= 0:
            return level, False
        if line.endswith(b"--"):
            level = self._open.get(line[:-2], -1)
        return level, level >= 0

    def _is_delimiter(self, at: int) -> bool:
        stop = self.raw.find(b"\n", at)
        return self._match(at, len(self.raw) if stop < 0 else stop)[0] >= 0

    def _close(self, keep: int, stop: int, regular: bool = False) -> None:
        """Close all multiparts but the outer `keep`. One without any part becomes a leaf of text.

        :param regular: the last one is closed by its own delimiter, as it should be
        """
        while len(self._stack) > keep:
            closed = self._stack.pop()
            if self._open.get(closed.boundary) == len(self._stack):
                del self._open[closed.boundary]
                self._reopen(closed.boundary)
            if len(self.leaves) == closed.leaves_before:
                self.defects.append("multipart-without-parts")
                start = min(closed.body, stop)
                self.leaves.append(Part(closed.headers, "text/plain", {}, start, stop, closed.alternative))
            elif not (regular and len(self._stack) == keep):
                self.defects.append("multipart-not-closed")

    def _reopen(self, boundary: bytes) -> None:
        """A boundary used by two nested multiparts belongs to the outer one again."""
        for level in range(len(self._stack) - 1, -1, -1):
            if self._stack[level].boundary == boundary:
                self._open[boundary] = level
                return


def _skip_envelope(raw: bytes) -> int:
    """Start of the header: after a byte order mark, empty lines and an mbox `From ` line."""
    start = LEADING_LINES.match(raw).end()
    if raw.startswith((b"From ", b">From "), start):
        newline = raw.find(b"\n", start)
        start = len(raw) if newline < 0 else newline + 1
    return start


def _decode_uu(data: bytes) -> bytes:
    """uuencode, line by line; a broken line is skipped."""
    out = []
    for line in data.splitlines():
        if not line or line.startswith((b"begin ", b"end", b"`")):
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Some encoders write too many padding characters: take what the length says.
            length = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                continue
    return b"".join(out)
