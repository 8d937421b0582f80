from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .erp_email_intake import BATCH_BYTES, BATCH_SIZE
from .erp_email_link import LINKED

IN_CHATTER = ("comment", "auto_comment", "notification", "out_of_office")
"""Types of messages that left as mail if, and only if, somebody was notified by mail."""
LEFT = ("sent", "bounce", "exception")
"""States of a notification that was handed to a mail server, or was to be."""


class ErpEmailBackfill(models.Model):
    """The history in Odoo's own messages: mail that came and left before this add-on was there.

    Odoo keeps the text, the people and the attachments of a mail, not its bytes: they are written anew (see
    :mod:`mime.writing`), with the Message-ID and the date of the message.
    """

    _inherit = "erp.email.backfill"

    source = fields.Selection(selection_add=[("messages", "Odoo's own messages")], ondelete={"messages": "cascade"})
    attachment_size = fields.Float(
        "Attachments (MB)", readonly=True, copy=False, digits=(16, 1), help="Room that they take a second time."
    )

    def _estimate(self):
        if self.source != "messages":
            return super()._estimate()
        Message = self.env["mail.message"].sudo()
        wanted = self._messages()
        ((everything,),) = Message._read_group(wanted, [], ["message_id:count_distinct"])
        ((new,),) = Message._read_group(wanted & self._unknown_messages(), [], ["message_id:count_distinct"])
        holders = Message._search(wanted & self._unknown_messages())
        ((size,),) = self.env.execute_query(
            SQL(
                """SELECT COALESCE(SUM(a.file_size), 0) FROM ir_attachment a
                    WHERE a.id IN (SELECT attachment_id FROM message_attachment_rel WHERE message_id IN %s)""",
                holders.subselect(),
            )
        )
        self.write(
            {
                "estimate": everything,
                "known": everything - new,
                "attachment_size": size / 1024 / 1024,
                "estimated": fields.Datetime.now(),
            }
        )

    def _messages(self):
        """The messages of the period that are mail of a document.

        :rtype: Domain on ``mail.message``
        """
        by_mail = Domain("notification_type", "=", "email") & Domain("notification_status", "in", LEFT)
        domain = Domain("message_type", "=", "email")
        domain |= Domain("message_type", "=", "email_outgoing") & ~Domain("mail_ids.state", "=", "outgoing")
        domain |= Domain("message_type", "in", IN_CHATTER) & Domain("notification_ids", "any", by_mail)
        domain &= Domain("model", "in", self.env["erp.email.reference.type"]._live_models())
        domain &= Domain("res_id", "!=", 0) & Domain("message_id", "!=", False)
        if self.date_from:
            domain &= Domain("date", ">=", self.date_from)
        if self.date_to:
            domain &= Domain("date", "<", self.date_to + timedelta(days=1))
        return domain

    def _unknown_messages(self):
        """The messages whose mail is not on the Email tab of their document, and nobody has taken it off.

        :rtype: Domain on ``mail.message``
        """
        self.env["erp.email"].flush_model(["message_id", "mail_message_id"])
        self.env["erp.email.link"].flush_model(["email_id", "res_model", "res_id"])
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                """NOT EXISTS (SELECT FROM erp_email_link l JOIN erp_email e ON e.id = l.email_id
                                WHERE l.res_model = %(message)s.model AND l.res_id = %(message)s.res_id
                                  AND (e.message_id = %(message)s.message_id OR e.mail_message_id = %(message)s.id))""",
                message=SQL.identifier(alias),
            )
        )

    def _take_step(self):
        if self.source != "messages":
            return super()._take_step()
        Intake = self.env["erp.email.intake"]
        here = Domain("id", ">", self.last_uid) & self._messages() & self._unknown_messages()
        messages = self.env["mail.message"].sudo().search(here, order="id", limit=max(self.per_run, 1))
        for portion in _portions(messages):
            copies = Intake._receive_messages(portion)
            copies.backfill_id = self
            self.last_uid = portion[-1].id
            self.env.cr.commit()
            Intake._process_now(copies)
            self.env["ir.attachment"].invalidate_model(["raw"])  # the bytes of all portions would not fit in memory
        if not messages:
            self.state = "done"
        self.env.cr.commit()

    def _may_forget(self, email):
        """A mail of this run, unless it came from elsewhere too, or somebody attached it to a document."""
        if self.source != "messages":
            return super()._may_forget(email)
        return all(copy.backfill_id == self for copy in email.copy_ids) and not email.link_ids.filtered(
            lambda link: link.state == LINKED and link.user_id
        )

    def action_undo(self):
        result = super().action_undo()
        # Mails that stay lose what this run has added to them.
        links = self.env["erp.email.link"].sudo().search([("backfill_id", "in", self.ids), ("user_id", "=", False)])
        emails = links.email_id
        links.unlink()
        emails._update_state()
        return result


class ErpEmailLink(models.Model):
    _inherit = "erp.email.link"

    backfill_id = fields.Many2one("erp.email.backfill", "History", ondelete="set null", index="btree_not_null")


class ErpEmailCopy(models.Model):
    _inherit = "erp.email.copy"

    mail_message_id = fields.Many2one(
        "mail.message", "Made from the message", readonly=True, ondelete="set null", index="btree_not_null"
    )


def _portions(messages):
    """Messages in batches, bounded in number and in the bytes of their attachments.

    :param messages: ``mail.message`` records
    """
    portion, size = [], 0
    for message in messages:
        weight = sum(message.attachment_ids.mapped("file_size"))
        if portion and (len(portion) == BATCH_SIZE or size + weight > BATCH_BYTES):
            yield messages.browse(portion)
            portion, size = [], 0
        portion.append(message.id)
        size += weight
    if portion:
        yield messages.browse(portion)
