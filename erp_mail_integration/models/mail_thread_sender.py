from markupsafe import Markup

from odoo import models, tools


class MailThread(models.AbstractModel):
    """Users write under the address of their default account, and never without an address."""

    _inherit = "mail.thread"

    def _message_compute_author(self, author_id=None, email_from=None):
        asked = email_from
        author_id, email_from = super()._message_compute_author(author_id=author_id, email_from=email_from)
        if asked or not author_id or (email_from and not self.env["erp.email.account"]._owners_of_default()):
            return author_id, email_from
        user = self.env.user
        if user.partner_id.id != author_id:
            user = self.env["res.partner"].sudo().browse(author_id).user_ids.filtered(lambda user: not user.share)[:1]
        if user and user._is_internal() and (not email_from or user._default_email_account()):
            email_from = user._sender()
        return author_id, email_from

    def _notify_by_email_prepare_rendering_context(self, message, msg_vals=False, **kwargs):
        values = super()._notify_by_email_prepare_rendering_context(message, msg_vals=msg_vals, **kwargs)
        if values.get("signature") and self.env["erp.email.account"]._owners_of_default():
            author = message.author_id
            if msg_vals and "author_id" in msg_vals:
                author = self.env["res.partner"].browse(msg_vals["author_id"])
            account = author.sudo().main_user_id._default_email_account() if author.sudo().main_user_id else None
            if account and not tools.is_html_empty(account.signature):
                values["signature"] = Markup("<div>-- <br/>%s</div>") % account.signature
        return values
