from odoo.tests import tagged
from odoo.tests.common import new_test_user
from odoo.tools import mute_logger

from ..mime import parse
from .common import EmailCommon
from .smtp_sink import smtp_sink


@tagged("post_install", "-at_install")
class TestSentMail(EmailCommon):
    """Mail that Odoo sends about a document, through a real SMTP server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.mail_server"].search([]).active = False
        cls.outgoing = cls.env["ir.mail_server"].create({"name": "Out", "smtp_host": "127.0.0.1", "smtp_port": 9})
        cls.document, cls.anna, cls.bob = cls.env["res.partner"].create(
            [
                {"name": "Acme", "is_company": True},
                {"name": "Anna", "email": "anna@acme.example"},
                {"name": "Bob", "email": "bob@beta.example"},
            ]
        )
        cls.doctype = cls.env["erp.email.reference.type"].search([("model", "=", "res.partner")])

    def send(self, sink=None, **values):
        """Send a mail about the document.

        :param sink: None: nobody listens
        :return: the stored mails that it made
        """
        self.outgoing.smtp_port = sink.port if sink else 9
        before = self.env["erp.email"].search([])
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            self.document.message_post(
                **{"body": "Your goods are on the way.", "subject": "Delivery", "message_type": "comment"} | values
            )
            self.env.cr.flush()  # as a commit does
        return self.env["erp.email"].search([]) - before

    def test_a_mail_is_stored_as_it_left(self):
        with smtp_sink(self.env) as sink:
            email = self.send(sink, partner_ids=self.anna.ids)
        self.assertEqual(len(email), 1)
        self.assertEqual((email.direction, email.delivery), ("out", "sent"))
        stored, left = parse(email._source()), parse(sink.mails[0].content)
        for part in ("message_id", "from_", "to", "subject", "text", "html", "references"):
            self.assertEqual(getattr(stored, part), getattr(left, part), part)
        self.assertEqual(email.mail_message_id.model, "res.partner")

    def test_it_is_linked_to_its_document_and_its_recipients_with_the_reason(self):
        with smtp_sink(self.env) as sink:
            email = self.send(sink, partner_ids=(self.anna | self.bob).ids)
        links = {link.res_id: link.rule for link in email.link_ids}
        self.assertEqual(links[self.document.id], "sent")
        self.assertLessEqual({self.anna.id, self.bob.id}, set(links))

    def test_a_mail_to_many_is_one_mail_with_all_its_recipients(self):
        with smtp_sink(self.env) as sink:
            email = self.send(sink, partner_ids=(self.anna | self.bob).ids)
        self.assertEqual(len(sink.mails), 2)
        self.assertEqual(len(email), 1)
        recipients = email.address_ids.filtered(lambda address: address.role == "to")
        self.assertEqual(set(recipients.mapped("address")), {"anna@acme.example", "bob@beta.example"})
        self.assertFalse(email.message_id_conflict)

    def test_what_odoo_sends_in_several_mails_with_one_message_id_is_one_mail(self):
        colleague = new_test_user(
            self.env, "erp_colleague", email="colleague@shop.example", notification_type="email"
        ).partner_id
        with smtp_sink(self.env) as sink:
            email = self.send(sink, partner_ids=(self.anna | colleague).ids)
        self.assertEqual(len({mail.message["Message-Id"] for mail in sink.mails}), 1)
        self.assertNotEqual(sink.mails[0].content, sink.mails[1].content)
        self.assertEqual(len(email), 1)
        self.assertLessEqual({"anna@acme.example", "colleague@shop.example"}, set(email.address_ids.mapped("address")))

    def test_it_stays_when_the_queue_deletes_its_row(self):
        with smtp_sink(self.env) as sink:
            email = self.send(sink, partner_ids=self.anna.ids, mail_auto_delete=True)
        self.assertFalse(self.env["mail.mail"].search([("mail_message_id", "=", email.mail_message_id.id)]))
        self.assertTrue(email.exists())

    def test_a_mail_that_could_not_leave_is_stored_with_the_reason_and_sent_later(self):
        with smtp_sink(self.env) as sink:
            email = self.send(None, partner_ids=self.anna.ids)
            self.assertEqual((len(email), email.delivery), (1, "waiting"))
            self.assertTrue(email.delivery_error)
            self.assertFalse(sink.mails)
            self.outgoing.smtp_port = sink.port
            mail = self.env["mail.mail"].search([("mail_message_id", "=", email.mail_message_id.id)])
            mail.state = "outgoing"
            mail.send()
            self.env.cr.flush()
            self.assertEqual(len(sink.mails), 1)
        self.assertEqual((email.delivery, email.delivery_error), ("sent", False))

    def test_a_refused_recipient_shows_on_the_mail(self):
        with smtp_sink(self.env) as sink:
            sink.replies = ["550 5.1.1 User unknown"]
            email = self.send(sink, partner_ids=self.anna.ids)
        self.assertEqual(email.delivery, "failed")
        self.assertIn("User unknown", email.delivery_error)

    def test_the_subject_carries_the_tag_once_where_the_type_says_so(self):
        with smtp_sink(self.env) as sink:
            self.send(sink, partner_ids=self.anna.ids)
            self.assertNotIn("xtref", sink.mails[-1].message["Subject"])
            self.doctype.tag_sent_mail = True
            self.send(sink, partner_ids=self.anna.ids)
            tag = self.doctype._tag(self.document)
            self.assertEqual(sink.mails[-1].message["Subject"], f"Delivery {tag}")
            self.send(sink, partner_ids=self.anna.ids, subject=f"About {tag}")
            self.assertEqual(sink.mails[-1].message["Subject"], f"About {tag}")

    def test_mail_of_no_document_is_not_kept(self):
        with smtp_sink(self.env) as sink:
            self.outgoing.smtp_port = sink.port
            self.env["mail.mail"].create(
                {
                    "email_to": "anna@acme.example",
                    "email_from": "a@b.example",
                    "subject": "Reset your password",
                    "body_html": "x",
                }
            ).send()
            self.env.cr.flush()
            self.assertEqual(len(sink.mails), 1)
        self.assertFalse(self.env["erp.email"].search([("subject", "=", "Reset your password")]))

    def test_a_failure_to_store_does_not_stop_the_mail(self):
        def fail(*args, **kwargs):
            raise OSError("disk full")

        self.patch(self.env.registry["erp.email.store"], "_store", fail)
        with smtp_sink(self.env) as sink, mute_logger("odoo.addons.erp_mail_integration.models.erp_email_outbox"):
            self.assertFalse(self.send(sink, partner_ids=self.anna.ids))
            self.assertEqual(len(sink.mails), 1)

    def test_a_delivery_report_marks_the_mail_that_we_sent_and_no_other(self):
        with smtp_sink(self.env) as sink:
            email = self.send(sink, partner_ids=self.anna.ids)
        received = self.receive(b"From: x@y.example\r\nMessage-ID: <in@y.example>\r\nSubject: In\r\n\r\nx").email_id
        for message_id in (email.message_id, received.message_id, "<nobody@y.example>"):
            self.receive(bounce(message_id))
        self.assertEqual(email.delivery, "bounced")
        self.assertIn("mailbox is full", email.delivery_error)
        self.assertFalse(received.delivery)

    def test_an_answer_from_the_tab_is_one_mail_with_real_to_and_cc(self):
        incoming = self.receive(
            b"From: Anna <anna@acme.example>\r\nTo: sales@shop.example\r\nCc: bob@beta.example\r\n"
            b"Subject: Goods\r\nMessage-ID: <q1@acme.example>\r\n\r\nWhere are they?"
        ).email_id
        self.env.user.erp_email_program = "odoo"
        self.env["erp.email"]._link_by_hand(self.document, incoming)
        action = self.env["erp.email"].tab_compose("res.partner", self.document.id, "reply_all", incoming.id)["action"]
        composer = self.env["mail.compose.message"].with_context(**action["context"]).create({})
        composer.body = "<p>On the way.</p>" + composer.body
        with smtp_sink(self.env) as sink:
            self.outgoing.smtp_port = sink.port
            composer._action_send_mail()
            self.env.cr.flush()
            self.assertEqual(len(sink.mails), 1)
            left = sink.mails[0]
        self.assertIn("anna@acme.example", left.message["To"])
        self.assertIn("bob@beta.example", left.message["Cc"])
        self.assertEqual(sorted(left.recipients)[:2], ["anna@acme.example", "bob@beta.example"])
        self.assertEqual(left.message["In-Reply-To"], "<q1@acme.example>")
        self.assertIn("<q1@acme.example>", left.message["References"])
        stored = self.env["erp.email"].search([("message_id", "=", left.message["Message-Id"])])
        self.assertEqual((stored.direction, stored.thread_key), ("out", incoming.thread_key))
        self.assertIn(
            self.document.id, stored.link_ids.filtered(lambda link: link.res_model == "res.partner").mapped("res_id")
        )

    def test_the_mail_itself_goes_to_the_user_as_an_attachment(self):
        raw = b"From: anna@acme.example\r\nSubject: Goods\r\nMessage-ID: <q2@acme.example>\r\n\r\nWhere are they?"
        incoming = self.receive(raw).email_id
        self.env["erp.email"]._link_by_hand(self.document, incoming)
        self.env.user.email = "me@shop.example"
        self.env.ref("erp_mail_integration.mail_template_stored_mail").subject = "Here it is: {{ object.subject }}"
        with smtp_sink(self.env) as sink:
            self.outgoing.smtp_port = sink.port
            self.env["erp.email"].tab_compose("res.partner", self.document.id, "export", incoming.id)
            (left,) = sink.mails
        self.assertEqual(left.message["Subject"], "Here it is: Goods")
        self.assertEqual(left.recipients, ("me@shop.example",))
        attached = [part for part in left.message.walk() if part.get_content_type() == "message/rfc822"]
        self.assertEqual(attached[0].get_payload(0)["Message-ID"], "<q2@acme.example>")


def bounce(message_id):
    """A delivery status notification (RFC 3464) about a mail."""
    return f"""From: MAILER-DAEMON@acme.example
To: sales@shop.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-{abs(hash(message_id))}@acme.example>
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

The mailbox is full.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; acme.example

Final-Recipient: rfc822; anna@acme.example
Action: failed
Status: 5.2.2

--b
Content-Type: message/rfc822

Message-ID: {message_id}
Subject: Delivery

x
--b--
""".encode()
