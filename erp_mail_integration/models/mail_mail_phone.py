from odoo import api, models, tools

from ..sending import gateway, phones


class MailMail(models.Model):
    """Recipients who have a phone number but no mail address are reached through a fax or SMS gateway."""

    _inherit = "mail.mail"

    @api.model
    @tools.ormcache()
    def _any_phone_gateway(self):
        """Whether any server or company has a gateway: else no mail has to ask its own."""
        return any(
            self.env[model]
            .sudo()
            .with_context(active_test=False)
            .search_count([("phone_gateway", "!=", False)], limit=1)
            for model in ("ir.mail_server", "res.company")
        )

    def _phone_gateway(self, mail_server):
        """The record whose gateway is used: the outgoing server, else the company. Empty where there is none."""
        self.ensure_one()
        if not self._any_phone_gateway():
            return self.env["res.company"]
        company = (self.record_company_id or self.env.company).sudo()
        server = (mail_server or self.mail_server_id).sudo()
        return next((each for each in (server, company) if each and each.phone_gateway), server.browse())

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        results = super()._prepare_outgoing_list(mail_server=mail_server, doc_to_followers=doc_to_followers)
        settings = self._phone_gateway(mail_server)
        if not settings:
            return results
        country = (self.record_company_id or self.env.company).country_id.code or ""
        for email in results:
            partner = email["partner_id"]
            if partner and not email["email_to_normalized"] and partner.phone:
                self._send_to_phone(email, settings, partner.phone, partner.country_id.code or country, partner.name)
        mails, numbers = gateway.split_recipients(self.email_to)
        more_mails, more_numbers = gateway.split_recipients(self.email_cc)
        if numbers or more_numbers:
            listed = next(email for email in results if not email["partner_id"])
            for number in numbers + more_numbers:
                copy = {**listed, "email_to": [], "email_cc": [], "email_to_normalized": []}
                self._send_to_phone(copy, settings, number, country)
                results.append(copy)
            if not mails and not more_mails:
                results.remove(listed)
        return results

    def _send_to_phone(self, email, settings, number, country, name=""):
        """Address one copy to a phone number; a number that cannot be one leaves it without a recipient."""
        if international := phones.international(number, country):
            address = gateway.address(international, settings.phone_gateway, settings.phone_gateway_plus or "drop")
            email["email_to"] = [tools.formataddr((name, address))]
            email["email_to_normalized"] = [address]

    def _invalid_numbers(self):
        """Phone numbers among the recipients that no gateway can reach, as text for people."""
        self.ensure_one()
        if not self._phone_gateway(False):
            return []
        country = (self.record_company_id or self.env.company).country_id.code or ""
        wrong = [
            f"{partner.name}: {partner.phone}"
            for partner in self.recipient_ids
            if not partner.email_normalized
            and partner.phone
            and not phones.international(partner.phone, partner.country_id.code or country)
        ]
        for text in (self.email_to, self.email_cc):
            numbers = gateway.split_recipients(text)[1]
            wrong += [number for number in numbers if not phones.international(number, country)]
        return wrong

    def _postprocess_sent_message(self, success_pids, success_emails, failure_reason=False, failure_type=None):
        """Name the numbers that were left out; everybody else got the mail."""
        for mail in self if failure_type in ("mail_email_invalid", "mail_email_missing") else ():
            if wrong := mail._invalid_numbers():
                failure_reason = self.env._("These are no phone numbers: %s", ", ".join(wrong))
                mail.failure_reason = failure_reason
                if mail.model and mail.res_id and isinstance(self.env[mail.model], self.pool["mail.thread"]):
                    self.env[mail.model].browse(mail.res_id).sudo()._message_log(
                        body=self.env._("“%(subject)s” was not sent to everybody. %(reason)s",
                                        subject=mail.subject or "", reason=failure_reason)
                    )  # fmt: skip
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason, failure_type=failure_type
        )
