from odoo import http
from odoo.http import request

from ..mailbox import RawMail

MAX_SIZE = 64 * 1024 * 1024


class EmailUpload(http.Controller):
    @http.route("/erp_mail/upload", type="http", auth="user", methods=["POST"])
    def upload(self, res_model, res_id, **_kwargs):
        """Store mails that somebody dropped on a document's tab, and link them to it.

        :return: JSON ``{"stored": number, "errors": [sentence]}``
        """
        Email = request.env["erp.email"]
        record = Email._tab_record(res_model, int(res_id), "write")
        mails, errors = [], []
        for file in request.httprequest.files.getlist("ufile"):
            raw = file.read(MAX_SIZE + 1)
            if len(raw) > MAX_SIZE:
                errors.append(request.env._("%s is larger than 64 MB.", file.filename))
            elif not _looks_like_mail(raw):
                errors.append(request.env._("%s is no mail. Save the mail as .eml and drop that file.", file.filename))
            else:
                mails.append(RawMail(uid="", raw=raw))
        intake = request.env["erp.email.intake"].sudo()
        copies = intake._receive(
            request.env["fetchmail.server"], request.env["fetchmail.folder"], mails, source="upload"
        )
        request.env.cr.commit()  # the bytes are safe before anything reads them
        intake._process_now(copies)
        errors += [
            request.env._("A mail is stored but could not be read: %s", copy.error)
            for copy in copies
            if not copy.email_id
        ]
        emails = copies.email_id
        Email._link_by_hand(record, emails)
        return request.make_json_response({"stored": len(emails), "errors": errors})


def _looks_like_mail(raw):
    """Whether a file begins with header fields (RFC 5322 2.2), after the line that mailboxes put before them."""
    lines = raw[:4096].lstrip(b"\xef\xbb\xbf\r\n").splitlines()
    if lines and lines[0].startswith((b"From ", b">From ")):
        lines = lines[1:]
    name, colon, _value = (lines[0] if lines else b"").partition(b":")
    return bool(colon and name and not any(char <= 32 or char > 126 for char in name))
