from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import erp_email_outbox
from .common import EmailCommon
from .smtp_sink import smtp_sink

OUTBOX_LOGGER = "odoo.addons.erp_mail_integration.models.erp_email_outbox"


@tagged("post_install", "-at_install")
class TestSentMailBatch(EmailCommon):
    """What a transaction sends is stored when it is committed, all at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.mail_server"].search([]).active = False
        cls.outgoing = cls.env["ir.mail_server"].create({"name": "Out", "smtp_host": "127.0.0.1", "smtp_port": 9})

    def setUp(self):
        super().setUp()
        self.sink = self.enterContext(smtp_sink(self.env))
        self.outgoing.smtp_port = self.sink.port
        self.env.cr.flush()

    def send(self, *names, **values):
        """Send a mail about a new contact of each name, in one go."""
        documents = self.env["res.partner"].create([{"name": name} for name in names])
        mails = self.env["mail.mail"].create(
            [
                {
                    "subject": document.name,
                    "body_html": "<p>Your goods are on the way.</p>",
                    "email_from": "sales@mycompany.example",
                    "email_to": f'"{document.name}" <{document.name.lower()}@acme.example>',
                    "model": document._name,
                    "res_id": document.id,
                }
                | values
                for document in documents
            ]
        )
        self.env.cr.flush()
        mails.send()
        return documents

    def stored(self, *names):
        return self.env["erp.email"].search([("subject", "in", names)])

    def queries_of_commit(self):
        before = self.cr.sql_log_count
        self.env.cr.flush()
        return self.cr.sql_log_count - before

    def test_many_mails_are_stored_with_as_many_queries_as_two(self):
        self.send("Warm", "Up")
        self.env.cr.flush()
        counts = []
        for names in (("Anna", "Bob"), ("Carl", "Dora", "Emil", "Fritz", "Gerda", "Hans", "Ida", "Jan")):
            self.send(*names)
            self.env.flush_all()
            counts.append(self.queries_of_commit())
            self.assertEqual(len(self.stored(*names)), len(names))
        self.assertEqual(counts[0], counts[1])

    def test_sending_a_mail_costs_what_it_costs_without_being_stored(self):
        doctype = self.env["erp.email.reference.type"].search([("model", "=", "res.partner")])
        counts = []
        for kept in (True, False):
            doctype.active = kept
            self.send("Warm")
            self.env.cr.flush()
            before = self.cr.sql_log_count
            self.send("Anna", "Bob")
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
            self.env.cr.flush()
        self.assertEqual(counts[0], counts[1])

    def test_what_is_rolled_back_is_not_stored(self):
        with self.assertRaises(ValueError), self.env.cr.savepoint():
            self.send("Anna")
            raise ValueError("no")
        self.env.cr.flush()
        self.assertEqual(len(self.sink.mails), 1)
        self.assertFalse(self.stored("Anna"))

    def test_one_that_cannot_be_stored_does_not_take_the_others_along(self):
        store = type(self.env["erp.email.store"])._store

        def fail_for_bob(self, copies, raws):
            if any(b"bob@acme.example" in raw for raw in raws):
                raise OSError("disk full")
            return store(self, copies, raws)

        self.patch(self.env.registry["erp.email.store"], "_store", fail_for_bob)
        self.send("Anna", "Bob", "Carl")
        with self.assertLogs(OUTBOX_LOGGER, "ERROR") as logs:
            self.env.cr.flush()
        self.assertEqual(len(logs.output), 1)
        self.assertEqual(set(self.stored("Anna", "Bob", "Carl").mapped("subject")), {"Anna", "Carl"})

    def test_a_failure_to_store_does_not_undo_what_others_do_at_the_commit(self):
        def fail(*args, **kwargs):
            raise OSError("disk full")

        self.patch(self.env.registry["erp.email.store"], "_store", fail)
        document = self.send("Anna")
        self.env.cr.precommit.add(lambda: document.write({"comment": "Seen at the commit"}))
        with mute_logger(OUTBOX_LOGGER):
            self.env.cr.flush()
        document.invalidate_recordset()
        self.assertIn("Seen at the commit", document.comment)

    def test_a_failure_of_others_at_the_commit_is_not_swallowed(self):
        def refuse():
            raise ValueError("no")

        with self.assertRaises(ValueError):
            self.send("Anna")
            self.env.cr.precommit.add(refuse)
            self.env.cr.flush()

    def test_mail_that_would_fill_the_memory_does_not_wait_for_the_commit(self):
        with patch.object(erp_email_outbox, "BATCH_BYTES", 1000):
            self.send("Anna", body_html=f"<p>{'x' * 1000}</p>")
        self.assertTrue(self.stored("Anna"))

    def test_a_mail_whose_message_is_deleted_with_it_keeps_its_document(self):
        document = self.send("Anna", auto_delete=True)
        self.assertFalse(self.env["mail.message"].search([("subject", "=", "Anna")]))
        self.env.cr.flush()
        email = self.stored("Anna")
        link = email.link_ids.filtered(lambda link: link.res_id == document.id)
        self.assertEqual((link.rule, link.res_model), ("sent", "res.partner"))
        self.assertFalse(email.mail_message_id)

    def test_the_defaults_of_the_senders_context_are_not_those_of_the_stored_mail(self):
        self.env = self.env(context={**self.env.context, "default_subject": "Wrong", "default_state": "outgoing"})
        self.send("Anna")
        self.env.cr.flush()
        self.assertEqual(self.stored("Anna").delivery, "sent")

    def test_mail_in_the_same_conversation_sent_later_gets_its_state(self):
        """Two rows of the queue for one message, one refused: the mail is not delivered until that is tried again."""
        self.sink.replies = ["", "550 5.1.1 User unknown"]
        anna, bob = self.env["res.partner"].create(
            [{"name": "Anna", "email": "anna@acme.example"}, {"name": "Bob", "email": "bob@beta.example"}]
        )
        values = {"email_to": False, "message_id": "<one@mycompany.example>"}
        documents = self.env["res.partner"].create([{"name": "Acme"}])
        mails = self.env["mail.mail"].create(
            [
                {
                    "subject": "Acme",
                    "body_html": "<p>x</p>",
                    "email_from": "sales@mycompany.example",
                    "model": "res.partner",
                    "res_id": documents.id,
                    "recipient_ids": [(6, 0, partner.ids)],
                }
                | values
                for partner in (anna, bob)
            ]
        )
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            mails.send()
        self.env.cr.flush()
        email = self.stored("Acme")
        self.assertEqual(len(email), 1)
        self.assertEqual(email.delivery, "failed")
        self.assertIn("User unknown", email.delivery_error)
        self.assertLessEqual({"anna@acme.example", "bob@beta.example"}, set(email.address_ids.mapped("address")))
