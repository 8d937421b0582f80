from odoo.tests import Form, tagged

from .smtp_sink import smtp_sink
from .test_outgoing_users import UserCase


@tagged("post_install", "-at_install")
class TestAccountInTheComposer(UserCase):
    """A user with several accounts chooses one; From, signature and server follow, on the wire."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna.signature = "<p>Anna herself</p>"
        cls.sales, cls.service = (
            cls.env["erp.email.account"]
            .with_user(cls.anna)
            .create(
                [
                    {"name": "Sales", "reply_address": "sales@mycompany.com", "is_default": True,
                     "signature": "<p>Anna, Sales</p>"},
                    {"name": "Service", "reply_address": "service@mycompany.com", "signature": "<p>Anna, Service</p>"},
                ]
            )
        )  # fmt: skip

    def composer(self, user=None, **context):
        """Odoo's full composer, with the body that its JavaScript hands over."""
        signature = '<div class="o-signature-container"><div>-- <br>Anna herself</div></div>'
        values = {
            "default_model": "res.partner",
            "default_res_ids": self.document.ids,
            "default_partner_ids": self.customer.ids,
            "default_subject": "Offer",
            "default_body": f"<p>Hello</p>{signature}",
            "default_email_add_signature": False,
            **context,
        }
        return Form(self.env["mail.compose.message"].with_user(user or self.anna).with_context(**values))

    def send(self, form):
        with smtp_sink(self.env) as sink:
            self.mail_server.smtp_port = sink.port
            form.save().action_send_mail()
            self.env.cr.postcommit.run()
            self.env["mail.mail"].search([("state", "=", "outgoing")]).send()
        message = sink.mails[0].message
        return str(message["From"]), message.get_body(("html",)).get_content()

    def test_the_default_account_is_chosen(self):
        form = self.composer()
        self.assertEqual(form.erp_email_account_id, self.sales)
        sender, body = self.send(form)
        self.assertEqual(sender, "Anna <sales@mycompany.com>")
        self.assertIn("Anna, Sales", body)
        self.assertNotIn("Anna herself", body)

    def test_another_account_brings_its_address_and_signature(self):
        form = self.composer()
        form.erp_email_account_id = self.service
        sender, body = self.send(form)
        self.assertEqual(sender, "Anna <service@mycompany.com>")
        self.assertEqual((body.count(">Anna, Service<"), body.count("Anna, Sales")), (1, 0))
        self.assertIn("Hello", body)

    def test_no_account_is_the_users_own_address(self):
        form = self.composer()
        form.erp_email_account_id = self.env["erp.email.account"]
        sender, body = self.send(form)
        self.assertEqual(sender, "Anna <anna@example.com>")
        self.assertIn("Anna herself", body)

    def test_the_account_is_the_author_of_the_message(self):
        composer = self.composer().save()
        self.assertEqual(composer.author_id, self.anna.partner_id)

    def test_the_server_of_the_chosen_account_is_used(self):
        other = self.server("Other", sequence=99)
        self.service.sudo().mail_server_id = other
        with smtp_sink(self.env) as sink:
            other.smtp_port = sink.port
            form = self.composer()
            form.erp_email_account_id = self.service
            form.save().action_send_mail()
            self.env.cr.postcommit.run()
            self.env["mail.mail"].search([("state", "=", "outgoing")]).send()
        self.assertEqual(len(sink.mails), 1)

    def test_a_removed_signature_stays_away(self):
        form = self.composer(default_body="<p>Hello</p>")
        form.erp_email_account_id = self.service
        self.assertNotIn("Anna", self.send(form)[1].partition("Hello")[2].partition("</p>")[0])
        self.assertNotIn("Anna, Service", form.body)

    def test_the_sender_of_a_template_is_kept_until_an_account_is_chosen(self):
        template = self.env["mail.template"].create(
            {
                "name": "Offer",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "email_from": "office@mycompany.com",
                "body_html": "<p>Offer</p>",
            }
        )
        form = self.composer(default_template_id=template.id)
        self.assertFalse(form.erp_email_account_id)
        self.assertEqual(form.email_from, "office@mycompany.com")
        form.erp_email_account_id = self.service
        self.assertEqual(form.email_from, '"Anna" <service@mycompany.com>')

    def test_who_has_no_account_sees_no_choice(self):
        self.assertFalse(self.composer(self.bob).erp_email_has_accounts)
        self.assertTrue(self.composer().erp_email_has_accounts)

    def test_the_email_tabs_own_composer_has_the_choice_too(self):
        self.anna.erp_email_program = "odoo"
        action = (
            self.env["erp.email"].with_user(self.anna).tab_compose("res.partner", self.customer.id, "new")["action"]
        )
        form = Form(self.env["mail.compose.message"].with_user(self.anna).with_context(**action["context"]))
        self.assertEqual((form.erp_email_account_id, form.erp_email_to), (self.sales, "carl@customer.example"))
        self.assertIn("Anna, Sales", form.body)
        form.erp_email_account_id = self.service
        form.subject = "Offer"
        sender, body = self.send(form)
        self.assertEqual(sender, "Anna <service@mycompany.com>")
        self.assertEqual((body.count(">Anna, Service<"), body.count("Anna, Sales")), (1, 0))

    def test_posting_under_another_account_is_signed_by_it(self):
        """Without the full composer the layout adds the signature: that of the address in From."""
        self.document.with_user(self.anna).message_post(
            body="Hello", author_id=self.anna.partner_id.id, email_from="service@mycompany.com", partner_ids=self.customer.ids,
            message_type="comment", subtype_xmlid="mail.mt_comment",
        )  # fmt: skip
        self.assertIn("Anna, Service", self.env["mail.mail"].search([], order="id desc", limit=1).body_html)
