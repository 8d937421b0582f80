"""A mail as a standalone HTML document that is safe to show in a sandboxed iframe (THREATS 17-19).

The source is read as a stream of tags and written anew from what is allowed: no markup of the sender
is copied. That leaves nothing to mutate in a browser, needs no tree (libxml2 drops what is
nested too deep), and takes linear time. The sandbox and the Content-Security-Policy of the
controller are second walls, not excuses.
"""

import html
import re
import time
from collections.abc import Callable

from lxml import etree

from .css import clean_declarations, clean_stylesheet
from .html_text import html_to_text
from .model import ParsedMail
from .quoting import split_quoted
from .text import clean

MAX_HTML_LENGTH = 4 * 1024 * 1024
"""Characters; a longer body is shown as text."""
MAX_NESTING = 2_000
"""Open elements. Unmatched end tags cost libxml2 time for each; real quotes reach some hundred."""
MAX_SECONDS = 3.0
CHUNK = 16_384

VOID = {"br", "hr", "img", "wbr", "col"}
ALLOWED = VOID | set(
    "a abbr acronym address article aside b bdi bdo big blockquote caption center cite code colgroup dd del dfn div dl dt em "
    "figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup i ins kbd li main mark nav ol p pre q rp rt ruby s samp "
    "section small span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var".split()
)
DROPPED = set(
    "script title template svg math iframe object embed applet audio video canvas frame frameset noframes noembed xmp plaintext "
    "select textarea link meta base param source track map area input dialog".split()
)
ATTRIBUTES = set(
    "align alt bgcolor border cellpadding cellspacing class clear color cols colspan dir face headers height hspace id lang noshade "
    "nowrap rowspan rules scope size span start summary title type valign value vspace width".split()
)
LINK = re.compile(r"(?:https?|ftp)://[^\s]|mailto:[^\s]|tel:[+\d]", re.IGNORECASE)
REMOTE = re.compile(r"https?://[^\s/]", re.IGNORECASE)
DATA_IMAGE = re.compile(r"data:image/(?:png|jpe?g|gif|webp|bmp|x-icon);base64,[\w+/=\s-]*+", re.ASCII | re.IGNORECASE)
URL_NOISE = re.compile("[\x00-\x20\x7f-\xa0\u2028\u2029\ufeff]+")
QUOTE_CLASS = re.compile(
    r"(?:^|\s)(?:gmail_quote(?:_container)?|yahoo_quoted|protonmail_quote|moz-forward-container|tutanota_quote|zmail_extra|"
    r"OutlookMessageHeader|mail-quote-collapse)(?:\s|$)"
)
QUOTE_REST_ID = re.compile(r"(?:x_)*(?:divRplyFwdMsg|appendonsend|mail-editor-reference-message-container|OLK_SRC_BODY_SECTION|orig-msg)")
OUTLOOK_RULE = re.compile(r"border:\s?none;\s?border-top:\s?solid #(?:E1E1E1|B5C4DF)", re.IGNORECASE)
PLAIN_LINK = re.compile(r"https?://[^\s<>\"']{1,2000}")
TRAILING = ".,;:!?)]}'\""

STYLE = """
html{color-scheme:light}
body{margin:12px;font:14px/1.45 system-ui,sans-serif;color:#212529;background:#fff;overflow-wrap:break-word}
img{max-width:100%}
pre{white-space:pre-wrap;font:inherit;margin:0}
details.erp-mail-quote>summary{cursor:pointer;width:max-content;padding:0 8px;border-radius:8px;background:#e9ecef;color:#495057;list-style:none}
img.erp-mail-blocked{min-width:16px;min-height:16px;border:1px dashed #adb5bd}
""".strip()


def display_html(
    mail: ParsedMail | str,
    cid_url: Callable[[str], str | None] | None = None,
    remote_images: bool = False,
) -> str:
    """A complete, sanitized HTML document of a mail's body.

    Scripts, event handlers, forms, frames, plug-ins, SVG, meta and base elements are gone; links open outside and
    tell no referrer; quoted text is folded in `<details>`. A body that is too large, too deep
    or too slow is shown as text instead.

    :param mail: a parsed mail, or the HTML of a body
    :param cid_url: gives the URL of an image of the mail (`cid:`, RFC 2392) by its Content-ID without
        `<>`; None if there is none. A `data:` URL is welcome. The result is trusted.
    :param remote_images: load images from other hosts. Off, no URL of the sender is fetched.
    """
    source = mail if isinstance(mail, str) else mail.html
    if source:
        renderer = _Renderer(cid_url, remote_images)
        body = _render(clean(source), renderer)
        if body is not None:
            return _document(body, renderer.blocked)
        text = html_to_text(source)
    else:
        text = "" if isinstance(mail, str) else mail.text
    return _document(_text_body(text), 0)


def blocked_images(document: str) -> int:
    """How many images `display_html` did not load in a document, so that a page can offer them."""
    match = re.search(r'<body data-blocked="(\d+)">', document)
    return int(match[1]) if match else 0


def _document(body: str, blocked: int) -> str:
    return (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
        f'<style>{STYLE}</style></head>\n<body data-blocked="{blocked}">\n{body}\n</body></html>\n'
    )


def _text_body(text: str) -> str:
    """Text with clickable links; what it quotes is folded."""
    split = split_quoted(text)
    own = f'<pre dir="auto">{_linked(split.own)}</pre>'
    if not split.quoted:
        return own
    return f'{own}\n{_open_quote(not split.own)}<pre dir="auto">{_linked(split.quoted)}</pre></details>'


def _linked(text: str) -> str:
    out, position = [], 0
    for match in PLAIN_LINK.finditer(text):
        url = match[0].rstrip(TRAILING)
        out.append(html.escape(text[position : match.start()], quote=False))
        out.append(f"<a{_link_attributes(url)}>{html.escape(url)}</a>")
        position = match.start() + len(url)
    out.append(html.escape(text[position:], quote=False))
    return "".join(out)


def _open_quote(is_open: bool) -> str:
    return f'<details class="erp-mail-quote"{" open" if is_open else ""}><summary>&#8226;&#8226;&#8226;</summary>'


def _link_attributes(url: str) -> str:
    return f' href="{html.escape(url)}" target="_blank" rel="noopener noreferrer nofollow"'


def _render(source: str, renderer: "_Renderer") -> str | None:
    """Body markup, or None if the source is beyond a bound."""
    if len(source) > MAX_HTML_LENGTH:
        return None
    parser = etree.HTMLParser(target=renderer, huge_tree=True, recover=True)
    deadline = time.monotonic() + MAX_SECONDS
    try:
        for start in range(0, len(source), CHUNK):
            parser.feed(source[start : start + CHUNK])
            if time.monotonic() > deadline:
                return None
        return parser.close()
    except (_TooDeep, etree.LxmlError, ValueError, AssertionError):
        return None


class _TooDeep(Exception):
    """More open elements than `MAX_NESTING`."""


class _Renderer:
    """Parser target that writes the allowed part of what it is told."""

    def __init__(self, cid_url: Callable[[str], str | None] | None, remote_images: bool):
        self.blocked = 0
        self._cid_url = cid_url
        self._remote_images = remote_images
        self._out: list[str] = []
        # Each open element: its name, and what closes it in the output.
        self._stack: list[tuple[str, str]] = []
        self._dropping = 0
        self._sheet: list[str] | None = None
        self._in_quote = 0
        self._has_text = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._stack) >= MAX_NESTING:
            raise _TooDeep
        if self._dropping or tag in DROPPED:
            # Void elements are told as start and end, too.
            self._dropping += 1
            self._stack.append((tag, ""))
            return
        if tag == "style":
            self._sheet = []
            self._stack.append((tag, ""))
            return
        if tag in ("html", "body", "form"):
            tag, name = ("div", tag) if attributes else ("", tag)
        else:
            name = tag
        closing = ""
        if not self._in_quote:
            if tag == "blockquote" and attributes.get("type", "").lower() == "cite" or QUOTE_CLASS.search(attributes.get("class", "")):
                self._out.append(_open_quote(not self._has_text))
                self._in_quote = len(self._stack) + 1
                closing = "</details>"
            elif self._stack and (
                QUOTE_REST_ID.fullmatch(attributes.get("id", "")) or tag == "div" and OUTLOOK_RULE.match(attributes.get("style", ""))
            ):
                # All that follows within the parent is quoted.
                self._out.append(_open_quote(not self._has_text))
                self._in_quote = len(self._stack)
                parent, parent_closing = self._stack[-1]
                self._stack[-1] = (parent, "</details>" + parent_closing)
        if tag in ALLOWED:
            self._out.append(f"<{tag}{self._attributes(tag, attributes)}>")
            self._stack.append((name, ("" if tag in VOID else f"</{tag}>") + closing))
        else:
            self._stack.append((name, closing))

    def end(self, tag: str) -> None:
        if not any(name == tag for name, _closing in self._stack[-1:]):
            return
        self._pop()

    def _pop(self) -> None:
        if self._in_quote and len(self._stack) == self._in_quote:
            self._in_quote = 0
        name, closing = self._stack.pop()
        if self._dropping:
            self._dropping -= 1
        elif name == "style" and self._sheet is not None:
            sheet = clean_stylesheet("".join(self._sheet), self._image_url)
            self._sheet = None
            if sheet:
                self._out.append(f"<style>{sheet}</style>")
        self._out.append(closing)

    def data(self, text: str) -> None:
        if self._dropping:
            return
        if self._sheet is not None:
            self._sheet.append(text)
            return
        if not self._has_text and text.strip():
            self._has_text = True
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
        out = []
        for name, value in attributes.items():
            name = name.lower()
            if name in ATTRIBUTES:
                out.append(f' {name}="{html.escape(value)}"')
            elif name == "style":
                style = clean_declarations(value, self._image_url)
                if style:
                    out.append(f' style="{html.escape(style)}"')
            elif name == "background" and tag in ("table", "td", "th", "tr", "div"):
                url = self._image_url(value)
                if url:
                    out.append(f' style="background-image:url(&quot;{html.escape(url)}&quot;)"')
            elif name == "href" and tag == "a":
                out.append(self._link(value))
            elif name == "src" and tag == "img":
                url = self._image_url(value)
                out.append(f' src="{html.escape(url)}" referrerpolicy="no-referrer"' if url else ' class="erp-mail-blocked"')
        return "".join(out)

    def _link(self, value: str) -> str:
        url = URL_NOISE.sub("", value) if not value.lower().startswith("mailto:") else value.strip()
        if LINK.match(url):
            return _link_attributes(url)
        return f' href="{html.escape(url)}"' if re.fullmatch(r"#[\w.:-]{1,200}", url) else ""

    def _image_url(self, value: str) -> str:
        """Where an image may be loaded from; '' if nowhere."""
        url = value.strip()
        if url[:4].lower() == "cid:":
            return (self._cid_url and self._cid_url(url[4:])) or ""
        if DATA_IMAGE.fullmatch(url):
            return url
        if REMOTE.match(url) or url.startswith("//"):
            if self._remote_images:
                return URL_NOISE.sub("", f"https:{url}" if url.startswith("//") else url)
            self.blocked += 1
        return ""
