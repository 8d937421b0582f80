from email.message import EmailMessage

from odoo.addons.erp_mail_integration.mailbox import RawMail

from .common import ScreenshotCase


class QueueCase(ScreenshotCase):
    """A company that sells boats, one customer with an order, and a mailbox whose mails have gone through the intake."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mailbox = cls.env["fetchmail.server"].create(
            {
                "name": "Sales",
                "server_type": "imap",
                "user": "sales@kestrel.example",
                "contact_policy": "never",
                "authserv_id": "mx.kestrel.example",
            }
        )
        cls.heron = cls.env["res.partner"].create(
            {"name": "Heron Boats", "is_company": True, "email": "office@heron.example"}
        )
        cls.ines = cls.env["res.partner"].create(
            {"name": "Ines Roth", "email": "ines@heron.example", "parent_id": cls.heron.id}
        )
        cls.order = cls.env["sale.order"].create({"partner_id": cls.ines.id})

    @classmethod
    def tag(cls, record):
        doctype = cls.env["erp.email.reference.type"].search([("model", "=", record._name)])
        return doctype._tag(record)

    @classmethod
    def deliver(cls, *mails):
        """Store and match mails as a mailbox does.

        :param mails: (sender, subject, text) or (sender, subject, text, other headers), oldest first
        :return: their ``erp.email`` records, in order
        """
        copies = cls.receive(*mails)
        cls.env["erp.email.intake"]._store_batch(copies)
        return cls.env["erp.email"].concat(*(copy.email_id for copy in copies))

    @classmethod
    def receive(cls, *mails):
        """Take mails in, without processing them yet; return the ``erp.email.copy`` records."""
        known = cls.env["erp.email.copy"].search_count([])
        raws = []
        for number, (sender, subject, text, *headers) in enumerate(mails, known + 1):
            message = EmailMessage()
            message["From"] = sender
            message["To"] = "Sales <sales@kestrel.example>"
            message["Subject"] = subject
            message["Message-ID"] = f"<{number}@tour.example>"
            message["Date"] = f"Fri, 20 Nov 2026 {8 + number // 60:02}:{number % 60:02}:00 +0000"
            for name, value in dict(*headers).items():
                message[name] = value
            message.set_content(text)
            raws.append(RawMail(str(number), message.as_bytes()))
        inbox = cls.env["fetchmail.folder"]._inbox(cls.mailbox)
        return cls.env["erp.email.intake"]._receive(cls.mailbox, inbox, raws)
