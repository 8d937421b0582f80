import hashlib
import os
import tempfile

from odoo import api, models


class ErpEmailStore(models.AbstractModel):
    """Keeps the bytes of a mail so that they are there after a power cut.

    Odoo's own filestore neither syncs nor verifies: a file cut short by a full disk is believed by every later
    attachment of the same content. Here a mail counts as stored when its file was read back, compared and
    synced. With another attachment storage (database, object store) that storage's own promise holds.
    """

    _name = "erp.email.store"
    _description = "Durable Email Store"

    @api.model
    def _store(self, copies, raws):
        """Attach the bytes to the copies, durably.

        The attachment rows are inserted first: they hold off the filestore's garbage collection until the
        transaction ends (see ``ir.attachment._gc_file_store``).

        :param copies: new ``erp.email.copy`` records
        :param list[bytes] raws: their bytes, in the same order
        :raise OSError: a file could not be written or does not hold what was written
        """
        Attachment = (
            self.env["ir.attachment"].sudo().with_context(attachments_mime_plainxml=True, image_no_postprocess=True)
        )
        in_files = Attachment._storage() == "file"
        if in_files:
            for raw in raws:
                self._drop_broken_file(Attachment, raw)
        attachments = Attachment.create(
            [
                {
                    "name": f"{copy.sha256}.eml",
                    "res_model": copy._name,
                    "res_id": copy.id,
                    "res_field": "raw",
                    "type": "binary",
                    "mimetype": "message/rfc822",
                    "raw": raw,
                }
                for copy, raw in zip(copies, raws, strict=True)
            ]
        )
        if in_files:
            directories = set()
            for attachment, raw in zip(attachments, raws, strict=True):
                if attachment.store_fname:
                    path = Attachment._full_path(attachment.store_fname)
                    verify_and_sync(path, raw)
                    directories.add(os.path.dirname(path))
            for directory in directories:
                sync_directory(directory)

    @api.model
    def _read(self, records):
        """The bytes of stored mails.

        :param records: ``erp.email`` or ``erp.email.copy`` records
        :rtype: dict[int, bytes] by record id; a record whose bytes are gone is missing
        """
        attachments = (
            self.env["ir.attachment"]
            .sudo()
            .with_context(bin_size=False)  # set by the web client: it wants to know how large files are
            .search([("res_model", "=", records._name), ("res_field", "=", "raw"), ("res_id", "in", records.ids)])
        )
        return {attachment.res_id: attachment.raw for attachment in attachments}

    @api.model
    def _hand_over(self, email_of_copy):
        """Give the bytes of copies to the mails that were made of them; no byte is moved.

        :param dict[int, int] email_of_copy: id of the mail by id of the copy
        """
        if not email_of_copy:
            return
        Attachment = self.env["ir.attachment"].sudo()
        attachments = Attachment.search(
            [
                ("res_model", "=", "erp.email.copy"),
                ("res_field", "=", "raw"),
                ("res_id", "in", list(email_of_copy)),
            ]
        )
        Attachment.flush_model()
        self.env.cr.execute_values(
            """UPDATE ir_attachment AS a SET res_model = 'erp.email', res_id = v.email_id
                 FROM (VALUES %s) AS v(id, email_id) WHERE a.id = v.id""",
            [(attachment.id, email_of_copy[attachment.res_id]) for attachment in attachments],
        )
        attachments.invalidate_recordset(["res_model", "res_id"])
        # A new record is cached as empty: who reads it in the same transaction would find no source.
        self.env["erp.email"].browse(email_of_copy.values()).invalidate_recordset(["raw"], flush=False)
        self.env["erp.email.copy"].browse(email_of_copy).invalidate_recordset(["raw"], flush=False)

    @api.model
    def _drop(self, copies):
        """Forget the bytes of copies whose mail is stored already."""
        self.env["ir.attachment"].sudo().search(
            [("res_model", "=", copies._name), ("res_field", "=", "raw"), ("res_id", "in", copies.ids)]
        ).unlink()

    def _drop_broken_file(self, Attachment, raw):
        """Replace a file that should hold these bytes and does not (a full disk cut it short)."""
        checksum = Attachment._compute_checksum(raw)
        path = Attachment._full_path(f"{checksum[:2]}/{checksum}")
        if os.path.exists(path) and not _holds(path, raw):
            replace_file(path, raw)


def _holds(path, data):
    with open(path, "rb") as file:
        return file.read() == data


def verify_and_sync(path, data):
    """Read a file back, compare and sync it.

    :raise OSError: the file does not hold ``data``
    """
    with open(path, "rb") as file:
        if hashlib.sha256(file.read()).digest() != hashlib.sha256(data).digest():
            raise OSError(f"{os.path.basename(path)} does not hold what was written to it")
        os.fsync(file.fileno())


def replace_file(path, data):
    """Write a file so that either the old or the whole new content is there, whenever the power goes."""
    with tempfile.NamedTemporaryFile(dir=os.path.dirname(path), delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise


def sync_directory(path):
    """Make new names in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
