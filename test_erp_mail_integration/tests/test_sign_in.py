import json
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from odoo.exceptions import AccessError
from odoo.tests import Form, HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

PROVIDERS = {
    "gmail": ("google_gmail", "imap.gmail.com", "_fetch_gmail_refresh_token"),
    "outlook": ("microsoft_outlook", "imap.outlook.com", "_fetch_outlook_refresh_token"),
}


@tagged("post_install", "-at_install")
class TestSignIn(HttpCase):
    """Personal mailboxes at Google and Microsoft, opened by their owner through Odoo's own add-ons."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = new_test_user(cls.env, "anna", groups="base.group_user", email="anna@mycompany.example")
        cls.ben = new_test_user(cls.env, "ben", groups="base.group_user", email="ben@mycompany.example")
        for prefix in ("google_gmail", "microsoft_outlook"):
            for name in ("client_id", "client_secret"):
                cls.env["ir.config_parameter"].set_param(f"{prefix}_{name}", "known")

    def mailbox(self, kind):
        """What the owner fills in."""
        view = "erp_mail_integration.fetchmail_server_view_form_personal"
        with Form(self.env["fetchmail.server"].with_user(self.anna), view) as form:
            form.name = "Mine"
            form.server_type = kind
            form.user = "anna@mycompany.example"
        return form.record

    def test_the_owner_chooses_the_provider_and_is_led_there(self):
        for kind, (_prefix, host, _fetch) in PROVIDERS.items():
            with self.subTest(kind):
                mailbox = self.mailbox(kind)
                self.assertEqual((mailbox.server, mailbox.port, mailbox.is_ssl), (host, 993, True))
                self.assertEqual((mailbox.sudo().owner_id, mailbox.signed_in), (self.anna, False))
                action = mailbox.action_sign_in()
                self.assertEqual(action["type"], "ir.actions.act_url")
                state = json.loads(parse_qs(urlsplit(action["url"]).query)["state"][0])
                self.assertEqual((state["model"], state["id"]), ("fetchmail.server", mailbox.id))

    def test_nobody_else_is(self):
        for kind in PROVIDERS:
            mailbox = self.mailbox(kind)
            with self.subTest(kind), self.assertRaises(AccessError):
                mailbox.with_user(self.ben).action_sign_in()

    @mute_logger("odoo.http", "odoo.addons.google_gmail.controllers.main")
    @mute_logger("odoo.addons.microsoft_outlook.controllers.main")
    def test_what_the_provider_gives_comes_back_to_the_owner_alone(self):
        """A link sent to a colleague, who consents at the provider, does not open the colleague's mail."""
        for kind, (prefix, _host, fetch) in PROVIDERS.items():
            mailbox = self.mailbox(kind)
            state = parse_qs(urlsplit(mailbox.action_sign_in()["url"]).query)["state"][0]
            token = f"{prefix}_refresh_token"
            given = ("for-ever", "for-an-hour", 2_000_000_000)
            with patch.object(type(mailbox), fetch, lambda *_args, given=given: given):
                for user, status, stored in ((self.ben, 403, False), (self.anna, 303, "for-ever")):
                    with self.subTest(kind, user=user.login):
                        self.authenticate(user.login, user.login)
                        answer = self.url_open(
                            f"/{prefix}/confirm", params={"code": "x", "state": state}, allow_redirects=False
                        )
                        self.assertEqual(answer.status_code, status)
                        mailbox.invalidate_recordset()
                        self.assertEqual(mailbox.sudo()[token], stored)
            self.assertTrue(mailbox.signed_in)
            self.assertTrue(answer.headers["Location"].endswith(f"/odoo/my-preferences/{self.anna.id}"))

    def test_nobody_reads_or_sets_the_tokens(self):
        for kind, (prefix, _host, _fetch) in PROVIDERS.items():
            mailbox = self.mailbox(kind)
            for name in (f"{prefix}_refresh_token", f"{prefix}_access_token"):
                for user in (self.anna, self.ben):
                    with self.subTest(name, user=user.login):
                        with self.assertRaises(AccessError):
                            mailbox.with_user(user).read([name])
                        with self.assertRaises(AccessError):
                            mailbox.with_user(user).write({name: "x"})

    def test_the_mailbox_is_opened_with_what_the_provider_gave(self):
        for kind, (prefix, _host, _fetch) in PROVIDERS.items():
            mailbox = self.mailbox(kind).sudo()
            mailbox.write(
                {
                    f"{prefix}_refresh_token": "for-ever",
                    f"{prefix}_access_token": "for-an-hour",
                    f"{prefix}_access_token_expiration": 2_000_000_000,
                }
            )
            said = []

            class Connection:
                def authenticate(self, mechanism, answer, said=said):
                    said.append((mechanism, answer(b"")))

                def select(self, folder, said=said):
                    said.append(folder)

            with self.subTest(kind):
                self.assertEqual(mailbox._get_connection_type(), "imap")
                mailbox._imap_login__(Connection())
                login = "user=anna@mycompany.example\1auth=Bearer for-an-hour\1\1"
                self.assertEqual(said, [("XOAUTH2", login), "INBOX"])
