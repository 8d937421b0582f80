from xmlrpc.client import Fault

from odoo.exceptions import ValidationError
from odoo.tests import Form, HttpCase, TransactionCase, tagged
from odoo.tools import mute_logger

from ..sending.parameters import VALIDATORS


class ParameterCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.ref("base.main_company")
        cls.env["res.company"].search([]).alias_domain_id = False
        cls.env["ir.config_parameter"].search([("key", "like", "mail.")]).unlink()
        cls.other = cls.env["res.company"].create({"name": "Other", "alias_domain_id": False})

    def set(self, **values):
        for key, value in values.items():
            self.env["ir.config_parameter"].set_param(f"mail.{key.replace('__', '.')}", value)
        self.env.cr.flush()  # as a commit does

    def get(self, key):
        self.env.cr.flush()
        return self.env["ir.config_parameter"].get_param(f"mail.{key}")

    def addresses(self, company=None):
        self.env.cr.flush()
        domain = (company or self.company).alias_domain_id
        return domain.catchall_email, domain.bounce_email, domain.default_from_email


@tagged("post_install", "-at_install")
class TestSystemParameters(ParameterCase):
    def test_setting_the_domain_makes_the_main_company_receive_mail(self):
        self.set(catchall__domain="mycompany.com")
        self.assertEqual(
            self.addresses(), ("catchall@mycompany.com", "bounce@mycompany.com", "notifications@mycompany.com")
        )

    def test_a_domain_that_is_new_to_the_company_shows_all_its_parameters(self):
        """The old documents say where to change them, not that they must be added first."""
        expected = {"catchall.alias": "catchall", "bounce.alias": "bounce", "default.from": "notifications"}
        self.set(catchall__domain="mycompany.com")
        self.assertEqual({key: self.get(key) for key in expected}, expected)
        self.set(catchall__domain=False, **dict.fromkeys(("catchall__alias", "bounce__alias", "default__from"), False))
        self.company.alias_domain_id = self.env["mail.alias.domain"].create({"name": "other.com"})
        self.assertEqual({key: self.get(key) for key in expected}, expected)

    def test_the_screen_of_system_parameters(self):
        with Form(self.env["ir.config_parameter"]) as form:
            form.key, form.value = "mail.catchall.domain", "Screen.com"
        parameter = form.record
        self.assertEqual((parameter.value, self.addresses()[0]), ("screen.com", "catchall@screen.com"))
        with Form(parameter) as form:
            form.value = "other.com"
        self.assertEqual(self.addresses()[0], "catchall@other.com")
        with self.assertRaisesRegex(ValidationError, "bare domain"), Form(parameter) as form:
            form.value = "x@other.com"
        parameter.unlink()
        self.env.cr.flush()
        self.assertFalse(self.company.alias_domain_id)

    def test_adding_a_parameter_that_came_by_itself_sets_it(self):
        self.set(catchall__domain="mycompany.com")
        Parameter = self.env["ir.config_parameter"]
        made = Parameter.create(
            [
                {"key": "mail.catchall.alias", "value": "erp"},
                {"key": "my.own", "value": "x"},
                {"key": "mail.bounce.alias", "value": "returns"},
            ]
        )
        self.assertEqual(made.mapped("value"), ["erp", "x", "returns"])
        self.assertEqual(self.addresses()[:2], ("erp@mycompany.com", "returns@mycompany.com"))
        self.assertEqual(Parameter.search_count([("key", "=", "mail.catchall.alias")]), 1)

    def test_parameters_set_before_the_domain_wait_for_it(self):
        self.set(catchall__alias="erp", bounce__alias="returns", default__from="office")
        self.set(catchall__domain="mycompany.com")
        self.assertEqual(self.addresses(), ("erp@mycompany.com", "returns@mycompany.com", "office@mycompany.com"))

    def test_changing_a_parameter_changes_the_domain(self):
        self.set(catchall__domain="mycompany.com")
        self.set(catchall__alias="erp", default__from="boss@elsewhere.com", catchall__domain="new.com")
        self.assertEqual(self.addresses(), ("erp@new.com", "bounce@new.com", "boss@elsewhere.com"))
        self.assertEqual(len(self.company.alias_domain_id.search([("name", "in", ["mycompany.com", "new.com"])])), 1)

    def test_editing_the_domain_changes_the_parameters(self):
        self.set(catchall__domain="mycompany.com")
        self.company.alias_domain_id.write({"name": "b.com", "catchall_alias": "Erp", "default_from": False})
        self.assertEqual(self.get("catchall.domain"), "b.com")
        self.assertEqual(self.get("catchall.alias"), "erp")
        self.assertFalse(self.get("default.from"))

    def test_parameters_set_before_an_edit_of_the_domain_in_the_same_transaction_count(self):
        self.set(catchall__domain="mycompany.com")
        self.env["ir.config_parameter"].set_param("mail.catchall.alias", "erp")
        self.company.alias_domain_id.bounce_alias = "returns"
        self.assertEqual(self.addresses()[:2], ("erp@mycompany.com", "returns@mycompany.com"))

    def test_parameters_act_when_their_transaction_ends(self):
        self.set(catchall__domain="mycompany.com")
        domain = self.company.alias_domain_id
        self.env["ir.config_parameter"].set_param("mail.catchall.alias", "erp")
        self.assertEqual(domain.catchall_alias, "catchall")
        self.env.cr.flush()
        self.assertEqual(domain.catchall_alias, "erp")

    def test_a_domain_that_odoo_takes_is_not_refused_as_a_parameter(self):
        self.set(catchall__domain="mycompany.com")
        self.company.alias_domain_id.name = "my_company.com"
        self.assertEqual(self.get("catchall.domain"), "my_company.com")
        self.assertEqual(self.addresses()[0], "catchall@my_company.com")

    def test_deleting_a_parameter_brings_the_default_back(self):
        self.set(catchall__domain="mycompany.com", catchall__alias="erp", bounce__alias="x", default__from="office")
        self.set(catchall__alias=False, bounce__alias=False, default__from=False)
        self.assertEqual(self.addresses(), ("catchall@mycompany.com", "bounce@mycompany.com", ""))
        self.assertFalse(self.get("catchall.alias"), "what was deleted must not come back by itself")

    def test_deleting_the_domain_takes_it_from_the_main_company_alone(self):
        self.set(catchall__domain="mycompany.com")
        self.other.alias_domain_id = self.env["mail.alias.domain"].create({"name": "other.com"})
        domain = self.company.alias_domain_id
        self.set(catchall__domain=False)
        self.assertFalse(self.company.alias_domain_id)
        self.assertTrue(domain.exists(), "aliases of the domain must keep it")
        self.assertEqual(self.other.alias_domain_id.name, "other.com")

    def test_the_settings_screen_changes_the_parameters(self):
        self.set(catchall__domain="mycompany.com")
        second = self.env["mail.alias.domain"].create({"name": "second.com", "catchall_alias": "all"})
        self.env["res.config.settings"].create({"alias_domain_id": second.id}).execute()
        self.assertEqual(self.get("catchall.domain"), "second.com")
        self.assertEqual(self.get("catchall.alias"), "all")

    def test_removing_the_domain_record_removes_the_parameter(self):
        self.set(catchall__domain="mycompany.com")
        self.env["mail.alias"].search([]).alias_domain_id = False
        self.company.alias_domain_id.unlink()
        self.assertFalse(self.get("catchall.domain"))

    def test_two_companies_with_two_domains_do_not_touch_each_other(self):
        self.set(catchall__domain="mycompany.com")
        self.other.alias_domain_id = self.env["mail.alias.domain"].create({"name": "other.com"})
        self.other.alias_domain_id.catchall_alias = "hello"
        self.set(catchall__alias="erp")
        self.assertEqual(self.addresses(self.other)[0], "hello@other.com")
        self.assertEqual(self.addresses()[0], "erp@mycompany.com")
        self.assertEqual(self.get("catchall.domain"), "mycompany.com")

    def test_a_domain_of_another_company_is_shared_not_doubled(self):
        self.set(catchall__domain="mycompany.com")
        self.other.alias_domain_id = self.env["mail.alias.domain"].create({"name": "other.com"})
        self.set(catchall__domain="other.com")
        self.assertEqual(self.company.alias_domain_id, self.other.alias_domain_id)

    def test_a_renamed_key_is_a_deleted_and_a_set_one(self):
        self.set(catchall__domain="mycompany.com", catchall__alias="erp")
        self.set(bounce__alias=False)
        self.env["ir.config_parameter"].search([("key", "=", "mail.catchall.alias")]).key = "mail.bounce.alias"
        self.assertEqual(self.addresses()[:2], ("catchall@mycompany.com", "erp@mycompany.com"))

    def test_values_that_make_no_sense_are_refused_and_named(self):
        self.set(catchall__domain="mycompany.com")
        before = self.addresses()
        table = [
            ("mail.catchall.domain", "erp@mycompany.com", "bare domain"),
            ("mail.catchall.domain", "https://mycompany.com", "bare domain"),
            ("mail.catchall.domain", "my company", "not a domain name"),
            ("mail.catchall.alias", "erp@mycompany.com", "part before the @"),
            ("mail.catchall.alias", "catch all", "Only letters"),
            ("mail.bounce.alias", "bounçe", "Only letters"),
            ("mail.default.from", "Admin <a@b.com>", "Only letters"),
            ("mail.default.from", "a@b@c.com", "part before the @"),
            ("mail.default.from_filter", "*.mycompany.com", "not a domain name"),
            ("mail.default.from_filter", " , ", "domain or an address"),
            ("mail.incoming.limit.period", "0", "whole number"),
            ("mail.incoming.limit.period", "-5", "whole number"),
            ("mail.incoming.limit.alias", "five", "whole number"),
            ("web.base.url.freeze", "False", "delete the parameter"),
            ("erp_mail_integration.notice_hourly_cap", "many", "whole number"),
        ]
        for key, value, reason in table:
            with self.subTest(key=key, value=value):
                with self.assertRaisesRegex(ValidationError, reason) as caught, self.env.cr.savepoint():
                    self.env["ir.config_parameter"].set_param(key, value)
                self.assertIn(key, str(caught.exception))
                self.assertNotEqual(self.env["ir.config_parameter"].get_param(key), value)
        self.assertEqual(self.addresses(), before)

    def test_values_are_cleaned(self):
        self.set(catchall__domain=" MyCompany.COM ", default__from_filter="MyCompany.com ,erp@Other.com,")
        self.assertEqual(self.get("catchall.domain"), "mycompany.com")
        self.assertEqual(self.get("default.from_filter"), "mycompany.com, erp@other.com")

    def test_loop_limits_count_as_soon_as_one_is_set(self):
        limits = self.env["mail.alias.domain"]._incoming_limits
        self.assertIsNone(limits())
        self.set(incoming__limit__period="30")
        self.assertEqual(limits(), (30, 5))
        self.set(incoming__limit__period=False, incoming__limit__alias="9")
        self.assertEqual(limits(), (60, 9))

    def test_installation_publishes_the_domain_and_can_be_repeated(self):
        self.company.alias_domain_id = self.env["mail.alias.domain"].create({"name": "live.com"})
        self.env.cr.execute("DELETE FROM ir_config_parameter WHERE key LIKE 'mail.%'")
        # a dead parameter from before the add-on was installed
        self.env.cr.execute("INSERT INTO ir_config_parameter (key, value) VALUES ('mail.catchall.domain', 'dead.com')")
        self.env.invalidate_all()
        for _time in range(2):
            self.env["mail.alias.domain"]._install_parameters()
            self.assertEqual(self.company.alias_domain_id.name, "live.com")
            self.assertEqual(self.get("catchall.domain"), "live.com")
            self.assertEqual(self.get("bounce.alias"), "bounce")

    def test_installation_follows_the_parameters_where_there_is_no_domain(self):
        self.env.cr.execute(
            "INSERT INTO ir_config_parameter (key, value) "
            "VALUES ('mail.catchall.domain', 'old.com'), ('mail.catchall.alias', 'erp')"
        )
        self.env.invalidate_all()
        for _time in range(2):
            self.env["mail.alias.domain"]._install_parameters()
            self.assertEqual(self.addresses()[0], "erp@old.com")


@tagged("post_install", "-at_install")
class TestFormerAddresses(ParameterCase):
    def setUp(self):
        super().setUp()
        self.set(catchall__domain="mycompany.com")
        self.set(catchall__alias="erp", bounce__alias="returns")

    def detect(self, to):
        values = {"to": to, "email_from": "anna@example.com"}
        return (
            bool(self.env["mail.thread"]._detect_write_to_catchall(values)),
            self.env["mail.thread"]._detect_is_bounce(
                self.env["ir.mail_server"]._build_email__("anna@example.com", ["x@y.z"], "Subject", "Body"), values
            ),
        )

    def test_mail_to_former_names_is_treated_like_mail_to_present_ones(self):
        self.assertEqual(self.detect("erp@mycompany.com"), (True, False))
        self.assertEqual(self.detect('"My Company" <Catchall@MyCompany.com>'), (True, False))
        self.assertEqual(self.detect("bounce@mycompany.com"), (False, True))
        self.assertEqual(self.detect("someone@mycompany.com"), (False, False))

    def test_names_at_a_former_domain_are_recognised(self):
        self.set(catchall__domain="new.com")
        for address in ("catchall@mycompany.com", "erp@mycompany.com"):
            self.assertEqual(self.detect(address), (True, False), address)

    def test_former_addresses_are_no_recipients(self):
        found = self.env["mail.alias.domain"]._find_aliases(
            ["catchall@mycompany.com", "anna@example.com", "erp@mycompany.com"]
        )
        self.assertEqual(found, ["catchall@mycompany.com", "erp@mycompany.com"])

    def test_an_alias_that_took_over_the_name_keeps_its_mail(self):
        self.env["mail.alias"].create(
            {
                "alias_name": "catchall",
                "alias_domain_id": self.company.alias_domain_id.id,
                "alias_model_id": self.env["ir.model"]._get_id("res.partner"),
            }
        )
        self.assertEqual(self.detect("catchall@mycompany.com"), (False, False))

    def test_a_name_in_use_again_is_no_longer_former(self):
        self.set(catchall__alias="catchall")
        self.assertEqual(
            self.company.alias_domain_id.former_ids.mapped("email"), ["erp@mycompany.com", "bounce@mycompany.com"]
        )


FIRST = {
    "mail.catchall.domain": "rpc.com",
    "mail.catchall.alias": "erp",
    "mail.bounce.alias": "returns",
    "mail.default.from": "office",
    "mail.default.from_filter": "rpc.com",
    "mail.incoming.limit.period": "60",
    "mail.incoming.limit.alias": "5",
    "web.base.url.freeze": "True",
}
SECOND = {
    "mail.catchall.domain": "rpc2.com",
    "mail.catchall.alias": "erp2",
    "mail.bounce.alias": "returns2",
    "mail.default.from": "boss@elsewhere.com",
    "mail.default.from_filter": "rpc2.com, erp@other.com",
    "mail.incoming.limit.period": "30",
    "mail.incoming.limit.alias": "7",
    "web.base.url.freeze": "True",
}


@tagged("post_install", "-at_install")
class TestSystemParametersOverRpc(HttpCase):
    def call(self, method, *args):
        uid = self.env.ref("base.user_admin").id
        with mute_logger("odoo.addons.rpc.controllers.xmlrpc"):  # deprecated, and what scripts use
            return self.xmlrpc_object.execute_kw(self.env.cr.dbname, uid, "admin", "ir.config_parameter", method, args)

    def setUp(self):
        super().setUp()
        self.env.ref("base.user_admin").password = "admin"
        self.env["res.company"].search([]).alias_domain_id = False
        self.env["ir.config_parameter"].search([("key", "in", list(VALIDATORS))]).unlink()
        self.env.cr.flush()

    def test_every_parameter_is_set_changed_and_deleted(self):
        """One call after the other, each with its own transaction, as a script makes them."""
        company = self.env.ref("base.main_company")

        def addresses():
            domain = company.alias_domain_id
            return [domain.name, domain.catchall_alias, domain.bounce_alias, domain.default_from]

        ids = {key: self.call("create", [{"key": key, "value": value}])[0] for key, value in FIRST.items()}
        self.assertEqual(addresses(), ["rpc.com", "erp", "returns", "office"])
        for key, value in SECOND.items():
            self.call("write", [ids[key]], {"value": value})
        self.assertEqual(addresses(), ["rpc2.com", "erp2", "returns2", "boss@elsewhere.com"])
        self.assertEqual(self.env["mail.alias.domain"]._incoming_limits(), (30, 7))
        self.assertEqual(self.env["ir.mail_server"]._get_default_from_filter(), "rpc2.com, erp@other.com")
        domain_id = ids.pop("mail.catchall.domain")
        for parameter_id in ids.values():
            self.call("unlink", [parameter_id])
        self.assertEqual(addresses(), ["rpc2.com", "catchall", "bounce", False])
        self.assertIsNone(self.env["mail.alias.domain"]._incoming_limits())
        self.assertFalse(self.env["ir.mail_server"]._get_default_from_filter())
        self.call("unlink", [domain_id])
        self.assertFalse(company.alias_domain_id)

    def test_parameters_set_changed_and_deleted_by_a_script(self):
        company = self.env.ref("base.main_company")
        ids = self.call("create", [{"key": "mail.catchall.domain", "value": "rpc.com"}])
        self.assertEqual(company.alias_domain_id.name, "rpc.com")
        self.call("write", ids, {"value": "rpc2.com"})
        self.assertEqual(company.alias_domain_id.name, "rpc2.com")
        self.call("set_param", "mail.catchall.alias", "erp")
        self.assertEqual(company.catchall_email, "erp@rpc2.com")
        with self.assertRaisesRegex(Fault, "bare domain"), mute_logger("odoo.http"):
            self.call("write", ids, {"value": "@rpc3.com"})
        self.assertEqual(company.alias_domain_id.name, "rpc2.com")
        self.call("unlink", ids)
        self.assertFalse(company.alias_domain_id)
