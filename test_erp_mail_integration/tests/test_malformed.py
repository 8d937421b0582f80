from odoo.tests import tagged

from odoo.addons.erp_mail_integration.mailbox import RawMail
from odoo.addons.erp_mail_integration.tests.malformed import mails

from .common import ScreenshotCase


@tagged("post_install", "-at_install")
class TestMalformedMails(ScreenshotCase):
    """A hundred mails that are wrong, each in its own way, on a screen (see ``malformed.py``)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        intake = cls.env["erp.email.intake"]
        folder = cls.env["fetchmail.folder"]
        cls.copies = intake._receive(folder.server_id, folder, [RawMail("", raw) for raw in mails().values()])
        intake._store_batch(cls.copies)
        cls.partner = cls.env["res.partner"].create({"name": "Carl"})
        cls.env["erp.email"]._link_by_hand(cls.partner, cls.copies.email_id)

    def test_each_is_kept_byte_for_byte(self):
        self.assertEqual(set(self.copies.mapped("state")), {"stored"})
        stored = self.env["erp.email.store"]._read(self.copies.email_id)
        for copy, (name, raw) in zip(self.copies, mails().items(), strict=True):
            with self.subTest(name):
                self.assertEqual(stored[copy.email_id.id], raw)

    def test_each_opens_over_http(self):
        self.authenticate("admin", "admin")
        for copy, name in zip(self.copies, mails(), strict=True):
            email = copy.email_id
            pages = [
                "body",
                "source",
                "print",
                *(f"attachment/{each['index']}" for each in email.attachment_info or ()),
            ]
            for page in pages[:10]:
                with self.subTest(f"{name} {page}"):
                    self.assertEqual(self.url_open(f"/erp_mail/{email.id}/{page}").status_code, 200)

    def test_each_opens_on_the_screen(self):
        self.start_tour(f"/odoo/res.partner/{self.partner.id}", "erp_email_tab_every_mail", login="admin", timeout=300)
