"""Links that open a door for whoever holds them.

Odoo gives each recipient of a notification a link of their own: with it they see the document, sign it, or become
the user it was made for, without a password. It is meant for them alone. A sent mail is read on the document's
Email tab by many: they get the link without its key.
"""

import re
from collections.abc import Iterable
from email.message import EmailMessage

REMOVED = "removed"
_KEY = re.compile(r"(?<=[?&;])((?:access_token|raw_access_token|auth_signup_token|token|hash)=)[^&\s\"'<>#]+")


def without_keys(text: str, sites: Iterable[str]) -> str:
    """The text with the keys taken out of links to our own sites; other links stay as their author wrote them.

    :param sites: base URLs, such as https://odoo.mycompany.com

    >>> without_keys("https://odoo.my.com/my/orders/5?access_token=9da0&model=x", ["https://odoo.my.com"])
    'https://odoo.my.com/my/orders/5?access_token=removed&model=x'
    """
    own = "|".join(re.escape(site.rstrip("/")) for site in sites if site)
    if not own:
        return text
    return re.sub(
        rf"(?:{own})(?![\w.-])[^\s\"'<>]*",
        lambda link: _KEY.sub(rf"\g<1>{REMOVED}", link[0]),
        text,
        flags=re.IGNORECASE,
    )


def take_keys_out(message: EmailMessage, sites: Iterable[str]):
    """Take the keys out of the texts of a mail that has left.

    :param message: changed in place; attachments stay as they are
    """
    for part in message.walk():
        if part.get_content_maintype() != "text" or part.get_content_disposition() == "attachment":
            continue
        text = part.get_content()
        clean = without_keys(text, sites)
        if clean != text:
            part.set_content(clean, subtype=part.get_content_subtype())
