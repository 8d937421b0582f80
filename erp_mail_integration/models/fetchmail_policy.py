from odoo import api, fields, models


class FetchmailServer(models.Model):
    """What a mailbox does with mail of people it does not know and mail that finds no document."""

    _inherit = "fetchmail.server"

    contact_policy = fields.Selection(
        [
            ("all", "For every unknown correspondent"),
            ("document", "For senders of mail that belongs to a document"),
            ("never", "Never"),
        ],
        "Create contacts",
        default="document",
        help="Never for automatic mail, mailing lists, own addresses or forged senders.",
    )
    authserv_id = fields.Char(
        "Authentication service",
        help="Name under which your own mail server writes Authentication-Results (RFC 8601), such as "
        "mx.mycompany.com. Headers of that name are believed, all others are not. Empty: none are.",
    )
    create_user_id = fields.Many2one(
        "res.users", "New records are assigned to", domain=[("share", "=", False)], ondelete="set null"
    )
    create_defaults = fields.Text("Values of new records", default="{}", help="As a Python dictionary: {'team_id': 3}")

    @api.constrains("create_defaults")
    def _check_create_defaults(self):
        for server in self:
            self.env["erp.email.matcher"]._creation_values(server)


class FetchmailFolder(models.Model):
    """A folder with a document type and no document: mail in it that finds none makes a new record."""

    _inherit = "fetchmail.folder"

    create_user_id = fields.Many2one(
        "res.users", "New records are assigned to", domain=[("share", "=", False)], ondelete="set null"
    )
    create_defaults = fields.Text("Values of new records", default="{}", help="As a Python dictionary: {'team_id': 3}")

    @api.constrains("create_defaults")
    def _check_create_defaults(self):
        for folder in self:
            self.env["erp.email.matcher"]._creation_values(folder)
