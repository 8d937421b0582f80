from odoo.tests import tagged

from .common import EmailCommon


@tagged("post_install", "-at_install")
class TestReferenceType(EmailCommon):
    def _has_tab(self, model):
        return 'name="erp_email_tab"' in self.env[model].get_view(view_type="form")["arch"]

    def test_live_types_show_the_tab(self):
        self.assertTrue(self._has_tab("res.partner"))

    def test_the_tab_goes_with_its_switch(self):
        doctype = self.env["erp.email.reference.type"].search([("model", "=", "res.partner")])
        doctype.tab = False
        self.assertFalse(self._has_tab("res.partner"))
        doctype.tab = True
        self.assertTrue(self._has_tab("res.partner"))

    def test_a_type_may_wait_for_its_app(self):
        doctype = self.env["erp.email.reference.type"].create({"name": "Boat", "model": "x.boat", "code": "BT"})
        self.assertFalse(doctype.live)
        self.assertNotIn("x.boat", doctype._live_models())

    def test_any_model_with_a_chatter_can_be_added(self):
        self.assertFalse(self._has_tab("mail.blacklist"))
        self.env["erp.email.reference.type"].create({"name": "Blacklist", "model": "mail.blacklist", "code": "BL"})
        self.assertTrue(self._has_tab("mail.blacklist"))

    def test_forms_without_a_notebook_get_one(self):
        view = self.env["ir.ui.view"].create(
            {
                "name": "bare",
                "model": "res.partner",
                "type": "form",
                "arch": "<form><sheet><field name='name'/></sheet></form>",
            }
        )
        arch = self.env["res.partner"].get_view(view.id, "form")["arch"]
        self.assertIn("<notebook>", arch)
        self.assertIn('name="erp_email_tab"', arch)

    def test_links_go_with_their_document(self):
        partner = self.env["res.partner"].create({"name": "Gone soon"})
        email = self.receive(b"From: a@b.example\r\nSubject: x\r\n\r\nx\r\n").email_id
        self.env["erp.email.link"].create(
            {
                "email_id": email.id,
                "res_model": "res.partner",
                "res_id": partner.id,
                "date": email.date,
                "rule": "manual",
            }
        )
        email._update_state()
        self.assertEqual(email.state, "linked")
        partner.unlink()
        self.assertFalse(email.link_ids)
        self.assertEqual(email.state, "unassociated")
