"""What the tests of the add-on share: mail in, stored mail out, through the real ledger."""

from contextlib import contextmanager

from odoo.addons.mail.tests.common import MailCommon

from ..mailbox import RawMail


class EmailCommon(MailCommon):
    """Puts raw mail into the ledger and processes it, with the transactions of a real fetch."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.env["fetchmail.server"].create(
            {"name": "Sales", "server_type": "imap", "server": "mail.example.com", "intake_mode": "archive"}
        )
        cls.folder = cls.env["fetchmail.folder"].create(
            {"server_id": cls.server.id, "path": "INBOX", "name": "INBOX", "uidvalidity": "1"}
        )
        cls._uid = 0

    @contextmanager
    def committing_env(self):
        """An environment whose cursor may commit and roll back inside the test's own transaction."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            yield self.env(cr=cr, user=self.env.ref("base.user_root").id)

    def raw_mail(self, raw, **values):
        type(self)._uid += 1
        return RawMail(**{"uid": str(self._uid), "raw": raw} | values)

    def receive(self, *raws, folder=None, route=False):
        """Take mails in as a fetch does and process them.

        :param bytes raws: the mails
        :return: their ``erp.email.copy`` records, in order
        """
        folder = folder or self.folder
        with self.committing_env() as env:
            copies = env["erp.email.intake"]._receive(
                folder.server_id.with_env(env), folder.with_env(env), [self.raw_mail(raw) for raw in raws], route=route
            )
            env.cr.commit()
            env["erp.email.intake"]._process_pending()
            ids = copies.ids
        self.env.invalidate_all()
        return self.env["erp.email.copy"].browse(ids)


def stored(env, *raws):
    """Mails in the database without mailbox, fetch or commit, for tests of what comes after.

    :param bytes raws: the mails
    :return: their ``erp.email.copy`` records, in order
    """
    copies = env["erp.email.intake"]._receive(
        env["fetchmail.server"], env["fetchmail.folder"], [RawMail(uid="", raw=raw) for raw in raws], source="upload"
    )
    env["erp.email.intake"]._store_batch(copies)
    return copies


def mail(subject="Order", body="Hello", **headers):
    """A plain mail as a simple client writes it; ``headers`` in Python spelling, ``None`` leaves one out.

    :rtype: bytes
    """
    fields = {
        "From": "Carl Customer <carl@acme.example>",
        "To": "sales@mycompany.example",
        "Subject": subject,
        "Date": "Fri, 20 Nov 2026 10:00:00 +0000",
        "Message-ID": f"<{abs(hash((subject, body))):x}@acme.example>",
        "Content-Type": "text/plain; charset=utf-8",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    return f"{head}\r\n{body}\r\n".encode()
