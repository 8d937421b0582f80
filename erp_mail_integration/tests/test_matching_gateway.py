from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import EmailCommon, mail

LOGS = (
    "odoo.addons.mail.models.mail_thread",
    "odoo.addons.erp_mail_integration.models.mail_thread",
    "odoo.addons.erp_mail_integration.models.erp_email_error_notice",
    "odoo.addons.mail.models.mail_mail",
)


@tagged("post_install", "-at_install")
class TestMatchingGateway(EmailCommon):
    """What trust, limits and notices make of mail that goes through Odoo's gateway."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.write(
            {
                "intake_mode": "gateway",
                "company_id": False,
                "contact_policy": "never",
                "user": f"all@{cls.alias_domain}",
            }
        )
        cls.contact_type = cls.env["erp.email.reference.type"].search([("model", "=", "res.partner")])
        cls.contact_type.post_to_chatter = True
        cls.customer = cls.env["res.partner"].create({"name": "Customer", "email": "customer@acme.example"})
        cls.outsider = cls.env["res.partner"].create({"name": "Outsider", "email": "outsider@else.example"})
        cls.document = cls.env["res.partner"].create({"name": "Document"})
        cls.document.message_subscribe((cls.customer | cls.outsider | cls.partner_employee).ids)
        cls.tag = cls.contact_type._tag(cls.document)
        cls._create_portal_user()
        cls.document.message_subscribe(cls.partner_portal.ids)
        cls.notice = cls.env.ref("erp_mail_integration.mail_template_error_notice")

    @mute_logger(*LOGS)
    def gateway(self, *raws):
        with self.mock_mail_gateway():
            copies = self.receive(*raws, route=True)
        self.assertEqual(set(copies.mapped("state")), {"stored"}, copies.mapped("error"))
        return copies.email_id

    def created_by(self, email):
        return email.link_ids.filtered(lambda link: link.rule == "create")._record()

    def posted(self):
        return self.document.message_ids.filtered(lambda message: message.message_type == "email")

    # ------------------------------------------------------------------ references as routes

    def test_a_participants_tag_posts_once_and_notifies(self):
        before = self.document.message_ids
        email = self.gateway(mail(f"Re: {self.tag}", "Thanks", From="customer@acme.example"))
        message = self.document.message_ids - before
        self.assertEqual(len(message), 1)
        self.assertIn("Thanks", message.body)
        self.assertEqual(message.author_id, self.customer)
        self.assertEqual(email.mail_message_id, message)
        self.assertIn(self.outsider, message.notified_partner_ids)

    def test_a_strangers_tag_reaches_nobody(self):
        before = self.document.message_ids
        email = self.gateway(mail(f"Re: {self.tag}", From="x@stranger.example"))
        self.assertEqual(self.document.message_ids, before)
        self.assertNotSentEmail()
        self.assertEqual(email.state, "suggested")

    def test_a_thousandth_of_the_answer_does_not_tell_whether_a_document_exists(self):
        """The same mail about a document that is there and one that is not: the same silence (THREATS 1)."""
        self.server.error_notice_template_id = self.notice
        to = f"nobody@{self.alias_domain}"
        sent = []
        for index, tag in enumerate((self.tag, "[xtref:C-99999999]")):
            self.gateway(mail(f"Re: {tag}", From=f"x{index}@stranger.example", To=to))
            sent.append(self._new_mails.mapped("body_html"))
        self.assertEqual([len(bodies) for bodies in sent], [1, 1])

    def test_kept_as_internal_note_and_turned_into_a_mail(self):
        self.contact_type.untrusted = "note"
        before = self.document.message_ids
        body = (
            "--b\r\n\r\nLet me in\r\n--b\r\nContent-Type: text/plain\r\n"
            'Content-Disposition: attachment; filename="passport.txt"\r\n\r\nI am the owner\r\n--b--'
        )
        headers = {"From": "x@stranger.example", "Content_Type": 'multipart/mixed; boundary="b"'}
        email = self.gateway(mail(f"Re: {self.tag}", body, **headers))
        note = self.document.message_ids - before
        self.assertEqual(len(note), 1)
        self.assertTrue(note.is_internal)
        self.assertFalse(note.author_id)
        self.assertFalse(note.notified_partner_ids)
        self.assertNotSentEmail()
        visible = self.env["mail.message"].with_user(self.user_portal).search([("id", "=", note.id)])
        self.assertFalse(visible, "not in the portal")
        self.assertIn("Let me in", note.body)
        self.assertFalse(note.attachment_ids, "who reads the document in the portal could open them")
        link = email.link_ids
        self.assertTrue(link.internal)
        with self.mock_mail_gateway():
            link.with_user(self.env.ref("base.user_admin")).action_turn_into_mail()
        message = self.document.message_ids - before - note
        self.assertFalse(message.is_internal)
        self.assertIn(self.customer, message.notified_partner_ids)
        self.assertEqual(message.attachment_ids.mapped("name"), ["passport.txt"])
        self.assertEqual(message.attachment_ids.raw.strip(), b"I am the owner")
        self.assertFalse(link.internal)
        self.assertEqual(link.user_id, self.env.ref("base.user_admin"))

    def test_the_ticket_trick(self):
        """A service's verification mail, sent to the address of a document that the attacker follows (THREATS 6)."""
        self.contact_type.write({"trust": "anyone", "address_prefix": "issue"})
        to = f"issue-{self.document.id}@{self.alias_domain}"
        email = self.gateway(mail("Your code is 1234", "1234", From="no-reply@service.example", To=to))
        self.assertTrue(email.link_ids.internal)
        self.assertNotSentEmail()
        self.assertTrue(all(message.is_internal for message in self.posted() if "1234" in message.body))

    # ------------------------------------------------------------------ in whose name

    def test_an_unauthenticated_employee_creates_nothing_in_their_name(self):
        self.server.object_id = self.env["ir.model"]._get("res.partner")
        email = self.gateway(mail("New one", From=self.user_employee.email_formatted))
        record = self.created_by(email)
        self.assertTrue(record)
        self.assertNotEqual(record.create_uid, self.user_employee)

    def test_an_authenticated_employee_does(self):
        self.server.write({"object_id": self.env["ir.model"]._get("res.partner").id, "authserv_id": "mx.own.example"})
        domain = self.user_employee.email.rpartition("@")[2]
        raw = mail("New one", From=self.user_employee.email_formatted)
        results = f"Authentication-Results: mx.own.example; dmarc=pass header.from={domain}\r\n".encode()
        email = self.gateway(results + raw)
        record = self.created_by(email)
        self.assertEqual(record.create_uid, self.user_employee)
        self.assertEqual(email.authentication["verdict"], "pass")

    def test_only_the_own_servers_verdict_counts(self):
        """A forged header above or below the real one, or of another server (THREATS 3)."""
        self.server.authserv_id = "mx.own.example"
        sender = self.customer.email
        real = "Authentication-Results: mx.own.example; dmarc=fail header.from=acme.example\r\n"
        forged = "Authentication-Results: mx.evil.example; dmarc=pass header.from=acme.example\r\n"
        hop = "Received: from evil by mx.own.example; Fri, 20 Nov 2026 10:00:00 +0000\r\n"
        below = "Authentication-Results: mx.own.example; dmarc=pass header.from=acme.example\r\n"
        cases = [
            ("failed", real, "fail", "suggested"),
            ("forged above", forged + real, "fail", "suggested"),
            ("forged below", real + hop + below, "fail", "suggested"),
            ("forged only", forged, None, "linked"),
            ("passed", real.replace("fail", "pass"), "pass", "linked"),
        ]
        for index, (name, headers, verdict, state) in enumerate(cases):
            with self.subTest(name):
                email = self.gateway(headers.encode() + mail(f"{index} {self.tag}", From=sender))
                self.assertEqual((email.authentication or {}).get("verdict"), verdict)
                link = email.link_ids.filtered(lambda link: link.rule == "tag_subject")
                self.assertEqual(link.state, state)

    def test_a_failed_sender_is_not_the_author(self):
        self.server.write({"object_id": self.env["ir.model"]._get("res.partner").id, "authserv_id": "mx.own.example"})
        failed = b"Authentication-Results: mx.own.example; dmarc=fail header.from=acme.example\r\n"
        email = self.gateway(failed + mail("Hello", From="customer@acme.example"))
        self.assertTrue(email.mail_message_id)
        self.assertFalse(email.mail_message_id.author_id)

    def test_from_that_names_two_is_nobody(self):
        self.server.object_id = self.env["ir.model"]._get("res.partner")
        for index, sender in enumerate(
            ("customer@acme.example, x@stranger.example", "customer@acme.example <x@stranger.example>")
        ):
            email = self.gateway(mail(f"Hello {index}", From=sender))
            message = email.mail_message_id
            self.assertNotEqual(message.author_id, self.customer, sender)
            self.assertEqual(index == 1, "<x@stranger.example>" in message.email_from, "the real address, or nobody's")

    # ------------------------------------------------------------------ creation

    def test_creation_with_the_mailboxs_defaults(self):
        self.server.write(
            {"object_id": self.env["ir.model"]._get("res.partner").id, "create_defaults": "{'ref': 'by mail'}"}
        )
        self.server.create_user_id = self.user_employee
        email = self.gateway(mail("Created", From="x@stranger.example"))
        record = self.created_by(email)
        self.assertEqual((record.user_id, record.ref), (self.user_employee, "by mail"))

    def test_creation_by_folder_and_by_rule_and_only_without_a_document(self):
        self.folder.write({"res_model": "res.partner", "create_defaults": "{'ref': 'folder'}"})
        created = self.gateway(mail("By folder", From="x@stranger.example"))
        self.assertEqual(self.created_by(created).ref, "folder")
        rule = self.env["erp.email.rule"].create(
            {
                "name": "Web shop",
                "action": "create",
                "type_id": self.contact_type.id,
                "create_defaults": "{'ref': 'rule'}",
                "condition_ids": [(0, 0, {"subject": "subject", "operator": "contains", "value": "shop"})],
            }
        )
        rule.action_activate()
        created = self.gateway(mail("By shop", From="x@stranger.example"))
        self.assertEqual(self.created_by(created).ref, "rule")
        before = self.env["res.partner"].search_count([])
        self.gateway(mail(f"shop {self.tag}", From="customer@acme.example"))
        self.assertEqual(self.env["res.partner"].search_count([]), before)

    # ------------------------------------------------------------------ limits

    def test_over_the_limit_is_held_and_can_be_released(self):
        self.env["ir.config_parameter"].set_param("mail.incoming.limit.period", "60")
        self.env["ir.config_parameter"].set_param("mail.incoming.limit.alias", "5")
        self.server.object_id = self.env["ir.model"]._get("res.partner")
        emails = self.gateway(*(mail(f"Again {index}", From="loop@robot.example") for index in range(7)))
        self.assertEqual(emails.mapped("state").count("held"), 2)
        self.assertEqual(self.env["res.partner"].search_count([("email_normalized", "=", "loop@robot.example")]), 5)
        self.assertNotSentEmail()
        held = emails.filtered(lambda email: email.state == "held")
        self.assertIn("loop@robot.example", held[0].held_reason)
        with self.mock_mail_gateway(), mute_logger(*LOGS):
            held[0].with_user(self.env.ref("base.user_admin")).queue_release()
        self.assertEqual(held[0].state, "linked")
        self.assertTrue(held[0].routed)
        self.assertEqual(self.env["res.partner"].search_count([("email_normalized", "=", "loop@robot.example")]), 6)

    def test_without_limits_odoos_own_hold_too(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", "2")
        emails = self.gateway(*(mail(f"{self.tag} {i}", From="customer@acme.example") for i in range(4)))
        self.assertEqual(emails.mapped("state").count("held"), 2)
        self.assertEqual(len(emails), 4, "none is dropped")

    # ------------------------------------------------------------------ notices

    def notices(self):
        return self._new_mails.filtered(lambda sent: "Auto-Submitted" in (sent.headers or ""))

    def test_notice_for_a_recipient_that_nobody_has(self):
        to = f"nobody@{self.alias_domain}"
        self.gateway(mail("No template", To=to))
        self.assertFalse(self._new_mails, "no template, no notice")
        self.notice.email_from = "{{ 'post' + '.office' }}@mycompany.example"
        self.server.error_notice_template_id = self.notice
        email = self.gateway(mail("Where are you?", To=to, From="Joe <joe@else.example>"))
        notice = self.notices()
        self.assertEqual(len(notice), 1)
        self.assertEqual((notice.email_to, notice.state), ("joe@else.example", "outgoing"))
        self.assertEqual(notice.email_from, "post.office@mycompany.example", "placeholders of the template count")
        self.assertIn("Where are you?", notice.subject)
        self.assertIn("auto-replied", notice.headers)
        self.assertIn(email.message_id, notice.headers)
        self.assertEqual(email.state, "unassociated")

    def test_mail_straight_to_catchall_is_treated_the_same_way(self):
        self.server.error_notice_template_id = self.notice
        email = self.gateway(mail("Catch", To=f"{self.alias_catchall}@{self.alias_domain}"))
        self.assertEqual(len(self.notices()), 1)
        self.assertEqual(len(self._new_mails), 1, "and no bounce of Odoo's beside it")
        self.assertEqual(email.state, "unassociated")

    def test_known_recipients_get_no_notice_for_their_writers(self):
        self.server.error_notice_template_id = self.notice
        self.contact_type.address_prefix = "issue"
        for index, to in enumerate(
            (
                f"all@{self.alias_domain}",
                self.user_employee.email,
                f"nobody@{self.alias_domain}, all@{self.alias_domain}",
                f"issue-99999999@{self.alias_domain}",
                "elsewhere@else.example",
            )
        ):
            self.gateway(mail(f"To {index}", To=to, From=f"joe{index}@else.example"))
            self.assertFalse(self._new_mails, to)

    def test_who_must_not_be_answered(self):
        """RFC 3834 section 2: no automatic mail, no list, no null path, not ourselves, nobody who is forged."""
        self.server.write({"error_notice_template_id": self.notice.id, "authserv_id": "mx.own.example"})
        failed = "mx.own.example; dmarc=fail header.from=else.example"
        cases = [
            {"Auto-Submitted": "auto-replied"},
            {"Auto-Submitted": "auto-generated"},
            {"Precedence": "bulk"},
            {"Precedence": "junk"},
            {"Precedence": "list"},
            {"List-Id": "<list.else.example>"},
            {"X-Auto-Response-Suppress": "All"},
            {"Return-Path": "<>"},
            {"From": "MAILER-DAEMON@else.example"},
            {"From": f"anybody@{self.alias_domain}"},
            {"From": "a@else.example, b@else.example"},
            {"Authentication-Results": failed},
        ]
        for index, headers in enumerate(cases):
            with self.subTest(headers):
                values = {"To": f"nobody@{self.alias_domain}", "From": f"joe{index}@else.example"} | headers
                self.gateway(mail(f"Robot {index}", **values))
                self.assertFalse(self._new_mails)

    def test_a_thousand_mails_of_ten_senders_get_ten_notices(self):
        self.server.error_notice_template_id = self.notice
        raws = [
            mail(f"Spam {index}", To=f"nobody{index}@{self.alias_domain}", From=f"victim{index % 10}@else.example")
            for index in range(100)
        ]
        self.gateway(*raws)
        self.assertEqual(len(self.notices()), 10)
        self.assertEqual(set(self.notices().mapped("email_to")), {f"victim{index}@else.example" for index in range(10)})

    def test_all_together_have_a_cap(self):
        self.env["ir.config_parameter"].set_param("erp_mail_integration.notice_hourly_cap", "3")
        self.server.error_notice_template_id = self.notice
        self.gateway(*(mail(f"S{i}", To=f"nobody@{self.alias_domain}", From=f"v{i}@else.example") for i in range(6)))
        self.assertEqual(len(self.notices()), 3)

    def test_notice_has_no_envelope_sender(self):
        """RFC 3834 section 3.3: nothing can answer it. A server with a FROM filter would refuse to send it so."""
        self.server.error_notice_template_id = self.notice
        self.gateway(mail("Null", To=f"nobody@{self.alias_domain}", From="joe@else.example"))
        notice = self.env["mail.mail"].search([("email_to", "=", "joe@else.example")])
        outgoing = self.env["ir.mail_server"].create({"name": "Open", "smtp_host": "localhost"})
        filtered = outgoing.copy({"name": "Filtered", "from_filter": self.alias_domain})
        for server, sender in ((outgoing, ""), (filtered, self.env.company.bounce_email)):
            sent = notice.copy({"mail_server_id": server.id, "state": "outgoing", "headers": notice.headers})
            with self.mock_smtplib_connection():
                sent.send()
            self.assertEqual([message["smtp_from"] for message in self.emails], [sender])

    def test_two_auto_responders_stop(self):
        """They drop References and Auto-Submitted, and answer each notice (THREATS 12)."""
        self.server.error_notice_template_id = self.notice
        to = f"nobody@{self.alias_domain}"
        emails = self.gateway(*(mail(f"Out of office {i}", To=to, From="robot@else.example") for i in range(30)))
        self.assertEqual(len(emails), 30)
        self.assertLessEqual(len(self.notices()), 2)

    def test_a_delivery_report_counts_if_it_names_a_mail_that_was_sent_there(self):
        """Anybody can write one, about a mail that never was or about somebody else's (THREATS 13)."""
        with self.mock_mail_gateway():
            message = self.document.message_post(
                body="Your boat is ready",
                partner_ids=self.customer.ids,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
            elsewhere = self.document.message_post(body="A note", message_type="comment")
        for index, (message_id, bounces) in enumerate(
            (("<never-sent@else.example>", 0), (elsewhere.message_id, 0), (message.message_id, 1))
        ):
            report = (
                "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n"
                "\r\nReporting-MTA: dns; acme.example\r\n\r\nFinal-Recipient: rfc822; customer@acme.example\r\n"
                "Action: failed\r\nStatus: 5.1.1\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
                f"Message-ID: {message_id}\r\n--b--"
            )
            email = self.gateway(
                mail(
                    f"Undelivered {index}",
                    report,
                    From="MAILER-DAEMON@acme.example",
                    To=f"{self.alias_bounce}@{self.alias_domain}",
                    Content_Type='multipart/report; report-type=delivery-status; boundary="b"',
                )
            )
            self.assertEqual(self.customer.message_bounce, bounces, message_id)
            self.assertTrue(email.exists(), "stored all the same")
