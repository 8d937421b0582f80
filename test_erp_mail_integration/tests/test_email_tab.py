import base64

from odoo.tests import new_test_user, tagged

from odoo.addons.erp_mail_integration.tests.common import stored

from .common import ScreenshotCase

PIXEL = base64.b64encode(
    base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
).decode()


def mail(subject, body, number, **headers):
    head = {
        "From": "Carl Customer <carl@acme.example>",
        "To": "sales@shop.example",
        "Date": f"Fri, {number} Nov 2024 10:00:00 +0000",
        "Message-ID": f"<{number}@acme.example>",
        "Subject": subject,
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    return ("".join(f"{name}: {value}\r\n" for name, value in head.items()) + f"\r\n{body}").encode()


INVOICE = f"""<b>Pay soon</b>
--b
Content-Type: image/png; name="invoice.png"
Content-Disposition: attachment; filename="invoice.png"
Content-Transfer-Encoding: base64

{PIXEL}
--b--
"""


@tagged("post_install", "-at_install")
class TestEmailTab(ScreenshotCase):
    """The tab in a browser, on four kinds of documents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["fetchmail.server"].create({"name": "Sales", "server_type": "imap", "user": "sales@shop.example"})
        cls.env.ref("base.user_admin").email = "admin@shop.example"
        cls.customer, _eve = cls.env["res.partner"].create(
            [
                {"name": "Carl Customer", "email": "carl@acme.example"},
                {"name": "Eve Example", "email": "eve@acme.example"},
            ]
        )
        raws = [
            mail("Delivery", "We have received your order.", 1),
            mail(
                "Re: Delivery",
                "When does it come?\r\n\r\nOn Friday, Sales wrote:\r\n> We have received your order.\r\n",
                2,
                Cc="Eve <eve@acme.example>",
                To="sales@shop.example, eve@acme.example",
                In_Reply_To="<1@acme.example>",
                References="<1@acme.example>",
            ),
            mail(
                "Invoice",
                f"--b\r\nContent-Type: text/html\r\n\r\n{INVOICE}",
                3,
                Content_Type='multipart/mixed; boundary="b"',
            ),
            mail("Thanks", "Thanks a lot", 4),
            mail("Somewhere else", "Of another matter", 5),
        ]
        copies = stored(cls.env, *raws)
        cls.emails = copies.email_id.sorted("date")
        cls.emails.link_ids.unlink()

    def document(self, model, **values):
        record = self.env[model].create(values)
        self.env["erp.email"]._link_by_hand(record, self.emails[:4])
        return record

    def documents(self):
        return {
            "sale.order": self.document("sale.order", partner_id=self.customer.id),
            "helpdesk.ticket": self.document(
                "helpdesk.ticket", name="Pump leaks", description="It leaks", partner_id=self.customer.id
            ),
            "project.project": self.document("project.project", name="Hall 4", partner_id=self.customer.id),
            "res.partner": self.document("res.partner", name="Carl", email="carl@acme.example"),
        }

    def test_every_button_of_the_toolbar(self):
        for model, record in self.documents().items():
            with self.subTest(model):
                self.start_tour(f"/odoo/{model}/{record.id}", "erp_email_tab_toolbar", login="admin")
                self.assertEqual(len(self.links(record, "linked")), 5)

    def test_reading_searching_and_keys(self):
        self.on_every_document("erp_email_tab_reading")

    def test_forwarding_in_odoos_composer(self):
        record = self.documents()["sale.order"]
        self.start_tour(f"/odoo/sale.order/{record.id}", "erp_email_tab_odoo_composer", login="admin")
        message = record.message_ids.filtered(
            lambda message: message.subject and message.subject.startswith("FW: Invoice")
        )
        self.assertEqual(message.outgoing_email_to, "dora@beta.example")
        self.assertEqual(message.attachment_ids.mapped("name"), ["invoice.png"])

    def test_keys(self):
        self.on_every_document("erp_email_tab_keys")

    def test_a_conversation_opens_in_place_and_warns_before_an_answer(self):
        colleague = new_test_user(self.env, "coll", name="Colleague Coll", groups="base.group_user")
        self.env["erp.email.writing"].with_user(colleague).sudo()._note(self.emails[0])
        self.on_every_document("erp_email_tab_conversation")

    def test_a_mail_is_sent_again_and_to_oneself(self):
        for model, record in self.documents().items():
            with self.subTest(model):
                self.start_tour(f"/odoo/{model}/{record.id}", "erp_email_tab_again", login="admin")
                to_me, again = self.env["mail.mail"].sudo().search([], order="id desc", limit=2)[::-1]
                self.assertEqual(to_me.attachment_ids.mimetype, "message/rfc822")
                self.assertEqual(again.attachment_ids.name, "invoice.png")

    def test_mails_are_dropped_on_the_tab(self):
        for model, record in self.documents().items():
            with self.subTest(model):
                self.start_tour(f"/odoo/{model}/{record.id}", "erp_email_tab_drop", login="admin")
                link = self.links(record, "linked").filtered(lambda link: link.email_id.subject == "Dropped on the tab")
                self.assertEqual((link.rule, link.user_id.login), ("manual", "admin"))

    def test_the_attach_dialog_searches_by_contact(self):
        self.on_every_document("erp_email_tab_attach_contact")

    def test_a_mail_on_its_own_form(self):
        project = self.env["project.project"].create({"name": "Hall 4"})
        self.start_tour(f"/odoo/erp.email/{self.emails[2].id}", "erp_email_form", login="admin")
        self.assertEqual(self.links(project, "linked").email_id, self.emails[2])

    def test_links_to_the_mail_program_carry_the_tag(self):
        ticket = self.env["helpdesk.ticket"].create(
            {
                "name": "Pump leaks",
                "description": "It leaks",
                "partner_id": self.customer.id,
                "partner_email": self.customer.email,
                "user_id": self.env.ref("base.user_admin").id,
            }
        )
        self.start_tour(f"/odoo/helpdesk.ticket/{ticket.id}", "erp_email_mailto", login="admin")

    def on_every_document(self, tour):
        for model, record in self.documents().items():
            with self.subTest(model):
                self.start_tour(f"/odoo/{model}/{record.id}", tour, login="admin")

    def test_a_record_that_is_not_saved_shows_a_hint(self):
        self.start_tour("/odoo/sale.order/new", "erp_email_tab_new_record", login="admin")

    def links(self, record, state):
        return self.env["erp.email.link"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id), ("state", "=", state)]
        )
