from odoo import api, models
from odoo.fields import Domain
from odoo.tools import email_normalize


class MailThread(models.AbstractModel):
    """Delivery reports are mail that anybody can write (THREATS 13).

    All of it concerns mail of the ledger (context ``erp_email_id``); the rest of Odoo is as it was.
    """

    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """Let a report count against an address only if it names a mail that was sent there."""
        if self._ledger_email() and not self._was_sent_to(
            message_dict["bounced_msg_ids"] or [], email_normalize(message_dict["bounced_email"])
        ):
            message_dict.update(bounced_email=False, bounced_partner=self.env["res.partner"])
        return super()._routing_handle_bounce(email_message, message_dict)

    @api.model
    def _was_sent_to(self, message_ids, address):
        """Whether one of these mails went to the address, by Odoo's notifications or by our record of sent mail.

        :param list[str] message_ids: Message-IDs
        :param address: normalised, False for none
        """
        if not message_ids or not address:
            return False
        notified = Domain("mail_message_id.message_id", "in", message_ids) & (
            Domain("res_partner_id.email_normalized", "=", address) | Domain("mail_email_address", "=", address)
        )
        recorded = (
            Domain("message_id", "in", message_ids)
            & Domain("copy_ids.source", "=", "sent")
            & Domain("address_ids.address", "=", address)
        )
        return bool(
            self.env["mail.notification"].sudo().search_count(notified, limit=1)
            or self.env["erp.email"].sudo().search_count(recorded, limit=1)
        )
