"""A mail as a standalone HTML document that is safe to show in a sandboxed iframe (THREATS 17-19).

The body is sanitized (see `sanitize`) and wrapped in a document of our own. The sandbox and the
Content-Security-Policy of the controller are second walls, not excuses.
"""

import html
import re
from collections.abc import Callable

from .html_text import html_to_text
from .model import ParsedMail
from .quoting import split_quoted
from .sanitize import link_attributes, open_quote, sanitize
from .text import clean

PLAIN_LINK = re.compile(r"https?://[^\s<>\"']{1,2000}")
TRAILING = ".,;:!?)]}'\""

STYLE = """
html{color-scheme:light}
body{margin:12px;font:14px/1.45 system-ui,sans-serif;color:#212529;background:#fff;overflow-wrap:break-word}
img{max-width:100%}
pre{white-space:pre-wrap;font:inherit;margin:0}
details.erp-mail-quote>summary{cursor:pointer;width:max-content;padding:0 8px;border-radius:8px;background:#e9ecef;color:#495057;list-style:none}
img[data-blocked]{min-width:16px;min-height:16px;border:1px dashed #adb5bd}
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
        sanitized = sanitize(clean(source), cid_url, remote_images)
        if sanitized:
            return _document(*sanitized)
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
    return f'{own}\n{open_quote(not split.own)}<pre dir="auto">{_linked(split.quoted)}</pre></details>'


def _linked(text: str) -> str:
    out, position = [], 0
    for match in PLAIN_LINK.finditer(text):
        url = match[0].rstrip(TRAILING)
        out.append(html.escape(text[position : match.start()], quote=False))
        out.append(f"<a{link_attributes(url)}>{html.escape(url)}</a>")
        position = match.start() + len(url)
    out.append(html.escape(text[position:], quote=False))
    return "".join(out)
