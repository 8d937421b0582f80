from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestSummary(TransactionCase):
    """The documents that a list of mails names beside each mail."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.partner"].create({"name": "Acme", "is_company": True})
        cls.petra = cls.env["res.partner"].create({"name": "Petra", "parent_id": cls.company.id})
        cls.order = cls.env["sale.order"].create({"partner_id": cls.petra.id})
        cls.lead = cls.env["crm.lead"].create({"name": "Furniture for a library"})
        cls.email = cls.env["erp.email"].create(
            {"fingerprint": "summary", "subject": "Hello", "date": "2026-03-03", "from_address": "petra@acme.example"}
        )
        for record, state in (
            (cls.company, "linked"),
            (cls.petra, "linked"),
            (cls.order, "linked"),
            (cls.lead, "suggested"),
        ):
            cls.env["erp.email.link"].create(
                {
                    "email_id": cls.email.id,
                    "res_model": record._name,
                    "res_id": record.id,
                    "date": cls.email.date,
                    "rule": "manual",
                    "state": state,
                }
            )

    def test_documents_come_before_contacts_and_a_company_is_not_told_twice(self):
        self.assertEqual(self.email.documents, f"{self.order.name} · Furniture for a library? · Acme, Petra")

    def test_documents_that_the_reader_may_not_read_are_not_named(self):
        reader = new_test_user(self.env, "reader", groups="base.group_user")
        self.assertEqual(self.email.with_user(reader).documents, "Acme, Petra")

    def test_a_detached_document_is_not_named(self):
        self.email.link_ids.filtered(lambda link: link.res_model == "sale.order").state = "detached"
        self.assertNotIn(self.order.name, self.email.documents)

    def test_a_document_that_is_gone_is_not_named(self):
        name = self.order.name
        self.order.unlink()
        self.assertNotIn(name, self.email.documents)
