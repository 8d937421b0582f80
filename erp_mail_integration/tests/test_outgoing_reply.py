from email.message import EmailMessage
from email.utils import parseaddr

from odoo.tests import tagged

from .common import EmailCommon
from .smtp_sink import smtp_sink


def bare(to, sender="Carl <carl@customer.example>"):
    """An answer from a mail program that keeps nothing but the addresses."""
    message = EmailMessage()
    message["From"], message["To"] = sender, to
    message.set_content("Yes, please.")
    return message.as_bytes()


@tagged("post_install", "-at_install")
class TestReplyAddresses(EmailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.intake_mode = "gateway"
        cls.type = cls.env["erp.email.reference.type"].search([("model", "=", "res.partner")])
        cls.type.write({"reply_address": True, "post_to_chatter": True})
        cls.document = cls.env["res.partner"].create({"name": "Document"})
        cls.env["ir.mail_server"].search([]).active = False
        cls.outgoing = cls.env["ir.mail_server"].create({"name": "Out", "smtp_host": "127.0.0.1", "smtp_port": 9})

    def sent_reply_to(self, document):
        with smtp_sink(self.env) as sink:
            self.outgoing.smtp_port = sink.port
            document.with_user(self.user_employee).message_post(
                body="Shall we?", partner_ids=self.customer.ids, message_type="comment", subtype_xmlid="mail.mt_comment",
            )  # fmt: skip
        return str(sink.mails[0].message["Reply-To"])

    def setUp(self):
        super().setUp()
        self.customer = self.env["res.partner"].create({"name": "Carl", "email": "carl@customer.example"})

    def test_an_answer_without_any_header_lands_on_the_document(self):
        reply_to = parseaddr(self.sent_reply_to(self.document))[1]
        domain = self.env.company.alias_domain_id.name
        self.assertRegex(reply_to, rf"^reply\+c-{self.document.id:06d}\.[a-z2-7]{{8}}@{domain}$")
        copy = self.receive(bare(reply_to, sender="Somebody <stranger@elsewhere.example>"), route=True)
        link = copy.email_id.link_ids.filtered(
            lambda link: link.res_model == "res.partner" and link.res_id == self.document.id
        )
        self.assertEqual((link.rule, link.state), ("address", "linked"))
        self.assertIn("Yes, please", self.document.message_ids[0].body)

    def test_a_guessed_address_does_not(self):
        address = self.type._reply_address(self.document, self.env.company.alias_domain_id.name)
        other = self.env["res.partner"].create({"name": "Other"})
        guessed = address.replace(f"{self.document.id:06d}", f"{other.id:06d}")
        copy = self.receive(bare(guessed, sender="Eve <eve@evil.example>"), route=True)
        self.assertNotIn(
            "linked", copy.email_id.link_ids.filtered(lambda link: link.res_id == other.id).mapped("state")
        )
        self.assertNotIn("Yes, please", "".join(other.message_ids.mapped("body")))

    def test_types_without_the_option_keep_the_catchall_address(self):
        self.type.reply_address = False
        self.assertEqual(parseaddr(self.sent_reply_to(self.document))[1], self.env.company.catchall_email)

    def test_names_that_do_not_belong_into_an_address_are_replaced(self):
        self.type.reference_field = "name"
        for name, expected in (
            ("INV/2026/0001", f"c-{self.document.id:06d}."),
            ("A-17", "c-a-17."),
            ("a@b", f"c-{self.document.id:06d}."),
        ):
            self.document.name = name
            self.assertIn(expected, self.type._reply_address(self.document, "my.com"))

    def test_a_reply_address_is_no_contact(self):
        address = self.type._reply_address(self.document, self.env.company.alias_domain_id.name)
        foreign = self.type._reply_address(self.document, "elsewhere.example")
        self.assertEqual(self.env["mail.alias.domain"]._find_aliases([address, foreign]), [address])

    def test_an_answer_to_a_contacts_own_alias_lands_on_the_contact(self):
        self.outgoing.sender_strategy = "partner"
        with smtp_sink(self.env) as sink:
            self.outgoing.smtp_port = sink.port
            self.env["mail.mail"].create(
                {
                    "email_from": self.user_employee.email_formatted,
                    "email_to": "carl@customer.example",
                    "body_html": "Hi",
                }
            ).send()
        alias = parseaddr(str(sink.mails[0].message["From"]))[1]
        self.receive(bare(alias), route=True)
        self.assertIn("Yes, please", self.user_employee.partner_id.message_ids[0].body)

    def test_aliases_differ_and_go_with_their_contact(self):
        aliases = {self.env["res.partner"].create({"name": "Anna"})._get_reply_alias() for _each in range(20)}
        self.assertEqual(len(aliases), 20)
        self.customer._get_reply_alias()
        alias = self.customer.reply_alias_id
        self.customer.unlink()
        self.assertFalse(alias.exists())
