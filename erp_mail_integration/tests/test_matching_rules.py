from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..matching.conditions import holds
from ..matching.patterns import compile_pattern, find_values
from ..mime import parse
from .matching_common import MatchingCommon


@tagged("post_install", "-at_install")
class TestMatchingRules(MatchingCommon):
    """Administrators' rules, ignored senders and numbers that customers know."""

    def rule(self, condition=("subject", "contains", "invoice"), **values):
        subject, operator, value = condition
        return self.env["erp.email.rule"].create(
            {
                "name": "Rule",
                "state": "active",
                "condition_ids": [(0, 0, {"subject": subject, "operator": operator, "value": value})],
            }
            | values
        )

    def test_conditions(self):
        raw = self.mail(
            subject="Your Invoice",
            sender="Ann <ann@shop.example>",
            body="Total: 12",
            cc="boss@else.example",
            list_id="News <news.shop.example>",
            x_priority="1",
        )
        mail = parse(raw)
        cases = [
            (("from", "is", "ann@shop.example"), True),
            (("from", "contains", "ANN"), True),
            (("from", "begins", "ann@"), True),
            (("domain", "is", "shop.example"), True),
            (("domain", "ends", "hop.example"), True),
            (("domain", "is_not", "shop.example"), False),
            (("recipient", "is", "boss@else.example"), True),
            (("recipient", "ends", "@else.example"), True),
            (("subject", "contains", "invoice"), True),
            (("subject", "not_contains", "invoice"), False),
            (("body", "contains", "TOTAL"), True),
            (("header", "is", "1", "X-Priority"), True),
            (("header", "set", "", "X-Missing"), False),
            (("size", "over", "100"), False),
            (("size", "under", "100"), True),
            (("attachment", "set", ""), False),
            (("automatic", "is", "list"), True),
            (("list", "contains", "news.shop.example"), True),
        ]
        for condition, expected in cases:
            with self.subTest(condition=condition):
                self.assertEqual(holds(mail, *condition), expected)

    def test_rule_links_to_a_document(self):
        self.rule(target=f"res.partner,{self.deco.id}")
        email = self.deliver(self.mail(subject="Invoice 3", sender="x@stranger.example"))
        self.assertEqual(self.links(email), {(self.deco, "admin")})
        other = self.deliver(self.mail(subject="Order 3", sender="x@stranger.example"))
        self.assertFalse(self.links(other))

    def test_a_draft_does_nothing(self):
        self.rule(target=f"res.partner,{self.deco.id}", state="draft")
        self.assertFalse(self.deliver(self.mail(subject="Invoice", sender="x@stranger.example")).link_ids)

    def test_rules_go_in_order_and_stop(self):
        self.rule(target=f"res.partner,{self.deco.id}", sequence=1, stop=True)
        self.rule(target=f"res.partner,{self.azure.id}", sequence=2)
        email = self.deliver(self.mail(subject="Invoice", sender="x@stranger.example"))
        self.assertEqual(self.links(email), {(self.deco, "admin")})

    def test_rule_ignores_holds_labels_and_types(self):
        label = self.env["erp.email.tag"].create({"name": "Money"})
        self.rule(("subject", "contains", "spam"), action="ignore", name="Spam")
        self.rule(("subject", "contains", "wait"), action="hold", name="Wait")
        self.rule(("subject", "contains", "money"), action="tag", tag_ids=[(6, 0, label.ids)])
        self.rule(("subject", "contains", "money"), action="type", type_id=self.contact_type.id)
        spam, wait, money = self.deliver(*(self.mail(subject=text) for text in ("spam", "wait", "money")))
        self.assertEqual(spam.state, "ignored")
        self.assertEqual((wait.state, wait.held_reason), ("held", "Wait"))
        self.assertEqual((money.tag_ids, money.type_id, money.state), (label, self.contact_type, "linked"))

    def test_an_active_rule_must_be_complete(self):
        with self.assertRaises(ValidationError):
            self.rule(action="link")
        with self.assertRaises(ValidationError):
            self.env["erp.email.rule"].create({"name": "x", "state": "active", "action": "ignore"})
        with self.assertRaises(ValidationError):
            self.rule(action="create", type_id=self.contact_type.id, create_defaults="__import__('os')")

    def test_ignored_sender_and_domain(self):
        self.env["erp.email.ignore"].create([{"pattern": "News <NEWS@shop.example>"}, {"pattern": "@spam.example"}])
        one, two, three = self.deliver(
            self.mail(sender="news@shop.example"),
            self.mail(sender="x@spam.example"),
            self.mail(sender="y@shop.example"),
        )
        self.assertEqual([one.state, two.state, three.state], ["ignored", "ignored", "unassociated"])
        self.assertEqual(
            self.env["erp.email"].search([("state", "=", "ignored"), ("id", "in", (one + two).ids)]), one + two
        )

    def test_ignored_senders_mail_to_a_document_is_linked(self):
        self.env["erp.email.ignore"].create({"pattern": "info@deco.example"})
        self.azure.message_subscribe(self.deco.ids)
        email = self.deliver(self.mail(sender="info@deco.example", subject=self.tag(self.azure)))
        self.assertEqual(email.state, "linked")

    def test_patterns(self):
        self.assertEqual(find_values("PO-#####", "po-12345, PO-123456 xPO-12345 PO-54321."), ["po-12345", "PO-54321"])
        self.assertEqual(find_values("#+", "12 and 4711"), ["4711"])
        self.assertEqual(find_values("SN*", "SNAB12 and SN"), ["SNAB12"])
        with self.assertRaises(ValueError):
            compile_pattern(" ")

    def test_patterns_are_linear(self):
        import time

        text = "PO-1" * 250_000
        start = time.perf_counter()
        for pattern in ("PO-#+", "*", "#+-#+", "PO*"):
            find_values(pattern, text)
        self.assertLess(time.perf_counter() - start, 2.0)

    def test_customers_number(self):
        self.deco.ref = "Po-12345"
        number = self.env["erp.email.number.field"].create(
            {"type_id": self.contact_type.id, "field": "ref", "pattern": "PO-#####"}
        )
        subject = "Where is po-12345?"
        email = self.deliver(self.mail(subject=subject, sender="info@deco.example", to="a@b.example"))
        self.assertEqual(self.links(email), {(self.deco, "contact")}, "linked as contact is more than suggested")
        email = self.deliver(self.mail(subject=subject, sender="x@stranger.example"))
        self.assertEqual(self.links(email, "suggested"), {(self.deco, "field")})
        number.certain = True
        email = self.deliver(self.mail(subject=subject + "?", sender="x@stranger.example"))
        self.assertEqual(self.links(email, "suggested"), {(self.deco, "field")}, "a stranger is not trusted")
        self.deco.message_subscribe(self.brandon.ids)
        email = self.deliver(self.mail(subject=subject))
        self.assertIn((self.deco, "field"), self.links(email))

    def test_field_must_exist_and_pattern_mean_something(self):
        for values in (
            {"field": "nonsense"},
            {"field": "name", "pattern": "**"},
            {"field": "name", "pattern": "x" * 50},
        ):
            with self.assertRaises(ValidationError):
                self.env["erp.email.number.field"].create({"type_id": self.contact_type.id, "pattern": "PO-#"} | values)

    def test_the_test_of_a_draft_changes_nothing(self):
        email = self.deliver(self.mail(subject="Invoice", sender="x@stranger.example"))
        draft = self.rule(target=f"res.partner,{self.deco.id}", state="draft")
        hold = self.rule(action="hold", state="draft", name="Hold")
        test = self.env["erp.email.rule.test"].create({"count": 1000, "rule_ids": [(6, 0, (draft + hold).ids)]})
        test.action_run()
        lines = test.line_ids.filtered(lambda line: line.email_id == email)
        self.assertEqual(
            {(line.change, line.document or "") for line in lines}, {("link", self.deco.display_name), ("hold", "")}
        )
        self.assertFalse(email.link_ids)
        self.assertEqual(email.state, "unassociated")
        (draft + hold).action_activate()
        again = self.deliver(self.mail(subject="Invoice", sender="y@stranger.example"))
        self.assertEqual(again.state, "held")
        self.assertEqual(self.links(again), {(self.deco, "admin")})

    def test_contacts_are_made_as_the_mailbox_says(self):
        Partner = self.env["res.partner"]
        self.deco.message_subscribe(self.brandon.ids)
        signed = self.tag(self.deco, signed=True)

        def made(policy, **mail):
            self.mailbox.contact_policy = policy
            before = Partner.search([])
            email = self.deliver(self.mail(**mail))
            new = Partner.search([]) - before
            for partner in new:
                self.assertIn((partner, "contact"), self.links(email))
                self.assertIn(partner, email.address_ids.partner_id)
            return new.mapped("email")

        stranger = {"sender": "Joe <joe@new.example>", "to": "ann@new.example, office@test.mycompany.com"}
        self.assertEqual(made("never", **stranger), [])
        self.assertEqual(made("document", **stranger | {"body": "1"}), [])
        self.assertEqual(made("document", **stranger | {"subject": signed}), ["joe@new.example"])
        self.assertEqual(made("all", **stranger | {"body": "2"}), ["ann@new.example"])
        self.assertEqual(made("all", sender="a@bulk.example", precedence="bulk"), [])
        self.assertEqual(made("all", sender="a@bulk.example", auto_submitted="auto-replied"), [])
        self.assertEqual(made("all", sender="MAILER-DAEMON@new.example"), [])
        self.assertEqual(made("all", sender="no-reply@new.example"), [])
        self.assertEqual(made("all", sender=f"nobody@{self.alias_domain}"), [])
        self.assertEqual(made("all", sender="a@one.example, b@two.example"), [])
        self.assertEqual(made("all", sender="a@one.example", body="3"), ["a@one.example"])
        self.assertEqual(made("all", sender="A <A@one.example>", body="4"), [], "known by now")
