from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .smtp_sink import smtp_sink
from .test_outgoing_sender import OutgoingCase


@tagged("post_install", "-at_install")
class TestExplain(OutgoingCase):
    def setUp(self):
        super().setUp()
        self.user = new_test_user(self.env, "anna", name="Anna", email="anna@example.com")

    def explain(self, **values):
        return self.env["erp.email.explain"].create({"user_id": self.user.id, **values})

    def test_what_is_explained_is_what_is_sent(self):
        """Both orders, every strategy: the page shows the From, the envelope and the answer address of the wire."""
        strategies = [
            {}, {"from_filter": "mycompany.com"}, {"from_filter": "example.com"}, {"from_filter": "other.com"},
            {"sender_strategy": "fixed", "sender_address": "erp@relay.net", "sender_via": "My Company"},
            {"sender_strategy": "login", "smtp_user": "erp@mycompany.com", "smtp_pass": "secret"},
            {"sender_strategy": "fixed", "sender_address": "erp@mycompany.com", "reply_to_author": True},
        ]  # fmt: skip
        for order_name in ("odoo", "documented"):
            for values in strategies:
                with self.subTest(order=order_name, **values), smtp_sink(self.env) as sink:
                    self.parameter("erp_mail_integration.server_order", order_name)
                    self.Server.search([]).unlink()
                    self.server(smtp_port=sink.port, **values)
                    outcome = self.explain()._outcome(order_name)
                    with mute_logger("odoo.addons.base.models.ir_mail_server"):
                        self.env["mail.mail"].with_user(self.user).sudo().create(
                            {
                                "email_from": self.user._sender(),
                                "email_to": "customer@example.org",
                                "reply_to": '"Anna" <catchall@mycompany.com>',
                            }
                        ).send()
                    sent = sink.mails[0]
                    self.assertEqual(outcome["header_from"], str(sent.message["From"]))
                    self.assertEqual(outcome["envelope"], sent.envelope_from)
                    self.assertEqual(outcome["reply_to"], str(sent.message["Reply-To"]))

    def test_the_answer_address_of_a_document_is_the_one_of_the_wire(self):
        doctype = self.env["erp.email.reference.type"].search([("model", "=", "res.partner")])
        document = self.env["res.partner"].create({"name": "Document"})
        customer = self.env["res.partner"].create({"name": "Carl", "email": "carl@customer.example"})
        for own_address, expected in ((True, "reply+c-"), (False, "catchall@mycompany.com")):
            doctype.reply_address = own_address
            with self.subTest(own_address), smtp_sink(self.env) as sink:
                self.Server.search([]).unlink()
                self.server(smtp_port=sink.port)
                outcome = self.explain(document=f"res.partner,{document.id}")._outcome("odoo")
                document.with_user(self.user).sudo().message_post(
                    body="Hello", partner_ids=customer.ids, message_type="comment", subtype_xmlid="mail.mt_comment"
                )
                self.assertIn(expected, outcome["reply_to"])
                self.assertEqual(outcome["reply_to"], str(sink.mails[0].message["Reply-To"]))

    def test_the_steps_name_the_server_and_the_reason(self):
        self.server("Any")
        self.server("Mine", from_filter="mycompany.com")
        odoo, documented = self.explain()._outcome("odoo"), self.explain()._outcome("documented")
        self.assertEqual([step["server"] for step in odoo["steps"]], ["", "", "", "Mine"])
        self.assertIn("mycompany.com", odoo["steps"][-1]["text"])
        self.assertTrue(odoo["replaced"] and odoo["aligned"])
        self.assertEqual([step["server"] for step in documented["steps"]], ["", "", "Any"])
        self.assertFalse(documented["replaced"] or (documented["aligned"] is False and documented["envelope"] == ""))

    def test_the_page_follows_what_is_typed(self):
        self.server("Mine", from_filter="mycompany.com")
        form = Form(self.env["erp.email.explain"])
        form.email_from = '"Eve" <eve@evil.com>'
        self.assertIn("notifications@mycompany.com", form.result)
        form.email_from = "boss@mycompany.com"
        self.assertIn("boss@mycompany.com", form.result)
        self.assertNotIn("replaced", form.result)
        form.user_id = self.user
        self.assertEqual(form.email_from, '"Anna" <anna@example.com>')
        self.assertIn("anna@example.com", form.chain)

    def test_held_mail_and_last_resorts_are_said(self):
        self.server("Other", from_filter="other.com")
        self.assertTrue(self.explain()._outcome("odoo")["last_resort"])
        self.assertIn("not meant for it", self.explain().result)
        self.parameter("erp_mail_integration.strict_server", "True")
        self.assertIn("No outgoing server may send as", self.explain()._outcome("odoo")["held"])

    def test_markup_in_a_name_is_text(self):
        self.server('<script>alert("x")</script>')
        result = self.explain(email_from='"<img src=x onerror=alert(1)>" <a@mycompany.com>').result
        self.assertNotIn("<script>", result)
        self.assertNotIn("<img", result)

    def test_only_administrators_look_behind_the_curtain(self):
        for model in ("erp.email.explain", "erp.email.test", "erp.email.doctor"):
            with self.subTest(model), self.assertRaises(AccessError):
                self.env[model].with_user(self.user).create({})


@tagged("post_install", "-at_install")
class TestSendMeATest(OutgoingCase):
    def test_the_whole_way_with_the_conversation(self):
        with smtp_sink(self.env) as sink:
            server = self.server(
                "Mine", smtp_port=sink.port, smtp_user="erp@mycompany.com", smtp_pass="secret", sender_strategy="login"
            )
            action = self.env["erp.email.test"].create({})._run()
        test = self.env["erp.email.test"].browse(action["res_id"])
        self.assertTrue(test.success, test.log)
        self.assertEqual((test.mail_server_id, len(sink.mails)), (server, 1))
        mail = sink.mails[0]
        self.assertEqual((mail.recipients, mail.envelope_from), (("admin@example.com",), "erp@mycompany.com"))
        self.assertIn("Test mail from", mail.message["Subject"])
        self.assertEqual(mail.message["X-Mailer"], "Odoo ERP Mail Integration")
        self.assertIn("rcpt TO:<admin@example.com>", test.log)
        self.assertIn("< 250 2.0.0 queued", test.log)
        self.assertIn("not encrypted", test.log)
        self.assertNotIn("secret", test.log)
        self.assertIn("Subject: Test mail", test.source)

    def test_a_refusal_is_explained_and_the_servers_words_are_kept(self):
        with smtp_sink(self.env) as sink:
            self.server("Mine", smtp_port=sink.port)
            sink.replies = ["550 5.7.64 TenantAttribution; Relay Access Denied"]
            test = self.env["erp.email.test"].create({})
            test._run()
        self.assertFalse(test.success)
        self.assertIn("IP address is not on the list", test.summary)
        self.assertIn("Connectors", test.next_step)
        self.assertIn("5.7.64", test.log)

    def test_the_text_is_a_template(self):
        self.env.ref("erp_mail_integration.mail_template_test").subject = "Bonjour {{ object.name }}"
        with smtp_sink(self.env) as sink:
            self.server("Mine", smtp_port=sink.port)
            self.env["erp.email.test"].create({})._run()
        self.assertEqual(sink.mails[0].message["Subject"], "Bonjour Admin")
