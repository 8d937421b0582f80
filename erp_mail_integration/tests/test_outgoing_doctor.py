import contextlib
import email.message
import time
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .mail_host import PASSWORD, imap_host
from .name_server import name_server
from .smtp_sink import free_port, smtp_sink
from .test_outgoing_sender import OutgoingCase

ZONE = {
    ("mycompany.com", "MX"): ["10 mx.mycompany.com."],
    ("mycompany.com", "TXT"): ['"v=spf1 mx -all"'],
    ("_dmarc.mycompany.com", "TXT"): ['"v=DMARC1; p=reject"'],
    ("s1._domainkey.mycompany.com", "TXT"): ['"v=DKIM1; p=MIGf"'],
}


class DoctorCase(OutgoingCase):
    """A healthy set-up, with a real SMTP server, a mailbox server and a name server."""

    def setUp(self):
        super().setUp()
        self.zone = dict(ZONE)
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.sink = stack.enter_context(smtp_sink(self.env))
        imap_port = stack.enter_context(imap_host())
        nameserver = stack.enter_context(name_server(self.zone))
        now = fields.Datetime.now()
        self.env["res.company"].search([]).alias_domain_id = self.domain
        self.domain.dkim_selector = "s1"
        self.outgoing = self.server("Out", from_filter="mycompany.com", smtp_port=self.sink.port)
        self.env["fetchmail.server"].with_context(active_test=False).search([]).active = False
        self.incoming = self.env["fetchmail.server"].create(
            {
                "name": "In", "server_type": "imap", "server": "127.0.0.1", "port": imap_port,
                "user": "erp@mycompany.com", "password": PASSWORD, "state": "done", "date": now,
            }
        )  # fmt: skip
        self.crons = self.env["ir.cron"].browse(
            self.env.ref(f"{xmlid}").id
            for xmlid in (
                "mail.ir_cron_mail_gateway_action",
                "mail.ir_cron_mail_scheduler_action",
                "erp_mail_integration.ir_cron_process_pending",
            )
        )
        self.crons.write({"active": True, "nextcall": now + timedelta(minutes=5)})
        self.env["mail.mail"].search([]).unlink()
        users = self.env["res.users"].search([("share", "=", False)])
        for user in users.filtered(lambda user: not user.email):
            user.email = f"{user.id}@mycompany.com"
        self.env["ir.config_parameter"].search([("key", "=like", "mail.gateway.loop.%")]).unlink()
        self.parameter("web.base.url", "https://odoo.mycompany.com")
        self.parameter("web.base.url.freeze", "True")
        self.parameter("erp_mail_integration.nameserver", nameserver)
        self.parameter("erp_mail_integration.allowed_mail_hosts", "127.0.0.1")
        probe = self.env["erp.email.probe"]._start(self.domain)
        probe.write({"returned": now, "mail_id": False})
        self.env["mail.mail"].search([]).unlink()

    def examine(self, user=None):
        doctor = self.env["erp.email.doctor"].create({})
        if user:
            doctor = doctor.with_user(user)
        with mute_logger("odoo.addons.base.models.ir_mail_server"):
            doctor.action_examine()
        return doctor

    def keys(self):
        return sorted(self.examine().finding_ids.mapped("key"))

    @contextlib.contextmanager
    def undone(self):
        """Whatever is planted inside is gone afterwards."""
        savepoint = self.env.cr.savepoint(flush=True)
        try:
            yield
        finally:
            self.env.invalidate_all()
            self.env.cr.clear()
            savepoint.rollback()
            savepoint.close(rollback=False)
            self.registry.clear_all_caches()
            self.zone.clear()
            self.zone.update(ZONE)


@tagged("post_install", "-at_install")
class TestDoctor(DoctorCase):
    def test_nothing_is_invented_on_a_healthy_set_up(self):
        # As an administrator: the superuser of the tests sees passwords that people see masked.
        doctor = self.examine(self.env.ref("base.user_admin"))
        self.assertEqual(doctor.finding_ids.mapped("title"), [])
        self.assertEqual((doctor.error_count, doctor.warning_count), (0, 0))
        self.assertEqual(doctor.checked.count("text-success"), 10)

    def test_each_planted_fault_is_named_with_its_cure(self):
        company = self.env.company
        old = fields.Datetime.now() - timedelta(hours=5)
        mail = {"email_from": "a@mycompany.com", "email_to": "x@example.org", "subject": "Offer"}
        login = {"smtp_user": "erp@mycompany.com", "smtp_pass": "wrong"}

        def raw(key, value):  # as another program writes it, past every check
            self.parameter(key, "1")
            self.env.cr.execute("UPDATE ir_config_parameter SET value = %s WHERE key = %s", (value, key))
            self.env.invalidate_all()

        def drop(*names):
            for name in names:
                del self.zone[name, "MX" if name == "mycompany.com" else "TXT"]

        table = [
            ("smtp_refused", lambda: self.outgoing.write({"smtp_port": free_port()})),
            ("smtp_authentication", lambda: self.outgoing.write(login)),
            ("smtp_starttls", lambda: self.outgoing.write({"smtp_encryption": "starttls"})),
            ("smtp_tls_port", lambda: self.outgoing.write({"smtp_encryption": "ssl"})),
            ("smtp_name_unknown", lambda: self.outgoing.write({"smtp_host": "smtp.invalid"})),
            ("filter_broken", lambda: self.outgoing.write({"from_filter": "mycompany.com, @mycompany.com"})),
            ("filter_twice", lambda: self.outgoing.copy()),
            ("default_unmatched", lambda: self.outgoing.write({"from_filter": "other.com"})),
            ("no_default_sender", lambda: self.domain.write({"default_from": False})),
            ("user_without_address", lambda: self.env.ref("base.user_admin").write({"email": False})),
            ("no_domain", lambda: self.env["res.company"].create({"name": "New", "alias_domain_id": False})),
            ("catchall_is_bounce", lambda: self.domain.write({"bounce_alias": "catchall"})),
            ("no_incoming", lambda: self.incoming.write({"active": False})),
            ("incoming_draft", lambda: self.incoming.write({"state": "draft"})),
            ("incoming_failed", lambda: self.incoming.write({"password": "wrong"})),
            ("incoming_failed", lambda: self.incoming.write({"port": free_port()})),
            ("incoming_failed", lambda: self.parameter("erp_mail_integration.allowed_mail_hosts", "mail.lan")),
            ("incoming_stale", lambda: self.incoming.write({"date": old})),
            ("schedule_off", lambda: self.crons[0].write({"active": False})),
            ("schedule_late", lambda: self.crons[1].write({"nextcall": old})),
            ("mail_failed", lambda: self.env["mail.mail"].create({**mail, "state": "exception", "failure_reason": "(550, b'5.7.64 TenantAttribution')"})),
            ("loop_limit", lambda: raw("mail.gateway.loop.threshold", "many")),
            ("local_web_address", lambda: self.parameter("web.base.url", "http://localhost:8069")),
            ("web_address_not_frozen", lambda: self.parameter("web.base.url.freeze", False)),
            ("mx_missing", lambda: drop("mycompany.com")),
            ("mx_missing", lambda: self.zone.update({("mycompany.com", "MX"): ["0 ."]})),
            ("spf_missing", lambda: self.zone.update({("mycompany.com", "TXT"): ['"hello"']})),
            ("spf_twice", lambda: self.zone.update({("mycompany.com", "TXT"): ['"v=spf1 -all"', '"v=spf1 mx -all"']})),
            ("spf_open", lambda: self.zone.update({("mycompany.com", "TXT"): ['"v=spf1 +all"']})),
            ("spf_too_long", lambda: self.zone.update({("mycompany.com", "TXT"): ['"v=spf1 include:mycompany.com -all"']})),
            ("spf_broken", lambda: self.zone.update({("mycompany.com", "TXT"): ['"v=spf1 include:gone.com -all"']})),
            ("spf_too_long", lambda: self.zone.update({("mycompany.com", "TXT"): ['"v=spf1 {}-all"'.format("a:x.y " * 11)]})),
            ("dkim_unknown", lambda: self.domain.write({"dkim_selector": False})),
            ("dkim_missing", lambda: drop("s1._domainkey.mycompany.com")),
            ("dkim_missing", lambda: self.zone.update({("s1._domainkey.mycompany.com", "TXT"): ['"v=DKIM1; p="']})),
            ("dmarc_missing", lambda: drop("_dmarc.mycompany.com")),
            ("dns_unreachable", lambda: self.parameter("erp_mail_integration.nameserver", "127.0.0.1:nonsense")),
            ("not_probed", lambda: self.env["erp.email.probe"].search([]).unlink()),
        ]  # fmt: skip
        for key, plant in table:
            with self.subTest(key), self.undone():
                plant()
                findings = self.examine().finding_ids
                self.assertEqual(findings.mapped("key"), [key], "this fault alone")
                self.assertTrue(findings.title and findings.explanation and findings.next_step)
                if findings.res_model:
                    action = findings.action_open()
                    self.assertIn(action["res_model"], self.env)
        self.assertEqual(company, self.env.company)

    def test_a_queue_that_stands_still(self):
        mail = self.env["mail.mail"].create({"email_from": "a@mycompany.com", "email_to": "x@example.org"})
        self.env.cr.execute(
            "UPDATE mail_mail SET create_date = create_date - interval '5 hours' WHERE id = %s", mail.ids
        )
        mail.invalidate_recordset()
        self.assertEqual(self.keys(), ["mail_waiting"])

    def test_a_password_in_clear_is_named_before_it_is_sent(self):
        self.outgoing.write({"smtp_host": "smtp.invalid", "smtp_user": "erp", "smtp_pass": "secret"})
        self.assertEqual(self.keys(), ["password_in_clear", "smtp_name_unknown"])

    def test_a_dead_network_costs_seconds_not_minutes(self):
        with name_server({}, silent=True) as nameserver:
            self.parameter("erp_mail_integration.nameserver", nameserver)
            started = time.monotonic()
            self.assertEqual(self.keys(), ["dns_unreachable"])
            self.assertLess(time.monotonic() - started, 10)

    def test_other_companies_and_their_domains_are_examined_too(self):
        second = self.env["mail.alias.domain"].create({"name": "second.com"})
        self.env["res.company"].create({"name": "Second", "alias_domain_id": second.id})
        self.assertEqual(
            self.keys(),
            ["default_unmatched", "dkim_unknown", "dmarc_missing", "mx_missing", "not_probed", "spf_missing"],
        )


@tagged("post_install", "-at_install")
class TestProbe(DoctorCase):
    def setUp(self):
        super().setUp()
        self.env["erp.email.probe"].search([]).unlink()

    def arrive(self, raw):
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].message_process(None, raw)

    def send(self):
        doctor = self.env["erp.email.doctor"].create({})
        doctor.action_send_probe()
        self.assertEqual(doctor.finding_ids.mapped("key"), ["probe_on_its_way"])
        return doctor, self.sink.mails[-1]

    def test_a_probe_goes_out_to_the_catchall_address_and_comes_back(self):
        doctor, sent = self.send()
        self.assertEqual(sent.recipients, ("catchall@mycompany.com",))
        self.assertEqual(sent.message["Auto-Submitted"], "auto-generated")
        count = len(self.sink.mails)
        self.arrive(b"Received: from mx.mycompany.com by imap.mycompany.com\r\n" + sent.content)
        doctor.action_examine()
        self.assertEqual(doctor.finding_ids.mapped("key"), [])
        self.assertEqual(doctor.probe_ids.state, "returned")
        self.assertIn("by imap.mycompany.com", doctor.probe_ids.trace)
        self.assertEqual(len(self.sink.mails), count, "no notice that the catchall address was written to")

    def test_a_relay_that_drops_our_headers_does_not_hide_it(self):
        doctor, sent = self.send()
        stripped = email.message.EmailMessage()
        for name in ("From", "To", "Subject"):
            stripped[name] = str(sent.message[name])
        stripped["Message-Id"] = "<changed@relay>"
        self.arrive(stripped.as_bytes())
        self.assertEqual(doctor.probe_ids.state, "returned")

    def test_a_foreign_mail_is_no_probe(self):
        doctor, _sent = self.send()
        stripped = email.message.EmailMessage()
        stripped["From"], stripped["To"], stripped["Subject"] = (
            "a@example.org",
            "nobody@mycompany.com",
            "Mail probe 0123456789abcdef",
        )
        with self.assertRaises(ValueError):
            self.arrive(stripped.as_bytes())
        self.assertEqual(doctor.probe_ids.state, "sent")

    def test_a_probe_that_does_not_come_back_is_lost(self):
        doctor, _sent = self.send()
        self.env.cr.execute("UPDATE erp_email_probe SET create_date = create_date - interval '20 minutes'")
        self.env.invalidate_all()
        doctor.action_examine()
        self.assertEqual(doctor.finding_ids.mapped("key"), ["probe_lost"])
        self.assertIn(doctor.probe_ids.token, doctor.finding_ids.next_step)

    def test_a_probe_that_cannot_be_sent_says_why(self):
        self.sink.replies = ["550 5.7.64 TenantAttribution; Relay Access Denied"]
        doctor = self.env["erp.email.doctor"].create({})
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            doctor.action_send_probe()
        self.assertEqual(sorted(doctor.finding_ids.mapped("key")), ["mail_failed", "probe_failed"])
        self.assertIn("Connectors", doctor.finding_ids[0].next_step)
