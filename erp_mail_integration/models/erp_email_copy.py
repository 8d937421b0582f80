from odoo import api, fields, models
from odoo.fields import Domain

RECEIVED = "received"
STORED = "stored"
DUPLICATE = "duplicate"
FAILED = "failed"
QUARANTINED = "quarantined"

MAX_ATTEMPTS = 3


class ErpEmailCopy(models.Model):
    """The ledger: where a copy of a mail was found and what became of it.

    A row and the bytes in ``raw`` are committed before anything is done to the mail on its server, so that
    whatever happens later the mail can be processed again. Once it is ``stored`` its bytes belong to the
    ``erp.email``; the bytes of a ``duplicate`` are dropped, its transport headers stay in ``trace``.
    """

    _name = "erp.email.copy"
    _description = "Email Copy"
    _order = "id desc"

    email_id = fields.Many2one("erp.email", readonly=True, ondelete="set null", index="btree_not_null")
    server_id = fields.Many2one(
        "fetchmail.server", "Mailbox", readonly=True, ondelete="set null", index="btree_not_null"
    )
    folder_id = fields.Many2one("fetchmail.folder", readonly=True, ondelete="set null", index="btree_not_null")
    uidvalidity = fields.Char("UIDVALIDITY", readonly=True)
    uid = fields.Char("UID", readonly=True, help="UID on an IMAP server, UIDL on a POP3 server.")
    source = fields.Selection(
        [
            ("mailbox", "Mailbox"),
            ("upload", "Upload"),
            ("push", "Delivered by the mail server"),
            ("envelope", "Attached to another mail"),
            ("sent", "Sent by Odoo"),
            ("message", "Chatter message"),
        ],
        required=True,
        default="mailbox",
        readonly=True,
    )
    route = fields.Boolean(
        readonly=True,
        help="Goes through Odoo's mail gateway after it is stored (aliases, replies, new records); "
        "otherwise it is only stored and linked.",
    )
    sha256 = fields.Char("SHA-256", readonly=True, required=True, index=True)
    size = fields.Integer(readonly=True)
    received = fields.Datetime(readonly=True, help="When the mail server received it.")
    flags = fields.Char(readonly=True)
    raw = fields.Binary("Message source", attachment=True, readonly=True)
    trace = fields.Text("Transport headers", readonly=True)
    state = fields.Selection(
        [
            (RECEIVED, "Received"),
            (STORED, "Stored"),
            (DUPLICATE, "Duplicate"),
            (FAILED, "Failed"),
            (QUARANTINED, "Quarantined"),
        ],
        required=True,
        default=RECEIVED,
        readonly=True,
        help="Received: waits to be processed. Failed: will be tried again. "
        f"Quarantined: failed {MAX_ATTEMPTS} times, waits for somebody to look at it.",
    )
    attempts = fields.Integer(required=True, default=0, readonly=True, aggregator=None)
    error = fields.Text(readonly=True)

    _found_uniq = models.UniqueIndex("(server_id, folder_id, uidvalidity, uid)", "This copy is in the ledger already.")
    _pending_idx = models.Index("(server_id, id) WHERE state IN ('received', 'failed', 'quarantined')")

    @api.model
    def _own_domain(self):
        """Copies in mailboxes of the user's own."""
        return Domain("server_id.owner_id", "=", self.env.uid)

    def action_open_email(self):
        """The mail that this is a copy of."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "erp.email",
            "res_id": self.email_id.id,
            "views": [(False, "form")],
        }

    def action_retry(self):
        """Try failed and quarantined mails again, now."""
        self.check_access("write")
        copies = self.sudo().filtered(lambda copy: copy.state in (FAILED, QUARANTINED, RECEIVED))
        copies.write({"state": RECEIVED, "attempts": 0, "error": False})
        self.env["erp.email.intake"]._process_now(copies)
        return True
