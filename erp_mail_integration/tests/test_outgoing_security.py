from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .smtp_sink import smtp_sink
from .test_outgoing_users import UserCase

INJECTED = "x\r\nBcc: eve@evil.com\r\n\r\nHello"


@tagged("post_install", "-at_install")
class TestOutgoingSecurity(UserCase):
    """What a plain user, a portal user or an outsider tries with everything that sends (THREATS 5, 14)."""

    def setUp(self):
        super().setUp()
        self.portal = new_test_user(self.env, "portal", groups="base.group_portal", email="portal@example.com")
        self.outsiders = self.anna | self.portal

    def test_settings_and_tools_are_the_administrators(self):
        records = {
            "ir.config_parameter": self.env["ir.config_parameter"].search([], limit=1),
            "ir.mail_server": self.mail_server,
            "mail.alias.domain.former": self.env["mail.alias.domain.former"].create(
                {"alias_domain_id": self.domain.id, "kind": "catchall", "email": "old@mycompany.com"}
            ),
            "erp.email.probe": self.env["erp.email.probe"].create({"recipient": "catchall@mycompany.com"}),
            "erp.email.doctor": self.env["erp.email.doctor"].create({}),
            "erp.email.explain": self.env["erp.email.explain"].create({}),
            "erp.email.test": self.env["erp.email.test"].create({}),
        }
        for user in self.outsiders:
            for model, record in records.items():
                mine = record.with_user(user)
                for call in (
                    lambda mine=mine: mine.read(),
                    lambda mine=mine: mine.write({"create_date": False}),
                    lambda mine=mine: mine.unlink(),
                    lambda mine=mine: mine.create({}),
                    lambda mine=mine: mine.search_read([]),
                ):
                    with self.subTest(user=user.login, model=model), self.assertRaises(AccessError):
                        call()

    def test_no_button_of_an_administrator_works_for_others(self):
        doctor, explain = self.env["erp.email.doctor"].create({}), self.env["erp.email.explain"].create({})
        for user in self.outsiders:
            for record, method in (
                (doctor, "action_open"), (doctor, "action_examine"), (doctor, "action_send_probe"),
                (doctor, "action_send_test"), (explain, "action_send_test"),
            ):  # fmt: skip
                with self.subTest(user=user.login, method=method), self.assertRaises(AccessError):
                    getattr(record.with_user(user), method)()
        self.assertFalse(self.env["erp.email.probe"].search([]))

    def test_addresses_that_are_hard_to_guess_are_not_shown(self):
        self.bob.partner_id._get_reply_alias()
        for user in self.outsiders:
            with self.assertRaises(AccessError):
                self.bob.partner_id.with_user(user).read(["reply_alias_id"])
            self.assertNotIn("smtp_pass", self.env["ir.mail_server"].with_user(user).fields_get())

    def test_texts_are_the_template_editors(self):
        for xmlid in ("new_record", "test", "probe", "error_notice", "stored_mail"):
            template = self.env.ref(f"erp_mail_integration.mail_template_{xmlid}")
            for user in self.outsiders:
                with self.assertRaises(AccessError):
                    template.with_user(user).body_html = '<t t-out="object.env.cr"/>'

    def test_what_stands_in_a_document_is_text_not_a_template(self):
        doctype = self.env["erp.email.reference.type"].search([("model", "=", "res.partner")])
        self.env["erp.email.subscription"].with_user(self.anna).create({"type_id": doctype.id})
        name = '{{ object.env.cr }}<t t-out="1+1"/>'
        self.env["res.partner"].with_user(self.bob).create({"name": name})
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        self.assertEqual(mail.subject, f"New: {name}")
        self.assertIn("{{ object.env.cr }}&lt;t t-out=", mail.body_html)

    def test_no_field_of_a_user_adds_a_header_or_stops_a_mail(self):
        """Names, prefixes and servers' texts with line breaks: one mail to each recipient, nothing added."""
        self.anna.email_subject_prefix = INJECTED
        self.bob.name = f"Bob {INJECTED}"
        self.account(self.bob, name=INJECTED)
        self.mail_server.write({"sender_strategy": "fixed", "sender_address": "erp@mycompany.com"})
        self.mail_server.sender_via = INJECTED
        with smtp_sink(self.env) as sink:
            self.mail_server.smtp_port = sink.port
            self.document.with_user(self.bob).message_post(
                body="Hello", partner_ids=(self.anna.partner_id | self.customer).ids,
                message_type="comment", subtype_xmlid="mail.mt_comment",
            )  # fmt: skip
        received = sorted(address for mail in sink.mails for address in mail.recipients)
        self.assertEqual(received, ["anna@example.com", "carl@customer.example"])
        for mail in sink.mails:
            self.assertNotIn("Bcc", mail.message)
            self.assertEqual(len(mail.message.get_all("Subject")), 1)

    def test_a_personal_server_sends_for_its_owner_alone(self):
        """Whoever claims a colleague's address does not get the colleague's server with it."""
        account = self.account(self.anna)
        account.sudo().mail_server_id = self.server("Anna's own", owner_user_id=self.anna.id)
        self.document.with_user(self.bob).message_post(
            body="Pay", email_from="sales.anna@mycompany.com", partner_ids=self.customer.ids,
            message_type="comment", subtype_xmlid="mail.mt_comment",
        )  # fmt: skip
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        self.assertEqual(mail.email_from, "sales.anna@mycompany.com")
        self.assertFalse(mail.mail_server_id)

    def test_preferences_are_no_way_to_the_rows_of_others(self):
        """Odoo writes users' own records as superuser: the commands of a list must not inherit that."""
        account = self.account(self.anna)
        doctype = self.env["erp.email.reference.type"].search([], limit=1)
        subscription = self.env["erp.email.subscription"].with_user(self.anna).create({"type_id": doctype.id})
        bob = self.bob.with_user(self.bob)
        values = {"name": "x", "reply_address": "x@mycompany.com"}
        for name, row, fields in (
            ("email_account_ids", account, {"name": "Mine"}),
            ("email_subscription_ids", subscription, {"on_create": False}),
        ):
            for command in (
                (1, row.id, fields),
                (2, row.id),
                (3, row.id),
                (4, row.id),
                (1, row.id, {"user_id": bob.id}),
            ):
                with self.subTest(command=command), self.assertRaises(AccessError), self.env.cr.savepoint():
                    bob.write({name: [command]})
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            bob.write({"email_account_ids": [(0, 0, {**values, "mail_server_id": self.mail_server.id})]})
        bob.write({"email_account_ids": [(0, 0, {**values, "user_id": self.anna.id})]})
        self.assertEqual(self.bob.email_account_ids.reply_address, "x@mycompany.com", "one's own, whatever was asked")
        self.assertEqual(self.anna.email_account_ids, account)
        self.assertTrue(subscription.on_create)

    def test_nobody_hands_an_account_to_a_colleague(self):
        account = self.account(self.bob)
        for write in (
            account.write,
            lambda vals: self.bob.with_user(self.bob).write({"email_account_ids": [(1, account.id, vals)]}),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                write({"user_id": self.anna.id})
        self.assertEqual(account.user_id, self.bob)

    def test_nobody_takes_a_colleagues_account_in_the_composer(self):
        account = self.account(self.anna)
        values = {"model": "res.partner", "res_ids": str(self.document.ids), "body": "Pay"}
        with self.assertRaises(AccessError):
            composer = (
                self.env["mail.compose.message"]
                .with_user(self.bob)
                .create({**values, "erp_email_account_id": account.id})
            )
            composer.action_send_mail()
        self.assertFalse(self.env["mail.mail"].search([("email_from", "like", account.reply_address)]))

    def test_a_foreign_mail_while_a_probe_is_out(self):
        """Bytes beyond ASCII in a header stop neither the mail nor those behind it."""
        self.env["erp.email.probe"].create({"recipient": "catchall@mycompany.com"})
        raw = (
            b"From: carl@customer.example\r\nTo: x@mycompany.com\r\nSubject: Gr\xfc\xdfe\r\n"
            b"X-ERP-Mail-Probe: \xff\r\nMessage-ID: <8bit@customer.example>\r\n\r\nHello\r\n"
        )
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            record_id = self.env["mail.thread"].message_process("res.partner", raw)
        self.assertTrue(record_id)
