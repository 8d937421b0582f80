"""HTML mail to plain text, in linear time and without losing text (THREATS 25).

Why not a tree: libxml2 drops what is nested deeper than 256, `html.parser` is ten times slower and
has had quadratic cases. Mail is not shown from this text, it is read and searched, so a
sequence of substitutions is enough, and it cannot be made slow by nesting.
"""

import html
import re

from .text import clean

_ATTRIBUTES = r"""(?:[^>"'=]++|=\s*+(?:"[^"]*+"|'[^']*+')?|["'])*+"""
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
LAYOUT |= dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table"), PARAGRAPH)
LAYOUT |= dict.fromkeys(
    ("div", "tr", "pre", "section", "article", "header", "footer", "address", "center", "form", "fieldset")
    + ("dt", "dd", "caption", "body", "main", "nav", "aside", "figure", "figcaption", "option", "legend"),
    BLOCK,
)
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
    marked = "".join(_tokens(clean(source)))
    marked = html.unescape(LONG_REFERENCE.sub("\ufffd", SPACES.sub(" ", marked)))
    return _layout(marked)


def _tokens(source: str):
    """Text and layout marks, in order. Every character is looked at a bounded number of times."""
    position = 0
    tag = TAG
    last_comment = source.rfind("-->")
    unclosed: set[str] = set()
    link: tuple[str, int] | None = None
    preformatted = 0
    text_since_link: list[str] = []
    for opening in OPENING.finditer(source):
        at = opening.start()
        if at < position:
            continue
        if at > position:
            text = source[position:at]
            position = at
            if link is not None:
                text_since_link.append(text)
            yield _kept(text) if preformatted else text
        if source.startswith("<!--", at) and at < last_comment:
            comment = COMMENT.match(source, at)
            if comment:
                position = comment.end()
                continue
        match = tag.match(source, at)
        if match is None:
            if tag is TAG:
                # No `>` to the end: from here on a tag ends before the next `<`, so that this
                # search is not repeated and the text behind is not lost.
                tag = SIMPLE_TAG
                match = tag.match(source, at)
            if match is None:
                continue
        position = match.end()
        name = (match[2] or "").lower()
        if not name:
            continue
        closing = bool(match[1])
        if not closing and name in HIDDEN and name not in unclosed:
            end = HIDDEN[name].search(source, position)
            if end:
                position = end.end()
            else:
                unclosed.add(name)
        elif name == "a":
            if link is not None:
                yield _link_suffix(link[0], "".join(text_since_link))
            href = "" if closing else _attribute("href", match[3])
            link = (href, position) if href else None
            text_since_link = []
        elif name == "img":
            yield _attribute("alt", match[3])[:200].translate({ord(mark): None for mark in "<>"})
        else:
            if name == "pre":
                preformatted = max(0, preformatted + (-1 if closing else 1))
            yield (CLOSING if closing else LAYOUT).get(name, "")
    text = source[position:]
    yield _kept(text) if preformatted else text
    if link is not None:
        yield _link_suffix(link[0], "".join(text_since_link) + text)


def _kept(text: str) -> str:
    return text.replace("\n", BREAK).replace(" ", KEPT_SPACE)


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
