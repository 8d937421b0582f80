import logging

from odoo import models
from odoo.tools import email_normalize
from odoo.tools.mail import email_split_tuples

from ..sending.links import take_keys_out
from ..sending.sent import SentMail
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
            if sent := mail._sent(messages, failure_reason or mail.failure_reason or ""):
                self.env["erp.email.outbox"]._add(sent)
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

    def _sent(self, messages, failure):
        """What is to be stored of the mail. A failure here is no failure of the sending: the mail has gone.

        :param list messages: ``email.message.EmailMessage``, one for each recipient; empty where no server answered
        :param str failure: why it was not delivered, '' if it was
        :rtype: SentMail, None if the mail is not kept
        """
        if not self._is_recorded():
            return None
        try:
            messages = messages or self._build_unsent()
            if not messages:
                return None
            message = messages[0]
            # Many read the stored mail: they get its links without their keys.
            take_keys_out(message, {self.get_base_url(), self.env[self.model].browse(self.res_id).get_base_url()})
            return SentMail(
                mail_id=self.id,
                message_id=str(message["Message-Id"] or self.message_id),
                raw=message.as_bytes(),
                recipients=recipients(messages),
                partner_ids={
                    partner.email_normalized: partner.id for partner in self.recipient_ids if partner.email_normalized
                },
                document=(self.model, self.res_id),
                mail_message_id=self.mail_message_id.id,
                user_id=self.create_uid.id,
                failure=failure if self.state != "sent" else "",
            )
        except Exception:
            _logger.exception("Sent mail %s cannot be stored", self.message_id)
            return None

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


def recipients(messages):
    """Everybody that the messages of a mail went to, each once.

    :param list messages: ``email.message.EmailMessage``
    :rtype: tuple[Recipient, ...]
    """
    found = {}
    for message in messages:
        for role in ("to", "cc"):
            for name, address in email_split_tuples(message[role] or ""):
                normalized = email_normalize(address)
                if normalized:
                    found.setdefault(normalized, (role, name, normalized))
    return tuple(found.values())
