from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import tagged

from odoo.addons.erp_mail_integration.models import erp_email

from .access_common import FOREIGN, OWN, EmailAccessCase


@tagged("post_install", "-at_install")
class TestEmailProbing(EmailAccessCase):
    """What somebody tries who wants to learn of mail that is not theirs (THREATS 5, 8, 9, 17-19)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.models = [
            name
            for name, model in cls.env.registry.items()
            if name.startswith("erp.email") and not model._abstract and not model._transient
        ]

    def as_user(self, role, model="erp.email"):
        return self.env[model].with_user(self.users[role])

    def test_portal_and_public_users_reach_none_of_the_models(self):
        public = self.env.ref("base.public_user")
        self.assertIn("erp.email.copy", self.models)
        for user in (self.users["portal"], public):
            for name in self.models:
                for operation in ("read", "write", "create", "unlink"):
                    self.assertFalse(self.env[name].with_user(user).has_access(operation), (user.name, name, operation))

    def test_a_portal_user_gets_nothing_over_rpc(self):
        self.authenticate("erp_portal", "erp_portal")
        mine = self.emails["own order"].id
        for model in ("erp.email", "erp.email.link", "erp.email.address", "erp.email.copy"):
            for method, *arguments in (
                ("search_read", []),
                ("search_count", []),
                ("formatted_read_group", [], ["id"], ["__count"]),
                ("name_search", "matrix"),
                ("export_data", [mine], ["id"]),
                ("web_search_read", [], {"id": {}}),
            ):
                error = self.rpc(method, *arguments, model=model).get("error")
                self.assertTrue(error, (model, method))
                # Who may not export anything is told so by a UserError.
                expected = "UserError" if method == "export_data" else "AccessError"
                self.assertIn(expected, error["data"]["name"], (model, method))

    def test_ordinary_users_write_nothing_by_the_orm(self):
        for name in ("erp.email", "erp.email.link", "erp.email.address", "erp.email.copy"):
            for operation in ("write", "create", "unlink"):
                self.assertFalse(self.as_user("seller", name).has_access(operation), (name, operation))

    def test_the_queues_are_the_managers(self):
        self.authenticate("erp_seller", "erp_seller")
        ids = [self.emails["own order"].id]
        for method, *arguments in (
            ("queue_open", ids),
            ("queue_link", ids, "sale.order", self.documents[OWN].id),
            ("queue_accept", ids),
            ("queue_reject", ids),
            ("queue_ignore", ids),
            ("queue_ignore_sender", ids),
            ("queue_release", ids),
            ("queue_create", ids, 1),
            ("queue_undo", {"emails": {}, "links": {}}),
        ):
            with self.subTest(method):
                error = self.rpc(method, *arguments).get("error")
                self.assertTrue(error)
                self.assertIn("AccessError", error["data"]["name"])

    def test_a_domain_does_not_tell_of_links_to_documents_of_others(self):
        self.env.invalidate_all()
        both = Domain("id", "=", self.emails["both orders"].id)
        foreign = self.documents[FOREIGN]
        Email = self.as_user("seller")
        self.assertTrue(Email.search_count(both & Domain("link_ids.res_id", "=", self.documents[OWN].id)))
        for probe in (
            Domain("link_ids.res_id", "=", foreign.id),
            Domain("link_ids.evidence", "ilike", FOREIGN),
            Domain("link_ids.user_id", "!=", False) & Domain("link_ids.res_id", "=", foreign.id),
            Domain("link_ids", "any", [("res_id", "=", foreign.id), ("res_model", "=", "sale.order")]),
        ):
            with self.subTest(probe):
                self.assertFalse(Email.search_count(both & probe))
        self.assertEqual(len(Email.search(both).link_ids), 1)
        exported = Email.search(both).export_data(["link_ids/evidence", "documents"])["datas"]
        self.assertEqual(exported, [[f"evidence of {OWN}", self.documents[OWN].name]])

    def test_links_are_grouped_and_counted_only_where_their_document_is_readable(self):
        Link = self.as_user("seller", "erp.email.link")
        domain = [("email_id", "in", [email.id for email in self.emails.values()])]
        groups = Link._read_group(domain, ["res_model", "res_id"], ["__count"])
        self.assertEqual(
            {(model, res_id) for model, res_id, _count in groups}, {("sale.order", self.documents[OWN].id)}
        )
        self.assertFalse(Link.search_count([("res_id", "=", self.documents[FOREIGN].id)]))
        self.assertFalse(Link.search([("evidence", "ilike", FOREIGN)]))

    def test_participants_and_copies_tell_of_no_other_mail(self):
        for few in (10_000, -1):
            self.patch(erp_email, "FEW", few)
            Address = self.as_user("seller", "erp.email.address")
            found = Address.search([("address", "=", "c@acme.example")]).email_id
            self.assertEqual(found, self.emails["own order"] | self.emails["both orders"])
            counted = Address._read_group([("address", "=", "c@acme.example")], ["email_id"], [])
            self.assertEqual({email.id for (email,) in counted}, set(found.ids))
        hidden = self.emails["foreign order"]
        for records in (hidden.address_ids, hidden.copy_ids):
            with self.assertRaises(AccessError):
                self.as_user("seller", records._name).browse(records.ids).read(["email_id"])
        self.assertFalse(self.as_user("seller", "erp.email.copy").search([]))

    def test_words_of_a_text_are_not_found_in_mail_of_others(self):
        hidden = Domain("id", "=", self.emails["foreign order"].id)
        Email = self.as_user("seller")
        for probe in (
            Domain("body", "ilike", "secret"),
            Domain("subject", "ilike", "matrix"),
            Domain("fingerprint", "!=", False),
            Domain("accessible", "=", True),
            Domain("address_ids.address", "=", "c@acme.example"),
            Domain("copy_ids.sha256", "!=", False),
        ):
            self.assertFalse(Email.search(hidden & probe), probe)
            self.assertFalse(Email._read_group(hidden & probe, ["subject"], []), probe)
        self.assertEqual(len(Email.name_search("matrixword")), 2)
        self.assertFalse(Email.search(hidden, order="body"))

    def test_the_source_of_a_mail_is_no_open_attachment(self):
        hidden = self.emails["foreign order"]
        source = Domain("res_model", "=", "erp.email") & Domain("res_field", "=", "raw")
        attachment = self.env["ir.attachment"].search(source & Domain("res_id", "=", hidden.id))
        self.assertTrue(attachment)
        self.authenticate("erp_seller", "erp_seller")
        for url in (f"/web/content/erp.email/{hidden.id}/raw", f"/web/content/{attachment.id}"):
            self.assertEqual(self.url_open(url).status_code, 404, url)
        with self.assertRaises(AccessError):
            attachment.with_user(self.users["seller"]).read(["datas"])
        found = self.as_user("seller", "ir.attachment").search(source)
        self.assertNotIn(hidden.id, found.mapped("res_id"))

    def test_what_its_mailbox_keeps_to_its_owner_is_not_even_counted(self):
        order = self.documents[OWN]
        self.assertEqual(self.as_user("seller").tab_summary("sale.order", order.id)["count"], 2)
        self.emails["own order"].visibility = "owner"
        self.env.flush_all()
        self.assertEqual(self.as_user("seller").tab_summary("sale.order", order.id)["count"], 1)

    def test_of_a_mail_that_shows_its_headers_only_the_found_text_is_not_told(self):
        self.emails["own order"].visibility = "headers"
        self.env.flush_all()
        rows = self.as_user("seller").tab_page("sale.order", self.documents[OWN].id)["rows"]
        row = next(row for row in rows if row["id"] == self.emails["own order"].id)
        self.assertFalse(row["why"]["evidence"])
        self.assertFalse(row["preview"])
        with self.assertRaises(AccessError):
            self.as_user("seller").tab_open("sale.order", self.documents[OWN].id, row["id"])
