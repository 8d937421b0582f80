from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestDocumentTypes(TransactionCase):
    def test_every_installed_app_has_its_live_document_type(self):
        live = set(self.env["erp.email.reference.type"]._live_models())
        expected = {
            "res.partner",
            "sale.order",
            "helpdesk.ticket",
            "project.project",
            "project.task",
            "crm.lead",
            "purchase.order",
            "stock.picking",
            "hr.employee",
            "account.move",
        }
        self.assertFalse(expected - live)
