import logging

from odoo import api, models

from ..mailbox import RawMail
from .erp_email_intake import BATCH_BYTES, BATCH_SIZE

_logger = logging.getLogger(__name__)

OUTBOX = "erp_mail_integration.outbox"


class ErpEmailOutbox(models.AbstractModel):
    """Stores the mail that a transaction has sent, all at once, when it is committed.

    A mail is stored if and only if its state in Odoo's queue is, and a hundred mails cost as many queries as one.
    The mail has left by then: whatever goes wrong here is logged, and neither stops the commit nor sends it again.
    """

    _name = "erp.email.outbox"
    _description = "Sent Mail to Be Stored"

    @api.model
    def _add(self, sent):
        """Keep a mail for the commit, or store at once what would take too much memory until then.

        :param SentMail sent:
        """
        hooks = self.env.cr.precommit
        if OUTBOX not in hooks.data:
            hooks.data[OUTBOX] = []
            # Without the context of the sender: default values in it are meant for other records.
            hooks.add(self.sudo().with_context({})._store_sent)  # pylint: disable=context-overridden
        waiting = hooks.data[OUTBOX]
        waiting.append(sent)
        if len(waiting) >= BATCH_SIZE or sum(len(mail.raw) for mail in waiting) >= BATCH_BYTES:
            self.sudo().with_context({})._store_sent()  # pylint: disable=context-overridden

    @api.model
    def _store_sent(self):
        """Store what was sent since the last time."""
        sent = self.env.cr.precommit.data.pop(OUTBOX, None)
        if not sent:
            return
        # The pending work of others, other hooks included, is done first: it shall not go down with our savepoint.
        self.env.cr.flush()
        self._store_safely(sent)

    @api.model
    def _store_safely(self, sent):
        """Store a batch; where that fails, each of its mails alone."""
        try:
            with self.env.cr.savepoint():
                self._store_batch(sent)
        except Exception:
            if len(sent) == 1:
                _logger.exception("Sent mail %s could not be stored", sent[0].message_id)
            else:
                for mail in sent:
                    self._store_safely([mail])

    @api.model
    def _store_batch(self, sent):
        """Odoo writes one message for each recipient, and several rows of the queue, all with one Message-ID: they
        are parts of one mail."""
        parts = {}
        for mail in sent:
            parts.setdefault(mail.message_id, []).append(mail)
        emails = self._stored_before(parts)
        emails.update(self._store_new({key: part[0] for key, part in parts.items() if key not in emails}))
        self.env["erp.email"]._record_deliveries(
            {email: parts[message_id] for message_id, email in emails.items() if email}
        )

    @api.model
    def _stored_before(self, message_ids):
        """The stored mails of these Message-IDs, of which an earlier transaction sent a part.

        What relays a mail that we received has that mail's Message-ID: it is stored already, and was not ours.

        :rtype: dict[str, erp.email], empty records for relays
        """
        Email = self.env["erp.email"].sudo()
        emails = Email.search([("message_id", "in", list(message_ids))])
        found = dict.fromkeys(emails.mapped("message_id"), Email)
        found.update((email.message_id, email) for email in emails.filtered_domain(Email._left_from_here()))
        return found

    @api.model
    def _store_new(self, mails):
        """
        :param dict[str, SentMail] mails: the first part of each, by Message-ID
        :rtype: dict[str, erp.email]
        """
        if not mails:
            return {}
        Intake = self.env["erp.email.intake"].with_context(
            erp_email_sent_from={message_id: mail.document for message_id, mail in mails.items()}
        )
        no_server, no_folder = self.env["fetchmail.server"], self.env["fetchmail.folder"]
        copies = Intake._receive(
            no_server, no_folder, [RawMail(uid="", raw=mail.raw) for mail in mails.values()], source="sent"
        )
        Intake._store_batch(copies)
        copies.email_id.write({"direction": "out"})
        # Messages that were no notification went with their row of the queue.
        messages = self.env["mail.message"].browse(mail.mail_message_id for mail in mails.values()).exists()
        stored = {}
        for (message_id, mail), copy in zip(mails.items(), copies, strict=True):
            stored[message_id] = copy.email_id
            if mail.mail_message_id in messages._ids:
                copy.email_id.mail_message_id = mail.mail_message_id
        return stored
