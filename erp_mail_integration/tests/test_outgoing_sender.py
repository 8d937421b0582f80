import itertools
from email.utils import parseaddr

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import email_normalize, mute_logger

from ..sending import order
from .smtp_sink import smtp_sink


class OutgoingCase(TransactionCase):
    """A company with an email domain and outgoing servers that no other test set up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Server = cls.env["ir.mail_server"]
        cls.Server.search([]).write({"active": False})
        cls.env["ir.config_parameter"].search([("key", "=like", "mail.default.from_filter")]).unlink()
        cls.domain = cls.env["mail.alias.domain"].create({"name": "mycompany.com", "sequence": 1})
        cls.env.company.alias_domain_id = cls.domain
        cls.env.user.write({"name": "Admin", "email": "admin@example.com"})

    def server(self, name="Server", **values):
        return self.Server.create({"name": name, "smtp_host": "127.0.0.1", "smtp_port": 9, **values})

    def parameter(self, key, value):
        self.env["ir.config_parameter"].set_param(key, value)
        self.env.cr.flush()  # as a commit does

    def documented_order(self):
        self.parameter("erp_mail_integration.server_order", "documented")


@tagged("post_install", "-at_install")
class TestServerOrder(OutgoingCase):
    def test_the_explained_order_is_the_one_odoo_follows(self):
        """Every pair of servers, every sender and default: our steps end where Odoo's own search ends."""
        filters = [
            False, "mycompany.com", "MyCompany.com, x.org", "admin@example.com", "Notifications@mycompany.com",
            "other.com", "@mycompany.com", ",", "example.com,admin@mycompany.com",
        ]  # fmt: skip
        senders = [
            '"Admin" <admin@example.com>', "ADMIN@mycompany.com", "notifications@mycompany.com", "eve@evil.com", False,
        ]  # fmt: skip
        servers = {each: self.server(str(each), from_filter=each) for each in filters}
        compared = 0
        with mute_logger("odoo.addons.base.models.ir_mail_server"):
            for default_from, pair in itertools.product(
                ["notifications", "boss@other.com", False], itertools.permutations(filters, 2)
            ):
                self.domain.default_from = default_from
                candidates = self.Server.concat(*(servers[each] for each in pair))
                for sender in senders:
                    found, smtp_from = self.Server._find_mail_server(sender, candidates)
                    choice = self.Server._choose_server(sender, candidates, "odoo")
                    ours = self.Server._default_sender() if choice.sender == order.DEFAULT else sender
                    self.assertEqual((found.id, smtp_from), (choice.server.id, ours), (default_from, pair, sender))
                    compared += 1
        self.assertEqual(compared, 3 * 72 * 5)

    def test_the_explained_order_is_the_one_odoo_follows_without_servers(self):
        for from_filter, default_from, sender in itertools.product(
            [False, "mycompany.com", "other.com, admin@example.com"],
            ["notifications", False],
            ["admin@example.com", "eve@evil.com", False],
        ):
            self.parameter("mail.default.from_filter", from_filter)
            self.domain.default_from = default_from
            with mute_logger("odoo.addons.base.models.ir_mail_server"):
                found, smtp_from = self.Server._find_mail_server(sender)
            choice = self.Server._choose_server(sender, None, "odoo")
            ours = self.Server._default_sender() if choice.sender == order.DEFAULT else sender
            self.assertEqual((found, smtp_from, choice.server.id), (None, ours, 0), (from_filter, default_from, sender))

    def test_the_documented_order_is_used_only_when_chosen(self):
        unfiltered = self.server("Any", sequence=5)
        mine = self.server("Mine", sequence=9, from_filter="mycompany.com")
        self.assertEqual(self.Server._find_mail_server("eve@example.com"), (mine, "notifications@mycompany.com"))
        self.documented_order()
        self.assertEqual(self.Server._find_mail_server("eve@example.com"), (unfiltered, "eve@example.com"))

    def test_priority_decides_among_equals(self):
        second = self.server("Second", sequence=20, from_filter="mycompany.com")
        first = self.server("First", sequence=10, from_filter="mycompany.com")
        for order_name in ("odoo", "documented"):
            self.parameter("erp_mail_integration.server_order", order_name)
            self.assertEqual(self.Server._find_mail_server("a@mycompany.com")[0], first)
        first.sequence = 30
        self.assertEqual(self.Server._find_mail_server("a@mycompany.com")[0], second)

    def test_a_server_for_mass_mail_is_taken_only_where_it_is_named(self):
        transactional = self.server("Transactional", sequence=5)
        mass = self.server("Mass", sequence=50)
        self.documented_order()
        mail = self.env["mail.mail"].create({"email_from": "a@mycompany.com", "mail_server_id": mass.id})
        other = self.env["mail.mail"].create({"email_from": "a@mycompany.com"})
        chosen = {ids[0]: server for server, _domain, _from, ids in (mail | other)._split_by_mail_configuration()}
        self.assertEqual(chosen, {mail.id: mass.id, other.id: transactional.id})


@tagged("post_install", "-at_install")
class TestSenderOnTheWire(OutgoingCase):
    """What a real server gets: envelope and headers of every strategy."""

    def send(self, server, author='"Admin" <admin@example.com>', named=False, **values):
        mail = self.env["mail.mail"].create(
            {
                "email_from": author,
                "email_to": "customer@example.org",
                "subject": "Offer",
                "body_html": "<p>Hello</p>",
                "reply_to": '"My Company" <catchall@mycompany.com>',
                "mail_server_id": server.id if named else False,
                **values,
            }
        )
        with smtp_sink(self.env) as sink:
            server.smtp_port = sink.port
            mail.send()
            self.assertEqual(mail.state, "sent", mail.failure_reason)
        self.assertEqual(len(sink.mails), 1)
        return sink.mails[0]

    def check(self, received, header_from, envelope, reply_to="catchall@mycompany.com"):
        self.assertEqual(parseaddr(str(received.message["From"])), header_from)
        self.assertEqual(received.envelope_from, envelope)
        self.assertEqual(email_normalize(str(received.message["Reply-To"])), reply_to)
        self.assertEqual(len(received.message.get_all("From")), 1)
        self.assertEqual(len(received.message.get_all("Reply-To")), 1)
        self.assertEqual(received.message["X-Mailer"], "Odoo ERP Mail Integration")

    def test_the_example_of_the_documentation(self):
        """ "Admin" <admin@example.com> -> "Admin" <notifications@mycompany.com>"""
        for order_name, from_filter, default_from in itertools.product(
            ["odoo", "documented"],
            ["mycompany.com", "notifications@mycompany.com"],
            [None, "notifications@mycompany.com"],
        ):
            with self.subTest(order=order_name, filter=from_filter, default=default_from):
                self.parameter("erp_mail_integration.server_order", order_name)
                self.parameter("mail.default.from", default_from or "notifications")
                self.Server.search([]).unlink()
                received = self.send(self.server(from_filter=from_filter))
                full = from_filter == "mycompany.com"
                self.check(
                    received,
                    ("Admin", "notifications@mycompany.com"),
                    "bounce@mycompany.com" if full else "notifications@mycompany.com",
                )

    def test_a_full_address_filter_equal_to_the_default_replaces_every_other_sender(self):
        server = self.server(from_filter="erp@mycompany.com")
        self.parameter("mail.default.from", "erp@mycompany.com")
        for author in ("admin@mycompany.com", "eve@evil.com", '"Erp" <erp@mycompany.com>'):
            received = self.send(server, author)
            self.assertEqual(parseaddr(str(received.message["From"]))[1], "erp@mycompany.com")

    def test_a_sender_that_the_filter_allows_is_kept(self):
        for from_filter in ("example.com", "x.org, ADMIN@example.com"):
            self.Server.search([]).unlink()
            received = self.send(self.server(from_filter=from_filter))
            self.check(received, ("Admin", "admin@example.com"), "admin@example.com")

    def test_the_configuration_files_server_obeys_the_default_filter(self):
        self.parameter("mail.default.from_filter", "mycompany.com")
        found, smtp_from = self.Server._find_mail_server('"Admin" <admin@example.com>')
        message = self.Server._build_email__('"Admin" <admin@example.com>', ["x@example.org"], "S", "B")
        session = self.Server._session_preview(self.Server, smtp_from)
        envelope, _to, message = self.Server._prepare_email_message__(message, session)
        self.assertIsNone(found)
        self.assertEqual((message["From"], envelope), ("Admin <notifications@mycompany.com>", "bounce@mycompany.com"))

    def test_a_server_named_on_the_mail_ignores_its_filter_in_odoos_order_only(self):
        server = self.server(from_filter="mycompany.com")
        self.assertEqual(self.send(server, named=True).message["From"], "Admin <admin@example.com>")
        self.documented_order()
        self.check(self.send(server, named=True), ("Admin", "notifications@mycompany.com"), "bounce@mycompany.com")

    def test_the_servers_user_name_is_sender_and_envelope(self):
        server = self.server(sender_strategy="login", smtp_user="Erp@mycompany.com", smtp_pass="secret")
        self.check(self.send(server), ("Admin", "erp@mycompany.com"), "erp@mycompany.com")

    def test_a_fixed_sender_keeps_the_bounce_address_of_its_own_domain(self):
        server = self.server(sender_strategy="fixed", sender_address="erp@mail.mycompany.com")
        self.check(self.send(server), ("Admin", "erp@mail.mycompany.com"), "bounce@mycompany.com")

    def test_a_fixed_sender_of_another_domain_takes_the_envelope_with_it(self):
        server = self.server(sender_strategy="fixed", sender_address="erp@relay.net")
        self.check(self.send(server), ("Admin", "erp@relay.net"), "erp@relay.net")

    def test_a_fixed_sender_that_is_the_author_changes_nothing(self):
        server = self.server(sender_strategy="fixed", sender_address="admin@example.com", sender_via="X")
        self.check(self.send(server), ("Admin", "admin@example.com"), "admin@example.com")

    def test_name_via_company(self):
        server = self.server(from_filter="mycompany.com", sender_via="My Company")
        self.check(self.send(server), ("Admin via My Company", "notifications@mycompany.com"), "bounce@mycompany.com")
        received = self.send(server, author="admin@mycompany.com")
        self.assertEqual(
            received.message["From"], "admin@mycompany.com", "no via where the address is the author's own"
        )

    def test_answers_to_the_author(self):
        server = self.server(sender_strategy="fixed", sender_address="erp@mycompany.com", reply_to_author=True)
        self.check(
            self.send(server), ("Admin", "erp@mycompany.com"), "bounce@mycompany.com", reply_to="admin@example.com"
        )

    def test_one_alias_for_each_author(self):
        server = self.server(sender_strategy="partner")
        received = self.send(server)
        name, address = parseaddr(str(received.message["From"]))
        self.assertEqual(name, "Admin")
        self.assertRegex(address, r"^admin-[a-z2-9]{10}@mycompany\.com$")
        self.assertEqual(received.envelope_from, "bounce@mycompany.com")
        self.assertEqual(parseaddr(str(self.send(server).message["From"]))[1], address, "the alias stays")
        self.assertEqual(
            self.send(server, author="unknown@nowhere.com").message["From"], "unknown <notifications@mycompany.com>"
        )

    def test_a_name_with_a_line_break_stays_one_header(self):
        server = self.server(sender_strategy="fixed", sender_address="erp@mycompany.com", sender_via="A\r\nBcc: e@x.y")
        received = self.send(server)
        self.assertEqual(received.recipients, ("customer@example.org",))
        self.assertNotIn("Bcc", received.message)

    def test_a_name_beyond_ascii_arrives_whole(self):
        server = self.server(sender_strategy="fixed", sender_address="erp@mycompany.com", sender_via="Société, SA")
        received = self.send(server, author='"René Żółć" <rene@example.com>')
        self.assertEqual(received.message["From"].addresses[0].display_name, "René Żółć via Société, SA")

    def test_strategies_that_cannot_work_are_refused(self):
        for values in (
            {"sender_strategy": "fixed"},
            {"sender_strategy": "fixed", "sender_address": "no address"},
            {"sender_strategy": "login", "smtp_user": "erp"},
            {"sender_strategy": "login"},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self.server(**values)

    def test_headers_that_a_signature_covers_are_final_when_an_addon_signs(self):
        """A signing add-on overrides _prepare_email_message__ and signs what super returns, below or above us."""
        server = self.server(
            sender_strategy="login", smtp_user="erp@mycompany.com", smtp_pass="secret", reply_to_author=True
        )
        seen = {}
        base = self.env.registry["ir.mail_server"]
        core = next(cls for cls in base.__mro__ if cls.__module__ == "odoo.addons.base.models.ir_mail_server")
        original = core._prepare_email_message__

        def signing(this, message, session):
            result = original(this, message, session)
            seen.update(
                {name: str(result[2][name]) for name in ("From", "Reply-To", "To", "Subject", "Date", "X-Mailer")}
            )
            return result

        self.patch(core, "_prepare_email_message__", signing)
        received = self.send(server)
        self.assertEqual(seen["From"], "Admin <erp@mycompany.com>")
        arrived = {name: str(received.message[name]) for name in seen}
        self.assertEqual(seen, arrived)


@tagged("post_install", "-at_install")
class TestStrictServer(OutgoingCase):
    def mail(self):
        return self.env["mail.mail"].create({"email_from": "eve@evil.com", "email_to": "x@example.org"})

    def test_mail_that_no_server_matches_is_held_with_the_reason(self):
        server = self.server(from_filter="other.com")
        with smtp_sink(self.env) as sink:
            server.smtp_port = sink.port
            self.parameter("erp_mail_integration.strict_server", "True")
            mail = self.mail()
            with mute_logger("odoo.addons.base.models.ir_mail_server"):
                mail.send()
            self.assertEqual((mail.state, sink.mails), ("exception", []))
            self.assertIn("notifications@mycompany.com", mail.failure_reason)
            server.from_filter = "mycompany.com"
            mail.action_retry()
            mail.send()
            self.assertEqual((mail.state, len(sink.mails)), ("sent", 1))

    def test_without_the_option_odoos_choice_is_kept(self):
        server = self.server(from_filter="other.com")
        with smtp_sink(self.env) as sink, mute_logger("odoo.addons.base.models.ir_mail_server"):
            server.smtp_port = sink.port
            self.mail().send()
        self.assertEqual(len(sink.mails), 1)

    def test_a_fixed_sender_is_what_the_filter_is_asked_for(self):
        server = self.server(from_filter="other.com", sender_strategy="fixed", sender_address="erp@other.com")
        self.parameter("erp_mail_integration.strict_server", "True")
        with smtp_sink(self.env) as sink, mute_logger("odoo.addons.base.models.ir_mail_server"):
            server.smtp_port = sink.port
            self.mail().send()
        self.assertEqual(len(sink.mails), 1)
