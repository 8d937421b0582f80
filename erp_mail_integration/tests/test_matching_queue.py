from ast import literal_eval

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import new_test_user

from .matching_common import MatchingCommon


@tagged("post_install", "-at_install")
class TestMatchingQueue(MatchingCommon):
    """What people do with mail that waits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "mail_manager",
            groups="base.group_user,base.group_partner_manager,erp_mail_integration.group_email_manager",
        )

    def setUp(self):
        super().setUp()
        self.email = self.deliver(self.mail(subject=self.tag(self.deco), sender="x@stranger.example"))
        self.managed = self.email.with_user(self.manager)

    def test_counts(self):
        before = self.managed.queue_counts()
        self.deliver(self.mail(sender="y@stranger.example"))
        after = self.managed.queue_counts()
        self.assertEqual(after["unassociated"], before["unassociated"] + 1)
        self.assertEqual(after["suggested"], before["suggested"])
        self.assertGreaterEqual(after["suggested"], 1)

    def test_a_linked_mail_with_an_open_suggestion_waits_too(self):
        before = self.managed.queue_counts()["suggested"]
        email = self.deliver(self.mail(subject=self.tag(self.deco)))
        self.assertEqual(email.state, "linked")
        self.assertEqual(self.managed.queue_counts()["suggested"], before + 1)

    def test_accept_and_undo(self):
        snapshot = self.managed.queue_accept()
        self.assertEqual(self.links(self.email), {(self.deco, "tag_subject")})
        self.assertEqual(self.email.link_ids.user_id, self.manager)
        self.assertEqual(self.email.state, "linked")
        self.managed.queue_undo(snapshot)
        self.assertEqual(self.links(self.email, "suggested"), {(self.deco, "tag_subject")})
        self.assertEqual(self.email.state, "suggested")

    def test_one_of_several_suggestions(self):
        email = self.deliver(
            self.mail(subject=f"{self.tag(self.deco)} {self.tag(self.azure)}", sender="x@stranger.example")
        )
        link = email.link_ids.filtered(lambda link: link._record() == self.azure)
        email.with_user(self.manager).queue_accept([link.id])
        self.assertEqual(self.links(email), {(self.azure, "tag_subject")})
        self.assertEqual(self.links(email, "suggested"), {(self.deco, "tag_subject")})

    def test_the_form_answers_each_suggestion(self):
        email = self.deliver(
            self.mail(subject=f"{self.tag(self.deco)} {self.tag(self.azure)}", sender="x@stranger.example")
        )
        link = email.link_ids.filtered(lambda link: link._record() == self.azure)
        link.with_user(self.manager).action_accept()
        self.assertEqual(self.links(email), {(self.azure, "tag_subject")})
        (email.link_ids - link).with_user(self.manager).action_reject()
        self.assertEqual(self.links(email, "detached"), {(self.deco, "tag_subject")})

    def test_reject_is_final(self):
        self.managed.queue_reject()
        self.assertEqual(self.email.state, "unassociated")
        self.email._match_again()
        self.assertEqual(self.links(self.email, "detached"), {(self.deco, "tag_subject")})

    def test_link_by_hand_and_undo(self):
        snapshot = self.managed.queue_link("res.partner", self.azure.id)
        self.assertEqual(self.links(self.email), {(self.azure, "manual")})
        self.managed.queue_undo(snapshot)
        self.assertFalse(self.links(self.email))

    def test_a_suggested_document_that_is_chosen_by_hand_keeps_its_reason(self):
        snapshot = self.managed.queue_link("res.partner", self.deco.id)
        self.assertEqual(self.links(self.email), {(self.deco, "tag_subject")})
        self.assertEqual(self.email.link_ids.user_id, self.manager)
        self.managed.queue_undo(snapshot)
        self.assertEqual(self.links(self.email, "suggested"), {(self.deco, "tag_subject")})
        self.assertEqual(self.email.link_ids.evidence, self.tag(self.deco))

    def test_ignore_keeps_the_mail(self):
        snapshot = self.managed.queue_ignore()
        self.assertEqual(self.email.state, "ignored")
        self.assertIn(self.email, self.env["erp.email"].search([("state", "=", "ignored")]))
        self.managed.queue_undo(snapshot)
        self.assertEqual(self.email.state, "suggested")

    def test_ignore_sender_and_domain(self):
        other = self.deliver(self.mail(sender="y@stranger.example"))
        self.managed.queue_ignore_sender()
        self.assertEqual((self.email.state, other.state), ("ignored", "unassociated"))
        snapshot = self.managed.queue_ignore_sender(domain=True)
        self.assertEqual(other.state, "ignored")
        self.assertEqual(self.deliver(self.mail(sender="z@stranger.example")).state, "ignored")
        self.managed.queue_undo(snapshot)
        self.assertEqual(other.state, "unassociated")
        self.assertEqual(self.deliver(self.mail(sender="zz@stranger.example")).state, "unassociated")

    def test_own_domain_cannot_be_ignored(self):
        email = self.deliver(self.mail(sender=f"colleague@{self.alias_domain}"))
        with self.assertRaises(UserError):
            email.with_user(self.manager).queue_ignore_sender(domain=True)

    def test_one_box_finds_documents_by_name_and_number(self):
        found = self.managed.queue_search_documents("Deco Addict")
        self.assertIn(("res.partner", self.deco.id), [(document["model"], document["id"]) for document in found])
        found = self.managed.queue_search_documents(str(self.deco.id))
        self.assertIn(("res.partner", self.deco.id), [(document["model"], document["id"]) for document in found])

    def test_create_a_record(self):
        action = self.managed.queue_create(self.contact_type.id)
        record = self.env["res.partner"].browse(action["res_id"])
        self.assertEqual(self.links(self.email) - {(self.deco, "tag_subject")}, {(record, "create")})
        self.assertEqual(record.create_uid, self.manager)

    def test_create_a_record_from_each_of_many_mails(self):
        emails = self.email | self.deliver(self.mail(subject="Second", sender="y@stranger.example"))
        action = emails.with_user(self.manager).queue_create(self.contact_type.id)
        records = self.env["res.partner"].search(action["domain"])
        self.assertEqual(len(records), 2)
        for email in emails:
            created = [record for record, rule in self.links(email) if rule == "create"]
            self.assertEqual(len(created), 1)
            self.assertIn(created[0], records)
            self.assertEqual(email.state, "linked")

    def test_ignored_mail_is_found_and_restored(self):
        emails = self.email | self.deliver(self.mail(subject="Second", sender="y@stranger.example"))
        emails.with_user(self.manager).queue_ignore()
        ignored = self.env.ref("erp_mail_integration.erp_email_action_ignored")
        found = self.env["erp.email"].search(literal_eval(ignored.domain))
        self.assertLessEqual(emails, found)
        found.with_user(self.manager).queue_release()
        self.assertEqual(emails.mapped("state"), ["suggested", "unassociated"])

    def test_the_rule_of_a_mail_is_one_click_away(self):
        action = self.managed.queue_rule()
        self.assertFalse(action["res_id"])
        draft = self.env["erp.email.rule"].with_context(**action["context"]).create({})
        self.assertEqual(draft.name, "Mail of x@stranger.example")
        self.assertEqual(draft.condition_ids.display_name, "Sender is x@stranger.example")
        draft.write({"action": "hold", "state": "active"})
        self.assertEqual(self.managed.queue_rule()["res_id"], draft.id)
        second = draft.copy({"name": "Another"})
        second.state = "active"
        self.assertEqual(self.managed.queue_rule()["domain"], [("id", "in", (draft | second).ids)])

    def test_preview(self):
        preview = self.managed.queue_open()
        self.assertEqual(preview["suggestions"][0]["name"], self.deco.display_name)
        self.assertEqual(preview["suggestions"][0]["why"]["evidence"], self.tag(self.deco))
        self.assertIn("Good morning", preview["body"])

    def test_only_managers_work_the_queues(self):
        plain = new_test_user(self.env, "mail_plain", groups="base.group_user")
        portal = new_test_user(self.env, "mail_portal", groups="base.group_portal")
        snapshot = {"emails": {self.email.id: "ignored"}, "links": {}, "ignored": []}
        for user in (plain, portal):
            email = self.email.with_user(user)
            for call in (
                lambda email=email: email.queue_accept(),
                lambda email=email: email.queue_reject(),
                lambda email=email: email.queue_ignore(),
                lambda email=email: email.queue_ignore_sender(),
                lambda email=email: email.queue_release(),
                lambda email=email: email.queue_open(),
                lambda email=email: email.queue_link("res.partner", self.azure.id),
                lambda email=email: email.queue_create(self.contact_type.id),
                lambda email=email: email.queue_rule(),
                lambda email=email: email.queue_undo(snapshot),
                lambda email=email: email.queue_search_documents("Deco"),
                lambda email=email: email.action_ignore(),
                lambda email=email: email.action_release(),
                lambda user=user: self.email.link_ids.with_user(user).action_accept(),
                lambda user=user: self.email.link_ids.with_user(user).action_reject(),
                lambda user=user: self.env["erp.email.rule.test"].with_user(user).create({}),
                lambda user=user: self.env["erp.email.rule"].with_user(user).search([]),
                lambda user=user: self.email.link_ids.with_user(user).action_turn_into_mail(),
            ):
                with self.subTest(user=user.login, call=call), self.assertRaises(AccessError):
                    call()
            self.assertFalse(email.queue_counts() if user == plain else {})
        self.assertEqual(self.email.state, "suggested")
        self.assertEqual(self.links(self.email, "suggested"), {(self.deco, "tag_subject")})

    def test_why_here_in_words(self):
        why = self.email.link_ids._explain()
        self.assertIn(self.tag(self.deco), why["sentence"])
        self.assertIn("only suggested", " ".join(why["parts"]))
        self.managed.queue_accept()
        self.assertIn(f"Confirmed by {self.manager.name}", " ".join(self.email.link_ids._explain()["parts"]))
        reply = self.deliver(self.mail(sender="y@stranger.example", in_reply_to=self.email.message_id))
        self.assertIn("It answers", reply.link_ids._explain()["sentence"])
        rules = dict(self.env["erp.email.link"]._fields["rule"].selection)
        for rule in rules:
            self.email.link_ids.rule = rule
            self.assertTrue(self.email.link_ids._explain()["sentence"], rule)
