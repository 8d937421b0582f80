import io
import zipfile
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import file_open

from ..wizards import erp_email_working
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

    def outlook(self, name):
        with file_open(f"erp_mail_integration/tests/files/{name}", "rb") as file:
            return name, file.read()

    def on(self, wizard, method, user=None):
        """Press a button of the wizard."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            action = getattr(wizard.with_env(self.env(cr=cr, user=(user or self.anna).id)), method)()
        self.env.invalidate_all()
        return action

    def test_outlooks_directory_addresses_are_asked_for_once(self):
        ines, tom = self.env["res.partner"].create(
            [{"name": "Ines", "email": "ines@heron.example"}, {"name": "Tom", "email": "tom@ferry.example"}]
        )
        minutes = self.outlook("exchange_addresses.msg")
        wizard, action = self.upload(minutes, ("order.eml", mail()))
        self.assertEqual((wizard.state, action["res_model"]), ("ask", "erp.email.upload"))
        self.assertEqual(wizard.stored_count, 1, "the other mail does not wait")
        self.assertEqual(wizard.question_ids.mapped("name"), ["Ines Roth", "Tom Ferry"])
        for question, partner in zip(wizard.question_ids, (ines, tom), strict=True):
            question.partner_id = partner
        self.on(wizard, "action_answer")
        self.assertEqual(wizard.state, "done")
        email = wizard.line_ids[0].email_id
        self.assertEqual((email.subject, email.from_address), ("Minutes of the yard meeting", "ines@heron.example"))
        self.assertIn("tom@ferry.example", email.cc_text)
        self.assertLessEqual(set(ines.ids + tom.ids), set(email.link_ids.mapped("res_id")))
        again, action = self.upload(minutes)
        self.assertEqual((again.state, again.question_ids.ids), ("done", []), "remembered")
        self.assertEqual((action["res_model"], action["res_id"]), ("erp.email", email.id))

    def test_who_is_not_known_to_the_user_either_stands_with_the_name(self):
        wizard, _action = self.upload(self.outlook("exchange_addresses.msg"))
        self.on(wizard, "action_answer")
        email = wizard.line_ids.email_id
        self.assertEqual((wizard.state, email.from_name, email.from_address), ("done", "Ines Roth", False))

    def test_winmail_dat_gives_its_text_and_its_files(self):
        wizard, _action = self.upload(self.outlook("winmail.dat"))
        email = wizard.line_ids.email_id
        self.assertIn("The drawing is attached.", email.body)
        self.assertEqual([each["name"] for each in email.attachment_info], ["drawing.txt"])

    def test_many_mails_are_taken_in_portions_with_progress(self):
        acme = self.env["res.partner"].create({"name": "Acme"})
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            for number in range(50):
                file.writestr(f"{number}.eml", mail(f"Order {number}"))
        with patch.object(erp_email_working, "SECONDS", 0):
            wizard, action = self.upload(("all.zip", archive.getvalue()), res_model="res.partner", res_id=acme.id)
            self.assertEqual((wizard.state, wizard.progress, action["res_id"]), ("working", 40, wizard.id))
            self.assertFalse(self.on(wizard, "work"))
            self.assertEqual((wizard.state, wizard.progress, wizard.stored_count), ("working", 80, 40))
        with self.committing_env() as env:
            env["erp.email.intake"]._process_pending()  # the scheduled action comes in between
        self.assertFalse(self.on(wizard, "work"))
        self.assertEqual((wizard.state, wizard.progress, wizard.stored_count), ("done", 100, 50))
        links = self.env["erp.email.link"].search([("res_id", "=", acme.id), ("rule", "=", "manual")])
        self.assertEqual(len(links), 50)

    def test_nothing_chosen(self):
        with self.assertRaises(UserError):
            self.upload()
