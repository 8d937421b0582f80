from odoo import fields, models


class FetchmailServer(models.Model):
    """Who writes to an address that nobody has may be told so."""

    _inherit = "fetchmail.server"

    error_notice_template_id = fields.Many2one(
        "mail.template",
        "Error notice template",
        domain=[("model", "=", "erp.email")],
        ondelete="set null",
        help="Sent to who writes to an address that nobody has: at most once a day to each sender, never to "
        "mailing lists or automatic mail. Empty: no notice.",
    )
