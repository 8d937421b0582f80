from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tests.common import new_test_user

from .common import EmailCommon, mail


@tagged("post_install", "-at_install")
class TestAccess(EmailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(cls.env, "erp_email_user", groups="base.group_user")
        cls.portal = new_test_user(cls.env, "erp_email_portal", groups="base.group_portal")
        cls.manager = new_test_user(cls.env, "erp_email_manager", groups="erp_mail_integration.group_email_manager")
        cls.open_contact, cls.secret_contact = cls.env["res.partner"].create(
            [{"name": "Open"}, {"name": "Secret", "company_id": cls.env["res.company"].create({"name": "Other"}).id}]
        )

    def _linked(self, *records, state="linked"):
        email = self.receive(mail(f"Mail {records}{state}")).email_id
        self.env["erp.email.link"].create(
            [
                {
                    "email_id": email.id,
                    "res_model": record._name,
                    "res_id": record.id,
                    "date": email.date,
                    "rule": "manual",
                    "state": state,
                }
                for record in records
            ]
        )
        return email

    def assertReadable(self, email, user, readable):
        emails = self.env["erp.email"].with_user(user)
        self.assertEqual(emails.search([("id", "=", email.id)]).ids, email.ids * readable)
        self.assertEqual(emails.search_count([("id", "=", email.id)]), int(readable))
        self.assertEqual(emails._read_group([("id", "=", email.id)], [], ["__count"])[0][0], int(readable))
        if readable:
            self.assertTrue(email.with_user(user).read(["subject", "body"]))
        else:
            for field in ("subject", "body", "raw"):
                with self.assertRaises(AccessError):
                    email.with_user(user).read([field])

    def test_mail_is_readable_through_a_readable_document(self):
        email = self._linked(self.open_contact)
        self.assertReadable(email, self.user, True)
        self.assertReadable(email, self.manager, True)

    def test_mail_of_a_hidden_document_is_hidden(self):
        email = self._linked(self.secret_contact)
        self.assertReadable(email, self.user, False)
        self.assertReadable(email, self.manager, True)

    def test_one_readable_document_is_enough_and_the_other_link_stays_hidden(self):
        email = self._linked(self.open_contact, self.secret_contact)
        self.assertReadable(email, self.user, True)
        links = self.env["erp.email.link"].with_user(self.user).search([("email_id", "=", email.id)])
        self.assertEqual(links.mapped("res_id"), self.open_contact.ids)

    def test_a_suggestion_opens_nothing(self):
        self.assertReadable(self._linked(self.open_contact, state="suggested"), self.user, False)
        self.assertReadable(self._linked(self.open_contact, state="detached"), self.user, False)

    def test_unlinked_mail_is_for_managers_only(self):
        email = self._linked()
        self.assertReadable(email, self.user, False)
        self.assertReadable(email, self.manager, True)

    def test_the_owner_of_a_mailbox_reads_its_mail(self):
        self.server.owner_id = self.user
        email = self._linked()
        self.assertReadable(email, self.user, True)

    def test_portal_users_read_nothing(self):
        email = self._linked(self.portal.partner_id)
        for model in ("erp.email", "erp.email.link", "erp.email.address", "erp.email.copy"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.portal).search([])
        with self.assertRaises(AccessError):
            email.with_user(self.portal).read(["subject"])

    def test_attachments_follow_the_mail(self):
        email = self._linked(self.secret_contact)
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", "erp.email"), ("res_id", "=", email.id), ("res_field", "=", "raw")]
        )
        self.assertTrue(attachment)
        with self.assertRaises(AccessError):
            attachment.with_user(self.user).read(["raw"])

    def test_users_write_nothing_directly(self):
        email = self._linked(self.open_contact)
        for records in (email, email.link_ids, email.copy_ids, email.address_ids):
            with self.assertRaises(AccessError):
                records.with_user(self.user).write({"create_date": "2020-01-01"})
            with self.assertRaises(AccessError):
                records.with_user(self.user).unlink()
