from email.message import EmailMessage

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import EmailCommon, mail

INTAKE_LOG = "odoo.addons.erp_mail_integration.models.erp_email_intake"


@tagged("post_install", "-at_install")
class TestEnvelope(EmailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.intake_mode = "envelope"
        cls.partners = cls.env["erp.email.reference.type"].search([("model", "=", "res.partner")])
        cls.acme = cls.env["res.partner"].create({"name": "Acme", "is_company": True})

    def envelope(self, subject, *inner, sender=None):
        message = EmailMessage()
        message["From"] = sender or self.user_employee.email
        message["To"] = "import@mycompany.example"
        message["Subject"] = subject
        message["Message-ID"] = "<envelope@mycompany.example>"
        message.set_content("see attached")
        for number, raw in enumerate(inner):
            message.add_attachment(raw, maintype="application", subtype="octet-stream", filename=f"{number}.eml")
        return message.as_bytes().replace(b"\n", b"\r\n")

    def inside(self, copy):
        return self.env["erp.email.copy"].search([("envelope_id", "=", copy.id)], order="id")

    def test_the_mails_inside_are_stored_and_the_envelope_is_not(self):
        copy = self.receive(self.envelope("For the ERP", mail("One"), mail("Two")))
        self.assertEqual(copy.state, "envelope")
        self.assertFalse(copy.email_id)
        self.assertEqual(self.inside(copy).email_id.mapped("subject"), ["One", "Two"])
        self.assertFalse(self.env["erp.email"].search([("subject", "=", "For the ERP")]))

    def test_envelopes_in_envelopes_are_opened(self):
        nested = self.envelope("> inner", mail("Deep"))
        self.assertEqual(
            self.inside(self.receive(self.envelope("> outer", nested))).email_id.mapped("subject"), ["Deep"]
        )

    def test_the_number_in_the_subject_is_the_record(self):
        self.server.envelope_type_id = self.partners
        copy = self.receive(self.envelope(f"> @E-mails #{self.acme.id} log file", mail("One")))
        link = self.inside(copy).email_id.link_ids
        self.assertEqual((link.res_model, link.res_id, link.state), ("res.partner", self.acme.id, "linked"))

    def test_a_name_in_the_subject_makes_a_record_of_that_type(self):
        copy = self.receive(self.envelope(f"> @E-mails  #{self.partners.name}  New Customer Ltd", mail("One")))
        link = self.inside(copy).email_id.link_ids.filtered(lambda link: link.rule == "create")
        self.assertEqual(link._record().name, "New Customer Ltd")

    def test_without_a_name_the_mailbox_decides(self):
        self.server.envelope_type_id = self.partners
        link = self.inside(self.receive(self.envelope("> Big Order", mail("One")))).email_id.link_ids
        self.assertEqual(link.filtered(lambda link: link.rule == "create")._record().name, "Big Order")

    def test_an_envelope_from_a_stranger_is_kept_and_explained(self):
        copy = self.receive(self.envelope("> x", mail("One"), sender="evil@stranger.example"))
        self.assertEqual(copy.state, "quarantined")
        self.assertIn("evil@stranger.example is none", copy.error)
        self.assertTrue(self.env["erp.email.store"]._read(copy))
        self.assertFalse(self.inside(copy))

    def test_an_envelope_without_a_mail_in_it_is_kept_and_explained(self):
        copy = self.receive(self.envelope("> x"))
        self.assertEqual(copy.state, "quarantined")
        self.assertIn("no mail attached", copy.error)

    @mute_logger(INTAKE_LOG)
    def test_a_number_that_nothing_has_loses_no_mail(self):
        raw = self.envelope("> #987654321 x", mail("One"))
        copy = self.receive(raw)
        self.assertEqual(copy.state, "failed")
        self.assertIn("no record with the number 987654321", copy.error)
        self.assertEqual(self.env["erp.email.store"]._read(copy)[copy.id], raw)

    @mute_logger(INTAKE_LOG)
    def test_opening_an_envelope_again_doubles_nothing(self):
        copy = self.receive(self.envelope("x", mail("One")))
        again = self.receive(self.envelope("x", mail("One")))
        self.assertEqual(self.inside(copy).email_id, self.inside(again).email_id)


@tagged("post_install", "-at_install")
class TestDropFolder(EmailCommon):
    def test_mail_in_the_folder_of_a_record_belongs_to_it(self):
        acme = self.env["res.partner"].create({"name": "Acme"})
        self.folder.write({"res_model": "res.partner", "res_id": acme.id})
        link = self.receive(mail()).email_id.link_ids.filtered(lambda link: link.rule == "folder")
        self.assertEqual(link._record(), acme)

    def test_mail_in_the_folder_of_a_type_makes_a_record_once(self):
        self.folder.type_id = self.env["erp.email.reference.type"].search([("model", "=", "res.partner")])
        self.assertEqual(self.folder.res_model, "res.partner")
        before = self.env["mail.mail"].search_count([])
        raw = mail("New Customer Ltd", From="carl@unknown.example")
        email = self.receive(raw).email_id
        link = email.link_ids.filtered(lambda link: link.rule == "create")
        self.assertEqual(link._record().name, "New Customer Ltd")
        self.receive(raw)
        self.assertEqual(len(email.link_ids.filtered(lambda link: link.rule == "create")), 1)
        self.assertEqual(self.env["mail.mail"].search_count([]), before, "nobody is notified")

    @mute_logger(INTAKE_LOG)
    def test_a_mail_that_the_folder_cannot_take_stays_and_says_why(self):
        self.folder.write({"res_model": "no.such.app", "after_fetch": "delete"})
        copy = self.receive(mail())
        copy.server_action = "delete"
        self.assertEqual(copy.state, "failed")
        self.assertIn("documents that are not there", copy.error)

        class Untouched:
            def select(self, path):
                raise AssertionError("the mail stays where it is")

        self.folder._settle(Untouched())
        self.assertEqual(copy.server_action, "delete")


@tagged("post_install", "-at_install")
class TestReconciliation(EmailCommon):
    """The same against a real server is in the end-to-end tests."""

    def test_every_difference_has_its_reason(self):
        copies = self.receive(*(mail(f"Order {number}") for number in range(4)))
        copies[1].state = "failed"
        copies[2].state = "skipped"
        uids = {int(copy.uid) for copy in copies}
        refused = max(uids) + 1
        old = 0
        self.folder.write({"refused": {str(refused): ["damaged", 1]}, "first_uid": min(uids)})
        self.server.first_contact = "new"
        self.assertEqual(self.folder._missing({old, *uids, refused, refused + 1}), {refused + 1})
        self.folder._write_result({old, *uids, refused}, 0)
        self.assertEqual(
            self.folder.reconciliation,
            "6 on the server = 2 stored + 1 failed + 1 not to be stored + 1 refused by the server"
            " + 1 older than the first contact",
        )
        self.assertFalse(self.folder.reconciled_well)
