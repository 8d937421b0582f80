from odoo import api, fields, models

from ..mime.headers import read_headers

HEADER_BYTES = 65_536
"""How much of a mail is looked at: it may be the rest that cannot be processed."""


class ErpEmailCopy(models.Model):
    """Which mail is this? For copies that could not be processed, and so have no stored mail."""

    _inherit = "erp.email.copy"

    summary = fields.Char("Mail", compute="_compute_summary", help="Sender and subject as the source has them.")

    @api.depends("email_id")
    def _compute_summary(self):
        raws = self.env["erp.email.store"]._read(self.filtered(lambda copy: not copy.email_id))
        for copy in self:
            if copy.email_id:
                copy.summary = copy.email_id.display_name
                continue
            head = raws.get(copy.id, b"")[:HEADER_BYTES].replace(b"\r\n", b"\n")
            headers, _body = read_headers(head, 0, len(head))
            copy.summary = ": ".join(filter(None, (headers.text("from"), headers.text("subject"))))
