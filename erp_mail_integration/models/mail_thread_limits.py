import datetime

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import email_normalize

from .erp_email import HELD


class MailThread(models.AbstractModel):
    """Mail that comes too fast is held, not dropped; mail to nobody is kept and may be answered by a notice.

    All of it concerns mail of the ledger (context ``erp_email_id``); the rest of Odoo is as it was.
    """

    _inherit = "mail.thread"

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        routes = super().message_route(message, message_dict, model, thread_id, custom_values)
        email = self._ledger_email()
        if email and not routes and not message_dict.get("is_bounce"):
            email._notify_unknown_recipient(message)
        return routes

    @api.model
    def _detect_loop_sender(self, message, message_dict, routes):
        """Hold what core would drop, or what ``mail.incoming.limit.*`` say is too much. Nobody is told: an
        answer to each would keep two automatic mailboxes busy with each other."""
        email = self._ledger_email()
        if not email:
            return super()._detect_loop_sender(message, message_dict, routes)
        if self.env.context.get("erp_email_released"):
            return False
        limits = self.env["mail.alias.domain"]._incoming_limits()
        if limits:
            too_many = self._over_limit(message_dict, routes, *limits)
        else:
            too_many = super(MailThread, self.with_context(erp_email_no_bounce=True))._detect_loop_sender(
                message, message_dict, routes
            )
        if too_many:
            email.write(
                {
                    "state": HELD,
                    "held_reason": self.env._("Too many mails from %(sender)s", sender=email.from_address or ""),
                }
            )
        return too_many

    @api.model
    def _over_limit(self, message_dict, routes, minutes, count):
        """Whether the sender has reached the limit of records, or of messages on one record, of the period.

        :param int minutes: the period
        :param int count: records or messages that are let through in it
        """
        sender = email_normalize(message_dict.get("email_from"))
        if not sender or self.env["mail.gateway.allowed"].sudo().search_count([("email_normalized", "=", sender)]):
            return False
        since = Domain("create_date", ">=", self.env.cr.now() - datetime.timedelta(minutes=minutes))
        return any(
            self._reaches(count, since, model, thread_id, sender, message_dict.get("author_id"))
            for model, thread_id, *_rest in routes or ()
        )

    @api.model
    def _reaches(self, count, since, model, thread_id, sender, author_id):
        """Whether the sender has so many messages on the record, or made so many records of the model by mail.

        Records are counted by the links of our own mails: core counts by an address field, which not every model has.
        """
        if thread_id:
            author = Domain("email_from", "=ilike", f"%{sender}%") | Domain("author_id", "=", author_id or 0)
            place = Domain([("model", "=", model), ("res_id", "=", thread_id), ("message_type", "=", "email")])
            return self.env["mail.message"].sudo().search_count(since & place & author, limit=count) >= count
        made = Domain([("rule", "=", "create"), ("res_model", "=", model), ("email_id.from_address", "=", sender)])
        return self.env["erp.email.link"].sudo().search_count(since & made, limit=count) >= count

    @api.model
    def _routing_create_bounce_email(self, email_from, body_html, message, **mail_values):
        """Core answers mail to the catchall address and mail over the limit. Mail of the ledger is held, or gets
        the mailbox's own notice; an alias that refuses a sender says so as ever."""
        if self._ledger_email() and not self.env.context.get("erp_email_alias_bounce"):
            return
        super()._routing_create_bounce_email(email_from, body_html, message, **mail_values)


class MailAlias(models.Model):
    _inherit = "mail.alias"

    def _alias_bounce_incoming_email(self, message, message_dict, set_invalid=True):
        """The sender is told once, however often the mail is tried again."""
        if self.env.context.get("erp_email_retried"):
            return None
        return super(MailAlias, self.with_context(erp_email_alias_bounce=True))._alias_bounce_incoming_email(
            message, message_dict, set_invalid=set_invalid
        )
