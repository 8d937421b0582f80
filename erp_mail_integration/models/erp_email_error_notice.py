import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import email_normalize

_logger = logging.getLogger(__name__)

HOURLY_CAP = 50
"""Notices of one hour, all addresses together; ``erp_mail_integration.notice_hourly_cap`` overrides it."""
KEPT_DAYS = 30


class ErpEmailErrorNotice(models.Model):
    """Who was told on which day that nobody has the address they wrote to: at most one notice each."""

    _name = "erp.email.error.notice"
    _description = "Error Notice"
    _order = "id desc"
    _rec_name = "address"

    address = fields.Char(required=True, readonly=True)
    day = fields.Date(required=True, readonly=True)
    mail_id = fields.Many2one("mail.mail", readonly=True, ondelete="set null")

    _once_a_day = models.UniqueIndex("(address, day)", "This address had its notice today.")
    _recent_idx = models.Index("(create_date)")

    @api.model
    def _send_once(self, address, mail_values):
        """Queue a notice, in a transaction of its own: it leaves whatever becomes of the mail it answers, and
        only once however often that is tried.

        :param str address: normalised address of the recipient
        :param dict mail_values: of the ``mail.mail``
        :rtype: bool whether a notice was queued
        """
        with self.env.registry.cursor() as cr:
            Notice = self.with_env(self.env(cr=cr)).sudo()
            # One notice after the other, else many workers at once would pass the cap together.
            cr.execute("SELECT pg_advisory_xact_lock(hashtext('erp_email_error_notice'))")
            if Notice._is_capped():
                _logger.warning("No error notice to %s: the cap of this hour is reached", address)
                return False
            cr.execute(
                """INSERT INTO erp_email_error_notice (address, day, create_date) VALUES (%s, %s, now() AT TIME ZONE 'UTC')
                   ON CONFLICT DO NOTHING RETURNING id""",
                [address, fields.Date.today()],
            )
            row = cr.fetchone()
            if row:
                Notice.browse(row[0]).mail_id = Notice.env["mail.mail"].create(mail_values)
            return bool(row)

    @api.model
    def _is_capped(self):
        cap = int(self.env["ir.config_parameter"].get_param("erp_mail_integration.notice_hourly_cap", HOURLY_CAP))
        since = fields.Datetime.now() - timedelta(hours=1)
        return self.search_count([("create_date", ">=", since)], limit=cap) >= cap

    @api.autovacuum
    def _gc_notices(self):
        self.search([("day", "<", fields.Date.today() - timedelta(days=KEPT_DAYS))]).unlink()


class ErpEmail(models.Model):
    """Telling a sender that nobody has the address they wrote to (RFC 3834)."""

    _inherit = "erp.email"

    notice_lang = fields.Char(compute="_compute_notice_lang")

    def _compute_notice_lang(self):
        installed = dict(self.env["res.lang"].get_installed())
        for email in self:
            partner = email.address_ids.filtered(lambda row: row.role == "from").partner_id
            email.notice_lang = partner.lang if partner.lang in installed else self.env.company.partner_id.lang

    def _notify_unknown_recipient(self, message):
        """Send the mailbox's error notice, if it has one, the mail is to nobody we know, and may be answered.

        :param email.message.Message message: the mail
        """
        self.ensure_one()
        server = self.env["fetchmail.server"].sudo().browse(self.env.context.get("default_fetchmail_server_id"))
        template = server.error_notice_template_id
        if not template or not self._recipient_unknown(server):
            return
        recipient = self._may_be_answered(message)
        if recipient:
            self.env["erp.email.error.notice"]._send_once(recipient, self._notice_values(template, recipient))

    def _recipient_unknown(self, server):
        """Whether the mail is to addresses of ours that nobody has. The answer must not depend on whether a
        document exists: an address that has the form of a document's is known."""
        Matcher = self.env["erp.email.matcher"]
        domains = Matcher._own_domains()
        delivered = self.address_ids.filtered(
            lambda row: row.role in ("to", "cc", "bcc", "delivered_to") and row.address
        )
        ours = {row.address for row in delivered if row.address.rpartition("@")[2] in domains}
        known = set(
            self.env["mail.alias"].sudo().search([("alias_full_name", "in", list(ours))]).mapped("alias_full_name")
        )
        known |= set(self._staff_addresses(ours))
        if server.user not in self.env["mail.alias.domain"].sudo().search([]).mapped("catchall_email"):
            known.add((server.user or "").lower())
        known |= Matcher._reference_addresses(ours)
        return bool(ours) and not ours & known

    def _may_be_answered(self, message):
        """The address that an automatic answer may go to, False if none may (RFC 3834 section 2).

        ``auto`` is set for lists, bulk and automatic mail and for null senders, see ``mime.automatic``.

        :rtype: str | False
        """
        recipient = email_normalize(message.get("Return-Path")) or self.from_address
        forged = (self.authentication or {}).get("verdict") == "fail"
        if not self.from_address or self.auto or forged:
            return False
        return recipient if self.env["erp.email.matcher"]._is_person(recipient) else False

    def _notice_values(self, template, recipient):
        content = template.sudo()._generate_template(self.ids, ("subject", "body_html", "email_from"))[self.id]
        company = self.company_id or self.env.company
        headers = {"Auto-Submitted": "auto-replied", "Return-Path": "<>"}
        if self.message_id:
            headers["In-Reply-To"] = self.message_id
        return {
            "subject": " ".join((content["subject"] or "").split()),
            "body_html": content["body_html"],
            "email_from": content["email_from"] or company.bounce_formatted or company.email_formatted,
            "email_to": recipient,
            "reply_to": False,
            "references": self.message_id,
            "headers": repr(headers),
            "auto_delete": False,
            "state": "outgoing",
        }
