"""HTML mail to plain text, in linear time and without losing text (THREATS 25).

Why not a tree: libxml2 drops what is nested deeper than 256, `html.parser` is ten times slower and
has had quadratic cases. Mail is not shown from this text, it is read and searched, so a
sequence of substitutions is enough, and it cannot be made slow by nesting.
"""

import html
import re

from .atomic import atomic
from .text import clean

_ATTRIBUTES = atomic(r"""(?:[^>"'=]++|=\s*+(?:"[^"]*+"|'[^']*+')?|["'])*""")
TAG = re.compile(rf"<(/?)([a-zA-Z][^\s/><]*+)({_ATTRIBUTES})>|<[!?][^>]*+>")
SIMPLE_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/><]*+)([^<>]*+)>|<[!?][^<>]*+>")
OPENING = re.compile(r"<(?=/?[a-zA-Z]|[!?])")
COMMENT = re.compile(r"<!--(?:>|->|.*?--!?>)", re.DOTALL)
HIDDEN = {
    name: re.compile(rf"</{name}\b[^<>]*+>?", re.IGNORECASE)
    for name in ("style", "script", "title", "template", "noembed", "noframes")
}
ATTRIBUTE = {
    name: re.compile(rf"""\s{name}\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""", re.IGNORECASE)
    for name in ("href", "alt")
}
SPACES = re.compile(r"[ \t\r\n\f]++")
BLANKS = re.compile(r"\n{3,}")

LONG_REFERENCE = re.compile(r"&#\d{8,}+;?")
"""No code point; more than 4,300 digits make `int` raise."""

# Marks that stand for layout until the end; clean text holds no control characters.
BREAK, BLOCK, PARAGRAPH, QUOTE, UNQUOTE, KEPT_SPACE = "\x01\x02\x03\x04\x05\x06"
MARKS = re.compile(f"([{BREAK}{BLOCK}{PARAGRAPH}{QUOTE}{UNQUOTE}])")
LAYOUT = {
    "br": BREAK,
    "hr": f"{BLOCK}----------{BREAK}",
    "li": f"{BLOCK}- ",
    "td": " ",
    "th": " ",
    "p": PARAGRAPH,
    "blockquote": QUOTE,
}
PARAGRAPHS = "h1 h2 h3 h4 h5 h6 ul ol dl table"
BLOCKS = (
    "div tr pre section article header footer address center form fieldset dt dd caption body main nav aside "
    "figure figcaption option legend"
)
LAYOUT |= dict.fromkeys(PARAGRAPHS.split(), PARAGRAPH) | dict.fromkeys(BLOCKS.split(), BLOCK)
CLOSING = LAYOUT | {"blockquote": UNQUOTE, "li": BLOCK, "hr": ""}
MAX_QUOTE_PREFIX = 8
"""Deeper quotes are shown at this depth: 8,000 nested ones would fill 64 MB with prefixes."""


def html_to_text(source: str) -> str:
    """Readable text of an HTML body.

    Inline tags vanish without a space, so that a word or a reference tag across them stays whole;
    blocks begin lines; blockquotes become `> ` lines, nested ones too; links keep their address;
    images their alternative text; styles and scripts go.

    :param source: decoded HTML of any quality
    """
    marked = "".join(_Reader(clean(source)).tokens())
    marked = html.unescape(LONG_REFERENCE.sub("\ufffd", SPACES.sub(" ", marked)))
    return _layout(marked)


class _Reader:
    """Reads a source once, from start to end; every character a bounded number of times."""

    def __init__(self, source: str):
        self._source = source
        self._position = 0
        self._tag = TAG
        self._last_comment = source.rfind("-->")
        self._unclosed: set[str] = set()
        self._preformatted = 0
        self._href = ""
        self._link_text: list[str] = []

    def tokens(self):
        """Text and layout marks, in order."""
        for opening in OPENING.finditer(self._source):
            if opening.start() >= self._position:
                yield self._text(opening.start())
                match = self._match()
                if match:
                    self._position = match.end()
                    if match.re is not COMMENT and match[2]:
                        yield self._mark(match[2].lower(), bool(match[1]), match[3])
        yield self._text(len(self._source))
        yield self._end_link()

    def _text(self, stop: int) -> str:
        text = self._source[self._position : stop]
        self._position = stop
        if self._href and text:
            self._link_text.append(text)
        return text.replace("\n", BREAK).replace(" ", KEPT_SPACE) if self._preformatted else text

    def _match(self) -> re.Match | None:
        """The tag or comment at the current position; None if its `<` is text."""
        at = self._position
        if at < self._last_comment and self._source.startswith("<!--", at):
            return COMMENT.match(self._source, at)
        match = self._tag.match(self._source, at)
        if match is None and self._tag is TAG:
            # No `>` to the end: from here on a tag ends before the next `<`, so that this search is not
            # repeated and the text behind is not lost.
            self._tag = SIMPLE_TAG
            match = SIMPLE_TAG.match(self._source, at)
        return match

    def _mark(self, name: str, closing: bool, attributes: str) -> str:
        """What a tag is in the text."""
        if name in HIDDEN and not closing:
            self._skip(name)
            return ""
        if name == "a":
            suffix = self._end_link()
            self._href = "" if closing else _attribute("href", attributes)
            return suffix
        if name == "img":
            return _attribute("alt", attributes)[:200].translate({ord("<"): None, ord(">"): None})
        if name == "pre":
            self._preformatted = max(0, self._preformatted + (-1 if closing else 1))
        return (CLOSING if closing else LAYOUT).get(name, "")

    def _skip(self, name: str) -> None:
        """Leave out an element; one that is never closed stays, so that the text behind is not lost."""
        end = None if name in self._unclosed else HIDDEN[name].search(self._source, self._position)
        if end:
            self._position = end.end()
        else:
            self._unclosed.add(name)

    def _end_link(self) -> str:
        suffix = _link_suffix(self._href, "".join(self._link_text)) if self._href else ""
        self._href, self._link_text = "", []
        return suffix


def _attribute(name: str, attributes: str) -> str:
    match = ATTRIBUTE[name].search(attributes[:100_000])
    return next((group for group in match.groups() if group is not None), "") if match else ""


def _link_suffix(href: str, text: str) -> str:
    """The address of a link, where it is one that its text does not show already."""
    href = href.strip()
    shown = html.unescape(SPACES.sub("", text)).lower()
    target = html.unescape(href)
    if not target.lower().startswith(("http://", "https://", "mailto:", "ftp://")) or len(target) > 2_000:
        return ""
    bare = target.lower().removeprefix("mailto:").split("://")[-1].rstrip("/")
    if not shown or bare == shown.split("://")[-1].rstrip("/"):
        return ""
    return f" &lt;{href.removeprefix('mailto:')}&gt;"


def _layout(marked: str) -> str:
    """Turn marks into line ends, empty lines and quote prefixes."""
    lines: list[str] = []
    line: list[str] = []
    depth = 0

    def end_line(always: bool = False) -> None:
        if not line and not always:
            return
        text = SPACES.sub(" ", "".join(line).replace("\xa0", " ")).strip().replace(KEPT_SPACE, " ").rstrip()
        line.clear()
        if text or always:
            prefix = "> " * min(depth, MAX_QUOTE_PREFIX)
            lines.append((prefix + text).rstrip())

    for piece in MARKS.split(marked):
        if piece == BREAK:
            end_line(always=True)
        elif piece == BLOCK:
            end_line()
        elif piece == PARAGRAPH:
            end_line()
            if lines and lines[-1].strip("> "):
                end_line(always=True)
        elif piece == QUOTE:
            end_line()
            depth += 1
        elif piece == UNQUOTE:
            end_line()
            depth = max(0, depth - 1)
        elif piece:
            line.append(piece)
    end_line()
    return BLANKS.sub("\n\n", "\n".join(lines)).strip("\n")
