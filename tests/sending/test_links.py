"""Keys in links of our own do not reach those who read a sent mail."""

from email.message import EmailMessage

import pytest
from erp_mail_plain.sending.links import take_keys_out, without_keys

SITES = ["https://odoo.my.com/", "http://localhost:8069"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "see https://odoo.my.com/mail/view?access_token=9d-a0&auth_signup_token=AV%3D.x&hash=a1&model=sale.order&pid=2",
            "see https://odoo.my.com/mail/view?access_token=removed&auth_signup_token=removed&hash=removed&model=sale.order&pid=2",
        ),
        (
            '<a href="http://LOCALHOST:8069/my?token=a&amp;access_token=b#x">',
            '<a href="http://LOCALHOST:8069/my?token=removed&amp;access_token=removed#x">',
        ),
        ("https://odoo.my.com/x?mytoken=a&model=hash", None),
        ("https://zoom.example/j/1?token=abc", None),
        ("https://odoo.my.com.evil.com/?token=abc", None),
        ("token=abc", None),
    ],
)
def test_keys_of_our_own_links_alone(text, expected):
    assert without_keys(text, SITES) == (expected or text)


def test_without_a_site_nothing_changes():
    assert without_keys("https://odoo.my.com/?token=a", ["", None]) == "https://odoo.my.com/?token=a"


def test_every_text_of_a_mail_and_no_attachment():
    link = "https://odoo.my.com/my?access_token=s3cr3t"
    message = EmailMessage()
    message.set_content(f"Grüße {link}\n")
    message.add_alternative(f'<p>Grüße <a href="{link}">x</a></p>', subtype="html")
    message.add_attachment(link, filename="note.txt")
    take_keys_out(message, SITES)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain.get_content() == "Grüße https://odoo.my.com/my?access_token=removed\n"
    assert "s3cr3t" not in html.get_content() and "Grüße" in html.get_content()
    assert next(message.iter_attachments()).get_content().strip() == link
