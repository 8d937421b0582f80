import logging
from datetime import timedelta
from imaplib import IMAP4
from poplib import POP3

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.mail.models.fetchmail import MAIL_SERVER_DEACTIVATE_TIME, MAIL_SERVER_DOMAIN

from ..mailbox import ImapMailbox, PopMailbox
from .erp_email import LINKED
from .erp_email_copy_mailbox import SKIPPED
from .erp_email_intake import CONCURRENCY_ERRORS, STORE_ERRORS
from .fetchmail_server_connection import _hang_up

_logger = logging.getLogger(__name__)


class FetchmailServer(models.Model):
    """A mailbox. Its mail goes through the ledger instead of straight into Odoo's gateway."""

    _inherit = "fetchmail.server"

    intake_mode = fields.Selection(
        [("gateway", "Gateway"), ("archive", "Archive")],
        "What happens to mail",
        default="gateway",
        help="Gateway: mail is stored, linked and handed to Odoo's mail gateway (aliases, replies, new records).\n"
        "Archive: mail is stored and linked only. Nobody is notified, no record is created.",
    )
    first_contact = fields.Selection(
        [("all", "All mail that is there"), ("since", "Mail since a date"), ("new", "Only unread and new mail")],
        "At the first contact take",
        default="all",
        help="Mail that had been read before the mailbox was connected is history: it is stored and linked, but "
        "does not go through the gateway.",
    )
    first_contact_date = fields.Date("Since")
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    owner_id = fields.Many2one(
        "res.users", index="btree_not_null", help="Set for a personal mailbox: its owner reads all its mail."
    )
    folder_ids = fields.One2many("fetchmail.folder", "server_id", "Folders")
    pop_after_fetch = fields.Selection(
        [
            ("delete", "Delete from the server"),
            ("days", "Delete from the server after some days"),
            ("keep", "Leave on the server"),
        ],
        "After the fetch",
        default="delete",
        help="POP3: a mail is deleted when it is safe in Odoo. One left on the server is recognised by its "
        "unique-id and not fetched again.",
    )
    pop_days = fields.Integer("Days on the server", default=14)

    def unlink(self):
        """Folders go first: PostgreSQL checks a copy that lost its mailbox against the folder that goes with it."""
        self.check_access("unlink")
        self.sudo().folder_ids.unlink()
        return super().unlink()

    # ------------------------------------------------------------------ fetch

    def fetch_mail(self):
        """Fetch now, from the button; say how many mails came, or why none could."""
        self.ensure_one().check_access("write")
        if not self.sudo().try_lock_for_update(allow_referencing=True):
            return self._notification("info", self.env._("This mailbox is being fetched just now."))
        Copy = self.env["erp.email.copy"].sudo()
        before = Copy.search([("server_id", "=", self.id)], order="id desc", limit=1).id or 0
        error = self.sudo()._fetch_mail()
        if error is not None:
            raise UserError(str(self._explain(error))) from error
        new = Domain("server_id", "=", self.id) & Domain("id", ">", before)
        count, linked = Copy.search_count(new), Copy.search_count(new & Domain("email_id.state", "=", LINKED))
        if not count:
            return self._notification("info", self.env._("No new mail."))
        return self._notification(
            "success",
            self.env._("New mails: %(count)s, of which on documents: %(linked)s.", count=count, linked=linked),
        )

    @api.model
    def _notification(self, kind, message):
        reload = {"type": "ir.actions.client", "tag": "soft_reload"}
        params = {"type": kind, "message": message, "next": reload}
        return {"type": "ir.actions.client", "tag": "display_notification", "params": params}

    def _fetch_mail(self, batch_limit=50):
        """Fetch from several mailboxes, as core does, but through the ledger.

        For each mailbox: take everything new into the ledger, commit, flag it on the server; then process what
        is pending. A mailbox that fails says so on its record, the others go on. ``batch_limit`` is core's: here
        a run ends when its time is over, since a mail in the ledger is safe.

        :return: the last exception, or None
        """
        failure = None
        Cron = self.env["ir.cron"]
        servers = self.with_context(fetchmail_cron_running=True)
        Cron._commit_progress(remaining=len(servers))
        for position, server in enumerate(servers, 1):
            for last in (False, True):
                try:
                    failure = server._fetch_in_turn(batch_limit) or failure
                    break
                except CONCURRENCY_ERRORS as error:
                    # Somebody changed this mailbox's record meanwhile. Its turn may come again, the others have theirs.
                    _logger.info("Mailbox %s is in use", server.id, exc_info=True)
                    self.env.cr.rollback()
                    failure = error if last else failure
            if not Cron._commit_progress(remaining=len(servers) - position):
                break
        return failure

    def _fetch_in_turn(self, batch_limit):
        """Fetch one mailbox, unless somebody is at it or it is not confirmed. Commits.

        :return: the exception that ended it, or None
        """
        if not self.try_lock_for_update(allow_referencing=True).filtered_domain(MAIL_SERVER_DOMAIN):
            _logger.info("Mailbox %s is being fetched already or not confirmed", self.id)
            return None
        error = self._fetch_one(batch_limit)
        self.write({"date": fields.Datetime.now()})
        # The lock on the server ends here; progress is written by another transaction.
        self.env.cr.commit()
        return error

    def _fetch_one(self, batch_limit):
        """Fetch one locked mailbox in a transaction of its own, so that the lock outlives the commits.

        :return: the exception that ended it, or None
        """
        connection = failure = None
        try:
            connection = self._connect__()
            mailbox_class = _mailbox_class(connection)
            if mailbox_class is None:
                # A protocol that another add-on brings along: it knows how, we do not.
                return super()._fetch_mail(batch_limit)  # pylint: disable=super-method-mismatch
            with self.env.registry.cursor() as cr:
                server = self.with_env(self.env(cr=cr))
                server._take_in(mailbox_class(connection))
            self.write({"error_date": False, "error_message": False})
        except CONCURRENCY_ERRORS:
            raise  # nobody's fault, and this transaction takes no note any more
        except Exception as error:
            _logger.info("Fetching mailbox %s (%s) failed", self.name, self.id, exc_info=True)
            self._note_failure(error)
            failure = error
        finally:
            _hang_up(connection)
        self._keep_protocol(getattr(connection, "log", None))
        return failure

    def _take_in(self, mailbox):
        """Receive, process, and do on the server what is asked for. Commits.

        Each of the three begins where the last commit left it, so it is simply done again when another worker
        changed the same rows.
        """
        intake = self.env["erp.email.intake"]
        progress = self.env["ir.cron"]._commit_progress
        intake._in_transaction(lambda: self._receive_new(mailbox), STORE_ERRORS)
        intake._in_transaction(lambda: intake._process_pending(self, progress=progress), CONCURRENCY_ERRORS)
        if isinstance(mailbox, ImapMailbox):
            for folder in self.folder_ids:
                intake._in_transaction(lambda folder=folder: folder._settle(mailbox), CONCURRENCY_ERRORS)

    def _note_failure(self, error):
        """Say on the record what happened and what to do; switch the mailbox off after days of failures."""
        if not self.error_date:
            self.error_date = fields.Datetime.now()
        elif self.error_date < fields.Datetime.now() - MAIL_SERVER_DEACTIVATE_TIME:
            self.set_draft()
            self.env["ir.cron"]._notify_admin(
                f"Deactivating fetchmail {self.server_type} server {self.name} (too many failures)"
            )
        explanation = self._explain(error)
        self.error_message = f"{explanation.what}\n{explanation.next_step}\n{explanation.detail}"

    def _mailbox(self, connection):
        """:rtype: ImapMailbox | None, where the connection is an IMAP one"""
        return ImapMailbox(connection) if isinstance(connection, IMAP4) else None

    # ------------------------------------------------------------------ receive

    def _receive_new(self, mailbox):
        """Take everything new of a mailbox into the ledger. Commits after each round trip."""
        if isinstance(mailbox, PopMailbox):
            self._receive_new_pop(mailbox)
        else:
            self.env["fetchmail.folder"]._inbox(self)
            for folder in self.folder_ids.filtered("synchronize"):
                folder._receive_new(mailbox)

    def _receive_new_pop(self, mailbox):
        """Fetch what is not in the ledger, then mark for deletion what may go. Nothing is deleted that is not in the
        ledger."""
        folder = self.env["fetchmail.folder"]._inbox(self)
        copies = self._take_pop(folder, mailbox)
        kept = mailbox.delete([number for number, copy in copies.items() if self._pop_may_go(copy)])
        if kept:
            folder.error = self.env._(
                "The server does not delete %(count)s mails: %(words)s",
                count=len(kept),
                words=next(iter(kept.values())),
            )

    def _take_pop(self, folder, mailbox):
        """Take into the ledger what is not in it (POP3, RFC 1939). Commits.

        A unique-id is to be unique for ever, and some servers number their mails instead: what comes under a
        known one with another size is fetched again and known by its content.

        :param folder: the one ``fetchmail.folder`` of the mailbox
        :return: copies by message number of all mails on the server but those that it refuses
        :rtype: dict[int, erp.email.copy]
        """
        listed = mailbox.uidls()
        Copy = self.env["erp.email.copy"].sudo()
        known = {
            copy.uid: copy
            for copy in Copy.search([("folder_id", "=", folder.id), ("uid", "in", [uid for _number, uid in listed])])
        }
        same = {
            number: known[uid] for number, uid in listed if uid in known and known[uid].size == mailbox.sizes[number]
        }
        new = [(number, "" if uid in known else uid) for number, uid in listed if number not in same]
        for mails in mailbox.fetch(new):
            stored, _never = folder._sort_out(mails)
            self.env["erp.email.intake"]._receive(self, folder, stored, route=self._routes())
            self.env.cr.commit()
            for copy in Copy.search([("folder_id", "=", folder.id), ("uid", "in", [mail.uid for mail in mails])]):
                same.update(dict.fromkeys(mailbox.numbers[copy.uid], copy))
        folder._note_refused(mailbox.refused)
        folder.last_run = fields.Datetime.now()
        self.env.cr.commit()
        return same

    def _pop_may_go(self, copy):
        """Whether a mail in the ledger is to be deleted from a POP3 server."""
        if copy.state == SKIPPED:
            return False
        if self.pop_after_fetch == "days":
            return copy.create_date < fields.Datetime.now() - timedelta(days=max(self.pop_days, 0))
        return self.pop_after_fetch == "delete"

    def _routes(self):
        """Whether new mail of this mailbox goes through Odoo's gateway."""
        return self.intake_mode == "gateway"


def _mailbox_class(connection):
    """The class that reads a connection; None for a protocol that another add-on brings along."""
    if isinstance(connection, IMAP4):
        return ImapMailbox
    if isinstance(connection, POP3):
        return PopMailbox
    return None
