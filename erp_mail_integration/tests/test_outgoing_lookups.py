from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCommon


@tagged("post_install", "-at_install")
class TestOutgoingLookups(MailCommon):
    """What sending asks for each mail is kept in memory, and is right after every change."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.outgoing = cls.env["ir.mail_server"].create({"name": "Out", "smtp_host": "127.0.0.1"})
        cls.account = {
            "name": "Shop",
            "user_id": cls.user_employee.id,
            "reply_address": "shop@example.com",
            "is_default": True,
            "mail_server_id": cls.outgoing.id,
        }

    def ask(self, model, method):
        """The answer, and that asking again costs nothing."""
        answer = getattr(self.env[model], method)()
        self.env.invalidate_all()
        with self.assertQueries([]):
            self.assertEqual(getattr(self.env[model], method)(), answer)
        return answer

    def test_servers_of_accounts(self):
        Account = self.env["erp.email.account"]
        self.assertNotIn("shop@example.com", self.ask(Account._name, "_addresses_with_server"))
        account = Account.create(self.account)
        self.assertIn("shop@example.com", self.ask(Account._name, "_addresses_with_server"))
        self.assertEqual(Account._servers_of(["shop@example.com", False]), {"shop@example.com": self.outgoing})
        account.reply_address = "store@example.com"
        self.assertEqual(Account._servers_of(["shop@example.com"]), {})
        self.assertEqual(Account._servers_of(["store@example.com"]), {"store@example.com": self.outgoing})
        self.outgoing.active = False
        self.assertEqual(Account._servers_of(["store@example.com"]), {})
        self.outgoing.active = True
        account.unlink()
        self.assertNotIn("store@example.com", self.ask(Account._name, "_addresses_with_server"))

    def test_servers_of_many_mails_cost_one_search(self):
        Account = self.env["erp.email.account"]
        Account.create([self.account | {"reply_address": f"{n}@example.com", "is_default": False} for n in range(5)])
        counts = []
        for number in (2, 5):
            addresses = [f"{n}@example.com" for n in range(number)]
            Account._servers_of(addresses)
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(len(Account._servers_of(addresses)), number)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_default_accounts(self):
        self.assertNotIn(self.user_employee.id, self.ask("erp.email.account", "_owners"))
        account = self.env["erp.email.account"].create(self.account)
        self.assertEqual(self.user_employee._default_email_account(), account)
        account.is_default = False
        self.assertFalse(self.user_employee._default_email_account())
        account.is_default = True
        account.unlink()
        self.assertNotIn(self.user_employee.id, self.ask("erp.email.account", "_owners"))

    def test_subject_prefixes(self):
        self.env["res.users"].search([("email_subject_prefix", "!=", False)]).email_subject_prefix = False
        self.assertFalse(self.ask("res.users", "_any_subject_prefix"))
        self.user_employee.email_subject_prefix = "[ERP]"
        self.assertTrue(self.ask("res.users", "_any_subject_prefix"))
        self.user_employee.email_subject_prefix = False
        self.assertFalse(self.ask("res.users", "_any_subject_prefix"))
        self.env["res.users"].create({"name": "New", "login": "new", "email_subject_prefix": "[ERP]"})
        self.assertTrue(self.ask("res.users", "_any_subject_prefix"))

    def test_phone_gateways(self):
        self.assertFalse(self.ask("mail.mail", "_any_phone_gateway"))
        for record in (self.env.company, self.outgoing):
            record.phone_gateway = "fax.example.com"
            self.assertTrue(self.ask("mail.mail", "_any_phone_gateway"))
            record.phone_gateway = False
            self.assertFalse(self.ask("mail.mail", "_any_phone_gateway"))
        self.env["ir.mail_server"].create({"name": "Fax", "smtp_host": "127.0.0.1", "phone_gateway": "fax.example.com"})
        self.assertTrue(self.ask("mail.mail", "_any_phone_gateway"))

    def test_sender_rules_of_a_server(self):
        self.assertEqual(self.outgoing._sender_policy().address(), "")
        self.outgoing.write({"sender_strategy": "fixed", "sender_address": "erp@example.com"})
        self.assertEqual(self.outgoing._sender_policy().address(), "erp@example.com")
        self.outgoing.sender_address = "other@example.com"
        self.assertEqual(self.outgoing._sender_policy().address(), "other@example.com")

    def test_tags_in_sent_mail(self):
        Type = self.env["erp.email.reference.type"]
        doctype = Type.search([("model", "=", "res.partner")])
        self.assertFalse(Type._tagging_type_id("res.partner"))
        doctype.tag_sent_mail = True
        self.assertEqual(Type._tagging_type_id("res.partner"), doctype.id)
