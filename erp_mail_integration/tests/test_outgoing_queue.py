from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .smtp_sink import smtp_sink
from .test_outgoing_sender import OutgoingCase


class QueueCase(OutgoingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mail_server = cls.Server.create({"name": "Server", "smtp_host": "127.0.0.1", "smtp_port": 9})
        cls.anna, cls.bob, cls.carl = cls.env["res.partner"].create(
            [{"name": name, "email": f"{name}@example.org"} for name in ("anna", "bob", "carl")]
        )

    def mail(self, **values):
        return self.env["mail.mail"].create(
            {"email_from": "a@mycompany.com", "subject": "Offer", "body_html": "<p>Hello</p>", **values}
        )

    def send(self, mail, sink):
        self.mail_server.smtp_port = sink.port
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            mail.send()
        self.env.cr.flush()  # as a commit does

    def recipients(self, sink):
        return sorted(address for mail in sink.mails for address in mail.recipients)


@tagged("post_install", "-at_install")
class TestRetry(QueueCase):
    def test_a_server_that_is_down_is_tried_again_and_the_mail_arrives(self):
        mail = self.mail(email_to="anna@example.org")
        with smtp_sink(self.env):
            self.mail_server.smtp_port = 9  # nobody listens
            for attempt in (1, 2):
                mail.send()
                self.assertEqual(mail.state, "exception")
                self.env.cr.flush()
                self.assertEqual((mail.state, mail.attempts), ("outgoing", attempt))
                self.assertGreater(mail.scheduled_date, fields.Datetime.now())
        self.assertIn("Nobody listens", mail.failure_explanation)
        with smtp_sink(self.env) as sink:
            self.send(mail, sink)
        self.assertEqual((mail.state, mail.failure_reason, len(sink.mails)), ("sent", False, 1))

    def test_a_temporary_reply_is_tried_again_and_a_permanent_one_is_not(self):
        for reply, state in (("451 4.3.0 later", "outgoing"), ("550 5.1.1 User unknown", "exception")):
            with self.subTest(reply), smtp_sink(self.env) as sink:
                sink.replies = [reply]
                mail = self.mail(email_to="anna@example.org")
                self.send(mail, sink)
                self.assertEqual((mail.state, sink.mails), (state, []))
        self.assertIn("does not exist", mail.failure_explanation)
        self.assertIn("Correct the address", mail.failure_next_step)

    def test_the_queue_waits_longer_each_time_and_gives_up(self):
        mail = self.mail(email_to="anna@example.org")
        delays = []
        with smtp_sink(self.env):
            while mail.state == "outgoing" and len(delays) < 50:
                before = fields.Datetime.now()
                mail.send()
                self.env.cr.flush()
                if mail.state == "outgoing":
                    delays.append(timedelta(minutes=round((mail.scheduled_date - before) / timedelta(minutes=1))))
        self.assertEqual(mail.state, "exception")
        self.assertEqual(delays, sorted(delays))
        self.assertLess(timedelta(days=4), sum(delays, timedelta()))
        mail.action_retry()
        self.assertEqual((mail.state, mail.attempts, mail.scheduled_date), ("outgoing", 0, False))

    def test_the_queue_leaves_a_waiting_mail_alone(self):
        mail = self.mail(email_to="anna@example.org")
        with smtp_sink(self.env) as sink:
            sink.replies = ["451 later"]
            self.send(mail, sink)
            self.env["mail.mail"].process_email_queue(email_ids=mail.ids)
            self.assertFalse(sink.mails)
            mail.scheduled_date = fields.Datetime.now() - timedelta(seconds=1)
            self.env["mail.mail"].process_email_queue(email_ids=mail.ids)
            self.assertEqual(len(sink.mails), 1)

    def test_another_attempt_leaves_out_who_has_it_already(self):
        for reply in ("451 later", "cut"):
            with self.subTest(reply), smtp_sink(self.env) as sink:
                mail = self.mail(
                    email_to="list@example.org", email_cc="copy@example.org",
                    recipient_ids=[(6, 0, (self.anna | self.bob | self.carl).ids)],
                )  # fmt: skip
                sink.replies = ["", "", "", reply]  # list + copy, anna; not bob
                try:
                    self.send(mail, sink)
                except Exception as error:
                    self.assertEqual((reply, type(error).__name__), ("cut", "SMTPServerDisconnected"))
                self.assertEqual((mail.state, mail.attempts), ("outgoing", 1))
                self.send(mail, sink)
                self.assertEqual(mail.state, "sent")
                self.assertEqual(
                    self.recipients(sink),
                    ["anna@example.org", "bob@example.org", "carl@example.org", "copy@example.org", "list@example.org"],
                )

    def test_the_document_shows_waiting_then_sent(self):
        document = self.env["res.partner"].create({"name": "Document"})
        with smtp_sink(self.env) as sink:
            self.mail_server.smtp_port = sink.port
            sink.replies = ["451 4.3.0 later"]
            with mute_logger("odoo.addons.mail.models.mail_mail"):
                message = document.message_post(
                    body="Hello", partner_ids=self.anna.ids, message_type="comment", subtype_xmlid="mail.mt_comment"
                )
            self.env.cr.flush()
            notification = message.notification_ids
            stored = self.env["erp.email"].search([("message_id", "=", message.message_id)])
            self.assertEqual((notification.notification_status, stored.delivery), ("ready", "waiting"))
            self.assertIn("4.3.0", stored.delivery_error)
            self.assertIn("4.3.0", notification.failure_reason)
            message.mail_ids.send()
            self.assertEqual((notification.notification_status, notification.failure_reason), ("sent", ""))
            self.env.cr.flush()
            self.assertEqual((stored.delivery, stored.delivery_error), ("sent", False))


@tagged("post_install", "-at_install")
class TestPhoneGateway(QueueCase):
    def setUp(self):
        super().setUp()
        self.env.company.write({"phone_gateway": "noreply@fax.example", "country_id": self.env.ref("base.ch").id})
        self.phone = self.env["res.partner"].create({"name": "Phone", "phone": "+41 (44) 111-2233"})
        self.wrong = self.env["res.partner"].create({"name": "Wrong", "phone": "+41 12"})

    def test_lists_may_mix_and_only_the_wrong_number_is_left_out(self):
        mail = self.mail(
            recipient_ids=[(6, 0, (self.anna | self.phone | self.wrong).ids)], email_to="044 222 33 44, b@x.org"
        )
        with smtp_sink(self.env) as sink:
            self.send(mail, sink)
        self.assertEqual(
            self.recipients(sink),
            ["41441112233@fax.example", "41442223344@fax.example", "anna@example.org", "b@x.org"],
        )
        self.assertEqual((mail.state, mail.failure_reason), ("sent", "These are no phone numbers: Wrong: +41 12"))

    def test_a_list_of_numbers_alone(self):
        with smtp_sink(self.env) as sink:
            self.send(self.mail(email_to="+41 44 111 22 33"), sink)
        self.assertEqual(self.recipients(sink), ["41441112233@fax.example"])

    def test_the_server_has_its_own_gateway_and_rule(self):
        self.mail_server.write({"phone_gateway": "sms.example", "phone_gateway_plus": "underscore"})
        with smtp_sink(self.env) as sink:
            self.send(self.mail(recipient_ids=[(6, 0, self.phone.ids)]), sink)
        self.assertEqual(self.recipients(sink), ["_41441112233@sms.example"])

    def test_without_a_gateway_nothing_changes(self):
        self.env.company.phone_gateway = False
        mail = self.mail(recipient_ids=[(6, 0, self.phone.ids)])
        with smtp_sink(self.env) as sink:
            self.send(mail, sink)
        self.assertEqual((mail.state, mail.failure_type, sink.mails), ("exception", "mail_email_invalid", []))

    def test_the_document_names_the_wrong_number(self):
        document = self.env["res.partner"].create({"name": "Document"})
        with smtp_sink(self.env) as sink:
            self.mail_server.smtp_port = sink.port
            document.message_post(
                body="Hello", partner_ids=(self.wrong | self.phone).ids, subtype_xmlid="mail.mt_comment"
            )
        self.assertEqual(self.recipients(sink), ["41441112233@fax.example"])
        self.assertIn("Wrong: +41 12", document.message_ids[0].body)

    def test_a_gateway_that_is_no_domain_is_refused(self):
        with self.assertRaises(ValidationError):
            self.env.company.phone_gateway = "fax gateway"
