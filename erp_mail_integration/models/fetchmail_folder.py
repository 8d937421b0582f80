import hashlib

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

from ..mailbox import CommandRefused, FolderMissing
from .erp_email_copy import DUPLICATE, STORED
from .erp_email_copy_mailbox import SKIPPED
from .fields_big_integer import BigInteger

MAX_REFUSALS = 5
"""Runs in which a mail that the server does not hand out is asked for again."""


class FetchmailFolder(models.Model):
    """A folder of an IMAP mailbox, or the one maildrop of a POP3 mailbox, and how far it has been read."""

    _name = "fetchmail.folder"
    _description = "Mailbox Folder"
    _order = "server_id, synchronize desc, path"
    _rec_name = "name"

    server_id = fields.Many2one("fetchmail.server", "Mailbox", required=True, ondelete="cascade", index=True)
    path = fields.Char(required=True, readonly=True, help="Name of the folder as the server writes it.")
    name = fields.Char(required=True)
    synchronize = fields.Boolean(default=True)
    direction = fields.Selection([("in", "Received"), ("out", "Sent")], required=True, default="in")
    special_use = fields.Char(readonly=True, help="What the server says the folder is for (RFC 6154).")
    after_fetch = fields.Selection(
        [
            ("keep", "Leave as it is"),
            ("seen", "Mark as read"),
            ("move", "Move to a folder"),
            ("delete", "Delete from the server"),
        ],
        "After the fetch",
        compute="_compute_after_fetch",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="Done when the mail is safe in Odoo; moving and deleting wait until it is processed as well.",
    )
    move_folder_id = fields.Many2one(
        "fetchmail.folder", "Move to", domain="[('server_id', '=', server_id), ('id', '!=', id)]"
    )
    uidvalidity = fields.Char("UIDVALIDITY", readonly=True)
    last_uid = BigInteger(
        "Last UID", default=0, readonly=True, aggregator=None, help="Everything up to here is in the ledger."
    )
    first_uid = BigInteger(
        "First new UID",
        default=0,
        readonly=True,
        aggregator=None,
        help="Mail below it was there before the mailbox was connected: history, stored and linked but not routed.",
    )
    server_state = fields.Char(
        readonly=True, help="What the server said of the folder before it was last read: the same again is no news."
    )
    refused = fields.Json(
        readonly=True, help="Mails that the server did not hand out: for each UID its words and how often it was asked."
    )
    res_model = fields.Char("Target document type")
    res_id = fields.Many2oneReference("Target document", model_field="res_model")
    type_id = fields.Many2one(
        "erp.email.reference.type",
        "Belongs to",
        compute="_compute_type_id",
        inverse="_inverse_type_id",
        domain=[("live", "=", True)],
        help="Mail that is put into this folder belongs to a document of this type: to the one whose number stands "
        "beside it, else to a new one.",
    )
    last_run = fields.Datetime(readonly=True)
    error = fields.Char(readonly=True)
    mail_count = fields.Integer("Stored", compute="_compute_mail_count", help="Mails of this folder in the ledger.")

    @api.constrains("move_folder_id")
    def _check_move_folder(self):
        for folder in self:
            if folder.move_folder_id and folder.move_folder_id.server_id != folder.server_id:
                raise ValidationError(self.env._("Mail can be moved to a folder of the same mailbox only."))

    _path_uniq = models.UniqueIndex("(server_id, path)", "The mailbox has this folder already.")

    @api.depends("server_id.intake_mode")
    def _compute_after_fetch(self):
        """Stock Odoo marks what it has processed as read; an archive leaves that to the people who read it."""
        for folder in self:
            folder.after_fetch = "seen" if folder.server_id._routes() else "keep"

    @api.depends("res_model")
    def _compute_type_id(self):
        types = self.env["erp.email.reference.type"].sudo().with_context(active_test=False).search([])
        for folder in self:
            folder.type_id = types.filtered(lambda doctype, folder=folder: doctype.model == folder.res_model)

    def _inverse_type_id(self):
        for folder in self:
            folder.res_model = folder.type_id.model

    def _compute_mail_count(self):
        counts = dict(
            self.env["erp.email.copy"].sudo()._read_group([("folder_id", "in", self.ids)], ["folder_id"], ["__count"])
        )
        for folder in self:
            folder.mail_count = counts.get(folder, 0)

    def write(self, vals):
        """The owner of a personal mailbox ticks folders and says what happens to their mail, and no more."""
        owned = {"synchronize", "after_fetch", "move_folder_id"}
        if not self.server_id._is_administrator() and set(vals) - owned:
            raise AccessError(self.env._("Only an administrator can change this setting of a folder."))
        return super().write(vals)

    # ------------------------------------------------------------------ the list of folders

    @api.model
    def _inbox(self, server):
        """The INBOX of a mailbox (RFC 3501: the one folder that is always there), created when first asked for."""
        return server.folder_ids.filtered(lambda folder: folder.path == "INBOX") or self.create(
            {"server_id": server.id, "path": "INBOX", "name": "INBOX"}
        )

    @api.model
    def _refresh(self, server, mailbox):
        """Bring the list of folders up to date: new ones appear, not synchronised unless they are the inbox.

        A folder that is gone stays while mail of it is in the ledger or somebody has ticked it; fetching says
        then that it is gone.

        :param ImapMailbox mailbox:
        :return: the folders that the server has
        """
        folders = self.sudo()
        known = {folder.path: folder for folder in folders.search([("server_id", "=", server.id)])}
        infos = {info.path: info for info in mailbox.folders() if info.selectable}
        found = folders.browse()
        for path, info in infos.items():
            if path.upper() == "INBOX":
                found |= self.sudo()._inbox(server)
            elif path in known:
                known[path].write({"name": info.name, "special_use": info.special_use or False})
                found |= known[path]
        found |= folders.create(
            [
                {
                    "server_id": server.id,
                    "path": path,
                    "name": info.name,
                    "special_use": info.special_use or False,
                    "direction": "out" if info.special_use == "sent" else "in",
                    "synchronize": False,
                }
                for path, info in infos.items()
                if path not in known and path.upper() != "INBOX"
            ]
        )
        gone = folders.union(*known.values()) - found
        gone.filtered(lambda folder: not folder.synchronize and not folder.mail_count).unlink()
        return found

    # ------------------------------------------------------------------ receive

    def _receive_new(self, mailbox):
        """Take everything new of an IMAP folder into the ledger. Commits after each round trip.

        The cursor (UIDVALIDITY, last UID) is committed with the mails it stands for. A folder that cannot be
        read says so on its record; the others go on. Nothing is changed on the server here, see :meth:`_settle`.

        :param ImapMailbox mailbox:
        """
        self.ensure_one()
        if not self.refused and self.server_state and _token(mailbox.status(self.path)) == self.server_state:
            self.write({"last_run": fields.Datetime.now(), "error": False})
            return
        try:
            state = mailbox.select(self.path, readonly=True)
        except FolderMissing as error:
            self._note(error)
            return
        uids = self._new_uids(mailbox, state)
        again = [int(uid) for uid, (_words, asked) in (self.refused or {}).items() if asked < MAX_REFUSALS]
        for mails in mailbox.fetch([*again, *uids]):
            self._take(mails)
            self.env.cr.commit()
        self._note_refused(mailbox.refused, again)
        self.write(
            {
                "last_run": fields.Datetime.now(),
                "last_uid": max([self.last_uid, *uids]),
                "server_state": _token(state),
            }
        )
        self.env.cr.commit()

    def _take(self, mails):
        """Put mails into the ledger, and with them what is to be done on the server and how far we are."""
        mails, never = self._sort_out(mails)
        copies = self.env["erp.email.intake"]._receive(self.server_id, self, mails, route=self._routes)
        if self.after_fetch != "keep":
            copies.server_action = self.after_fetch
        self.last_uid = max([self.last_uid, *(int(mail.uid) for mail in (*mails, *never))])

    def _sort_out(self, mails):
        """Leave out, and note in the ledger, what the mailbox's owner wants never to be stored.

        :return: mails to be stored, mails left out
        """
        never = [mail for mail in mails if self.server_id._never_logs(mail.raw)]
        self._skip(never, self.env._("The owner of the mailbox does not want it stored."))
        return [mail for mail in mails if mail not in never], never

    def _skip(self, mails, reason):
        """Write into the ledger that mails were left where they are, and why. Their bytes are not kept."""
        Copy = self.env["erp.email.copy"].sudo()
        here = [("folder_id", "=", self.id), ("uidvalidity", "=", self.uidvalidity)]
        known = set(Copy.search([*here, ("uid", "in", [mail.uid for mail in mails])]).mapped("uid"))
        Copy.create(
            [
                {
                    "server_id": self.server_id.id,
                    "folder_id": self.id,
                    "uidvalidity": self.uidvalidity,
                    "uid": mail.uid,
                    "sha256": hashlib.sha256(mail.raw).hexdigest(),
                    "size": len(mail.raw),
                    "received": mail.received,
                    "state": SKIPPED,
                    "error": reason,
                }
                for mail in mails
                if mail.uid not in known
            ]
        )

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
        self.write({"uidvalidity": state.uidvalidity, "last_uid": 0, "refused": False})
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

    def _note_refused(self, refused, asked_again=()):
        """Remember the mails that the server has and does not hand out: the cursor has passed them."""
        before = self.refused or {}
        given_up = {uid: entry for uid, entry in before.items() if asked_again and int(uid) not in asked_again}
        now = {str(uid): [words, before.get(str(uid), [words, 0])[1] + 1] for uid, words in refused.items()}
        self.refused = given_up | now or False
        if self.refused:
            words = next(iter(self.refused.values()))[0]
            self.error = self.env._(
                "The server does not hand out %(count)s mails: %(words)s", count=len(self.refused), words=words
            )
        else:
            self.error = False

    def _note(self, error):
        """Say on the record why the folder could not be read or changed. Commits."""
        self.write({"error": str(self.server_id._explain(error)), "last_run": fields.Datetime.now()})
        self.env.cr.commit()

    # ------------------------------------------------------------------ settle

    def _settle(self, mailbox):
        """Mark, move or delete on the server what is safe here. Commits.

        What could not be done, because the line was cut or the folder to move to is gone, is tried again with
        the next fetch. A mail that could not be processed stays where it is (its copy says why).

        :param ImapMailbox mailbox:
        """
        self.ensure_one()
        processed = Domain("server_action", "=", "seen") | Domain("state", "in", (STORED, DUPLICATE))
        pending = self.env["erp.email.copy"].search(
            Domain("folder_id", "=", self.id) & Domain("server_action", "!=", False) & processed
        )
        if not pending:
            return
        try:
            state = mailbox.select(self.path)
            for action, copies in pending.grouped("server_action").items():
                if state.uidvalidity == self.uidvalidity:
                    copies_here = copies.filtered(lambda copy: copy.uidvalidity == self.uidvalidity)
                    self._act(mailbox, action, [int(copy.uid) for copy in copies_here])
                copies.server_action = False
                self.env.cr.commit()
        except CommandRefused as error:
            self.env.cr.rollback()
            self._note(error)

    def _act(self, mailbox, action, uids):
        if action == "seen":
            mailbox.store_seen(uids)
        elif action == "delete":
            mailbox.delete(uids)
        elif self.move_folder_id:
            mailbox.move(uids, self.move_folder_id.path)


def _token(state):
    """What identifies the contents of a folder: equal tokens, nothing new.

    :param FolderState | None state:
    :rtype: str | bool
    """
    if not state or not state.uidnext:
        return False
    return f"{state.uidvalidity}/{state.uidnext}/{state.exists}"
