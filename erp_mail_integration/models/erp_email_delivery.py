from odoo import api, fields, models
from odoo.tools import formataddr

from .mail_mail_record import recipients

REASON_LIMIT = 500


class ErpEmail(models.Model):
    """What became of a mail that we sent."""

    _inherit = "erp.email"

    delivery = fields.Selection(
        [("sent", "Sent"), ("waiting", "Waiting"), ("failed", "Not delivered"), ("bounced", "Bounced")],
        readonly=True,
        help="Sent: our mail server took it. Waiting: it could not take it for the moment and is asked again. "
        "Bounced: it came back.",
    )
    delivery_error = fields.Text("Why it was not delivered", readonly=True)

    def _record_delivery(self, mail, messages, failure):
        """Add the recipients of another part of the mail, and how it went.

        :param mail: ``mail.mail`` that was sent
        :param list messages: ``email.message.EmailMessage``
        :param str failure: '' if it was taken
        """
        self.ensure_one()
        known = set(self.address_ids.mapped("address"))
        added = [row for row in recipients(messages) if row[2] not in known]
        if added:
            partners = {partner.email_normalized: partner for partner in mail.recipient_ids}
            self.env["erp.email.address"].sudo().create(
                [
                    {
                        "email_id": self.id,
                        "role": role,
                        "name": name,
                        "address": address,
                        "partner_id": partners[address].id if address in partners else False,
                    }
                    for role, name, address in added
                ]
            )
            names = [formataddr((name, address)) for role, name, address in added if role == "to"]
            self.to_text = ", ".join(filter(None, [self.to_text, *names]))
            self.participants = " ".join(
                [self.participants or "", *(f"{name} {address}" for _r, name, address in added)]
            )
            self._link_recipients(partners)
        # One recipient's failure is the mail's until that recipient is tried again.
        self.write({"delivery": "failed" if failure else "sent", "delivery_error": failure or False})
        self.env["erp.email.writing"]._done([self._conversation()], mail.create_uid)

    def _link_recipients(self, partners):
        """Contacts that got a later part of the mail get its link too."""
        self.ensure_one()
        Link = self.env["erp.email.link"].sudo()
        if "res.partner" not in self.env["erp.email.reference.type"]._live_models():
            return
        there = Link.search([("email_id", "=", self.id), ("res_model", "=", "res.partner")]).mapped("res_id")
        Link.create(
            [
                {
                    "email_id": self.id,
                    "res_model": "res.partner",
                    "res_id": partner.id,
                    "date": self.date,
                    "rule": "contact",
                    "evidence": partner.email_normalized,
                    "score": 100,
                }
                for partner in partners.values()
                if partner.id not in there
            ]
        )

    @api.model
    def _create_from_parsed(self, items):
        emails = super()._create_from_parsed(items)
        for _copy, parsed in items:
            if parsed.auto == "bounce" and parsed.bounced_ids:
                self._record_bounce(parsed.bounced_ids, " ".join(parsed.own_text.split())[:REASON_LIMIT])
        return emails

    @api.model
    def _record_bounce(self, message_ids, reason):
        """A delivery report names mails: only those that we sent are marked (THREATS 13)."""
        sent = self.sudo().search([("message_id", "in", list(message_ids)), ("copy_ids.source", "=", "sent")])
        sent.write({"delivery": "bounced", "delivery_error": reason})
