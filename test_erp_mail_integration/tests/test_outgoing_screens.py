from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.erp_mail_integration.sending.parameters import VALIDATORS
from odoo.addons.erp_mail_integration.tests.name_server import name_server
from odoo.addons.erp_mail_integration.tests.smtp_sink import free_port, smtp_sink

from .common import ScreenshotCase


@tagged("post_install", "-at_install")
class TestSystemParametersScreen(ScreenshotCase):
    """Every documented parameter is set, changed and deleted where the old documents say, in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.ref("base.main_company")
        cls.other = cls.env["res.company"].create({"name": "Other"})
        cls.other.alias_domain_id = cls.env["mail.alias.domain"].create({"name": "other.com"})
        (cls.env["res.company"].search([]) - cls.other).alias_domain_id = False
        cls.env["ir.config_parameter"].search([("key", "in", list(VALIDATORS))]).unlink()
        cls.env.cr.flush()

    def tour(self, name):
        with mute_logger("odoo.http"):  # the value that is refused
            self.start_tour(
                "/odoo/system-parameters?debug=1", f"erp_mail_parameters_{name}", login="admin", timeout=120
            )
        domain = self.company.alias_domain_id
        self.assertEqual(self.other.alias_domain_id.name, "other.com", "the other company keeps its domain")
        return [domain.name, domain.catchall_alias, domain.bounce_alias, domain.default_from]

    def test_system_parameters_screen(self):
        Domain, Server = self.env["mail.alias.domain"], self.env["ir.mail_server"]
        self.assertEqual(self.tour("set"), ["screen.com", "erp", "returns", "office"])
        self.assertEqual(Server._get_default_from_filter(), "screen.com")
        self.assertEqual(self.tour("change"), ["second.com", "all", "back", "boss@elsewhere.com"])
        self.assertEqual(Domain._incoming_limits(), (30, 7))
        self.assertEqual(Server._get_default_from_filter(), "second.com, erp@other.com")
        self.tour("delete")
        self.assertFalse(self.company.alias_domain_id)
        self.assertIsNone(Domain._incoming_limits())
        self.assertFalse(self.env["ir.config_parameter"].get_param("web.base.url.freeze"))


@tagged("post_install", "-at_install")
class TestOutgoingScreens(ScreenshotCase):
    """Doctor and explain page as they are reached from the settings; preferences, composer and Email tab of a user."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.mail_server"].search([]).active = False
        cls.env["fetchmail.server"].with_context(active_test=False).search([]).active = False
        cls.domain = cls.env["mail.alias.domain"].create({"name": "mycompany.com", "sequence": 1})
        cls.env["res.company"].search([]).alias_domain_id = cls.domain
        cls.outgoing = cls.env["ir.mail_server"].create(
            {"name": "Relay", "smtp_host": "127.0.0.1", "smtp_port": free_port(), "from_filter": "mycompany.com"}
        )
        cls.anna = new_test_user(
            cls.env, "anna", groups="base.group_user,sales_team.group_sale_salesman_all_leads", name="Anna",
            email="anna@mycompany.com", tz="UTC",
        )  # fmt: skip
        cls.anna.erp_email_program = "odoo"
        customer = cls.env["res.partner"].create({"name": "Carl", "email": "carl@customer.example"})
        cls.order = cls.env["sale.order"].create({"partner_id": customer.id, "user_id": False})

    def test_outgoing_doctor_screen(self):
        with name_server({("mycompany.com", "TXT"): ['"v=spf1 include:mycompany.com -all"']}) as nameserver:
            self.env["ir.config_parameter"].set_param("erp_mail_integration.nameserver", nameserver)
            self.start_tour("/odoo/settings", "erp_mail_doctor", login="admin")

    def test_outgoing_explain_screen(self):
        self.env.ref("base.user_admin").email = "eve@evil.com"
        self.start_tour("/odoo/settings", "erp_mail_explain", login="admin")

    def test_outgoing_preferences_screen(self):
        self.start_tour("/odoo", "erp_mail_preferences", login="anna")
        self.assertEqual(self.anna.email_account_ids.mapped("reply_address"), ["sales@mycompany.com", "shop@x.org"])
        self.assertEqual(self.anna._default_email_account().name, "Sales")
        self.assertEqual(self.anna.email_subject_prefix, "[ERP]")

    def test_outgoing_composer_screen(self):
        self.env["erp.email.account"].create(
            [
                {"name": "Sales", "reply_address": "sales@mycompany.com", "is_default": True, "user_id": self.anna.id,
                 "signature": "<p>Anna, Sales</p>"},
                {"name": "Shop", "reply_address": "shop@mycompany.com", "user_id": self.anna.id,
                 "signature": "<p>Anna, Shop</p>"},
            ]
        )  # fmt: skip
        self.start_tour(f"/odoo/sale.order/{self.order.id}", "erp_mail_composer_account", login="anna")
        message = self.order.message_ids[0]
        self.assertEqual(message.email_from, '"Anna" <shop@mycompany.com>')
        self.assertIn("Anna, Shop", message.body)

    def test_outgoing_waiting_screen(self):
        """The server is down: the row of the Email tab says that the mail waits, and why."""
        with smtp_sink(self.env), mute_logger("odoo.addons.mail.models.mail_mail"):  # sending on, nobody at the port
            self.order.with_user(self.anna).message_post(
                body="Your offer", subject="Offer", partner_ids=self.order.partner_id.ids,
                message_type="comment", subtype_xmlid="mail.mt_comment",
            )  # fmt: skip
            self.env["mail.mail"].search([("state", "=", "outgoing")]).send()
            self.env.cr.flush()  # as a commit does
        self.start_tour(f"/odoo/sale.order/{self.order.id}", "erp_mail_waiting", login="anna")
