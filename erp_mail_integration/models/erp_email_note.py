from odoo import models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from .erp_email import LINKED


class ErpEmailLink(models.Model):
    """Mail from somebody who may not write to a document is kept there as an internal note, until somebody
    makes a mail of it (Eventum)."""

    _inherit = "erp.email.link"

    def _note_values(self):
        """The chatter message of a link's mail.

        Without its attachments: what is attached to a document can be read by all who read the document, in the
        portal too. On the Email tab they are with the mail.
        """
        self.ensure_one()
        email = self.email_id
        author = (
            email.address_ids.filtered(lambda row: row.role == "from").partner_id if email._names_author() else None
        )
        return {
            "body": plaintext2html(email.body or ""),
            "subject": email.subject,
            "author_id": author.id if author else False,
            "email_from": email.from_address or email.from_name or False,
        }

    def _attached_files(self):
        """(name, bytes) of what is attached to a link's mail, as ``message_post`` takes it."""
        self.ensure_one()
        parsed = self.email_id._parsed()
        attachments = parsed.attachments if parsed else ()
        return [(attachment.name, attachment.payload) for attachment in attachments if not attachment.inline]

    def action_turn_into_mail(self):
        """Post the mail to the document as if its sender had been allowed to, with its attachments: followers are
        notified."""
        for link in self:
            record = link._record()
            if not record:
                raise UserError(self.env._("The document does not exist any more."))
            record.sudo(False).check_access("write")
            if link.state != LINKED or not link.internal:
                raise UserError(self.env._("This is no internal note."))
            link.sudo().write({"internal": False, "user_id": self.env.uid})
            record.sudo().with_context(mail_post_autofollow_author_skip=True).message_post(
                message_type="email",
                subtype_xmlid="mail.mt_comment",
                attachments=link.sudo()._attached_files(),
                **link.sudo()._note_values(),
            )
        return True


class ErpEmail(models.Model):
    _inherit = "erp.email"

    def _names_author(self):
        """Whether From strictly names one address, and the administrator's mail server does not call it forged."""
        self.ensure_one()
        return bool(self.from_address) and (self.authentication or {}).get("verdict") != "fail"

    def _authenticated(self):
        """Whether the administrator's mail server has authenticated the sender."""
        self.ensure_one()
        return bool(self.from_address) and (self.authentication or {}).get("verdict") == "pass"

    def _post_internal_notes(self):
        """Log a gateway mail on the documents that keep it as a note, where their type shows mail in the chatter.

        ``_message_log`` notifies nobody, and an internal note is not in the portal.
        """
        models_ = self.env["erp.email.reference.type"]._chatter_models()
        for link in self.link_ids:
            record = link._record() if link.state == LINKED and link.internal and link.res_model in models_ else None
            if record:
                record._message_log(**link._note_values())
