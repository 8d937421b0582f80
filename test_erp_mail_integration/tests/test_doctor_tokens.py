import importlib.util
import socket
import ssl
import tempfile
import time
from pathlib import Path

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.erp_mail_integration.tests.mail_host import PASSWORD as TOKEN
from odoo.addons.erp_mail_integration.tests.mail_host import imap_host
from odoo.addons.erp_mail_integration.tests.smtp_sink import smtp_sink
from odoo.addons.erp_mail_integration.tests.test_outgoing_sender import OutgoingCase

_path = Path(__file__).parents[2] / "tools" / "certificate.py"
_spec = importlib.util.spec_from_file_location("certificate", _path)
certificate = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(certificate)


@tagged("post_install", "-at_install")
class TestDoctorOfTokenServers(OutgoingCase):
    """Gmail and Outlook servers log in with a token: the doctor does as they do, and never with an empty password."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with tempfile.TemporaryDirectory() as folder:
            certificate.write(Path(folder))
            cls.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            cls.tls.load_cert_chain(f"{folder}/server.pem", f"{folder}/server.key")
        cls.env["fetchmail.server"].with_context(active_test=False).search([]).active = False
        cls.env["ir.config_parameter"].set_param("erp_mail_integration.allowed_mail_hosts", "127.0.0.1")
        cls.later = int(time.time()) + 3600

    def tokens(self, kind, token):
        prefix = {"gmail": "google_gmail", "outlook": "microsoft_outlook"}[kind]
        return {
            f"{prefix}_refresh_token": "refresh",
            f"{prefix}_access_token": token,
            f"{prefix}_access_token_expiration": self.later,
        }

    def found(self, check):
        with mute_logger("odoo.addons.google_gmail.models.google_gmail_mixin"):
            return list(getattr(self.env["erp.email.doctor"], check)())

    def test_outgoing(self):
        for kind, token, keys in (
            ("gmail", TOKEN, []),
            ("outlook", TOKEN, []),
            ("gmail", "expired", ["smtp_token"]),
            ("outlook", "expired", ["smtp_token"]),
        ):
            with self.subTest(kind=kind, token=token), smtp_sink(self.env, self.tls) as sink:
                sink.token = TOKEN
                self.Server.search([]).unlink()
                self.server(
                    smtp_authentication=kind, smtp_encryption="starttls", smtp_user="erp@mycompany.com",
                    smtp_port=sink.port, from_filter="erp@mycompany.com", **self.tokens(kind, token),
                )  # fmt: skip
                findings = self.found("_check_outgoing")
                self.assertEqual([finding.key for finding in findings], keys)
                self.assertNotIn("password", "".join(finding.explanation + finding.next_step for finding in findings))

    def test_a_relay_with_starttls_and_without_login(self):
        """Microsoft 365 as a relay (SEEDS 49): found in order, tested by Odoo's button, and used."""
        with smtp_sink(self.env, self.tls) as sink:
            relay = self.server(smtp_encryption="starttls", smtp_port=sink.port, from_filter="mycompany.com")
            self.assertEqual(self.found("_check_outgoing"), [])
            self.assertEqual(relay.test_smtp_connection()["params"]["type"], "success")
            mail = self.env["mail.mail"].create({"email_from": "a@mycompany.com", "email_to": "x@example.org"})
            mail.send()
        self.assertEqual((mail.state, len(sink.mails)), ("sent", 1), mail.failure_reason)

    def mailbox(self, kind, token, port):
        return self.env["fetchmail.server"].create(
            {
                "name": "Mine", "server_type": kind, "server": "127.0.0.1", "port": port, "is_ssl": True,
                "user": "erp@mycompany.com", "owner_id": self.env.user.id, "verify_certificate": False,
                "state": "done", **self.tokens(kind, token),
            }
        )  # fmt: skip

    def test_incoming(self):
        for kind, token, keys in (("gmail", TOKEN, []), ("outlook", TOKEN, []), ("gmail", "no", ["incoming_failed"])):
            with self.subTest(kind=kind, token=token), imap_host(self.tls) as port:
                server = self.mailbox(kind, token, port)
                self.assertEqual([finding.key for finding in self.found("_check_incoming")], keys)
                server.active = False

    def test_a_silent_server_does_not_keep_the_administrator_waiting(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            self.mailbox("gmail", TOKEN, silent.getsockname()[1])
            started = time.monotonic()
            self.assertEqual([finding.key for finding in self.found("_check_incoming")], ["incoming_failed"])
            self.assertLess(time.monotonic() - started, 15)
