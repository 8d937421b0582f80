from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..hooks import post_init_hook
from ..mailbox import FolderInfo, FolderState, HostRefused
from ..models.fetchmail_server_connection import ALLOWED_HOSTS, MASK
from .common import EmailCommon


@tagged("post_install", "-at_install")
class TestFetchmailServer(EmailCommon):
    """What can be told without a mail server; fetching itself is tested against a real one, end to end."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param(ALLOWED_HOSTS, "")

    def test_a_password_can_be_replaced_and_not_read(self):
        administrator = new_test_user(self.env, "root-of-all", groups="base.group_system")
        server = self.server.with_user(administrator)
        server.password = "pa55word"
        server.invalidate_recordset()
        self.assertEqual(server.password, MASK)
        self.assertEqual(server.read(["password"])[0]["password"], MASK)
        self.assertNotIn("pa55word", str(server.read()) + str(server.export_data(["password"])))
        with self.assertRaises(AccessError):
            server.read(["password_secret"])
        self.assertEqual(server.sudo().password, "pa55word", "the code that logs in can")

    def test_saving_the_form_keeps_the_password(self):
        administrator = new_test_user(self.env, "root-of-all", groups="base.group_system")
        server = self.server.with_user(administrator)
        server.password = "pa55word"
        server.password = MASK
        self.assertEqual(server.sudo().password, "pa55word")
        server.password = f"{MASK}new"
        self.assertEqual(server.sudo().password, "new", "typed behind the mask")

    def test_a_duplicate_has_no_password(self):
        self.server.password = "pa55word"
        self.assertFalse(self.server.copy().password)

    def test_internal_hosts_are_refused_until_an_administrator_allows_them(self):
        self.server.write({"server": "127.0.0.1", "port": 9})
        with self.assertRaises(HostRefused):
            self.server._connect__()
        self.server.action_allow_host()
        self.assertEqual(self.env["ir.config_parameter"].get_param(ALLOWED_HOSTS), "127.0.0.1")
        with self.assertRaises(ConnectionRefusedError):
            self.server._connect__()

    def test_only_an_administrator_allows_a_host(self):
        with self.assertRaises(AccessError):
            self.server.with_user(self.user_employee).action_allow_host()

    def test_servers_that_were_there_before_are_allowed_and_keep_their_password(self):
        self.server.server = "mail.lan"
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE fetchmail_server ADD COLUMN IF NOT EXISTS password varchar")
        self.env.cr.execute("UPDATE fetchmail_server SET password = 'old' WHERE id = %s", [self.server.id])
        post_init_hook(self.env)
        self.env.invalidate_all()
        self.assertEqual(self.server.password, "old")
        self.assertIn("mail.lan", self.server._allowed_hosts())

    def test_the_list_of_folders_follows_the_server(self):
        Folder = self.env["fetchmail.folder"]
        self.folder.path = "INBOX"
        found = Folder._refresh(self.server, FakeList("INBOX", "Sent", "Old"))
        self.assertEqual(found.mapped("synchronize"), [True, False, False])
        sent, old = found[1:]
        self.assertEqual((sent.direction, old.direction), ("out", "in"))
        Folder._refresh(self.server, FakeList("INBOX", "Sent"))
        self.assertFalse(old.exists(), "nobody wanted it")
        sent.synchronize = True
        Folder._refresh(self.server, FakeList("INBOX"))
        self.assertTrue(sent.exists(), "somebody ticked it: fetching says that it is gone")

    def test_nothing_is_read_when_the_server_says_that_nothing_changed(self):
        self.folder.server_state = "1/5/4"

        class Unchanged:
            def status(self, path):
                return FolderState(uidvalidity="1", uidnext=5, exists=4)

            def select(self, path, readonly=False):
                raise AssertionError("not needed")

        self.folder._receive_new(Unchanged())
        self.assertTrue(self.folder.last_run)

    def test_uids_of_32_bits_fit(self):
        self.folder.last_uid = 2**32 - 1
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.folder.last_uid, 2**32 - 1)

    def test_fetch_now_explains_a_failure(self):
        self.server.write({"server": "mail.example.invalid", "port": 993, "state": "done"})
        with (
            patch.object(type(self.server), "_fetch_mail", lambda self: HostRefused("x", "10.0.0.1", "private")),
            self.assertRaisesRegex(Exception, "internal address"),
        ):
            self.server.fetch_mail()


class FakeList:
    def __init__(self, *paths):
        self.paths = paths

    def folders(self):
        return [FolderInfo(path, path, "sent" if path == "Sent" else "") for path in self.paths]
