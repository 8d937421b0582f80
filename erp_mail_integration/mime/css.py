"""Style sheets of mails reduced to what changes looks and fetches nothing (THREATS 17, 18).

Output is built from what is understood: allowed properties with harmless values. Everything else,
every escape and every at-rule but `@media` is left out. Linear time.
"""

import html
import re
from collections.abc import Callable

MAX_STYLE_LENGTH = 262_144
"""Characters of style sheets read of one mail; newsletters have some 20,000."""
MAX_NESTING = 20
"""Open braces; a sheet that goes deeper is left out."""

PROPERTY = re.compile(
    r"(?:background(?:-(?:color|image|repeat|position|size|clip|origin))?|border(?:-[a-z]+){0,3}|color|font(?:-[a-z]+){0,2}|"
    r"(?:max-|min-)?(?:height|width)|letter-spacing|word-spacing|line-height|list-style(?:-(?:type|position))?|"
    r"(?:margin|padding)(?:-[a-z]+){0,2}|text-(?:align|align-last|decoration|decoration-[a-z]+|indent|overflow|transform|shadow)|"
    r"vertical-align|white-space|word-break|word-wrap|overflow-wrap|hyphens|display|float|clear|direction|unicode-bidi|"
    r"table-layout|border-collapse|border-spacing|caption-side|empty-cells|opacity|overflow|overflow-[xy]|visibility|"
    r"box-sizing|flex(?:-[a-z]+)?|align-(?:items|content|self)|justify-content|gap|order)"
)
DECLARATION = re.compile(
    r"""\s*+([a-zA-Z-]{2,40}+)\s*+:\s*+((?:[^;"'(]++|"[^"]*+"?|'[^']*+'?|\([^()]*+\)?)*);?|[^;]++;?|;"""
)
FUNCTION = re.compile(r"([\w-]*)\s*\(", re.ASCII)
HARMLESS_FUNCTIONS = {"rgb", "rgba", "hsl", "hsla", "calc", "linear-gradient", "radial-gradient"}
URL = re.compile(r"""url\(\s*+("[^"]*+"|'[^']*+'|[^\s"'()]*+)\s*+\)""", re.IGNORECASE)
UNSAFE = re.compile(r"[\\<>{}@\x00-\x08]|/\*|expression|javascript|behavior|-moz-binding|!ie", re.IGNORECASE)
COMMENT = re.compile(r"/\*[^*]*+(?:\*(?!/)[^*]*+)*\*/|<!--|-->")
SELECTOR = re.compile(r"""[\w\s.#,>+~*:()\[\]="'^$|-]{1,2000}""", re.ASCII)
MEDIA = re.compile(r"@media\s[\w\s(),:.>=<-]{1,300}", re.ASCII | re.IGNORECASE)
BRACE = re.compile(r"[{};]")


def clean_declarations(style: str, image_url: Callable[[str], str]) -> str:
    """The harmless declarations of a `style` attribute or of one rule.

    :param image_url: gives the URL that an image may be loaded from, '' for none
    """
    kept = []
    for match in DECLARATION.finditer(style[:MAX_STYLE_LENGTH]):
        if match[1] is None:
            continue
        name, value = match[1].lower(), match[2].strip()
        if not PROPERTY.fullmatch(name) or len(value) > 20_000:
            continue
        value = _clean_value(value, image_url)
        if value:
            kept.append(f"{name}:{value}")
    return ";".join(kept)


def _clean_value(value: str, image_url: Callable[[str], str]) -> str:
    allowed: list[str] = []

    def replace(match: re.Match) -> str:
        target = image_url(html.unescape(match[1]).strip("\"' "))
        allowed.append(target)
        return f"\x01{len(allowed) - 1}\x01" if target else "\x02"

    value = URL.sub(replace, value)
    if "\x02" in value or UNSAFE.search(value.replace("\x01", "")):
        return ""
    if any(name.lower() not in HARMLESS_FUNCTIONS for name in FUNCTION.findall(value)):
        return ""
    return re.sub("\x01([0-9]+)\x01", lambda match: f'url("{_quote(allowed[int(match[1])])}")', value)


def _quote(url: str) -> str:
    return re.sub(r'["\\\s()<>]', lambda match: f"%{ord(match[0]):02X}", url)


def clean_stylesheet(sheet: str, image_url: Callable[[str], str]) -> str:
    """The harmless rules of a `<style>` element, `@media` included, other at-rules not."""
    sheet = COMMENT.sub("", sheet[:MAX_STYLE_LENGTH])
    out: list[str] = []
    position = 0
    selector = ""
    # What each open brace belongs to: a kept rule, a media query, or something left out.
    stack: list[str] = []
    for match in BRACE.finditer(sheet):
        text, position_before = sheet[position : match.start()], position
        brace = match[0]
        if brace == ";":
            if not stack or stack[-1] == "media":
                position = match.end()
            continue
        position = match.end()
        if brace == "{":
            selector = text.strip()
            if len(stack) >= MAX_NESTING:
                return ""
            if "dropped" in stack or "rule" in stack:
                stack.append("dropped")
            elif MEDIA.fullmatch(selector):
                out.append(f"{selector}{{")
                stack.append("media")
            else:
                stack.append("rule" if SELECTOR.fullmatch(selector) else "dropped")
        elif stack:
            kind = stack.pop()
            if kind == "media":
                out.append("}")
            elif kind == "rule":
                declarations = clean_declarations(sheet[position_before : match.start()], image_url)
                if declarations:
                    out.append(f"{selector}{{{declarations}}}")
    out += ["}" for kind in stack if kind == "media"]
    return "\n".join(out)
