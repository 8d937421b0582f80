import io
import zipfile

from odoo.tests import tagged
from odoo.tools import file_open

from .common import ScreenshotCase


def mail(subject):
    return (
        f"From: Carl <carl@acme.example>\r\nTo: sales@shop.example\r\nSubject: {subject}\r\n"
        f"Date: Fri, 01 Nov 2024 10:00:00 +0000\r\nMessage-ID: <{subject.replace(' ', '.')}@acme.example>\r\n\r\nHello\r\n"
    ).encode()


@tagged("post_install", "-at_install")
class TestUploadWizard(ScreenshotCase):
    """The wizard in a browser: every kind of file, dropped together."""

    def test_files_of_every_kind_dropped_together(self):
        self.env["res.partner"].create(
            [
                {"name": "Ines of Heron", "email": "ines@heron.example"},
                {"name": "Tom of Ferry", "email": "tom@ferry.example"},
            ]
        )
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("zipped.eml", mail("From the archive"))
        files = {
            "order.eml": mail("Alone"),
            "old.mbox": b"".join(
                b"From carl@acme.example Fri Nov  1 10:00:00 2024\n" + mail(subject).replace(b"\r\n", b"\n") + b"\n"
                for subject in ("First of the box", "Second of the box")
            ),
            "mails.zip": archive.getvalue(),
            "notes.txt": b"no mail at all",
        }
        for name in ("exchange_addresses.msg", "winmail.dat"):
            with file_open(f"erp_mail_integration/tests/files/{name}", "rb") as file:
                files[name] = file.read()
        self.env["ir.attachment"].create(
            [{"name": f"drop-{name}", "raw": data, "public": True} for name, data in files.items()]
        )
        self.start_tour("/odoo/action-erp_mail_integration.erp_email_upload_action", "erp_email_upload", login="admin")
        emails = self.env["erp.email"].search([("copy_ids.uploaded_by_id", "!=", False)])
        self.assertEqual(len(emails), 6)
        minutes = emails.filtered(lambda email: email.subject == "Minutes of the yard meeting")
        self.assertEqual(minutes.from_address, "ines@heron.example")
        self.assertEqual(minutes.address_ids.filtered(lambda row: row.role == "cc").address, "tom@ferry.example")
