from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_split


class MailComposeMessage(models.TransientModel):
    """The composer as a mail program: one mail with real To and Cc, kept on the document's chatter."""

    _inherit = "mail.compose.message"

    erp_email_compose = fields.Boolean("Writes a mail of the Email tab")
    erp_email_to = fields.Char("Mail recipients")
    erp_email_cc = fields.Char("Mail copies")
    erp_email_in_reply_to = fields.Char("Answered Message-ID")
    erp_email_references = fields.Char("Message-IDs of the conversation")

    def _action_send_mail_comment(self, res_ids):
        if not self.erp_email_compose:
            return super()._action_send_mail_comment(res_ids)
        to, cc = email_split(self.erp_email_to or ""), email_split(self.erp_email_cc or "")
        if not to and not cc:
            raise UserError(self.env._("Who shall get this mail? Enter at least one address."))
        messages = self.env["mail.message"]
        for res_id, values in self._manage_mail_values(self._prepare_mail_values(res_ids)).items():
            # Odoo would send one mail to each follower and contact: here the recipients are those of the mail.
            values.update(partner_ids=[], notify_skip_followers=True)
            message = self.env[self.model].browse(res_id).message_post(**values)
            message.sudo().outgoing_email_to = ", ".join([*to, *cc])
            headers = {"In-Reply-To": self.erp_email_in_reply_to} if self.erp_email_in_reply_to else {}
            mail = (
                self.env["mail.mail"]
                .sudo()
                .create(
                    {
                        "mail_message_id": message.id,
                        "body_html": message.body,
                        "email_to": ", ".join(to),
                        "email_cc": ", ".join(cc),
                        "references": self.erp_email_references,
                        "headers": repr(headers),
                        "auto_delete": True,
                    }
                )
            )
            mail.send_after_commit()
            messages += message
        return messages
