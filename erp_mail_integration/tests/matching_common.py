from email.message import EmailMessage
from email.utils import make_msgid

from odoo.addons.mail.tests.common import MailCommon

from ..mailbox import RawMail


class MatchingCommon(MailCommon):
    """Mails go through the real intake: received, parsed, stored and matched, as from a mailbox."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Link = cls.env["erp.email.link"]
        cls.contact_type = cls.env["erp.email.reference.type"].search([("model", "=", "res.partner")])
        cls.azure = cls.env["res.partner"].create(
            {"name": "Azure Interior", "is_company": True, "email": "office@azure.example"}
        )
        cls.brandon = cls.env["res.partner"].create(
            {"name": "Brandon Freeman", "email": "Brandon <brandon@azure.example>", "parent_id": cls.azure.id}
        )
        cls.deco = cls.env["res.partner"].create(
            {"name": "Deco Addict", "is_company": True, "email": "info@deco.example"}
        )
        cls.mailbox = cls.env["fetchmail.server"].create(
            {"name": "Office", "server_type": "imap", "server": "localhost", "user": "office@test.mycompany.com"}
        )
        cls.mailbox.write({"company_id": False, "contact_policy": "never"})

    def mail(self, subject="Hello", body="Good morning", sender="Brandon <brandon@azure.example>", **headers):
        """A raw mail; header names with underscores, ``message_id`` and ``date`` are made up where missing."""
        message = EmailMessage()
        headers = {
            "to": "office@test.mycompany.com",
            "message_id": make_msgid(domain="client.example"),
            "date": "Tue, 03 Mar 2026 10:00:00 +0000",
        } | headers
        message["From"] = sender
        message["Subject"] = subject
        for name, value in headers.items():
            message[name.replace("_", "-").title().replace("-Id", "-ID")] = value
        message.set_content(body)
        return message.as_bytes()

    def deliver(self, *raws, server=None, folder=None):
        """Store and match mails in one batch.

        :return: their ``erp.email`` records, in order
        """
        Intake = self.env["erp.email.intake"]
        server = self.mailbox if server is None else server
        folder = self.env["fetchmail.folder"]._inbox(server) if folder is None else folder
        uid = self.env["erp.email.copy"].search_count([])
        copies = Intake._receive(
            server, folder, [RawMail(str(uid + index), raw, None, ()) for index, raw in enumerate(raws)]
        )
        Intake._store_batch(copies)
        return copies.email_id if len(raws) == 1 else self.env["erp.email"].concat(*(copy.email_id for copy in copies))

    def tag(self, record, signed=False):
        doctype = self.env["erp.email.reference.type"].search([("model", "=", record._name)])
        return doctype._tag(record, signed=signed)

    def links(self, email, state="linked"):
        """(record, rule) of the mail's links in a state."""
        return {
            (self.env[link.res_model].browse(link.res_id), link.rule) for link in email.link_ids if link.state == state
        }
