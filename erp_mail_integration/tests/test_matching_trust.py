from odoo.tests import tagged

from .matching_common import MatchingCommon


@tagged("post_install", "-at_install")
class TestMatchingTrust(MatchingCommon):
    """Nobody gets a mail onto a document by guessing its number (THREATS 1, 3, 7, 21)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = cls.env["res.partner"].create({"name": "Document"})

    def test_a_strangers_tag_is_suggested_and_nobody_hears_of_it(self):
        self.document.message_subscribe(self.brandon.ids)
        with self.mock_mail_gateway():
            email = self.deliver(self.mail(subject=self.tag(self.document), sender="x@stranger.example"))
        self.assertEqual(self.links(email), set())
        self.assertEqual(self.links(email, "suggested"), {(self.document, "tag_subject")})
        self.assertEqual(email.state, "suggested")
        self.assertNotSentEmail()
        self.assertFalse(email._reference_routes({}, {}))

    def test_who_is_trusted(self):
        colleague = self.env["res.partner"].create(
            {"name": "Colleague", "email": "colleague@azure.example", "parent_id": self.azure.id}
        )
        self.document.message_subscribe(self.deco.ids)
        cases = [
            ("contact", self.brandon, self.brandon.email, True),
            ("colleague of the contact", self.brandon, colleague.email, True),
            ("company of the contact", self.brandon, self.azure.email, True),
            ("follower", self.document, self.deco.email, True),
            ("internal user", self.document, self.user_employee.email, True),
            ("portal user", self.document, self.user_portal.email, False) if hasattr(self, "user_portal") else None,
            ("known contact, but of another document", self.document, self.brandon.email, False),
            ("nobody", self.document, "x@stranger.example", False),
            ("two authors", self.document, f"{self.user_employee.email}, x@stranger.example", False),
            ("address in the name", self.document, f'"{self.user_employee.email}" <x@stranger.example>', False),
        ]
        for who, record, sender, trusted in filter(None, cases):
            with self.subTest(who):
                email = self.deliver(self.mail(subject=self.tag(record), sender=sender, to="office@elsewhere.example"))
                linked = record in [document for document, _rule in self.links(email)]
                self.assertEqual(linked, trusted)

    def test_earlier_correspondent_is_trusted(self):
        employee = self.user_employee.email_formatted
        tag = self.tag(self.document)
        guess = self.deliver(self.mail(subject=tag, sender="helper@stranger.example"))
        self.assertFalse(self.links(guess))
        self.deliver(self.mail(subject=tag, sender=employee, to="helper@stranger.example"))
        answer = self.deliver(self.mail(subject=f"Re: {tag}", sender="helper@stranger.example"))
        self.assertIn((self.document, "tag_subject"), self.links(answer))

    def test_a_copy_to_the_contact_makes_no_correspondent(self):
        tag = self.tag(self.deco)
        self.deliver(self.mail(sender="x@stranger.example", to="info@deco.example"))
        guess = self.deliver(self.mail(subject=tag, sender="x@stranger.example"))
        self.assertFalse(self.links(guess))

    def test_signed_tag_links_whoever_sends_it(self):
        signed = self.tag(self.document, signed=True)
        email = self.deliver(self.mail(subject=signed, sender="x@stranger.example"))
        self.assertEqual(self.links(email), {(self.document, "tag_subject")})
        other = self.env["res.partner"].create({"name": "Other"})
        forged = signed.replace(f"{self.document.id:06d}", f"{other.id:06d}")
        self.assertNotEqual(forged, signed)
        email = self.deliver(self.mail(subject=forged, sender="x@stranger.example"))
        self.assertFalse(self.links(email))

    def test_policies_of_the_document_type(self):
        senders = {"stranger": "x@stranger.example", "contact": self.brandon.email, "follower": self.deco.email}
        linked = {
            "anyone": {"stranger": True, "contact": True, "follower": True},
            "contacts": {"stranger": False, "contact": True, "follower": True},
            "participants": {"stranger": False, "contact": False, "follower": True},
            "assigned": {"stranger": False, "contact": False, "follower": True},
        }
        for policy, expected in linked.items():
            self.contact_type.trust = policy
            document = self.env["res.partner"].create({"name": policy})
            document.message_subscribe(self.deco.ids)
            for who, sender in senders.items():
                with self.subTest(policy=policy, who=who):
                    email = self.deliver(self.mail(subject=self.tag(document), sender=sender))
                    self.assertEqual((document, "tag_subject") in self.links(email), expected[who])

    def test_untrusted_mail_kept_as_internal_note(self):
        self.contact_type.untrusted = "note"
        email = self.deliver(self.mail(subject=self.tag(self.document), sender="x@stranger.example"))
        self.assertTrue(email.link_ids.internal)
        self.assertEqual(self.links(email), {(self.document, "tag_subject")})
        self.assertFalse(email._reference_routes({}, {}))

    def test_failed_authentication_removes_trust(self):
        raw = self.mail(subject=self.tag(self.document), sender=self.user_employee.email_formatted)
        email = self.deliver(raw)
        self.assertTrue(self.links(email))
        email.link_ids.unlink()
        email.authentication = {"verdict": "fail"}
        matches = self.env["erp.email.matcher"]._match(email._incoming())
        self.assertEqual([match.state for match in matches[email.id]], ["suggested"])

    def test_document_of_another_company_is_not_found(self):
        self.mailbox.company_id = self.env.company
        self.document.company_id = self.company_2
        self.document.message_subscribe(self.brandon.ids)
        employee = self.user_employee.email_formatted
        email = self.deliver(self.mail(subject=self.tag(self.document), sender=employee))
        self.assertFalse(email.link_ids, "neither linked nor suggested: a suggestion would tell that it exists")
        self.document.company_id = self.env.company
        email = self.deliver(self.mail(subject=self.tag(self.document) + "!", sender=employee))
        self.assertTrue(email.link_ids)

    def test_contact_of_another_company_is_not_found(self):
        self.mailbox.company_id = self.env.company
        self.deco.company_id = self.company_2
        email = self.deliver(self.mail(sender="info@deco.example"))
        self.assertFalse(email.link_ids)
        self.assertFalse(email.address_ids.partner_id)

    def test_tag_in_an_attached_mail_counts_for_nothing(self):
        from email import message_from_bytes, policy

        inner = message_from_bytes(
            self.mail(subject=self.tag(self.document), sender=self.user_employee.email_formatted), policy=policy.default
        )
        outer = message_from_bytes(self.mail(sender="x@stranger.example"), policy=policy.default)
        outer.add_attachment(inner)
        email = self.deliver(outer.as_bytes())
        self.assertFalse(email.link_ids)
        self.assertEqual(email.from_address, "x@stranger.example")

    def test_a_thousand_guessed_tags_link_nothing(self):
        self.document.message_subscribe(self.brandon.ids)
        first = self.document.id - 500
        raws = [
            self.mail(subject=f"[xtref:C-{first + index:06d}]", sender="x@stranger.example") for index in range(1000)
        ]
        emails = self.deliver(*raws)
        self.assertEqual(len(emails), 1000)
        self.assertFalse(emails.link_ids.filtered(lambda link: link.state == "linked"))
