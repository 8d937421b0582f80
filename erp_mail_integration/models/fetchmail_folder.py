from odoo import api, fields, models


class FetchmailFolder(models.Model):
    """A folder of an IMAP mailbox, or the one maildrop of a POP3 mailbox, and how far it has been read."""

    _name = "fetchmail.folder"
    _description = "Mailbox Folder"
    _order = "server_id, path"
    _rec_name = "name"

    server_id = fields.Many2one("fetchmail.server", "Mailbox", required=True, ondelete="cascade", index=True)
    path = fields.Char(required=True, readonly=True, help="Name of the folder as the server writes it.")
    name = fields.Char(required=True)
    synchronize = fields.Boolean(default=True)
    direction = fields.Selection([("in", "Received"), ("out", "Sent")], required=True, default="in")
    uidvalidity = fields.Char("UIDVALIDITY", readonly=True)
    last_uid = fields.Integer("Last UID", readonly=True, aggregator=None, help="Everything up to here is in the ledger.")
    first_uid = fields.Integer(
        "First new UID",
        readonly=True,
        aggregator=None,
        help="Mail below it was there before the mailbox was connected: history, stored and linked but not routed.",
    )
    res_model = fields.Char("Target document type")
    res_id = fields.Many2oneReference("Target document", model_field="res_model")
    last_run = fields.Datetime(readonly=True)
    error = fields.Char(readonly=True)

    _path_uniq = models.UniqueIndex("(server_id, path)", "The mailbox has this folder already.")

    @api.model
    def _inbox(self, server):
        """The INBOX of a mailbox (RFC 3501: the one folder that is always there), created when first asked for."""
        return server.folder_ids.filtered(lambda folder: folder.path == "INBOX") or self.create(
            {"server_id": server.id, "path": "INBOX", "name": "INBOX"}
        )
