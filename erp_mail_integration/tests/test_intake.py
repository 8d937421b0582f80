from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.erp_email_copy import MAX_ATTEMPTS
from .common import EmailCommon, mail

INTAKE_LOG = "odoo.addons.erp_mail_integration.models.erp_email_intake"


@tagged("post_install", "-at_install")
class TestIntake(EmailCommon):
    def test_mail_is_stored_byte_for_byte(self):
        raw = mail(body="\xe9 \r\n.\r\n" + "x" * 3000)
        copy = self.receive(raw)
        self.assertEqual(copy.state, "stored")
        self.assertEqual(self.env["erp.email.store"]._read(copy.email_id), {copy.email_id.id: raw})
        self.assertFalse(self.env["erp.email.store"]._read(copy), "the bytes are kept once")

    def test_two_copies_of_one_mail_are_one_email(self):
        raw = mail()
        other = self.server.copy({"name": "Anna"})
        inbox = self.env["fetchmail.folder"]._inbox(other)
        first = self.receive(raw)
        second = self.receive(b"Delivered-To: anna@mycompany.example\r\n" + raw, folder=inbox)
        self.assertEqual(second.email_id, first.email_id)
        self.assertEqual((first.state, second.state), ("stored", "duplicate"))
        self.assertIn("anna@mycompany.example", second.trace)
        self.assertFalse(self.env["erp.email.store"]._read(second))

    def test_two_copies_in_one_batch_are_one_email(self):
        raw = mail()
        copies = self.receive(raw, b"Delivered-To: anna@mycompany.example\r\n" + raw)
        self.assertEqual(len(copies.email_id), 1)
        self.assertEqual(copies.mapped("state"), ["stored", "duplicate"])

    def test_same_words_in_two_mails_are_two_emails(self):
        copies = self.receive(
            mail("Thanks", "Thanks", Message_ID="<1@acme.example>"),
            mail("Thanks", "Thanks", Message_ID="<2@acme.example>"),
        )
        self.assertEqual(len(copies.email_id), 2)
        self.assertFalse(any(copies.email_id.mapped("message_id_conflict")))

    def test_stolen_message_id_is_a_second_flagged_mail(self):
        stolen = self.receive(mail("Fake", "Pay me", Message_ID="<1@acme.example>"))
        real = self.receive(mail("Order", "Ten pieces", Message_ID="<1@acme.example>"))
        self.assertNotEqual(stolen.email_id, real.email_id)
        self.assertTrue(stolen.email_id.message_id_conflict)
        self.assertTrue(real.email_id.message_id_conflict)

    def test_stolen_message_id_in_one_batch_is_flagged(self):
        copies = self.receive(
            mail("Fake", "Pay me", Message_ID="<1@acme.example>"),
            mail("Order", "Ten pieces", Message_ID="<1@acme.example>"),
        )
        self.assertEqual(copies.email_id.mapped("message_id_conflict"), [True, True])

    def test_replies_share_the_conversation(self):
        question = self.receive(mail("Order", "How much?", Message_ID="<q@acme.example>"))
        answer, thanks = self.receive(
            mail("Re: Order", "Ten", Message_ID="<a@x.example>", In_Reply_To="<q@acme.example>"),
            mail("Re: Order", "Thanks", Message_ID="<t@x.example>", References="<q@acme.example> <a@x.example>"),
        )
        self.assertEqual({c.email_id.thread_key for c in (question, answer, thanks)}, {"<q@acme.example>"})

    def test_mail_from_an_internal_user_is_outgoing(self):
        copies = self.receive(mail(From=self.user_employee.email_formatted), mail("In"))
        self.assertEqual(copies.email_id.mapped("direction"), ["out", "in"])

    def test_names_of_recipients_are_decoded(self):
        to = "=?utf-8?b?VG9tw6Fz?= Rivera <tomas@mycompany.example>, Vogel, Petra <"
        email = self.receive(mail(To=to, Cc='"Lindqvist, Anna" <anna@mycompany.example>')).email_id
        self.assertTrue(email.to_text.startswith('"Tomás Rivera" <tomas@mycompany.example>'), email.to_text)
        self.assertEqual(email.cc_text, '"Lindqvist, Anna" <anna@mycompany.example>')

    def test_a_uid_is_taken_in_once(self):
        mails = [self.raw_mail(mail())]
        intake = self.env["erp.email.intake"]
        self.assertEqual(len(intake._receive(self.server, self.folder, mails)), 1)
        self.assertFalse(intake._receive(self.server, self.folder, mails))

    # ------------------------------------------------------------------ faults

    @mute_logger(INTAKE_LOG)
    def test_a_mail_that_fails_does_not_stop_the_others(self):
        Matcher = type(self.env["erp.email.matcher"])
        match = Matcher._match

        def failing_match(self, batch):
            if any(incoming.email.subject == "Poison" for incoming in batch):
                raise RuntimeError("an app fails on this one")
            return match(self, batch)

        raws = [mail("Poison")] + [mail(f"Order {number}") for number in range(49)]
        with patch.object(Matcher, "_match", failing_match):
            copies = self.receive(*raws)
        self.assertEqual(copies.mapped("state"), ["failed"] + ["stored"] * 49)
        self.assertIn("an app fails on this one", copies[0].error)
        self.assertEqual(self.env["erp.email.store"]._read(copies[0])[copies[0].id], raws[0])

        with self.committing_env() as env:
            copies[0].with_env(env).action_retry()
        self.env.invalidate_all()
        self.assertEqual(copies[0].state, "stored")
        self.assertEqual(copies[0].email_id.subject, "Poison")

    @mute_logger(INTAKE_LOG)
    def test_after_three_failures_a_mail_is_quarantined(self):
        with patch.object(type(self.env["erp.email.matcher"]), "_match", side_effect=RuntimeError):
            copy = self.receive(mail())
            for _attempt in range(MAX_ATTEMPTS + 2):
                with self.committing_env() as env:
                    env["erp.email.intake"]._process_pending()
        self.env.invalidate_all()
        self.assertEqual((copy.state, copy.attempts), ("quarantined", MAX_ATTEMPTS))

    def test_a_mail_that_kills_the_worker_waits_behind_the_others(self):
        """The attempt is committed before the mail is looked at, so the next worker knows the suspects."""
        died = []

        def killed(self, copies):
            if copies.filtered(lambda copy: copy.sha256 == killer):
                died.append(len(copies))
                raise KeyboardInterrupt  # not an Exception: nothing catches it, like a kill
            return store_batch(self, copies)

        Intake = type(self.env["erp.email.intake"])
        store_batch = Intake._store_batch
        mails = [self.raw_mail(mail(f"Order {number}")) for number in range(50)]
        with self.committing_env() as env:
            copies = env["erp.email.intake"]._receive(self.server.with_env(env), self.folder.with_env(env), mails)
            killer = copies[0].sha256
            env.cr.commit()
            copy_ids = copies.ids
        with patch.object(Intake, "_store_batch", killed):
            for _worker in range(MAX_ATTEMPTS + 1):
                with self.committing_env() as env:
                    try:
                        env["erp.email.intake"]._process_pending()
                    except KeyboardInterrupt:
                        env.cr.rollback()
        self.env.invalidate_all()
        copies = self.env["erp.email.copy"].browse(copy_ids)
        self.assertEqual(died[0], 50, "the first worker died with the whole batch")
        self.assertEqual(set(died[1:]), {1}, "later ones with the suspect alone")
        self.assertEqual(copies.mapped("state"), ["quarantined"] + ["stored"] * 49)

    def test_mail_of_an_interrupted_batch_keeps_its_order(self):
        """An answer that overtakes its question would start a document of its own."""
        order = []
        with self.committing_env() as env:
            intake, server, folder = env["erp.email.intake"], self.server.with_env(env), self.folder.with_env(env)
            question, suspect = intake._receive(
                server, folder, [self.raw_mail(mail("Question")), self.raw_mail(mail())]
            )
            question.attempts, suspect.attempts = 1, 2
            answer = intake._receive(server, folder, [self.raw_mail(mail("Answer"))])
            env.cr.commit()
            with patch.object(type(intake), "_process_safely", lambda self, copies: order.append(copies)):
                intake._process_pending()
            self.assertEqual(order, [question, answer, suspect])

    def test_a_mail_that_another_worker_took_meanwhile_is_left_to_it(self):
        with self.committing_env() as env:
            intake = env["erp.email.intake"]
            copies = intake._receive(
                self.server.with_env(env), self.folder.with_env(env), [self.raw_mail(mail())], route=True
            )
            with patch.object(type(intake), "_route", side_effect=AssertionError("routed twice")):
                intake._store_safely(copies)
                copies.state = "stored"
                intake._route_safely(copies)
            self.assertEqual(copies.state, "stored")

    def test_a_truncated_file_is_not_believed(self):
        """Odoo keeps a file that a full disk cut short and trusts it for ever; the next fetch must repair it."""
        Attachment = self.env["ir.attachment"]
        raw = mail(body="x" * 5000)
        checksum = Attachment._compute_checksum(raw)
        path = Attachment._full_path(f"{checksum[:2]}/{checksum}")
        Attachment._mark_for_gc(f"{checksum[:2]}/{checksum}")
        Attachment.create({"name": "seed", "raw": raw})
        with open(path, "r+b") as file:
            file.truncate(100)
        copy = self.receive(raw)
        self.assertEqual(self.env["erp.email.store"]._read(copy.email_id)[copy.email_id.id], raw)

    def test_nothing_is_in_the_ledger_when_the_bytes_cannot_be_written(self):
        with (
            patch("odoo.addons.base.models.ir_attachment.open", side_effect=OSError(28, "No space left"), create=True),
            mute_logger("odoo.addons.base.models.ir_attachment"),
            self.assertRaises(OSError),
            self.env.cr.savepoint(),
        ):
            self.env["erp.email.intake"]._receive(self.server, self.folder, [self.raw_mail(mail("Full disk"))])
        self.assertFalse(self.env["erp.email.copy"].search([("server_id", "=", self.server.id)]))

    # ------------------------------------------------------------------ speed

    def test_a_batch_takes_a_constant_number_of_queries(self):
        counts = []
        for size in (10, 100):
            raws = [mail(f"Order {size} {number}", From=f"p{number}@acme.example") for number in range(size)]
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.receive(*raws)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1], counts[0] * 1.5, counts)
