from odoo.fields import Command
from odoo.tests import tagged

from .queue_common import QueueCase

CUSTOMER = "Ines Roth <ines@heron.example>"
COLLEAGUE = "Nora Roth <nora@heron.example>"
STRANGER = "Paul Fremd <paul@stranger.example>"


@tagged("post_install", "-at_install")
class TestQueues(QueueCase):
    """Each queue in a browser, as an administrator works through it."""

    def open(self, queue, tour):
        self.start_tour(f"/odoo/action-erp_mail_integration.{queue}", tour, login="admin")

    def states(self, emails):
        self.env.invalidate_all()
        return emails.mapped("state")

    def test_unassociated_mail_is_linked_in_two_clicks_and_by_keys(self):
        emails = self.deliver(
            ("Win <news@lottery.example>", "Win a yacht", "Click here."),
            ("Win <more@lottery.example>", "Win another yacht", "Click here, too."),
            (STRANGER, "Winch", "The winch slips again, and nobody answers the phone."),
            ("Application <jobs@seaside.example>", "Boat builder looks for work", "I have built boats for 20 years."),
            (STRANGER, "Paint", "Which paint do you use below the water line? Ours comes off."),
            ("Otto Roth <otto@heron.example>", "Mooring", "Where shall we fetch the boat on Friday?"),
            (COLLEAGUE, "Where is my boat", "I ordered it in May.\n\nNora Roth\nHeron Boats\n+49 40 1234567"),
        )
        self.open("erp_email_action", "erp_email_queue_unassociated")
        states = self.states(emails)
        self.assertEqual(states, ["ignored", "ignored", "linked", *["unassociated"] * 3, "linked"])
        self.assertEqual(emails[6].link_ids._record(), self.order)
        self.assertEqual(emails[2].link_ids._record(), self.heron)

    def test_suggested_mail_is_accepted_and_rejected(self):
        other = self.env["sale.order"].create({"partner_id": self.ines.id})
        both, colour, ready = self.deliver(
            (STRANGER, f"Both boats {self.tag(self.order)} {self.tag(other)}", "When do they come?"),
            (STRANGER, f"Other colour {self.tag(self.order)}", "Can you paint it blue?"),
            (STRANGER, "Is it ready", f"My sister has ordered it, {self.tag(self.order)}. Is it ready?"),
        )
        self.open("erp_email_action", "erp_email_queue_suggested")
        self.assertEqual(self.states(both + colour + ready), ["suggested", "suggested", "linked"])

    def test_held_mail_is_released_and_its_rule_is_near(self):
        self.env["erp.email.rule"].create(
            {
                "name": "Account numbers are asked for by telephone",
                "action": "hold",
                "condition_ids": [
                    Command.create({"subject": "body", "operator": "contains", "value": "new account number"})
                ],
                "state": "active",
            }
        )
        emails = self.deliver(
            (STRANGER, "Invoice 2", "Please pay to our new account number DE02 1203 0000 0000 2020 51."),
            (STRANGER, "Invoice 1", "Please note our new account number DE02 5001 0517 0137 0750 30."),
        )
        self.open("erp_email_action", "erp_email_queue_held")
        self.assertEqual(self.states(emails), ["held", "unassociated"])

    def test_failed_mail_is_tried_again(self):
        copies = self.receive((STRANGER, "Second", "Good morning"), (STRANGER, "First", "Good morning"))
        copies.write({"state": "failed", "attempts": 2, "error": "OSError: [Errno 28] No space left on device"})
        self.assertEqual(copies.mapped("summary"), [f"{STRANGER}: Second", f"{STRANGER}: First"])
        self.open("erp_email_action", "erp_email_queue_failed")
        self.env.invalidate_all()
        self.assertEqual(sorted(copies.mapped("state")), ["failed", "stored"])

    def test_ignored_mail_is_found_again_and_restored(self):
        emails = self.deliver(
            (STRANGER, "Win a car", "Click here."),
            (STRANGER, "Win a yacht", "Click here."),
        )
        emails.queue_ignore()
        self.open("erp_email_action", "erp_email_queue_ignored")
        self.assertEqual(self.states(emails), ["ignored", "unassociated"])

    def test_a_rule_is_tried_on_stored_mail(self):
        self.deliver(
            (STRANGER, "Paint", "Which paint do you use below the water line?"),
            (COLLEAGUE, "Where is my boat", "I ordered it in May."),
        )
        self.env["erp.email.rule"].create(
            {
                "name": "Web shop of Heron Boats",
                "action": "link",
                "target": f"sale.order,{self.order.id}",
                "condition_ids": [Command.create({"subject": "domain", "operator": "is", "value": "heron.example"})],
            }
        )
        self.open("erp_email_rule_action", "erp_email_rule_test")


@tagged("post_install", "-at_install")
class TestQueuesOnAPhone(QueueCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_suggestion_is_accepted(self):
        email = self.deliver((STRANGER, "Is it ready", f"My sister has ordered it, {self.tag(self.order)}."))
        url = "/odoo/action-erp_mail_integration.erp_email_action_suggested"
        self.start_tour(url, "erp_email_queue_phone", login="admin")
        self.assertEqual(email.state, "linked")
