from odoo import fields, models

SKIPPED = "skipped"


class ErpEmailCopy(models.Model):
    """What is still to be done to a copy in its mailbox, and copies that were left there."""

    _inherit = "erp.email.copy"

    state = fields.Selection(selection_add=[(SKIPPED, "Not stored")], ondelete={SKIPPED: "cascade"})

    server_action = fields.Selection(
        [("seen", "Mark as read"), ("move", "Move"), ("delete", "Delete")],
        "To be done on the server",
        readonly=True,
        help="Committed together with the mail, taken away when the server has done it: a fetch that dies in "
        "between leaves the rest to the next one.",
    )

    _server_action_idx = models.Index("(folder_id) WHERE server_action IS NOT NULL")
