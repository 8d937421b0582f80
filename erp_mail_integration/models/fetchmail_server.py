from odoo import fields, models


class FetchmailServer(models.Model):
    """A mailbox. Its mail goes through the ledger instead of straight into Odoo's gateway."""

    _inherit = "fetchmail.server"

    intake_mode = fields.Selection(
        [("gateway", "Gateway"), ("archive", "Archive")],
        "What happens to mail",
        required=True,
        default="gateway",
        help="Gateway: mail is stored, linked and handed to Odoo's mail gateway (aliases, replies, new records).\n"
        "Archive: mail is stored and linked only. Nobody is notified, no record is created.",
    )
    first_contact = fields.Selection(
        [("all", "All mail that is there"), ("since", "Mail since a date"), ("new", "Only unread and new mail")],
        "At the first contact take",
        required=True,
        default="all",
        help="Mail that had been read before the mailbox was connected is history: it is stored and linked, but "
        "does not go through the gateway.",
    )
    first_contact_date = fields.Date("Since")
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    owner_id = fields.Many2one(
        "res.users", "Owner", index="btree_not_null", help="Set for a personal mailbox: its owner reads all its mail."
    )
    folder_ids = fields.One2many("fetchmail.folder", "server_id", "Folders")
