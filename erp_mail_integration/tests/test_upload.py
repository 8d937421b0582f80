import io
import zipfile

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import EmailCommon, mail
from .test_envelope import TestEnvelope


@tagged("post_install", "-at_install")
class TestUpload(EmailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = new_test_user(cls.env, "anna", groups="base.group_user,base.group_partner_manager")
        cls.ben = new_test_user(cls.env, "ben", groups="base.group_user")

    def upload(self, *files, user=None, **values):
        """Upload files, (name, content) each; return the wizard and the action it ends with."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = self.env(cr=cr, user=(user or self.anna).id)
            attachments = env["ir.attachment"].create([{"name": name, "raw": content} for name, content in files])
            wizard = env["erp.email.upload"].create({"file_ids": [(6, 0, attachments.ids)]} | values)
            action = wizard.action_import()
            wizard_id = wizard.id
        self.env.invalidate_all()
        return self.env["erp.email.upload"].browse(wizard_id), action

    def test_one_mail_is_stored_and_opened(self):
        wizard, action = self.upload(("order.eml", mail("Order")))
        email = wizard.line_ids.email_id
        self.assertEqual((action["res_model"], action["res_id"]), ("erp.email", email.id))
        self.assertEqual((email.subject, wizard.line_ids.state), ("Order", "stored"))

    def test_who_uploaded_a_mail_reads_it_and_others_do_not(self):
        email = self.upload(("order.eml", mail("Order", From="x@nobody.example")))[0].line_ids.email_id
        email.with_user(self.anna)._check_readable()
        self.assertEqual(email.with_user(self.anna).read(["subject"])[0]["subject"], "Order")
        with self.assertRaises(AccessError):
            email.with_user(self.ben)._check_readable()
        with self.assertRaises(AccessError):
            email.with_user(self.ben).read(["subject"])

    def test_a_mailbox_file_and_an_archive_give_all_their_mails(self):
        mbox = b"".join(
            b"From a@b Fri Nov 20 10:00:00 2026\n" + mail(f"Box {number}").replace(b"\r\n", b"\n") + b"\n"
            for number in range(3)
        )
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("one.eml", mail("Zip"))
            file.writestr("readme.bin", b"\0\1\2")
        wizard, _action = self.upload(("old.mbox", mbox), ("mails.zip", archive.getvalue()))
        self.assertEqual(wizard.line_ids.email_id.mapped("subject"), ["Box 0", "Box 1", "Box 2", "Zip"])
        self.assertEqual(wizard.line_ids.filtered("problem").mapped("problem"), ["This is no mail."])
        self.assertEqual((wizard.stored_count, wizard.problem_count), (4, 1))

    def test_a_mail_that_is_there_already_is_not_doubled(self):
        raw = mail("Order")
        first = self.receive(raw).email_id
        wizard, _action = self.upload(("order.eml", raw))
        self.assertEqual((wizard.line_ids.email_id, wizard.line_ids.state), (first, "duplicate"))

    def test_mails_uploaded_on_a_document_are_linked_to_it(self):
        acme = self.env["res.partner"].create({"name": "Acme"})
        wizard, _action = self.upload(("order.eml", mail()), res_model="res.partner", res_id=acme.id)
        link = wizard.line_ids.email_id.link_ids.filtered(lambda link: link.res_id == acme.id)
        self.assertEqual((link.rule, link.user_id), ("manual", self.anna))

    def test_no_document_is_reached_that_the_user_may_not_change(self):
        acme = self.env["res.partner"].create({"name": "Acme"})
        with self.assertRaises(AccessError):
            self.upload(("order.eml", mail()), user=self.ben, res_model="res.partner", res_id=acme.id)

    def test_a_damaged_outlook_file_says_so_and_is_kept(self):
        damaged = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
        wizard, _action = self.upload(("bad.msg", damaged), ("good.eml", mail()))
        line = wizard.line_ids.filtered("problem")
        self.assertIn("Damaged", line.problem)
        self.assertTrue(line.original)
        self.assertEqual(wizard.stored_count, 1)

    def test_envelopes_give_the_mails_in_them(self):
        raw = TestEnvelope.envelope(self, "> x", mail("One"), mail("Two"), sender="me@private.example")
        wizard, _action = self.upload(("envelope.eml", raw), envelope=True)
        self.assertEqual(wizard.line_ids.email_id.mapped("subject"), ["One", "Two"])

    def test_nothing_chosen(self):
        with self.assertRaises(UserError):
            self.upload()
