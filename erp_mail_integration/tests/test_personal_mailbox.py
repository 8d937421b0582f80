from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from .common import EmailCommon, mail


@tagged("post_install", "-at_install")
class TestPersonalMailbox(EmailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = new_test_user(cls.env, "anna", groups="base.group_user", email="anna@mycompany.example")
        cls.ben = new_test_user(cls.env, "ben", groups="base.group_user,base.group_partner_manager")
        cls.mailbox = (
            cls.env["fetchmail.server"].with_user(cls.anna).create({"name": "Anna", "server": "mail.example.com"})
        )
        cls.inbox = cls.env["fetchmail.folder"]._inbox(cls.mailbox.sudo())
        cls.inbox.uidvalidity = "1"
        cls.carl = cls.env["res.partner"].create({"name": "Carl", "email": "carl@acme.example"})

    def page(self, user, **options):
        Email = self.env["erp.email"].with_user(user)
        return Email.tab_page("res.partner", self.carl.id, **options)["rows"]

    def test_what_a_user_sets_up_is_an_archive_of_their_own(self):
        mailbox = self.mailbox.sudo()
        self.assertEqual(
            (mailbox.owner_id, mailbox.intake_mode, mailbox.pop_after_fetch), (self.anna, "archive", "keep")
        )

    def test_the_form_of_a_user_can_be_saved(self):
        view = "erp_mail_integration.fetchmail_server_view_form_personal"
        with Form(self.env["fetchmail.server"].with_user(self.anna), view) as form:
            form.name = "Second"
            form.server = "imap.example.com"
            form.is_ssl = True
            form.user = "anna"
            form.password = "secret"
        self.assertEqual(form.record.port, 993)
        self.assertEqual(form.record.sudo().password, "secret")

    def test_a_user_cannot_let_mail_create_records_or_give_it_to_others(self):
        model = self.env["ir.model"]._get_id("res.partner")
        for values in ({"object_id": model}, {"intake_mode": "gateway"}, {"owner_id": self.ben.id}, {"company_id": 1}):
            with self.subTest(values), self.assertRaises(AccessError):
                self.mailbox.write(values)
            with self.subTest(values, create=True), self.assertRaises(AccessError):
                self.mailbox.create({"name": "Mine"} | values)
        with self.assertRaises(AccessError):
            self.inbox.with_user(self.anna).write({"res_model": "res.partner"})
        with self.assertRaises(AccessError):
            self.inbox.with_user(self.anna).write({"last_uid": 0})

    def test_a_mailbox_is_its_owners(self):
        mailbox = self.mailbox.with_user(self.ben)
        self.assertNotIn(self.mailbox, mailbox.search([]))
        for action in (mailbox.button_confirm_login, mailbox.set_draft, mailbox.fetch_mail, mailbox.unlink):
            with self.subTest(action.__name__), self.assertRaises(AccessError):
                action()
        with self.assertRaises(AccessError):
            mailbox.write({"name": "x"})
        self.assertNotIn(self.server, self.server.with_user(self.anna).search([]), "nor are the company's theirs")

    def test_an_administrators_own_mailbox_is_an_archive_too(self):
        administrator = new_test_user(self.env, "root-of-all", groups="base.group_system", email="root@x.example")
        action = self.env["ir.actions.actions"]._for_xml_id("erp_mail_integration.fetchmail_server_action_personal")
        menu = safe_eval(action["context"], {"uid": administrator.id})
        for context in (administrator.with_user(administrator).action_add_mailbox()["context"], menu):
            server = self.env["fetchmail.server"].with_user(administrator).with_context(**context)
            with Form(server, "erp_mail_integration.fetchmail_server_view_form_personal") as form:
                form.name = "Mine"
                form.server = "imap.example.com"
                form.user = "root"
                form.password = "secret"
            mailbox = form.record
            self.assertEqual((mailbox.owner_id, mailbox.intake_mode), (administrator, "archive"))
            self.assertEqual((mailbox.port, mailbox.is_ssl, mailbox.pop_after_fetch), (993, True, "keep"))

    def test_an_administrator_manages_all_of_them(self):
        administrator = new_test_user(self.env, "root-of-all", groups="base.group_system")
        self.assertIn(self.mailbox, self.mailbox.with_user(administrator).search([]))

    def test_readers_of_the_document_see_the_mail_by_default(self):
        email = self.receive(mail(), folder=self.inbox).email_id
        self.assertEqual(email.link_ids.res_id, self.carl.id)
        self.assertEqual(self.page(self.ben)[0]["preview"], "Hello")
        email.with_user(self.ben)._check_readable()

    def test_headers_only(self):
        self.mailbox.visibility = "headers"
        email = self.receive(mail(body="secret plans"), folder=self.inbox).email_id
        (row,) = self.page(self.ben)
        self.assertEqual((row["subject"], row["preview"]), ("Order", ""))
        self.assertFalse(self.page(self.ben, search="secret"), "a hit would tell what the mail says")
        with self.assertRaises(AccessError):
            email.with_user(self.ben)._check_readable()
        with self.assertRaises(AccessError):
            email.with_user(self.ben).read(["body"])
        self.assertFalse(self.env["erp.email"].with_user(self.ben).search([("body", "like", "secret")]))
        email.with_user(self.anna)._check_readable()
        self.assertTrue(self.page(self.anna, search="secret"))

    def test_nobody_but_the_owner(self):
        self.mailbox.visibility = "owner"
        email = self.receive(mail(), folder=self.inbox).email_id
        self.assertFalse(self.page(self.ben))
        self.assertTrue(self.page(self.anna))
        with self.assertRaises(AccessError):
            email.with_user(self.ben).tab_open("res.partner", self.carl.id, email.id)

    def test_a_change_holds_for_the_mail_that_is_stored_already(self):
        email = self.receive(mail(), folder=self.inbox).email_id
        self.assertTrue(self.page(self.ben))
        self.mailbox.with_user(self.anna).visibility = "owner"
        self.assertFalse(self.page(self.ben))
        with self.assertRaises(AccessError):
            email.with_user(self.ben).read(["subject"])
        self.mailbox.with_user(self.anna).visibility = "linked"
        self.assertTrue(self.page(self.ben))

    def test_a_copy_in_an_open_mailbox_opens_the_mail(self):
        self.mailbox.visibility = "owner"
        raw = mail()
        email = self.receive(raw, folder=self.inbox).email_id
        self.assertEqual(email.visibility, "owner")
        self.receive(raw)
        self.assertEqual(email.visibility, "linked")
        self.assertTrue(self.page(self.ben))

    def test_a_removed_mailbox_opens_no_mail(self):
        self.mailbox.visibility = "owner"
        raw = mail()
        email = self.receive(raw, folder=self.inbox).email_id
        self.mailbox.unlink()
        ben = self.env["fetchmail.server"].with_user(self.ben).create({"name": "Ben", "visibility": "headers"})
        self.receive(raw, folder=self.env["fetchmail.folder"]._inbox(ben.sudo()))
        self.assertEqual((len(email.copy_ids), email.visibility), (2, "headers"))
        email.copy_ids.server_id.unlink()
        email._update_visibility()
        self.assertEqual(email.visibility, "headers")

    def test_mail_on_the_never_list_is_not_stored(self):
        self.mailbox.never_log = "doctor@example.com\n@bank.example\n"
        raws = (
            mail("Result", From="Dr. No <Doctor@Example.com>"),
            mail("Statement", To="x@y.example", Cc='"A, B" <me@bank.example>'),
            mail("Folded", From='"very\r\n long" <a@bank.example>'),
            mail("Order", From="carl@acme.example", body="doctor@example.com is fine in the text"),
        )
        mails = [self.raw_mail(raw) for raw in raws]
        self.inbox._take(mails)
        copies = self.env["erp.email.copy"].search([("folder_id", "=", self.inbox.id)], order="id")
        self.assertEqual(sorted(copies.mapped("state")), ["received", "skipped", "skipped", "skipped"])
        self.assertEqual(len(self.env["erp.email.store"]._read(copies)), 1, "only its hash is kept")
        self.inbox._take(mails)
        self.assertEqual(len(self.env["erp.email.copy"].search([("folder_id", "=", self.inbox.id)])), 4)
