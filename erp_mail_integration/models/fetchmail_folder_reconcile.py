import logging
from functools import partial
from poplib import POP3

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..mailbox import CommandRefused, PopMailbox
from .erp_email_copy import DUPLICATE, FAILED, QUARANTINED, RECEIVED, STORED
from .erp_email_copy_mailbox import SKIPPED
from .erp_email_envelope import ENVELOPE
from .erp_email_intake import STORE_ERRORS
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
        cursor, found_again = self.last_uid, 0
        for mails in mailbox.fetch(sorted(self._missing(here))):
            self._take(mails)
            found_again += sum(int(mail.uid) <= cursor for mail in mails)  # what is above has just come
            self.env.cr.commit()
        if mailbox.refused:
            self._note_refused({int(uid): entry[0] for uid, entry in (self.refused or {}).items()} | mailbox.refused)
        self._write_result(here, found_again)
        self.env.cr.commit()

    def _reconcile_pop(self, mailbox):
        """The same for a POP3 mailbox, where every mail without a row in the ledger is fetched anyway. Commits.

        :param PopMailbox mailbox:
        """
        copies = self.server_id._take_pop(self, mailbox)
        self._write_sum([copy.state for copy in copies.values()], refused=len(mailbox.refused))
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
        """
        :param set[int] here: UIDs on the server
        :param int found_again: mails that had been overlooked
        """
        ledger = {int(uid): state for uid, state in self._ledger().items() if uid.isdecimal()}
        refused = {int(uid) for uid in self.refused or {}} & here - set(ledger)
        states = [ledger[uid] for uid in here if uid in ledger]
        self._write_sum(states, len(refused), len(here) - len(states) - len(refused), found_again)

    def _write_sum(self, states, refused=0, older=0, found_again=0):
        """Write the sum down in words: so many on the server are so many stored and so many not, and why.

        :param list[str] states: of the copies of mails that are on the server
        """
        names = {
            self.env._("stored"): sum(state in (STORED, DUPLICATE, ENVELOPE) for state in states),
            self.env._("waiting"): states.count(RECEIVED),
            self.env._("failed"): sum(state in (FAILED, QUARANTINED) for state in states),
            self.env._("not to be stored"): states.count(SKIPPED),
            self.env._("refused by the server"): refused,
            self.env._("older than the first contact"): older,
        }
        parts = " + ".join(f"{count} {name}" for name, count in names.items() if count) or "0"
        text = self.env._("%(count)s on the server = %(parts)s", count=len(states) + refused + older, parts=parts)
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
        """Check every synchronised folder of a mailbox against the ledger.

        :raise UserError: the mailbox cannot be read
        """
        self.check_access("write")
        in_transaction = self.env["erp.email.intake"]._in_transaction
        for server in self.sudo():
            connection = None
            try:
                connection = server._connect__()
                for check in server._checks(connection):
                    in_transaction(check, STORE_ERRORS)
            except Exception as error:
                self.env.cr.rollback()
                raise UserError(str(server._explain(error))) from error
            finally:
                _hang_up(connection)
        return True

    def _checks(self, connection):
        """
        :return: for each synchronised folder the function that checks it
        """
        if isinstance(connection, POP3):
            return [partial(self.env["fetchmail.folder"]._inbox(self)._reconcile_pop, PopMailbox(connection))]
        mailbox = self._mailbox(connection)
        folders = self.folder_ids.filtered("synchronize") if mailbox else ()
        return [partial(folder._reconcile, mailbox) for folder in folders]

    @api.model
    def _cron_reconcile(self):
        """Scheduled action: check all mailboxes; one that cannot be reached does not stop the others."""
        for server in self.search([("state", "=", "done")]):
            try:
                server.action_reconcile()
            except Exception:
                self.env.cr.rollback()
                _logger.info("Mailbox %s could not be checked", server.id, exc_info=True)
