from odoo.tests import tagged

from .queue_common import QueueCase

CUSTOMER = "Ines Roth <ines@heron.example>"
STRANGER = "Paul Fremd <paul@stranger.example>"
PASSED = {"Authentication-Results": "mx.kestrel.example; dmarc=pass header.from=heron.example"}


@tagged("post_install", "-at_install")
class TestSuggestions(QueueCase):
    """Mail that may belong to a document, on its own Email tab."""

    def test_accepted_and_rejected_in_the_reading_pane(self):
        tag = self.tag(self.order)
        ready, colour, thanks = self.deliver(
            (STRANGER, f"Is it ready {tag}", "My sister Ines has ordered it."),
            (STRANGER, f"Other colour {tag}", "Can you paint it blue?"),
            (CUSTOMER, "Thanks", f"See you on Friday, about {tag}.", PASSED),
        )
        self.start_tour(f"/odoo/sale.order/{self.order.id}", "erp_email_tab_suggestion", login="admin")
        states = {link.email_id: link.state for link in (ready + colour + thanks).link_ids if self._is_order(link)}
        self.assertEqual(states, {ready: "suggested", colour: "detached", thanks: "linked"})
        self.assertEqual(ready.state, "suggested")

    def test_who_may_not_read_the_mail_has_no_hint(self):
        self.deliver((STRANGER, f"Is it ready {self.tag(self.order)}", "Well?"))
        Email = self.env["erp.email"]
        salesperson = self.env["res.users"].create(
            {
                "name": "Sam",
                "login": "sam",
                "group_ids": [(4, self.env.ref("sales_team.group_sale_salesman_all_leads").id)],
            }
        )
        self.assertEqual(Email.tab_page("sale.order", self.order.id)["info"]["suggested"], 1)
        page = Email.with_user(salesperson).tab_page("sale.order", self.order.id)
        self.assertEqual((page["info"]["can_write"], page["info"]["suggested"]), (True, 0))

    def test_mail_that_was_dismissed_is_no_suggestion(self):
        email = self.deliver((STRANGER, f"Is it ready {self.tag(self.order)}", "Well?"))
        email.queue_ignore()
        self.env.flush_all()
        page = self.env["erp.email"].tab_page("sale.order", self.order.id, filters=["suggested"])
        self.assertEqual((page["rows"], page["info"]["suggested"]), ([], 0))

    def _is_order(self, link):
        return (link.res_model, link.res_id) == ("sale.order", self.order.id)
