import logging
from imaplib import IMAP4
from poplib import POP3

from odoo import fields, models
from odoo.addons.mail.models.fetchmail import MAIL_SERVER_DEACTIVATE_TIME, MAIL_SERVER_DOMAIN

from ..mailbox import ImapMailbox, PopMailbox, explain

_logger = logging.getLogger(__name__)


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

    # ------------------------------------------------------------------ fetch

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
            if not server.try_lock_for_update(allow_referencing=True).filtered_domain(MAIL_SERVER_DOMAIN):
                _logger.info("Mailbox %s is being fetched already or not confirmed", server.id)
                continue
            error = server._fetch_one(batch_limit)
            failure = error or failure
            server.write({"date": fields.Datetime.now()})
            # The lock on the server ends here; progress is written by another transaction.
            self.env.cr.commit()
            if not Cron._commit_progress(remaining=len(servers) - position):
                break
        return failure

    def _fetch_one(self, batch_limit):
        """Fetch one locked mailbox in a transaction of its own, so that the lock outlives the commits.

        :return: the exception that ended it, or None
        """
        connection = None
        try:
            connection = self._connect__()
            mailbox_class = _mailbox_class(connection)
            if mailbox_class is None:
                # A protocol that another add-on brings along: it knows how, we do not.
                return super(FetchmailServer, self)._fetch_mail(batch_limit)
            with self.env.registry.cursor() as cr:
                server = self.with_env(self.env(cr=cr))
                server._receive_new(mailbox_class(connection))
                server.env["erp.email.intake"]._process_pending(
                    server, progress=lambda done: server.env["ir.cron"]._commit_progress(done)
                )
            self.write({"error_date": False, "error_message": False})
        except Exception as error:  # noqa: BLE001  one mailbox must not stop the others
            _logger.info("Fetching mailbox %s (%s) failed", self.name, self.id, exc_info=True)
            self._note_failure(error)
            return error
        finally:
            _disconnect(connection)
        return None

    def _note_failure(self, error):
        """Say on the record what happened and what to do; switch the mailbox off after days of failures."""
        if not self.error_date:
            self.error_date = fields.Datetime.now()
        elif self.error_date < fields.Datetime.now() - MAIL_SERVER_DEACTIVATE_TIME:
            self.set_draft()
            self.env["ir.cron"]._notify_admin(
                f"Deactivating fetchmail {self.server_type} server {self.name} (too many failures)"
            )
        self.error_message = "\n".join(self._explain_error(error))

    def _explain_error(self, error):
        """:return: what happened, what to do, and the words of the server"""
        explanation = explain(error)
        return [explanation.what, explanation.next_step, str(error)]

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
        """POP3 (RFC 1939): what is in the ledger is deleted from the server, as stock does."""
        folder = self.env["fetchmail.folder"]._inbox(self)
        Copy = self.env["erp.email.copy"].sudo()
        uidls = mailbox.uidls()
        known = set(Copy.search([("folder_id", "=", folder.id), ("uid", "in", [uidl for _n, uidl in uidls])]).mapped("uid"))
        for mails in mailbox.fetch([(number, uidl) for number, uidl in uidls if uidl not in known]):
            self.env["erp.email.intake"]._receive(self, folder, mails, route=self._routes())
            self.env.cr.commit()
            known.update(mail.uid for mail in mails)
        mailbox.delete([number for number, uidl in uidls if uidl in known])

    def _routes(self):
        """Whether new mail of this mailbox goes through Odoo's gateway."""
        return self.intake_mode == "gateway"


def _mailbox_class(connection):
    if isinstance(connection, IMAP4):
        return ImapMailbox
    if isinstance(connection, POP3):
        return PopMailbox
    return None


def _disconnect(connection):
    try:
        if connection:
            connection.disconnect()
    except Exception:  # noqa: BLE001  the mail is in the ledger, how the server says goodbye does not matter
        _logger.info("Failed to end a mail server connection", exc_info=True)
