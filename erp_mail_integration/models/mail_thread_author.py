from odoo import api, models
from odoo.tools import email_normalize, email_normalize_all, formataddr


class MailThread(models.AbstractModel):
    """Nothing is done in the name of somebody whom a mail's From only claims to be.

    All of it concerns mail of the ledger (context ``erp_email_id``); the rest of Odoo is as it was.
    """

    _inherit = "mail.thread"

    def _ledger_email(self):
        """The stored mail that the gateway is working on, empty outside of the ledger."""
        return self.env["erp.email"].sudo().browse(self.env.context.get("erp_email_id"))

    @api.model
    def message_parse(self, message, save_original=False):
        """Core takes the first address that it finds in From, in a name too. We have read it strictly."""
        values = super().message_parse(message, save_original=save_original)
        email = self._ledger_email()
        if email.from_address and email_normalize(values["email_from"]) != email.from_address:
            values["email_from"] = values["from"] = formataddr((email.from_name or "", email.from_address))
        return values

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        return super(MailThread, self._doubting(message_dict)).message_route(
            message, message_dict, model, thread_id, custom_values
        )

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        return super(MailThread, self._doubting(message_dict))._message_route_process(message, message_dict, routes)

    def _doubting(self, message_dict):
        """With the claimed author in the context, where the mail does not prove to be theirs."""
        email = self._ledger_email()
        if not email or email._names_author():
            return self
        claimed = (message_dict.get("email_from"), message_dict.get("from"))
        return self.with_context(erp_email_claimed=email_normalize_all(",".join(filter(None, claimed))))

    def _partner_find_from_emails(self, records_emails, avoid_alias=True, ban_emails=None, **kwargs):
        if claimed := self.env.context.get("erp_email_claimed"):
            ban_emails = [*(ban_emails or ()), *claimed]
        return super()._partner_find_from_emails(
            records_emails, avoid_alias=avoid_alias, ban_emails=ban_emails, **kwargs
        )

    @api.model
    def _message_parse_post_process(self, message, message_dict, routes):
        values = super()._message_parse_post_process(message, message_dict, routes)
        email = self._ledger_email()
        if email and not email._names_author():
            values["author_id"] = False
        return values

    def _mail_find_user_for_gateway(self, email_value, alias=None):
        """Core acts as the user whose address stands in From, which anybody may write there. Here only if the
        administrator's own mail server has authenticated it."""
        email = self._ledger_email()
        if email and not email._authenticated():
            return self.env["res.users"]
        return super()._mail_find_user_for_gateway(email_value, alias=alias)
