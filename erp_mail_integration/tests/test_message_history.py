import base64
from datetime import date, datetime
from unittest.mock import patch

from odoo.tests import tagged

from ..mime import parse
from .common import EmailCommon, mail
from .smtp_sink import smtp_sink

NOON = datetime(2024, 3, 1, 12, 0)


@tagged("post_install", "-at_install")
class TestMessageHistory(EmailCommon):
    """Mail of the years before the add-on, taken from the chatter into the Email tabs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acme, cls.beta = cls.env["res.partner"].create(
            [{"name": "Acme", "email": "carl@acme.example"}, {"name": "Beta", "email": "bob@beta.example"}]
        )
        cls.env["mail.message"].search([]).write({"date": datetime(2020, 1, 1)})
        cls.run_ = cls.env["erp.email.backfill"].create(
            {"source": "messages", "date_from": date(2024, 1, 1), "date_to": date(2024, 12, 31)}
        )

    def message(self, record=None, message_type="email", to=None, status="sent", **values):
        """A message as an older Odoo left it.

        :param to: contacts that it was sent to by mail
        """
        record = record or self.acme
        message = self.env["mail.message"].create(
            {
                "model": record._name,
                "res_id": record.id,
                "message_type": message_type,
                "date": NOON,
                "email_from": "Carl Customer <carl@acme.example>",
                "author_id": False,
                "body": "<p>Hello</p>",
            }
            | values
        )
        for partner in to or ():
            self.env["mail.notification"].create(
                {
                    "mail_message_id": message.id,
                    "res_partner_id": partner.id,
                    "notification_type": "email",
                    "notification_status": status,
                }
            )
        return message

    def take_in(self, steps=2):
        self.run_.action_start()
        for _step in range(steps):
            with self.committing_env() as env:
                self.run_.with_env(env)._take_step()
        self.env.invalidate_all()
        return self.run_.copy_ids.email_id

    def tab(self, record):
        Email = self.env["erp.email"].with_user(self.env.ref("base.user_admin"))
        return Email.tab_page(record._name, record.id)["rows"]

    def test_received_mail_is_on_the_tab_with_its_date_people_and_attachments(self):
        image = self.env["ir.attachment"].create({"name": "logo.png", "datas": base64.b64encode(b"\x89PNG")})
        file = self.env["ir.attachment"].create({"name": "Maße.pdf", "raw": b"%PDF", "mimetype": "application/pdf"})
        self.message(
            subject="Maße",
            body=f'<p>See <img src="/web/image/{image.id}?access_token=x"/></p>',
            incoming_email_to='"Sales" <sales@mycompany.example>',
            incoming_email_cc="boss@acme.example",
            attachment_ids=[(6, 0, (image | file).ids)],
        )
        email = self.take_in()
        self.assertEqual((email.subject, email.date, email.direction), ("Maße", NOON, "in"))
        self.assertEqual(email.from_address, "carl@acme.example")
        self.assertEqual((email.to_text, email.cc_text), ('"Sales" <sales@mycompany.example>', "boss@acme.example"))
        self.assertEqual([row["id"] for row in self.tab(self.acme)], [email.id])
        parsed = parse(email._source())
        self.assertEqual([each.payload for each in parsed.attachments], [b"\x89PNG", b"%PDF"])
        self.assertIn(f"cid:{parsed.attachments[0].content_id}", parsed.html)
        self.assertEqual(email.link_ids.filtered(lambda link: link.rule == "gateway").res_id, self.acme.id)

    def test_the_bytes_that_the_gateway_kept_are_used(self):
        raw = mail("As it came", "It came\tso", Message_ID="<kept@acme.example>")
        original = self.env["ir.attachment"].create({"name": "original_email.eml", "raw": raw})
        self.message(message_id="<kept@acme.example>", attachment_ids=[(6, 0, original.ids)])
        self.assertEqual(self.take_in()._source(), raw)

    def test_sent_mail_has_its_recipients_and_what_became_of_it(self):
        sender = {"author_id": self.env.user.partner_id.id, "email_from": '"Ann" <ann@mycompany.example>'}
        self.message(self.acme, "comment", self.acme | self.beta, subject="Offer", **sender)
        self.message(self.beta, "email_outgoing", subject="Invoice", partner_ids=[(6, 0, self.beta.ids)], **sender)
        self.message(self.beta, "comment", self.beta, "bounce", body="<p>back</p>", **sender)
        emails = self.take_in().sorted("id")
        self.assertEqual(emails.mapped("subject"), ["Offer", "Invoice", "Re: Beta"])
        self.assertEqual(emails.mapped("direction"), ["out"] * 3)
        self.assertEqual(emails.mapped("delivery"), ["sent", "sent", "bounced"])
        people = emails[0].address_ids.filtered(lambda row: row.role == "to").mapped("address")
        self.assertEqual(people, ["carl@acme.example", "bob@beta.example"])
        self.assertEqual(emails[0].link_ids.filtered(lambda link: link.rule == "sent").res_id, self.acme.id)

    def test_a_bounce_of_mail_that_left_before_is_noted_on_it(self):
        ours = self.message(self.acme, "comment", self.acme, message_id="<out@odoo>")
        theirs = self.message(message_id="<in@acme.example>")
        emails = self.take_in()
        self.env["erp.email"]._record_bounce(["<out@odoo>", "<in@acme.example>"], "no such mailbox")
        delivery = {email.mail_message_id: email.delivery for email in emails}
        self.assertEqual(delivery, {ours: "bounced", theirs: False})

    def test_what_is_no_mail_of_a_document_is_left(self):
        self.message(message_type="comment")  # nobody got it by mail
        self.message(message_type="notification")
        self.message(message_type="user_notification", to=self.beta)
        self.message(message_type="comment", to=self.beta, status="ready")
        self.message(date=datetime(2025, 1, 1))
        self.message(date=datetime(2023, 12, 31, 23, 59))
        self.message(model=False, res_id=False)
        self.message(self.env["ir.cron"].search([], limit=1))
        last = self.message(date=datetime(2024, 12, 31, 23, 59))
        self.run_.action_estimate()
        self.assertEqual((self.run_.estimate, self.run_.known), (1, 0))
        self.assertEqual(self.take_in().mail_message_id, last)

    def test_one_mail_on_two_documents_is_one_mail(self):
        same = {"message_id": "<same@acme.example>", "subject": "Both"}
        self.message(self.acme, **same)
        self.message(self.beta, **same)
        self.run_.action_estimate()
        self.assertEqual(self.run_.estimate, 1)
        email = self.take_in()
        self.assertEqual(len(email), 1)
        self.assertEqual(self.tab(self.acme)[0]["id"], self.tab(self.beta)[0]["id"])
        self.assertEqual(self.run_.progress, 100)

    def test_nobody_is_notified_and_nothing_is_created(self):
        question = self.message()
        self.message(email_from="New Man <new@stranger.example>", parent_id=question.id, subject="Answer")
        before = [self.env[model].search_count([]) for model in ("mail.message", "mail.mail", "res.partner")]
        with smtp_sink(self.env) as sink:
            self.take_in()
        self.assertFalse(sink.mails)
        self.assertEqual(before, [self.env[m].search_count([]) for m in ("mail.message", "mail.mail", "res.partner")])

    def test_the_history_of_a_drop_folder_makes_no_documents(self):
        self.folder.res_model = "res.partner"
        history = self.run_.create({"server_id": self.server.id, "folder_id": self.folder.id})
        before = self.env["res.partner"].search_count([])
        with self.committing_env() as env:
            intake, folder = env["erp.email.intake"], self.folder.with_env(env)
            copies = intake._receive(folder.server_id, folder, [self.raw_mail(mail(From="x@new.example"))])
            copies.backfill_id = history.id
            intake._process_now(copies)
            self.assertEqual(copies.state, "stored")
        self.assertEqual(self.env["res.partner"].search_count([]), before)
        self.receive(mail("New", From="x@new.example"))
        self.assertEqual(self.env["res.partner"].search_count([]), before + 1, "a mail of today makes one")

    def test_a_second_run_adds_nothing(self):
        self.message(subject="One")
        self.message(self.beta, "comment", self.beta, subject="Two")
        self.take_in()
        again = self.run_.copy({"source": "messages", "date_from": False, "date_to": False})
        counts = [self.env[model].search_count([]) for model in ("erp.email", "erp.email.copy", "erp.email.link")]
        again.action_estimate()
        self.assertEqual((again.estimate, again.known), (2, 2))
        self.run_ = again
        self.assertFalse(self.take_in())
        self.assertEqual(
            counts, [self.env[model].search_count([]) for model in ("erp.email", "erp.email.copy", "erp.email.link")]
        )
        self.assertEqual(again.state, "done")

    def test_what_somebody_took_off_a_document_stays_off(self):
        self.message(subject="Private")
        email = self.take_in()
        email.link_ids.write({"state": "detached"})
        self.run_.write({"state": "draft", "last_uid": 0})
        self.take_in()
        self.assertFalse(self.tab(self.acme))

    def test_the_mail_itself_joins_when_it_comes_by_imap(self):
        self.message(subject="Order", message_id="<7@acme.example>", incoming_email_to="sales@mycompany.example")
        email = self.take_in()
        raw = mail("Order", "Hello", Message_ID="<7@acme.example>", Date="Fri, 01 Mar 2024 13:00:20 +0100")
        copy = self.receive(raw)
        self.assertEqual((copy.email_id, copy.state), (email, "duplicate"))
        self.assertEqual(self.env["erp.email.store"]._read(copy)[copy.id], raw, "no byte of it is dropped")
        self.assertEqual(len(self.tab(self.acme)), 1)

    def test_the_message_joins_the_mail_that_came_by_imap_before(self):
        raw = mail("Order", "Hello", Message_ID="<7@acme.example>", Date="Fri, 01 Mar 2024 13:00:00 +0100")
        email = self.receive(raw).email_id
        self.message(self.beta, subject="Order", message_id="<7@acme.example>")
        self.assertEqual(self.take_in(), email)
        self.assertEqual(email._source(), raw)
        self.assertEqual([row["id"] for row in self.tab(self.beta)], [email.id])
        self.run_.action_pause()
        self.run_.action_undo()
        self.assertTrue(email.exists(), "it is in a mailbox too")
        self.assertFalse(self.tab(self.beta), "but the run had put it here")

    def test_sent_mail_joins_its_copy_in_the_folder_of_sent_mail(self):
        ours = f"Ann <ann@{self.env.company.alias_domain_id.name}>"
        self.message(self.acme, "comment", self.acme, message_id="<8@odoo>", email_from=ours)
        email = self.take_in()
        copy = self.receive(mail("Re: Acme", "<layout> Hello", Message_ID="<8@odoo>", From=ours))
        self.assertEqual(copy.email_id, email)

    def test_another_mail_with_the_message_id_is_another_mail(self):
        self.message(subject="Scan", message_id="<scan@device>")
        self.message(self.beta, "comment", self.beta, message_id="<9@odoo>", email_from="ann@mycompany.example")
        self.take_in()
        later = mail("Scan", "Hello", Message_ID="<scan@device>")
        forged = mail("Scan", "Hello", Message_ID="<scan@device>", From="mallory@stranger.example")
        answer = mail("Ours?", "Hello", Message_ID="<9@odoo>", From="mallory@stranger.example")
        for raw in (later, forged, answer):
            with self.subTest(raw):
                email = self.receive(raw).email_id
                self.assertNotIn(email, self.run_.copy_ids.email_id)
                self.assertTrue(email.message_id_conflict)

    def test_a_run_is_paused_resumed_and_undone_as_a_whole(self):
        for number in range(5):
            self.message(subject=f"Order {number}")
        self.run_.per_run = 2
        self.run_.action_estimate()
        self.take_in(steps=1)
        self.run_.action_pause()
        self.assertEqual((self.run_.copy_count, self.run_.progress), (2, 40))
        emails = self.take_in(steps=3)
        self.assertEqual((len(emails), self.run_.state), (5, "done"))
        kept = emails[0].link_ids.filtered(lambda link: link.rule == "gateway")
        kept.user_id = self.env.user
        self.run_.action_undo()
        self.assertEqual(self.run_.copy_ids.email_id, kept.email_id, "somebody works with it")
        self.assertEqual(len(self.tab(self.acme)), 1)
        self.assertFalse(
            self.env["ir.attachment"].search([("res_model", "=", "erp.email"), ("res_id", "in", emails[1:].ids)])
        )

    def test_the_scheduled_action_goes_on_until_all_is_taken_in(self):
        self.message(subject="One")
        self.run_.action_start()
        for state in ("running", "done"):
            with self.committing_env() as env:
                env["erp.email.backfill"]._cron_step()
            self.env.invalidate_all()
            self.assertEqual((self.run_.state, self.run_.copy_count), (state, 1))

    def test_a_message_that_cannot_be_read_does_not_stop_the_others(self):
        self.message(subject="Good 1")
        bad = self.message(subject="Bad")
        self.message(subject="Good 2")
        intake = type(self.env["erp.email.intake"])
        join = intake._join_messages

        def failing(intake, copies):
            if bad in copies.mail_message_id:
                raise ValueError("bad")
            return join(intake, copies)

        with patch.object(intake, "_join_messages", failing), self.assertLogs("odoo", "WARNING"):
            emails = self.take_in()
        self.assertEqual(set(emails.mapped("subject")), {"Good 1", "Good 2"})
        failed = self.run_.copy_ids.filtered(lambda copy: copy.state == "failed")
        self.assertEqual(failed.error, "ValueError: bad")
        with self.committing_env() as env:
            failed.with_env(env).action_retry()
        self.env.invalidate_all()
        self.assertEqual(len(self.tab(self.acme)), 3)

    def test_the_number_of_queries_does_not_grow_with_the_messages(self):
        def queries(count):
            messages = self.env["mail.message"]
            for number in range(count):
                messages |= self.message(subject=f"{count}/{number}", to=self.beta)
            with self.committing_env() as env:
                intake = env["erp.email.intake"]
                env.invalidate_all()
                before = env.cr.sql_log_count
                copies = intake._receive_messages(messages.sudo().with_env(env))
                intake._store_batch(copies)
                env.flush_all()
                return env.cr.sql_log_count - before

        queries(2)
        few, many = queries(5), queries(50)
        self.assertLessEqual(many, few + 3)
