"""HTML mail rewritten from what is allowed (THREATS 17-19, 25).

The source is read as a stream of tags and written anew: no markup of the sender is copied, all text and
all attribute values are escaped. That leaves nothing to mutate in a browser, needs no tree
(libxml2 drops what is nested too deep), and takes linear time.
"""

import html
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote

from lxml import etree

from .css import clean_declarations, clean_stylesheet

MAX_HTML_LENGTH = 4 * 1024 * 1024
"""Characters; a longer body is shown as text."""
MAX_NESTING = 2_000
"""Open elements. Unmatched end tags cost libxml2 time for each; real quotes reach some hundred."""
MAX_SECONDS = 3.0
MAX_INLINED = 32 * 1024 * 1024
"""Characters of URLs of inline images in one document."""
CHUNK = 16_384

VOID = {"br", "hr", "img", "wbr", "col"}
_ALLOWED = (
    "a abbr acronym address article aside b bdi bdo big blockquote caption center cite code colgroup dd del dfn div dl dt em "
    "figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup i ins kbd li main mark nav ol p pre q rp rt ruby s samp "
    "section small span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var"
)
ALLOWED = VOID | set(_ALLOWED.split())
_DROPPED = (
    "script title template svg math iframe object embed applet audio video canvas frame frameset noframes noembed xmp plaintext "
    "select textarea link meta base param source track map area input dialog"
)
DROPPED = set(_DROPPED.split())
"""Elements left out with all they hold."""
_ATTRIBUTES = (
    "align alt bgcolor border cellpadding cellspacing class clear color cols colspan dir face headers height hspace id lang noshade "
    "nowrap rowspan rules scope size span start summary title type valign value vspace width"
)
ATTRIBUTES = set(_ATTRIBUTES.split())
LINK = re.compile(r"(?:https?|ftp)://[^\s]|mailto:[^\s]|tel:[+\d]", re.IGNORECASE)
REMOTE = re.compile(r"https?://[^\s/]", re.IGNORECASE)
DATA_IMAGE = re.compile(r"data:image/(?:png|jpe?g|gif|webp|bmp|x-icon);base64,[\w+/=\s-]*+", re.ASCII | re.IGNORECASE)
URL_NOISE = re.compile("[\x00-\x20\x7f-\xa0\u2028\u2029\ufeff]+")
QUOTE_CLASS = re.compile(
    r"(?:^|\s)(?:gmail_quote(?:_container)?|yahoo_quoted|protonmail_quote|moz-forward-container|tutanota_quote|zmail_extra|"
    r"OutlookMessageHeader|mail-quote-collapse)(?:\s|$)"
)
QUOTE_REST_ID = re.compile(
    r"(?:x_)*(?:divRplyFwdMsg|appendonsend|mail-editor-reference-message-container|OLK_SRC_BODY_SECTION|orig-msg)"
)
OUTLOOK_RULE = re.compile(r"border:\s?none;\s?border-top:\s?solid #(?:E1E1E1|B5C4DF)", re.IGNORECASE)


class Sanitized(NamedTuple):
    """A body that is safe to show."""

    body: str
    """Markup for inside `<body>`."""
    blocked: int
    """Images of other hosts that were left out."""


def sanitize(
    source: str, cid_url: Callable[[str], str | None] | None = None, remote_images: bool = False
) -> Sanitized | None:
    """The allowed part of an HTML body, or None if it is beyond a bound of size, depth or time.

    :param source: clean text, see `text.clean`
    :param cid_url: gives the URL of an inline image by its Content-ID; its result is trusted
    :param remote_images: keep images of other hosts
    """
    if len(source) > MAX_HTML_LENGTH:
        return None
    renderer = _Renderer(cid_url, remote_images)
    parser = etree.HTMLParser(target=renderer, huge_tree=True, recover=True)
    deadline = time.monotonic() + MAX_SECONDS
    try:
        for start in range(0, len(source), CHUNK):
            parser.feed(source[start : start + CHUNK])
            if time.monotonic() > deadline:
                return None
        return Sanitized(parser.close(), renderer.blocked)
    except (_TooDeep, etree.LxmlError, ValueError, AssertionError):
        return None


def open_quote(is_open: bool) -> str:
    """Start of folded quoted text; `</details>` ends it."""
    return f'<details class="erp-mail-quote"{" open" if is_open else ""}><summary>&#8226;&#8226;&#8226;</summary>'


def link_attributes(url: str) -> str:
    """Attributes of a link that opens outside and tells no referrer."""
    return f' href="{html.escape(url)}" target="_blank" rel="noopener noreferrer nofollow"'


class _TooDeep(Exception):
    """More open elements than `MAX_NESTING`."""


@dataclass(slots=True)
class _Open:
    """An open element."""

    name: str
    closing: str = ""
    """What closes it in the output."""
    at: int = -1
    """Position of its start tag in the output."""


class _Renderer:
    """Parser target that writes the allowed part of what it is told."""

    def __init__(self, cid_url: Callable[[str], str | None] | None, remote_images: bool):
        self.blocked = 0
        self._cid_url = cid_url
        self._remote_images = remote_images
        self._out: list[str] = []
        self._stack: list[_Open] = []
        self._dropping = 0
        self._sheet: list[str] | None = None
        self._in_quote = 0
        self._has_text = False
        self._inlined = 0
        self._blank = 0
        """Pieces at the end of the output that show nothing: start tags and white space."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._stack) >= MAX_NESTING:
            raise _TooDeep
        if self._dropping or tag in DROPPED:
            # Void elements are told as start and end, too.
            self._dropping += 1
            self._stack.append(_Open(tag))
            return
        if tag == "style":
            self._sheet = []
            self._stack.append(_Open(tag))
            return
        name = tag
        if tag in ("html", "body", "form"):
            tag = "div" if attributes else ""
        closing = "" if self._in_quote else self._begin_quote(tag, attributes)
        opened = _Open(name, closing, len(self._out))
        if tag in ALLOWED:
            self._out.append(f"<{tag}{self._attributes(tag, attributes)}>")
            if tag in VOID:
                self._blank = 0
            else:
                opened.closing = f"</{tag}>{closing}"
                self._blank += 1
        self._stack.append(opened)

    def _begin_quote(self, tag: str, attributes: dict[str, str]) -> str:
        """Fold what mail programs mark as quoted; gives what closes the fold with this element."""
        cited = tag == "blockquote" and attributes.get("type", "").lower() == "cite"
        if cited or QUOTE_CLASS.search(attributes.get("class", "")):
            self._out.append(open_quote(not self._has_text))
            self._in_quote = len(self._stack) + 1
            self._blank = 0
            return "</details>"
        outlook = tag == "div" and OUTLOOK_RULE.match(attributes.get("style", ""))
        if self._stack and (outlook or QUOTE_REST_ID.fullmatch(attributes.get("id", ""))):
            self._fold_rest()
        return ""

    def _fold_rest(self) -> None:
        """Outlook marks the start of a quote only: all that follows within the parent is quoted.

        Word wraps the mark in divs of its own: a parent in which nothing was shown yet is passed over.
        """
        level, at = len(self._stack) - 1, len(self._out)
        while level > 0 and self._stack[level].name == "div" and self._stack[level].at >= len(self._out) - self._blank:
            at = self._stack[level].at
            level -= 1
        self._out.insert(at, open_quote(not self._has_text))
        self._stack[level].closing = f"</details>{self._stack[level].closing}"
        self._in_quote = level + 1
        self._blank = 0

    def end(self, tag: str) -> None:
        # libxml2 tells starts and ends in pairs; what it does not is no end of ours.
        if self._stack and self._stack[-1].name == tag:
            self._pop()

    def _pop(self) -> None:
        if self._in_quote and len(self._stack) == self._in_quote:
            self._in_quote = 0
        closed = self._stack.pop()
        if self._dropping:
            self._dropping -= 1
        elif closed.name == "style" and self._sheet is not None:
            sheet = clean_stylesheet("".join(self._sheet), self._image_url)
            self._sheet = None
            if sheet:
                self._out.append(f"<style>{sheet}</style>")
        if closed.closing:
            self._out.append(closed.closing)
            self._blank = 0

    def data(self, text: str) -> None:
        if self._dropping:
            return
        if self._sheet is not None:
            self._sheet.append(text)
            return
        if text.isspace():
            self._blank += 1
        else:
            self._has_text = True
            self._blank = 0
        self._out.append(html.escape(text, quote=False))

    def comment(self, text: str) -> None:
        """Comments are left out, Outlook's conditional ones too."""

    def pi(self, target: str, data: str | None = None) -> None:
        """Processing instructions are left out."""

    def doctype(self, *names: str) -> None:
        """The document has its own."""

    def close(self) -> str:
        while self._stack:
            self._pop()
        return "".join(self._out)

    def _attributes(self, tag: str, attributes: dict[str, str]) -> str:
        out, style = [], ""
        for name, value in attributes.items():
            name = name.lower()
            if name == "style":
                style = clean_declarations(value, self._image_url)
            elif name == "bgcolor" and tag == "div":
                # A body became a div, which knows no bgcolor.
                style = clean_declarations(f"background-color:{value}", self._image_url)
            elif name == "background" and tag != "img":
                url = self._image_url(value)
                style = style or (url and clean_declarations(f"background-image:url('{url}')", lambda allowed: allowed))
            elif name in ATTRIBUTES:
                out.append(f' {name}="{html.escape(value)}"')
            elif name == "href" and tag == "a":
                out.append(self._link(value))
            elif name == "src" and tag == "img":
                url = self._image_url(value)
                shown = f' src="{html.escape(url)}" referrerpolicy="no-referrer"'
                out.append(shown if url else " data-blocked")
        if style:
            out.append(f' style="{html.escape(style)}"')
        return "".join(out)

    def _inline_image(self, content_id: str) -> str:
        """URL of an image of the mail. They may be `data:` URLs: one image shown 10,000 times must not fill the memory."""
        url = (self._cid_url and self._cid_url(content_id)) or ""
        self._inlined += len(url)
        return url if self._inlined <= MAX_INLINED else ""

    def _link(self, value: str) -> str:
        url = URL_NOISE.sub("", value) if not value.lower().startswith("mailto:") else value.strip()
        if LINK.match(url):
            return link_attributes(url)
        return f' href="{html.escape(url)}"' if re.fullmatch(r"#[\w.:-]{1,200}", url) else ""

    def _image_url(self, value: str) -> str:
        """Where an image may be loaded from; '' if nowhere."""
        url = value.strip()
        if url[:4].lower() == "cid:":
            return self._inline_image(unquote(url[4:]))
        if DATA_IMAGE.fullmatch(url):
            return url
        if REMOTE.match(url) or url.startswith("//"):
            if self._remote_images:
                return URL_NOISE.sub("", f"https:{url}" if url.startswith("//") else url)
            self.blocked += 1
        return ""
