from odoo import api, fields, models
from odoo.fields import Domain

LINKED = "linked"
SUGGESTED = "suggested"
UNASSOCIATED = "unassociated"
HELD = "held"
IGNORED = "ignored"

# The full-text index, as an expression: queries must repeat it word for word to use the index. `left` keeps
# a vector below PostgreSQL's limit of 1 MB; `translate` makes the parts of an address words of their own.
SEARCH_VECTOR = (
    "to_tsvector('simple'::regconfig, coalesce(subject, '') || ' ' || coalesce(participants, '') || ' ' || "
    "translate(coalesce(participants, ''), '@._-<>\"', '       ') || ' ' || left(coalesce(body, ''), 100000))"
)


class ErpEmail(models.Model):
    """One e-mail, stored once, however many mailboxes hold a copy of it.

    What a mail belongs to is in :class:`erp.email.link`, where its copies were found in
    :class:`erp.email.copy`, who takes part in :class:`erp.email.address`. The bytes as they came are in
    ``raw``; HTML and attachments are rendered from them when somebody opens the mail, never stored twice.

    ``erp.email`` is not ``mail.message``: a message has one document, a mail may belong to many.
    """

    _name = "erp.email"
    _description = "Email"
    _order = "date desc, id desc"
    _rec_name = "subject"

    subject = fields.Char(readonly=True)
    message_id = fields.Char("Message-ID", readonly=True, index="btree_not_null")
    in_reply_to = fields.Char("In-Reply-To", readonly=True)
    references = fields.Text(
        readonly=True, help="Message-IDs of the earlier mails of the conversation, oldest first."
    )
    thread_key = fields.Char(
        "Conversation",
        readonly=True,
        index="btree_not_null",
        help="The Message-ID that started the conversation; all its mails carry the same one.",
    )
    fingerprint = fields.Char(
        readonly=True,
        required=True,
        help="Tells two copies of one mail from two mails: a digest of Message-ID, sender, date, subject and content.",
    )
    message_id_conflict = fields.Boolean(
        readonly=True,
        help="Another mail with different content carries the same Message-ID: one of the two is not what it claims.",
    )
    direction = fields.Selection([("in", "Received"), ("out", "Sent")], required=True, default="in", readonly=True)
    date = fields.Datetime(
        required=True,
        readonly=True,
        index=True,
        help="When the mail was sent; where its own date cannot be right, when the mail server received it.",
    )
    date_source = fields.Selection(
        [("header", "Date of the mail"), ("received", "Date of the mail server"), ("none", "Date of storing")],
        readonly=True,
    )
    from_name = fields.Char(readonly=True)
    from_address = fields.Char("From", readonly=True, index="btree_not_null")
    to_text = fields.Text("To", readonly=True)
    cc_text = fields.Text("Cc", readonly=True)
    participants = fields.Text("Names and addresses", readonly=True, help="All names and addresses, for the search.")
    preview = fields.Char(readonly=True)
    body = fields.Text(readonly=True, help="The plain text, for reading and searching.")
    raw = fields.Binary(
        "Source", attachment=True, readonly=True, help="The mail as it was received, byte for byte."
    )
    size = fields.Integer(readonly=True, aggregator="sum")
    attachment_count = fields.Integer(readonly=True)
    attachment_info = fields.Json(
        readonly=True, help="For each attachment: index, name, mimetype, size, inline, content_id."
    )
    auto = fields.Selection(
        [
            ("auto-replied", "Automatic reply"),
            ("auto-generated", "Automatic mail"),
            ("list", "Mailing list"),
            ("bulk", "Bulk mail"),
            ("bounce", "Delivery report"),
        ],
        string="Automatic",
        readonly=True,
        help="Set where no person wrote this mail to somebody (RFC 3834).",
    )
    defects = fields.Char(readonly=True, help="What is wrong with the mail's format.")
    authentication = fields.Json(readonly=True, help="Verdict of the administrator's own mail server.")
    state = fields.Selection(
        [
            (LINKED, "Linked"),
            (SUGGESTED, "Suggested"),
            (UNASSOCIATED, "Unassociated"),
            (HELD, "Held"),
            (IGNORED, "Ignored"),
        ],
        required=True,
        default=UNASSOCIATED,
        readonly=True,
        index=True,
    )
    company_id = fields.Many2one("res.company", readonly=True, index="btree_not_null")
    mail_message_id = fields.Many2one(
        "mail.message",
        "Chatter message",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="Set where the chatter of a document holds this mail too.",
    )
    link_ids = fields.One2many("erp.email.link", "email_id", "Documents")
    address_ids = fields.One2many("erp.email.address", "email_id", "Participants", readonly=True)
    copy_ids = fields.One2many("erp.email.copy", "email_id", "Copies", readonly=True)
    accessible = fields.Boolean(compute="_compute_accessible", search="_search_accessible")

    _fingerprint_uniq = models.UniqueIndex("(fingerprint)", "This mail is stored already.")
    _search_idx = models.Index(f"USING gin (({SEARCH_VECTOR}))")

    @api.depends_context("uid")
    def _compute_accessible(self):
        readable = self.sudo().search([("id", "in", self.ids), ("accessible", "=", True)])
        for email in self:
            email.accessible = email in readable

    @api.model
    def _search_accessible(self, operator, value):
        """The record rule of ordinary users, as one sub-query: no id list passes through Python.

        A mail is readable through a *linked* record that the user may read, or through a mailbox of their
        own. A suggested link opens nothing: else guessing a number in a subject would open a mail.
        """
        if operator != "in" or True not in value:
            return NotImplemented
        links = self.env["erp.email.link"].sudo()._search(
            Domain("state", "=", LINKED) & self.env["erp.email.link"]._readable_domain()
        )
        own = self.env["erp.email.copy"].sudo()._search([("server_id.owner_id", "=", self.env.uid)])
        return Domain("id", "in", links.subselect("email_id")) | Domain("id", "in", own.subselect("email_id"))
