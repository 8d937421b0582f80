from odoo import api, fields, models

from ..mailbox import FolderMissing


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
    last_uid = fields.Integer("Last UID", default=0, readonly=True, aggregator=None, help="Everything up to here is in the ledger.")
    first_uid = fields.Integer(
        "First new UID",
        default=0,
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

    # ------------------------------------------------------------------ receive

    def _receive_new(self, mailbox):
        """Take everything new of an IMAP folder into the ledger. Commits after each round trip, flags after it.

        The cursor (UIDVALIDITY, last UID) is committed with the mails it stands for. A folder that cannot be
        read says so on its record; the others go on.

        :param ImapMailbox mailbox:
        """
        self.ensure_one()
        try:
            state = mailbox.select(self.path, readonly=not self._flags_mail())
        except FolderMissing as error:
            self.write({"error": str(error), "last_run": fields.Datetime.now()})
            self.env.cr.commit()
            return
        uids = self._new_uids(mailbox, state)
        for mails in mailbox.fetch(uids):
            self.env["erp.email.intake"]._receive(
                self.server_id, self, mails, route=lambda mail: self._routes(mail)
            )
            self.last_uid = max(self.last_uid, *(int(mail.uid) for mail in mails))
            self.env.cr.commit()
            if self._flags_mail():
                mailbox.store_seen([int(mail.uid) for mail in mails])
        self.write({"error": False, "last_run": fields.Datetime.now(), "last_uid": max([self.last_uid, *uids])})
        self.env.cr.commit()

    def _new_uids(self, mailbox, state):
        """UIDs that are not in the ledger, ascending.

        At the first contact the mailbox's settings say how much of its history is taken. When the server says
        that its UIDs are new ones (RFC 3501, 2.3.1.1) every mail is read again: those stored already are
        recognised as duplicates.
        """
        if self.uidvalidity == state.uidvalidity:
            return mailbox.uids(since_uid=self.last_uid)
        first_contact = "all" if self.uidvalidity else self.server_id.first_contact
        if not self.uidvalidity:
            self.first_uid = state.uidnext
        self.write({"uidvalidity": state.uidvalidity, "last_uid": 0})
        if first_contact == "new":
            self.last_uid = state.uidnext - 1
            return mailbox.uids(unseen=True)
        if first_contact == "since":
            self.last_uid = state.uidnext - 1
            return mailbox.uids(since_date=self.server_id.first_contact_date)
        return mailbox.uids()

    def _routes(self, mail):
        """Whether a mail of this folder goes through Odoo's gateway; read mail from before the first contact is
        history and does not."""
        history = int(mail.uid) < self.first_uid and "\\Seen" in mail.flags
        return self.server_id._routes() and self.direction == "in" and not history

    def _flags_mail(self):
        """Whether mail is marked as read once it is stored: a gateway's is, as stock does; an archive's is the
        business of the people who read it."""
        return self.server_id._routes()
