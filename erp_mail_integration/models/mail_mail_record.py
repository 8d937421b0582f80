import logging

from odoo import models
from odoo.tools import email_normalize
from odoo.tools.mail import email_split_tuples

from ..mailbox import RawMail
from .ir_mail_server_record import Outbox

_logger = logging.getLogger(__name__)


class MailMail(models.Model):
    """What Odoo sends about a document is stored as it left, once a mail, whatever the queue does with its row."""

    _inherit = "mail.mail"

    def _send(self, *args, **kwargs):
        return super(MailMail, self.with_context(erp_email_outbox=Outbox()))._send(*args, **kwargs)

    def _prepare_outgoing_list(self, *args, **kwargs):
        """Put the tag of the document into the subject, where its type says so."""
        results = super()._prepare_outgoing_list(*args, **kwargs)
        tag = self._document_tag()
        for values in results:
            if tag and tag.lower() not in (values["subject"] or "").lower():
                values["subject"] = f"{values['subject'] or ''} {tag}".strip()
        return results

    def _document_tag(self):
        self.ensure_one()
        Type = self.env["erp.email.reference.type"].sudo()
        doctype = Type.browse(Type._tagging_type_id(self.model) if self.model and self.res_id else False)
        record = self.env[self.model].sudo().browse(self.res_id).exists() if doctype else None
        return doctype._tag(record) if record else ""

    def _postprocess_sent_message(self, success_pids, success_emails, failure_reason=False, failure_type=None):
        """Runs for every mail that was sent or could not be, before its row is deleted and the queue commits."""
        outbox = self.env.context.get("erp_email_outbox")
        messages = outbox.take() if outbox else []
        for mail in self:
            mail._record_sent(messages, failure_reason or mail.failure_reason or "")
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason, failure_type=failure_type
        )

    def _is_recorded(self):
        """Mail of a document; mass mailings are left out, as is what belongs to no document (passwords, invitations)."""
        self.ensure_one()
        is_mailing = "mailing_id" in self._fields and self.mailing_id
        return bool(
            self.res_id and not is_mailing and self.model in self.env["erp.email.reference.type"]._live_models()
        )

    def _record_sent(self, messages, failure):
        """Store what left. Its failure is no failure of the sending: the mail has gone.

        :param list messages: ``email.message.EmailMessage``, one for each recipient; empty where no server answered
        :param str failure: why it was not delivered, '' if it was
        """
        if not self._is_recorded():
            return
        try:
            with self.env.cr.savepoint():
                messages = messages or self._build_unsent()
                email = self._record_message(messages[0]) if messages else None
                if email:
                    email._record_delivery(self, messages, failure if self.state != "sent" else "")
        except Exception:
            _logger.exception("Sent mail %s could not be recorded", self.message_id)

    def _build_unsent(self):
        """The messages as they would have left, had a server answered."""
        return [
            self.env["ir.mail_server"]._build_email__(
                email_from=self.email_from,
                email_to=values["email_to"],
                subject=values["subject"],
                body=values["body"],
                body_alternative=values["body_alternative"],
                email_cc=values["email_cc"],
                reply_to=values["reply_to"],
                attachments=values["attachments"],
                message_id=values["message_id"],
                references=values["references"],
                subtype="html",
                subtype_alternative="plain",
                headers=values["headers"],
            )
            for values in self._prepare_outgoing_list()
            if values["email_to"] or values["email_cc"]
        ]

    def _record_message(self, message):
        """The stored mail of a message: an earlier part of the same mail, or a new one.

        Odoo writes one message for each recipient, all with one Message-ID: they are one mail. A message that
        relays a mail we received has that mail's Message-ID, and is stored already.

        :rtype: erp.email, or None for a relay
        """
        Email = self.env["erp.email"].sudo()
        known = Email.search([("message_id", "=", message["Message-Id"])], limit=1) if message["Message-Id"] else Email
        if known:
            return known if known.copy_ids.filtered(lambda copy: copy.source == "sent") else None
        Intake = self.env["erp.email.intake"].sudo()
        no_server, no_folder = self.env["fetchmail.server"], self.env["fetchmail.folder"]
        copies = Intake._receive(no_server, no_folder, [RawMail(uid="", raw=message.as_bytes())], source="sent")
        with self.env.cr.savepoint():
            Intake._store_batch(copies)
        copies.email_id.write({"direction": "out", "mail_message_id": self.mail_message_id.id})
        return copies.email_id


def recipients(messages):
    """(role, name, normalised address) of everybody that the messages of a mail went to, each once.

    :param list messages: ``email.message.EmailMessage``
    """
    found = {}
    for message in messages:
        for role in ("to", "cc"):
            for name, address in email_split_tuples(message[role] or ""):
                normalized = email_normalize(address)
                if normalized:
                    found.setdefault(normalized, (role, name, normalized))
    return list(found.values())
