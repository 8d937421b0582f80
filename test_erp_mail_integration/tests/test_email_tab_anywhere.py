from odoo.tests import Form, tagged

from odoo.addons.erp_mail_integration.tests.common import stored

from .common import ScreenshotCase

MAIL = b"""From: Ines Roth <ines@heron.example>
To: sales@kestrel.example
Date: Fri, 06 Nov 2026 10:00:00 +0000
Message-ID: <hello@heron.example>
Subject: Hello from Heron

We wait for you at the gate.
"""


@tagged("post_install", "-at_install")
class TestEmailTabAnywhere(ScreenshotCase):
    """The tab in a browser on the form of every kind of document, also of one that an administrator adds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        copies = stored(cls.env, MAIL)
        cls.email = copies.email_id
        cls.email.link_ids.unlink()
        cls.partner = cls.env["res.partner"].create({"name": "Heron Ltd", "is_company": True})
        cls.product = cls.env["product.product"].create({"name": "Bench", "is_storable": True})

    def documents(self):
        """One record of each kind, by the name under which its picture is kept."""
        env = self.env
        order = env["sale.order"].create(
            {"partner_id": self.partner.id, "order_line": [(0, 0, {"product_id": self.product.id})]}
        )
        order.action_confirm()
        delivery = order.picking_ids
        delivery.move_ids.quantity = 1
        delivery.button_validate()
        wizard = Form(env["stock.return.picking"].with_context(active_id=delivery.id, active_model="stock.picking"))
        returned = wizard.save()
        returned.product_return_moves.quantity = 1
        action = returned.action_create_returns()
        return {
            "company": self.partner,
            "person": env["res.partner"].create({"name": "Ines", "parent_id": self.partner.id}),
            "order": order,
            "quotation": env["sale.order"].create({"partner_id": self.partner.id}),
            "incident": env["helpdesk.ticket"].create({"name": "Leak", "description": "Wet"}),
            "project": env["project.project"].create({"name": "Hall 4"}),
            "task": env["project.task"].create(
                {"name": "Floor", "project_id": env["project.project"].create({"name": "Hall 5"}).id}
            ),
            "to_do": env["project.task"].create({"name": "Call Ines", "user_ids": env.ref("base.user_admin").ids}),
            "opportunity": env["crm.lead"].create({"name": "Library", "type": "opportunity"}),
            "purchase": env["purchase.order"].create({"partner_id": self.partner.id}),
            "delivery": delivery,
            "return": env["stock.picking"].browse(action["res_id"]),
            "employee": env["hr.employee"].create({"name": "Rosa"}),
            "invoice": env["account.move"].create({"partner_id": self.partner.id, "move_type": "out_invoice"}),
        }

    def test_every_kind_of_document(self):
        for kind, record in self.documents().items():
            with self.subTest(kind):
                self.look_at(kind, record)

    def test_a_model_that_an_administrator_adds_and_whose_form_has_no_notebook(self):
        department = self.env["hr.department"].create({"name": "Joinery"})
        arch = self.env["hr.department"].get_view(view_type="form")["arch"]
        self.assertNotIn("<notebook", arch)
        self.env["erp.email.reference.type"].create({"name": "Department", "model": "hr.department", "code": "D"})
        self.look_at("department", department)

    def look_at(self, kind, record):
        self.env["erp.email"]._link_by_hand(record, self.email)
        self.picture = kind
        self.start_tour(f"/odoo/{record._name}/{record.id}", "erp_email_tab_anywhere", login="admin")
