import logging

from odoo import api, fields, models

from ..mailbox import CommandRefused
from .erp_email_copy import DUPLICATE, FAILED, QUARANTINED, RECEIVED, STORED
from .erp_email_copy_mailbox import SKIPPED
from .erp_email_envelope import ENVELOPE
from .fetchmail_server_connection import _hang_up

_logger = logging.getLogger(__name__)


class FetchmailFolder(models.Model):
    """The proof that nothing was lost: what the server holds against what the ledger says, mail by mail."""

    _inherit = "fetchmail.folder"

    reconciled = fields.Datetime("Last check", readonly=True)
    reconciliation = fields.Char("Result of the check", readonly=True)
    reconciled_well = fields.Boolean("Nothing is missing", readonly=True)

    def _reconcile(self, mailbox):
        """Compare the folder on the server with the ledger; take in what is missing without a reason. Commits.

        :param ImapMailbox mailbox:
        """
        self.ensure_one()
        try:
            state = mailbox.select(self.path, readonly=True)
        except CommandRefused as error:
            self._note(error)
            return
        if state.uidvalidity != self.uidvalidity:
            self._receive_new(mailbox)
            state = mailbox.select(self.path, readonly=True)
        here = set(mailbox.uids())
        missing = self._missing(here)
        found_again = []
        for mails in mailbox.fetch(sorted(missing)):
            self._take(mails)
            found_again += mails
            self.env.cr.commit()
        if mailbox.refused:
            self._note_refused({int(uid): entry[0] for uid, entry in (self.refused or {}).items()} | mailbox.refused)
        self._write_result(here, len(found_again))
        self.env.cr.commit()

    def _missing(self, here):
        """UIDs on the server that the ledger does not know, and for which there is no reason not to.

        :param set[int] here: all UIDs on the server
        """
        known = {int(uid) for uid in self._ledger() if uid.isdecimal()}
        before = {uid for uid in here - known if uid < self.first_uid} if self._history_left_out() else set()
        refused = {int(uid) for uid in self.refused or {}}
        return here - known - before - refused

    def _history_left_out(self):
        """Whether mail from before the first contact was not wanted."""
        return self.server_id.first_contact != "all"

    def _ledger(self):
        """:rtype: dict[str, str] state of each copy of this folder by UID"""
        rows = (
            self.env["erp.email.copy"]
            .sudo()
            .search_fetch([("folder_id", "=", self.id), ("uidvalidity", "=", self.uidvalidity)], ["uid", "state"])
        )
        return {row.uid: row.state for row in rows if row.uid}

    def _write_result(self, here, found_again):
        """Write the sum down in words: so many on the server are so many stored and so many not, and why."""
        ledger = {int(uid): state for uid, state in self._ledger().items() if uid.isdecimal()}
        states = [ledger.get(uid) for uid in here]
        refused = {int(uid) for uid in self.refused or {}} & here - set(ledger)
        unknown = {uid for uid in here if uid not in ledger} - refused
        names = {
            self.env._("stored"): sum(state in (STORED, DUPLICATE, ENVELOPE) for state in states),
            self.env._("waiting"): states.count(RECEIVED),
            self.env._("failed"): sum(state in (FAILED, QUARANTINED) for state in states),
            self.env._("not to be stored"): states.count(SKIPPED),
            self.env._("refused by the server"): len(refused),
            self.env._("older than the first contact"): len(unknown),
        }
        parts = " + ".join(f"{count} {name}" for name, count in names.items() if count) or "0"
        text = self.env._("%(count)s on the server = %(parts)s", count=len(here), parts=parts)
        if found_again:
            text += self.env._("; %(count)s were missing and have been fetched", count=found_again)
        self.write(
            {
                "reconciled": fields.Datetime.now(),
                "reconciliation": text,
                "reconciled_well": not found_again and not refused,
            }
        )


class FetchmailServer(models.Model):
    _inherit = "fetchmail.server"

    def action_reconcile(self):
        """Check every synchronised folder of an IMAP mailbox against the ledger."""
        self.check_access("write")
        for server in self.sudo():
            connection = None
            try:
                connection = server._connect__()
                mailbox = server._mailbox(connection)
                if mailbox:
                    for folder in server.folder_ids.filtered("synchronize"):
                        folder._reconcile(mailbox)
            finally:
                _hang_up(connection)
        return True

    @api.model
    def _cron_reconcile(self):
        """Scheduled action: check all mailboxes; one that cannot be reached does not stop the others."""
        for server in self.search([("state", "=", "done")]):
            try:
                server.action_reconcile()
            except Exception:
                self.env.cr.rollback()
                _logger.info("Mailbox %s could not be checked", server.id, exc_info=True)
