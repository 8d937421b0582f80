from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import formataddr

from ..sending import replies

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

    @api.model
    def _record_deliveries(self, parts_of):
        """Add the recipients of the mails' parts, and how it went. The number of queries is constant.

        :param dict[erp.email, list[SentMail]] parts_of: the parts that were sent now, by mail
        """
        emails = self.union(*parts_of)
        undelivered = self.env["mail.mail"].browse(
            part.mail_id for parts in parts_of.values() for part in parts if part.failure
        )
        waiting = undelivered.exists().filtered(lambda mail: mail.state == "outgoing").ids
        known = {email.id: set(email.address_ids.mapped("address")) for email in emails}
        rows, partners_of, answered = [], {}, set()
        for email, parts in parts_of.items():
            partner_ids = {address: id_ for part in parts for address, id_ in part.partner_ids.items()}
            recipients = {recipient[2]: recipient for part in reversed(parts) for recipient in part.recipients}
            if added := [recipient for address, recipient in recipients.items() if address not in known[email.id]]:
                rows += email._recipient_rows(added, partner_ids)
                partners_of[email] = partner_ids
            # One recipient's failure is the mail's until that recipient is tried again.
            failed = [part for part in parts if part.failure]
            delivery = (
                "sent" if not failed else "waiting" if all(part.mail_id in waiting for part in failed) else "failed"
            )
            email.write({"delivery": delivery, "delivery_error": failed[0].failure if failed else False})
            answered.update((email._conversation(), part.user_id) for part in parts)
        self.env["erp.email.address"].sudo().create(rows)
        self._link_recipients(partners_of)
        self.env["erp.email.writing"]._done(answered)

    @api.model
    def _delivery_text(self, delivery, error):
        """Why a mail has not arrived: in plain words for its author, then the server's own.

        :rtype: str, empty where there is nothing to say
        """
        if not error or delivery not in ("waiting", "failed"):
            return error or ""
        reason = replies.explain(error)
        then = self.env._("It is sent again by itself.") if delivery == "waiting" else self.env._(reason.next_step)
        return f"{self.env._(reason.what)} {then}\n{' '.join(error.split())}"

    def _recipient_rows(self, added, partner_ids):
        """Name recipients on the mail.

        :param list[Recipient] added: those who are not on it yet
        :param dict[str, int] partner_ids: ids of contacts by address
        :return: values of their ``erp.email.address``
        """
        self.ensure_one()
        names = [formataddr((name, address)) for role, name, address in added if role == "to"]
        self.to_text = ", ".join(filter(None, [self.to_text, *names]))
        self.participants = " ".join(
            [self.participants or "", *(f"{name} {address}" for _role, name, address in added)]
        )
        return [
            {
                "email_id": self.id,
                "role": role,
                "name": name,
                "address": address,
                "partner_id": partner_ids.get(address, False),
            }
            for role, name, address in added
        ]

    @api.model
    def _link_recipients(self, partners_of):
        """Contacts that got a later part of a mail get its link too.

        :param dict[erp.email, dict[str, int]] partners_of: ids of contacts by address, by mail
        """
        Link = self.env["erp.email.link"].sudo()
        if not partners_of or "res.partner" not in self.env["erp.email.reference.type"]._live_models():
            return
        there = {
            (link.email_id, link.res_id)
            for link in Link.search(
                [("email_id", "in", [email.id for email in partners_of]), ("res_model", "=", "res.partner")]
            )
        }
        Link.create(
            [
                {
                    "email_id": email.id,
                    "res_model": "res.partner",
                    "res_id": partner_id,
                    "date": email.date,
                    "rule": "contact",
                    "evidence": address,
                    "score": 100,
                }
                for email, partner_ids in partners_of.items()
                for address, partner_id in partner_ids.items()
                if (email, partner_id) not in there
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
    def _left_from_here(self):
        """Mails that Odoo sent, or had sent before this add-on was there.

        :rtype: Domain on ``erp.email``
        """
        return Domain("direction", "=", "out") & Domain("copy_ids.source", "in", ("sent", "message"))

    @api.model
    def _record_bounce(self, message_ids, reason):
        """A delivery report names mails: only those that we sent are marked (THREATS 13)."""
        sent = self.sudo().search(Domain("message_id", "in", list(message_ids)) & self._left_from_here())
        sent.write({"delivery": "bounced", "delivery_error": reason})
