from odoo.tests import tagged

from .matching_common import MatchingCommon


@tagged("post_install", "-at_install")
class TestMatchingLater(MatchingCommon):
    """What comes after a mail is linked to it afterwards (B4)."""

    def later(self):
        self.env.flush_all()
        with self.mock_mail_gateway(), self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.env(cr=cr)["erp.email"]._cron_link_later()
        self.env.invalidate_all()
        self.assertNotSentEmail()

    def test_contact_that_is_created_later(self):
        email = self.deliver(self.mail(sender="late@new.example"))
        self.assertFalse(email.link_ids)
        partner = self.env["res.partner"].create({"name": "Late", "email": "late@new.example"})
        self.later()
        self.assertEqual(self.links(email), {(partner, "contact")})
        self.assertEqual(email.state, "linked")
        self.assertFalse(email.rematch)

    def test_contact_that_gets_its_address_later(self):
        email = self.deliver(self.mail(sender="late@new.example"))
        self.later()
        self.deco.email = "late@new.example"
        self.later()
        self.assertEqual(self.links(email), {(self.deco, "contact")})

    def test_parent_that_arrives_later(self):
        reply = self.deliver(self.mail(sender="x@stranger.example", in_reply_to="<parent@azure.example>"))
        self.assertFalse(reply.link_ids)
        self.deco.message_subscribe(self.brandon.ids)
        self.deliver(self.mail(subject=self.tag(self.deco), message_id="<parent@azure.example>"))
        self.later()
        self.assertEqual(self.links(reply), {(self.deco, "thread")})

    def test_document_that_is_created_later(self):
        self.env.cr.execute("SELECT nextval('res_partner_id_seq')")
        future = self.env.cr.fetchone()[0] + 5
        email = self.deliver(
            self.mail(subject=f"[xtref:C-{future:06d}]", sender=self.user_employee.email, to="x@stranger.example")
        )
        self.assertFalse(email.link_ids)
        while (record := self.env["res.partner"].create({"name": "Later"})).id < future:
            pass
        self.assertEqual(record.id, future)
        self.later()
        self.assertEqual(self.links(email), {(record, "tag_subject")})
        self.assertFalse(self.env["erp.email.unresolved"].search([("email_id", "=", email.id)]))

    def test_customers_number_that_is_entered_later(self):
        self.env["erp.email.number.field"].create(
            {"type_id": self.contact_type.id, "field": "ref", "pattern": "PO-#####", "certain": True}
        )
        email = self.deliver(self.mail(subject="PO-77777", sender=self.user_employee.email, to="x@stranger.example"))
        self.assertFalse(email.link_ids)
        self.deco.ref = "PO-77777"
        self.later()
        self.assertEqual(self.links(email), {(self.deco, "field")})

    def test_what_was_detached_stays_detached(self):
        email = self.deliver(self.mail(sender="info@deco.example"))
        email.link_ids.write({"state": "detached"})
        email.address_ids.partner_id = False
        self.deco.email = "other@deco.example"
        self.deco.email = "info@deco.example"
        self.later()
        self.assertFalse(self.links(email))
        self.assertEqual(len(email.link_ids), 1)

    def test_nothing_is_linked_twice_and_the_job_comes_to_an_end(self):
        self.deco.message_subscribe(self.brandon.ids)
        reply = self.deliver(self.mail(sender="x@stranger.example", in_reply_to="<parent@azure.example>"))
        self.deliver(self.mail(subject=self.tag(self.deco), message_id="<parent@azure.example>"))
        self.later()
        links = reply.link_ids
        self.env["erp.email"]._mark_answers()
        self.env["erp.email"]._mark_new_documents()
        self.assertFalse(self.env["erp.email"].search([("rematch", "=", True)]))
        self.later()
        self.assertEqual(reply.link_ids, links)
