import itertools

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import tagged

from odoo.addons.erp_mail_integration.models import erp_email

from .access_common import FOREIGN, LINK_SETS, OWN, READABLE, TICKET, EmailAccessCase

ROUTES = ("body", "source", "attachment/1", "print")


@tagged("post_install", "-at_install")
class TestEmailAccess(EmailAccessCase):
    """Roles x link sets x channels (THREATS 5, 8, 9): a mail is readable if one of its links is, links each by itself."""

    def test_reading_and_searching(self):
        self.check_reading_and_searching()

    def test_reading_and_searching_for_who_may_read_more_than_a_few(self):
        self.patch(erp_email, "FEW", -1)
        self.check_reading_and_searching()

    def check_reading_and_searching(self):
        everything = self.env["erp.email"].union(*self.emails.values())
        for role, user in self.users.items():
            readable = {name for name, email in self.emails.items() if name in READABLE[role]}
            Email = self.env["erp.email"].with_user(user)
            domain = Domain("id", "in", everything.ids)
            expected = everything.browse(self.emails[name].id for name in readable)
            with self.subTest(role):
                if role == "portal":
                    for channel in (
                        Email.search,
                        Email.search_count,
                        lambda d, emails=Email: emails._read_group(d, [], ["__count"]),
                    ):
                        with self.assertRaises(AccessError):
                            channel(domain)
                    continue
                self.assertEqual(set(Email.search(domain).ids), set(expected.ids), "search")
                self.assertEqual(Email.search_count(domain), len(expected), "count")
                self.assertEqual(Email._read_group(domain, [], ["__count"])[0][0], len(expected), "group")
                self.assertEqual(len(Email.search(domain).export_data(["subject"])["datas"]), len(expected), "export")
                self.assertEqual(set(Email.search(domain & Domain("body", "ilike", "secret")).ids), set(expected.ids))
            for name, email in self.emails.items():
                with self.subTest(role=role, links=name):
                    for call in (
                        lambda e=email, u=user: e.with_user(u).read(["subject", "body", "raw"]),
                        lambda e=email, u=user: e.with_user(u)._check_readable(),
                        lambda e=email, u=user: e.with_user(u).export_data(["subject"]),
                    ):
                        if name in readable:
                            call()
                        else:
                            with self.assertRaises(AccessError):
                                call()

    def test_links_of_documents_that_the_reader_may_not_see_do_not_show(self):
        for role, name in itertools.product(("seller", "helper"), LINK_SETS):
            links = (
                self.env["erp.email.link"].with_user(self.users[role]).search([("email_id", "=", self.emails[name].id)])
            )
            visible = {"seller": {OWN}, "helper": {TICKET}}[role]
            expected = {self.documents[document] for document in LINK_SETS[name] if document in visible}
            self.assertEqual({link._record() for link in links}, expected, (role, name))
            if name in READABLE[role]:
                record = self.documents[OWN if role == "seller" else TICKET]
                opened = (
                    self.env["erp.email"]
                    .with_user(self.users[role])
                    .tab_open(record._name, record.id, self.emails[name].id)
                )
                self.assertEqual(opened["links"], [], (role, name))

    def test_content_over_http(self):
        for role in self.users:
            self.authenticate(self.users[role].login, self.users[role].login)
            for name, route in itertools.product(LINK_SETS, ROUTES):
                answer = self.url_open(f"/erp_mail/{self.emails[name].id}/{route}", allow_redirects=False)
                expected = 200 if name in READABLE[role] else 404
                self.assertEqual(answer.status_code, expected, (role, name, route))
                if expected == 404:
                    self.assertNotIn("secret", answer.text)

    def test_content_needs_a_session(self):
        self.authenticate(None, None)
        for route in ROUTES:
            answer = self.url_open(f"/erp_mail/{self.emails['own order'].id}/{route}", allow_redirects=False)
            self.assertEqual(answer.status_code, 303, route)

    def test_what_is_not_there_and_what_is_not_theirs_answer_the_same(self):
        self.authenticate("erp_seller", "erp_seller")
        answers = [self.url_open(f"/erp_mail/{id_}/body") for id_ in (self.emails["foreign order"].id, 2**31 - 1)]
        self.assertEqual(answers[0].status_code, 404)
        self.assertEqual(answers[0].text, answers[1].text)

    def test_every_entry_point_over_rpc(self):
        own, foreign = self.documents[OWN], self.documents[FOREIGN]
        mine, hidden = self.emails["own order"].id, self.emails["foreign order"].id
        calls = {
            "tab_page": [],
            "tab_summary": [],
            "tab_conversation": ["<0@matrix>"],
            "tab_open": [mine],
            "tab_search": ["matrixword"],
            "tab_attach": [[hidden]],
            "tab_detach": [[hidden]],
            "tab_restore": [[hidden]],
            "tab_answer": [[hidden], "linked"],
            "tab_compose": ["new"],
        }
        before = self.env["erp.email.link"].search([]).mapped(lambda link: (link.id, link.state))
        for role, record in (("portal", own), ("plain", own), ("helper", own), ("seller", foreign)):
            self.authenticate(self.users[role].login, self.users[role].login)
            for method, arguments in calls.items():
                error = self.rpc(method, record._name, record.id, *arguments).get("error")
                self.assertTrue(error, (role, method))
                self.assertIn("AccessError", error["data"]["name"], (role, method))
        self.authenticate("erp_seller", "erp_seller")
        suggested = self.emails["suggested on own order"].id
        for method, arguments in {
            "tab_open": [hidden],
            "tab_compose": ["reply", hidden],
            "tab_attach": [[hidden]],
            "tab_answer": [[suggested], "linked"],  # accepting would open the mail to them
        }.items():
            error = self.rpc(method, own._name, own.id, *arguments).get("error")
            self.assertIn("AccessError", error["data"]["name"], method)
        for role in ("portal", "plain", "helper", "seller"):
            self.authenticate(self.users[role].login, self.users[role].login)
            for method, *arguments in (
                ("tab_open", hidden),
                ("tab_compose", "reply", hidden),
                ("tab_compose", "export", hidden),
            ):
                error = self.rpc(method, False, False, *arguments).get("error")
                self.assertTrue(error, (role, method))
                self.assertIn("AccessError", error["data"]["name"], (role, method))
        for model in ("res.users", "ir.attachment", "erp.email", "no.such.model"):
            self.assertIn("AccessError", self.rpc("tab_page", model, 1)["error"]["data"]["name"], model)
        for private in ("_search_ids", "_tab_record", "_link_by_hand", "_source"):
            self.assertTrue(self.rpc(private, own._name, own.id).get("error"), private)
        self.env.invalidate_all()
        self.assertEqual(self.env["erp.email.link"].search([]).mapped(lambda link: (link.id, link.state)), before)

    def test_the_search_of_the_dialog_finds_readable_mail_only(self):
        for role, record in (("seller", OWN), ("helper", TICKET)):
            rows = (
                self.env["erp.email"]
                .with_user(self.users[role])
                .tab_search(self.documents[record]._name, self.documents[record].id, "matrixword")
            )
            self.assertEqual({row["id"] for row in rows}, {self.emails[name].id for name in READABLE[role]}, role)

    def test_words_that_are_no_words_are_no_error(self):
        Email = self.env["erp.email"].with_user(self.users["seller"])
        record = self.documents[OWN]
        for words in (
            "'",
            "a & | ! ( ) :* <-> \\",
            "%_",
            "x" * 5000,
            "\x00",
            "'; DROP TABLE erp_email; --",
            "🙂",
            "a:b:c",
        ):
            with self.subTest(words[:20]):
                Email.tab_search("sale.order", record.id, words)
                Email.tab_page("sale.order", record.id, search=words)

    def test_who_only_reads_a_document_may_not_change_its_mail(self):
        self.env["ir.rule"].create(
            {
                "name": "Read only",
                "model_id": self.env["ir.model"]._get_id("sale.order"),
                "domain_force": [("id", "=", 0)],
                "perm_read": False,
                "perm_unlink": False,
                "perm_create": False,
            }
        )
        Email = self.env["erp.email"].with_user(self.users["seller"])
        order, mail = self.documents[OWN], self.emails["own order"]
        self.assertFalse(Email.tab_page("sale.order", order.id)["info"]["can_write"])
        for call in (Email.tab_attach, Email.tab_detach, Email.tab_restore):
            with self.assertRaises(AccessError):
                call("sale.order", order.id, [mail.id])
        self.assertEqual(mail.link_ids.state, "linked")
