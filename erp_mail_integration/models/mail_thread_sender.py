from markupsafe import Markup

from odoo import models


class MailThread(models.AbstractModel):
    """Users write under the address of their default account, and never without an address."""

    _inherit = "mail.thread"

    def _message_compute_author(self, author_id=None, email_from=None):
        asked = email_from
        author_id, email_from = super()._message_compute_author(author_id=author_id, email_from=email_from)
        if asked or not author_id or (email_from and not self.env["erp.email.account"]._owners()):
            return author_id, email_from
        user = self.env.user
        if user.partner_id.id != author_id:
            user = self.env["res.partner"].sudo().browse(author_id).user_ids.filtered(lambda user: not user.share)[:1]
        if user and user._is_internal() and (not email_from or user._default_email_account()):
            email_from = user._sender()
        return author_id, email_from

    def _notify_by_email_prepare_rendering_context(self, message, msg_vals=False, **kwargs):
        values = super()._notify_by_email_prepare_rendering_context(message, msg_vals=msg_vals, **kwargs)
        if values.get("signature") and self.env["erp.email.account"]._owners():
            known = {"author_id": message.author_id.id, "email_from": message.email_from, **(msg_vals or {})}
            user = self.env["res.partner"].sudo().browse(known["author_id"]).main_user_id
            if user:
                values["signature"] = Markup("<div>-- <br/>%s</div>") % user._email_signature(known["email_from"])
        return values
