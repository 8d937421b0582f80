import smtplib
from datetime import timedelta

from odoo import api, fields, models, tools

from ..sending import replies

RETRY = "erp_mail_integration.retry"


class MailMail(models.Model):
    """Outgoing mail survives an outage: what failed for a while is tried again, the rest says why."""

    _inherit = "mail.mail"

    attempts = fields.Integer("Failed attempts", readonly=True, copy=False)
    failure_explanation = fields.Text("What happened", compute="_compute_failure_explanation")
    failure_next_step = fields.Text("What to do", compute="_compute_failure_explanation")

    @api.depends("failure_reason")
    @api.depends_context("lang")
    def _compute_failure_explanation(self):
        for mail in self:
            explanation = replies.explain(mail.failure_reason) if mail.failure_reason else None
            mail.failure_explanation = explanation and self.env._(explanation.what)
            mail.failure_next_step = explanation and self.env._(explanation.next_step)

    @api.model_create_multi
    def create(self, vals_list):
        """Mail of a user's account leaves through the account's server, where it has one."""
        mails = super().create(vals_list)
        senders = {
            mail: tools.email_normalize(mail.email_from)
            for mail in mails
            if not mail.mail_server_id and mail.email_from
        }
        servers = self.env["erp.email.account"]._servers_of(senders.values())
        for mail, address in senders.items():
            server = servers.get(address)
            if server and mail._filter_mail_mail_servers(server):
                mail.mail_server_id = server
        return mails

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """Users can have a word of their own before the subject of what is sent to them."""
        results = super()._prepare_outgoing_list(mail_server=mail_server, doc_to_followers=doc_to_followers)
        if not self.env["res.users"]._any_subject_prefix():
            return results
        for email in results:
            user = email["partner_id"] and email["partner_id"].sudo().main_user_id
            prefix = user and not user.share and user.email_subject_prefix
            if prefix and not (email["subject"] or "").startswith(prefix):
                email["subject"] = f"{prefix} {email['subject'] or ''}".rstrip()
        return results

    def _send(self, auto_commit=False, raise_exception=False, smtp_session=None, alias_domain_id=False,
              mail_server=False, post_send_callback=None):  # fmt: skip
        """Note who got the mail, so that another attempt leaves them out, and take a lost connection for temporary.

        Odoo gives a mail one copy for each contact; when the third fails, two people have it already.
        """
        mails = self.with_context(erp_mail_delivered=set())
        try:
            return super(MailMail, mails)._send(
                auto_commit=auto_commit,
                raise_exception=raise_exception,
                smtp_session=smtp_session,
                alias_domain_id=alias_domain_id,
                mail_server=mail_server,
                post_send_callback=post_send_callback,
            )
        except smtplib.SMTPServerDisconnected as error:
            # Odoo leaves the mail in hand as failed, and those behind it in the queue.
            for mail in mails.filtered(lambda mail: mail.state == "exception" and mail.failure_type == "unknown")[:1]:
                mail.failure_reason = tools.exception_to_unicode(error)
                mail._retry_later(mail._delivered())
            raise

    def _postprocess_sent_message(self, success_pids, success_emails, failure_reason=False, failure_type=None):
        """What failed for a while goes back into the queue with the commit: whoever sends a mail sees first that it
        failed, as everywhere in Odoo."""
        if failure_type and failure_type not in ("mail_email_invalid", "mail_email_missing"):
            hooks = self.env.cr.precommit
            if RETRY not in hooks.data:
                hooks.data[RETRY] = {}
                hooks.add(self.browse().sudo().with_context({})._retry_failed)  # pylint: disable=context-overridden
            hooks.data[RETRY].update((mail.id, mail._delivered()) for mail in self)
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason, failure_type=failure_type
        )

    @api.model
    def _retry_failed(self):
        """Decide on the mails that failed in this transaction, and show on their documents what was decided."""
        delivered = self.env.cr.precommit.data.pop(RETRY, {})
        failed = self.browse(delivered).exists().filtered(lambda mail: mail.state == "exception")
        retried = failed.filtered(lambda mail: mail._retry_later(delivered[mail.id]))
        messages = retried.filtered("is_notification").mail_message_id
        messages.filtered(lambda message: message._is_thread_message())._notify_message_notification_update()

    def _delivered(self):
        """Addresses that got the mail before the one that failed.

        :rtype: set[str]
        """
        return {
            address
            for message_id, address in self.env.context.get("erp_mail_delivered") or ()
            if message_id == self.message_id
        }

    def _retry_later(self, delivered):
        """Put a mail that failed for a while back into the queue, for those who have not got it.

        :param set[str] delivered: addresses of those who have
        :returns: whether it was, False for permanent failures and when it is time to give up
        """
        self.ensure_one()
        delay = None
        if replies.explain(self.failure_reason or "").temporary:
            delay = replies.retry_delay(self.attempts + 1)
        if delay is None:
            return False
        reached = self.recipient_ids.filtered(lambda partner: partner.email_normalized in delivered)
        when = fields.Datetime.now() + delay
        self.write(
            {
                "state": "outgoing",
                "attempts": self.attempts + 1,
                "scheduled_date": when,
                "recipient_ids": [(3, partner.id) for partner in reached],
                **self._undelivered_texts(delivered),
            }
        )
        notifications = self.env["mail.notification"].sudo().search([("mail_mail_id", "=", self.id)])
        reached_notifications = notifications.filtered(lambda notification: notification.res_partner_id in reached)
        reached_notifications.write({"notification_status": "sent", "failure_type": False, "failure_reason": False})
        (notifications - reached_notifications).filtered(
            lambda notification: notification.notification_status not in ("sent", "canceled")
        ).write({"notification_status": "ready", "failure_type": False, "failure_reason": self.failure_reason})
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger(when + timedelta(seconds=1))
        return True

    def _undelivered_texts(self, delivered):
        """To and Cc lists are sent as one copy: either all of them got it or none."""
        listed = tools.mail.email_normalize_all(self.email_to or self.email_cc or "")
        return {"email_to": False, "email_cc": False} if listed and set(listed) <= delivered else {}

    def action_retry(self):
        failed = self.filtered(lambda mail: mail.state == "exception")
        failed.write({"attempts": 0, "scheduled_date": False})
        return super().action_retry()
