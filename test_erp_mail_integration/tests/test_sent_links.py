from odoo.tests import new_test_user, tagged

from odoo.addons.erp_mail_integration.tests.common import EmailCommon
from odoo.addons.erp_mail_integration.tests.smtp_sink import smtp_sink


@tagged("post_install", "-at_install")
class TestKeysInSentMail(EmailCommon):
    """The link that lets a customer in without a password stays theirs, whoever reads the mail in Odoo."""

    def test_the_customers_key_is_not_on_the_email_tab(self):
        self.env["ir.mail_server"].search([]).active = False
        outgoing = self.env["ir.mail_server"].create({"name": "Out", "smtp_host": "127.0.0.1", "smtp_port": 9})
        seller = new_test_user(self.env, "seller", groups="base.group_user,sales_team.group_sale_salesman_all_leads")
        customer = self.env["res.partner"].create({"name": "Carl", "email": "carl@customer.example"})
        order = self.env["sale.order"].create({"partner_id": customer.id, "user_id": False})
        with smtp_sink(self.env) as sink:
            outgoing.smtp_port = sink.port
            message = order.with_user(seller).message_post(
                body="Your offer", partner_ids=customer.ids, message_type="comment", subtype_xmlid="mail.mt_comment"
            )
            self.env.cr.flush()  # as a commit does
        (sent,) = sink.mails
        key = order.access_token
        self.assertTrue(key)
        self.assertIn(key, sent.message.get_body(("html",)).get_content(), "the customer gets it")
        stored = self.env["erp.email"].search([("message_id", "=", message.message_id)])
        source = stored._source().decode()
        parsed = stored._parsed()
        for text in (stored.body, stored.preview, source, parsed.html, parsed.text):
            self.assertNotIn(key, text)
            self.assertNotRegex(text, r"(auth_signup_token|hash)=(?!removed)\w")
        self.assertIn("access_token=removed", parsed.html)
        copy = self.receive(sent.content)
        self.assertEqual((copy.email_id, copy.state), (stored, "duplicate"), "an audit mailbox holds the same mail")
        self.assertFalse(stored.message_id_conflict)
