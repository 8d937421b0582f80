from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.erp_email_copy import MAX_ATTEMPTS
from .common import EmailCommon, mail

INTAKE_LOG = "odoo.addons.erp_mail_integration.models.erp_email_intake"
GATEWAY_LOGS = ("odoo.addons.mail.models.mail_thread", "odoo.addons.erp_mail_integration.models.mail_thread")


@tagged("post_install", "-at_install")
class TestGateway(EmailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.intake_mode = "gateway"
        cls.server.object_id = cls.env["ir.model"]._get("res.partner")
        cls.record = cls.env["res.partner"].create({"name": "Acme"})

    @mute_logger(*GATEWAY_LOGS)
    def test_mail_creates_a_record_and_is_linked_to_it(self):
        copy = self.receive(mail("New contact", Message_ID="<new@acme.example>"), route=True)
        record = self.env["res.partner"].search([("name", "=", "New contact")])
        link = copy.email_id.link_ids.filtered(lambda link: link.res_id == record.id)
        self.assertEqual((link.res_model, link.rule, link.state), ("res.partner", "create", "linked"))
        self.assertEqual(copy.email_id.mail_message_id.res_id, record.id)
        self.assertEqual((copy.state, copy.email_id.state), ("stored", "linked"))

    @mute_logger(*GATEWAY_LOGS)
    def test_reply_reaches_the_chatter_and_is_linked(self):
        message = self.record.message_post(body="Hello", subtype_xmlid="mail.mt_comment")
        copy = self.receive(mail("Re: Hello", In_Reply_To=message.message_id), route=True)
        self.assertEqual(copy.email_id.mail_message_id.res_id, self.record.id)
        link = copy.email_id.link_ids.filtered(lambda link: link.res_id == self.record.id)
        self.assertEqual(link.state, "linked")

    @mute_logger(*GATEWAY_LOGS)
    def test_a_second_copy_is_not_routed_again(self):
        raw = mail("Once", Message_ID="<once@acme.example>")
        self.receive(raw, route=True)
        copy = self.receive(b"Delivered-To: anna@mycompany.example\r\n" + raw, route=True)
        self.assertEqual(copy.state, "duplicate")
        self.assertEqual(self.env["res.partner"].search_count([("name", "=", "Once")]), 1)

    @mute_logger(*GATEWAY_LOGS)
    def test_a_copy_in_a_gateway_mailbox_is_routed_after_one_in_an_archive(self):
        raw = mail("Archived first", Message_ID="<first@acme.example>")
        archived = self.receive(raw)
        routed = self.receive(b"Delivered-To: sales@mycompany.example\r\n" + raw, route=True)
        self.assertEqual(routed.email_id, archived.email_id)
        self.assertEqual(routed.state, "duplicate")
        self.assertEqual(self.env["res.partner"].search_count([("name", "=", "Archived first")]), 1)

    @mute_logger(*GATEWAY_LOGS)
    def test_mail_without_a_route_is_kept(self):
        self.server.object_id = False
        copy = self.receive(mail("For nobody", To="nobody@mycompany.example"), route=True)
        self.assertEqual(copy.state, "stored")
        self.assertFalse(copy.email_id.mail_message_id)

    @mute_logger(INTAKE_LOG, *GATEWAY_LOGS)
    def test_an_app_that_fails_loses_nothing_and_can_be_retried(self):
        Partner = type(self.env["res.partner"])
        message_new = Partner.message_new

        def failing_message_new(self, msg_dict, custom_values=None):
            self.create({"name": "Half done"})
            if msg_dict["subject"] == "One":
                raise RuntimeError("an app fails on this one")
            return message_new(self, msg_dict, custom_values)

        with patch.object(Partner, "message_new", failing_message_new):
            failing, fine = self.receive(mail("One"), mail("Two"), route=True)
        self.assertEqual((failing.state, fine.state), ("failed", "stored"))
        self.assertIn("an app fails on this one", failing.error)
        self.assertEqual(failing.email_id.subject, "One", "stored all the same, and visible")
        self.assertEqual(self.env["res.partner"].search_count([("name", "=", "Half done")]), 1, "rolled back")

        with self.committing_env() as env:
            failing.with_env(env).action_retry()
        self.env.invalidate_all()
        self.assertEqual(failing.state, "stored")
        self.assertEqual(self.env["res.partner"].search_count([("name", "=", "One")]), 1)

    @mute_logger(INTAKE_LOG, *GATEWAY_LOGS)
    def test_the_sender_is_told_once_of_a_mail_that_an_alias_cannot_take(self):
        domain = self.env["mail.alias.domain"].search([], limit=1)
        alias = self.env["mail.alias"].create(
            {
                "alias_name": "orders-here",
                "alias_domain_id": domain.id,
                "alias_model_id": self.env["ir.model"]._get_id("res.partner"),
            }
        )
        with (
            patch.object(type(self.env["res.partner"]), "message_new", side_effect=RuntimeError("an app fails")),
            patch.object(type(self.env["mail.thread"]), "_routing_create_bounce_email") as bounce,
        ):
            copy = self.receive(mail("Order", To=alias.alias_full_name), route=True)
            for _attempt in range(MAX_ATTEMPTS):
                with self.committing_env() as env:
                    env["erp.email.intake"]._process_pending()
        self.env.invalidate_all()
        self.assertEqual(copy.state, "quarantined")
        self.assertEqual(bounce.call_count, 1)

    @mute_logger(*GATEWAY_LOGS)
    def test_archive_mail_touches_no_record(self):
        before = self.env["mail.message"].search_count([])
        self.receive(mail("Quiet"))
        self.assertEqual(self.env["mail.message"].search_count([]), before)
        self.assertFalse(self.env["res.partner"].search([("name", "=", "Quiet")]))
