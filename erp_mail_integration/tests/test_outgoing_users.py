from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .smtp_sink import smtp_sink
from .test_outgoing_sender import OutgoingCase


class UserCase(OutgoingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "base.group_user,base.group_partner_manager"
        cls.anna = new_test_user(cls.env, "anna", groups=groups, name="Anna", email="anna@example.com", tz="UTC")
        cls.bob = new_test_user(cls.env, "bob", groups=groups, name="Bob", email="bob@example.com")
        cls.mail_server = cls.Server.create(
            {"name": "Server", "smtp_host": "127.0.0.1", "smtp_port": 9, "from_filter": "mycompany.com, example.com"}
        )
        cls.document = cls.env["res.partner"].create({"name": "Document"})
        cls.customer = cls.env["res.partner"].create({"name": "Carl", "email": "carl@customer.example"})

    def account(self, user, **values):
        return (
            self.env["erp.email.account"]
            .with_user(user)
            .create(
                {
                    "name": "Sales",
                    "reply_address": f"sales.{user.login}@mycompany.com",
                    "is_default": True,
                    "user_id": user.id,
                    **values,
                }
            )
        )

    def post(self, user, to=None):
        with smtp_sink(self.env) as sink:
            self.mail_server.smtp_port = sink.port
            self.document.with_user(user).message_post(
                body="Hello",
                partner_ids=(to or self.customer).ids,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        return sink.mails[0].message


@tagged("post_install", "-at_install")
class TestAccounts(UserCase):
    def test_the_chain_of_senders(self):
        admin = self.env.ref("base.user_admin")
        admin.email = "admin@mycompany.com"
        sender = self.anna._sender
        self.account(self.anna)
        self.assertEqual(sender(), '"Anna" <sales.anna@mycompany.com>')
        self.anna.email_account_ids.is_default = False
        self.assertEqual(sender(), '"Anna" <anna@example.com>')
        self.anna.email = False
        self.assertEqual(sender(), '"Anna" <admin@mycompany.com>')
        self.account(admin, reply_address="erp@mycompany.com")
        self.assertEqual(sender(), '"Anna" <erp@mycompany.com>')
        admin.email_account_ids.unlink()
        admin.email = False
        self.assertEqual(sender(), '"Anna" <notifications@mycompany.com>')
        self.domain.default_from = False
        self.assertEqual(sender(), '"Anna" <noreply@mycompany.com>')

    def test_a_user_without_address_can_write(self):
        self.env.ref("base.user_admin").email = "admin@mycompany.com"
        self.anna.email = False
        self.assertEqual(self.post(self.anna)["From"].addresses[0].addr_spec, "admin@mycompany.com")

    def test_the_default_account_is_sender_and_signature(self):
        self.account(self.anna, signature="<p>Anna, Sales</p>")
        message = self.post(self.anna)
        self.assertEqual(str(message["From"]), "Anna <sales.anna@mycompany.com>")
        html = message.get_body(("html",)).get_content()
        self.assertIn("Anna, Sales", html)
        self.assertEqual(str(self.post(self.bob)["From"]), "Bob <bob@example.com>")

    def test_the_accounts_server_is_used(self):
        other = self.server("Other", sequence=99)
        account = self.account(self.anna)
        account.sudo().mail_server_id = other
        mail = self.env["mail.mail"].create({"email_from": '"Anna" <Sales.Anna@mycompany.com>'})
        self.assertEqual(mail.mail_server_id, other)
        other.active = False
        mail = self.env["mail.mail"].create({"email_from": "sales.anna@mycompany.com"})
        self.assertFalse(mail.mail_server_id)

    def test_one_default_at_a_time(self):
        first = self.account(self.anna)
        second = self.account(self.anna, reply_address="two@mycompany.com")
        self.assertEqual((first.is_default, second.is_default), (False, True))
        first.is_default = True
        self.assertEqual((first.is_default, second.is_default), (True, False))

    def test_nobody_writes_in_somebody_elses_name(self):
        self.account(self.bob)
        for address in (
            "bob@example.com",
            "BOB@example.com",
            "sales.bob@mycompany.com",
            "catchall@mycompany.com",
            self.bob.partner_id._get_reply_alias(),
            "no address",
        ):
            with self.subTest(address), self.assertRaises(ValidationError):
                self.account(self.anna, reply_address=address)

    def test_colleagues_share_an_address_of_the_company(self):
        self.env["mail.alias"].create(
            {
                "alias_name": "order.desk",
                "alias_domain_id": self.domain.id,
                "alias_model_id": self.env["ir.model"]._get_id("res.partner"),
            }
        )
        for user in (self.anna, self.bob):
            self.account(user, reply_address="Order.Desk@mycompany.com")
        self.assertEqual(self.post(self.bob)["From"].addresses[0].addr_spec, "order.desk@mycompany.com")

    def test_preferences_are_ones_own(self):
        mine = self.account(self.bob)
        with self.assertRaises(AccessError):
            mine.with_user(self.anna).name = "Mine now"
        with self.assertRaises(AccessError):
            self.env["erp.email.account"].with_user(self.anna).create(
                {"name": "x", "reply_address": "x@mycompany.com", "user_id": self.bob.id}
            )
        with Form(self.anna.with_user(self.anna), "base.view_users_form_simple_modif") as form:
            form.email_subject_prefix = "[ERP]"
            with form.email_account_ids.new() as account:
                account.name, account.reply_address, account.is_default = "Sales", "Anna.Sales@mycompany.com", True
        self.assertEqual(self.anna.email_account_ids.reply_address, "anna.sales@mycompany.com")
        self.assertEqual(self.anna.email_account_ids.user_id, self.anna)

    def test_the_subject_prefix_is_for_that_user_alone(self):
        self.bob.email_subject_prefix = "[ERP]"
        self.assertEqual(self.post(self.anna, to=self.bob.partner_id)["Subject"], "[ERP] Document")
        self.assertEqual(self.post(self.anna)["Subject"], "Document")


@tagged("post_install", "-at_install")
class TestSubscriptions(UserCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type = cls.env["erp.email.reference.type"].search([("model", "=", "res.partner")])
        cls.env["ir.config_parameter"].set_param("web.base.url", "https://odoo.mycompany.com")

    def told(self, user, name="New"):
        """Users who get a mail when the user creates a contact."""
        before = self.env["mail.mail"].search([])
        record = self.env["res.partner"].with_user(user).create({"name": name})
        return record, self.env["mail.mail"].search([]) - before

    def test_a_new_document_is_told_to_who_asked(self):
        self.env["erp.email.subscription"].with_user(self.anna).create({"type_id": self.type.id})
        record, mails = self.told(self.bob)
        self.assertEqual((mails.subject, mails.recipient_ids), ("New: New", self.anna.partner_id))
        self.assertIn(f"https://odoo.mycompany.com/mail/view?model=res.partner&amp;res_id={record.id}", mails.body_html)
        self.assertIn("Bob", mails.body_html)
        self.assertFalse(self.told(self.anna)[1], "nobody is told of what they made themselves")

    def test_who_may_not_read_it_is_not_told(self):
        self.env["erp.email.subscription"].with_user(self.anna).create({"type_id": self.type.id})
        self.env["ir.rule"].create(
            {
                "name": "Not for Anna",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('name', '!=', 'Secret')] if user.id == {self.anna.id} else [(1, '=', 1)]",
            }
        )
        self.assertFalse(self.told(self.bob, "Secret")[1])
        self.assertTrue(self.told(self.bob, "Open")[1])

    def test_only_new_ones_when_asked_for_and_no_cost_otherwise(self):
        subscription = self.env["erp.email.subscription"].with_user(self.anna).create({"type_id": self.type.id})
        subscription.on_create = False
        self.assertFalse(self.told(self.bob)[1])
        subscription.unlink()
        self.assertEqual(self.env["erp.email.subscription"]._watched_models(), frozenset())

    def test_the_text_is_a_template(self):
        self.env["erp.email.subscription"].with_user(self.anna).create({"type_id": self.type.id})
        self.env.ref("erp_mail_integration.mail_template_new_record").subject = "Neu: {{ ctx.get('record_name') }}"
        self.assertEqual(self.told(self.bob, "Auftrag")[1].subject, "Neu: Auftrag")

    def test_subscriptions_are_ones_own(self):
        with self.assertRaises(AccessError):
            self.env["erp.email.subscription"].with_user(self.anna).create(
                {"type_id": self.type.id, "user_id": self.bob.id}
            )
