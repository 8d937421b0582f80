"""The content of mails, written by strangers, served so that it can do nothing.

Four walls, each enough by itself: the sanitizer (:mod:`mime.display`), the frame's ``sandbox``, the
Content-Security-Policy, and a content type that the browser may not guess.
"""

import secrets
from base64 import b64encode

from markupsafe import Markup
from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import content_disposition, request

from ..mime import parse
from ..mime.display import display_html
from ..models.erp_email_tab import shown_type

# Shown in place: none of them can hold a script. PDFs are drawn by Odoo's own viewer.
INLINE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "application/pdf"})
# Shown as the text they are.
TEXT_TYPES = ("text/", "message/", "application/json", "application/xml", "application/javascript", "image/svg+xml")
TEXT_PREVIEW_LIMIT = 1_000_000

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# allow-same-origin lets the tab measure the frame and hear its keys; nothing in it can use it, as no script runs.
SANDBOX = "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"


def content_policy(*extra):
    """A policy that allows nothing but what is named: no script, request, form, frame or base address."""
    return "; ".join(("default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'self'", *extra))


class EmailContent(http.Controller):
    @http.route("/erp_mail/<int:email_id>/body", type="http", auth="user", methods=["GET"], readonly=True)
    def body(self, email_id, images="", **_kwargs):
        """The HTML body. Remote images are loaded only when the reader asks for them."""
        with_images = images == "1"
        mail = self._parsed(email_id)
        sources = "img-src data: https: http:" if with_images else "img-src data:"
        return self._respond(
            display_html(mail, _inline_images(mail), remote_images=with_images),
            "text/html; charset=utf-8",
            content_policy(sources, "style-src 'unsafe-inline'", SANDBOX),
        )

    @http.route("/erp_mail/<int:email_id>/source", type="http", auth="user", methods=["GET"], readonly=True)
    def source(self, email_id, **_kwargs):
        """The mail as it came, for the reader's own mail program."""
        email = self._email(email_id)
        name = "".join(char if char.isalnum() or char in " -_.()" else " " for char in email.subject or "")
        name = " ".join(name.split())[:80] or "mail"
        return self._respond(
            self._raw(email),
            "message/rfc822",
            content_policy("sandbox"),
            disposition=content_disposition(f"{name}.eml"),
        )

    @http.route(
        "/erp_mail/<int:email_id>/attachment/<int:index>", type="http", auth="user", methods=["GET"], readonly=True
    )
    def attachment(self, email_id, index, preview="", **_kwargs):
        """One attachment: saved, or with ``preview`` shown if that is harmless."""
        mail = self._parsed(email_id)
        attachment = next((part for part in mail.attachments if part.index == index), None)
        if attachment is None:
            raise NotFound()
        policy = content_policy("sandbox", "style-src 'unsafe-inline'", "img-src 'self' data:")
        mimetype = shown_type(attachment.name, attachment.mimetype)
        if preview and mimetype in INLINE_TYPES:
            return self._respond(attachment.payload, mimetype, policy)
        if preview and mimetype.startswith(TEXT_TYPES):
            text = attachment.payload[:TEXT_PREVIEW_LIMIT].decode("utf-8", "replace")
            return self._respond(text, "text/plain; charset=utf-8", policy)
        # No type that a browser or another program would open by itself.
        return self._respond(
            attachment.payload,
            "application/octet-stream",
            policy,
            disposition=content_disposition(attachment.name),
        )

    @http.route("/erp_mail/<int:email_id>/print", type="http", auth="user", methods=["GET"], readonly=True)
    def print_page(self, email_id, html="", **_kwargs):
        """Headers, text and names of attachments on a clean page that opens the print dialog."""
        email = self._email(email_id)
        mail = parse(self._raw(email))
        nonce = secrets.token_urlsafe(16)
        page = request.env["ir.qweb"]._render(
            "erp_mail_integration.print_page",
            {
                "email": email,
                "mail": mail,
                "attachments": [attachment.name for attachment in mail.attachments if not attachment.inline],
                "html": Markup(_body_of(display_html(mail, _inline_images(mail)))) if html == "1" and mail.html else "",
                "nonce": nonce,
            },
        )
        return self._respond(
            Markup("<!DOCTYPE html>\n") + page,
            "text/html; charset=utf-8",
            content_policy(
                f"script-src 'nonce-{nonce}'",
                "style-src 'unsafe-inline'",
                "img-src data:",
                "sandbox allow-scripts allow-modals",
            ),
        )

    def _email(self, email_id):
        """The mail, if the user may read it. One answer for what is not there and what is not theirs."""
        email = request.env["erp.email"].browse(email_id)
        try:
            email._check_readable()
        except (AccessError, MissingError):
            raise NotFound() from None
        return email.sudo()

    def _raw(self, email):
        raw = email._source()
        if not raw:
            raise NotFound()
        return raw

    def _parsed(self, email_id):
        return parse(self._raw(self._email(email_id)))

    def _respond(self, content, mimetype, policy, disposition=None):
        headers = {**HEADERS, "Content-Type": mimetype, "Content-Security-Policy": policy}
        if disposition:
            headers["Content-Disposition"] = disposition
        return request.make_response(content, list(headers.items()))


def _inline_images(mail):
    """The URLs of the pictures that a body shows, by Content-ID: within the page, as it may not ask for anything."""
    pictures = {
        part.content_id: part
        for part in mail.attachments
        if part.content_id and part.mimetype in INLINE_TYPES and part.mimetype.startswith("image/")
    }

    def url(content_id):
        part = pictures.get(content_id)
        return f"data:{part.mimetype};base64,{b64encode(part.payload).decode()}" if part else None

    return url


def _body_of(document):
    """What stands inside the body element of a sanitized document, with its quotes unfolded: paper has no clicks."""
    body = document[document.index(">", document.index("<body")) + 1 : document.rindex("</body>")]
    return body.replace('<details class="erp-mail-quote">', '<details class="erp-mail-quote" open>')
