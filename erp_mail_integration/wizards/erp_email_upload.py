import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize
from odoo.tools.misc import split_every

from ..mailbox import RawMail
from ..mime.containers import read_container
from ..mime.outlook import OutlookError, convert_msg, convert_tnef, is_msg
from ..models.erp_email_envelope import ENVELOPE
from ..models.erp_email_intake import BATCH_SIZE
from ..models.erp_email_link import LINKED
from ..models.erp_email_matcher import Match
from .erp_email_upload_line import ASK, CONVERT


class ErpEmailUpload(models.TransientModel):
    """Take in mails from files: .eml, Outlook's .msg, .mbox, winmail.dat and .zip archives of them.

    Ordinary mails go into the ledger at once. Outlook's formats are converted one by one, which takes seconds each; who is
    meant by addresses that are no email addresses is asked once, at the end, and remembered.
    """

    _name = "erp.email.upload"
    _inherit = "erp.email.working"
    _description = "Upload Emails"

    file_ids = fields.Many2many("ir.attachment", string="Files")
    res_model = fields.Char("Document type")
    res_id = fields.Many2oneReference("Document", model_field="res_model")
    envelope = fields.Boolean(
        "These are envelopes", help="Store the mails attached to the uploaded mails instead of the mails themselves."
    )
    state = fields.Selection(
        [("files", "Files"), ("working", "Working"), ("ask", "Addresses"), ("done", "Done")], default="files"
    )
    question_ids = fields.One2many("erp.email.upload.question", "upload_id", "Unknown addresses")
    line_ids = fields.One2many("erp.email.upload.line", "upload_id", "Result")
    stored_count = fields.Integer(compute="_compute_counts")
    problem_count = fields.Integer(compute="_compute_counts")

    @api.depends("line_ids.problem", "line_ids.email_id")
    def _compute_counts(self):
        for upload in self:
            upload.problem_count = len(upload.line_ids.filtered("problem"))
            upload.stored_count = len(upload.line_ids.email_id)

    # ------------------------------------------------------------------ buttons

    def action_import(self):
        """Read the files, and begin to work on what is in them. Commits."""
        self.ensure_one()
        if not self.file_ids:
            raise UserError(self.env._("Choose the files with the mails first."))
        if self.res_model and self.res_id:
            self.env[self.res_model].browse(self.res_id).check_access("write")
        for items in split_every(
            BATCH_SIZE,
            (item for file in self.file_ids.sorted("id") for item in read_container(file.name, file.raw or b"")),
            list,
        ):
            self._take(items)
        self.state = "working"
        self.env.cr.commit()
        return self.work() or self._show()

    def action_answer(self):
        """Remember on the contacts who is meant by Outlook's directory addresses, and go on."""
        for question in self.question_ids.filtered("partner_id"):
            question.partner_id.x500_address = question.address
        self.line_ids.filtered(lambda line: line.waiting == ASK).waiting = CONVERT
        self.state = "working"
        self.env.cr.commit()
        return self.work() or self._show()

    # ------------------------------------------------------------------ files

    def _take(self, items):
        """Put mails into the ledger, and note what is to be converted and what is no mail. Commits.

        :param list[Item] items: what the files hold
        """
        mails = [item for item in items if item.kind == "mail"]
        copies = iter(self._receive([item.data for item in mails]))
        values = []
        for item in items:
            line = {"upload_id": self.id, "name": item.name}
            if item.kind == "mail":
                line["copy_id"] = next(copies).id
            elif item.kind == "skipped":
                line["problem"] = self._reason(item.reason)
            else:
                line |= {"original": base64.b64encode(item.data), "waiting": CONVERT}
            values.append(line)
        self.env["erp.email.upload.line"].create(values)
        self.env.cr.commit()

    def _receive(self, raws):
        """
        :param list[bytes] raws: mails
        :return: ``erp.email.copy`` records in the same order
        """
        Folder = self.env["fetchmail.folder"].sudo()
        copies = (
            self.env["erp.email.intake"]
            .sudo()
            ._receive(Folder.server_id, Folder, [RawMail("", raw) for raw in raws], source="upload")
        )
        copies.write({"uploaded_by_id": self.env.uid, "is_envelope": self.envelope})
        return copies

    def _convert(self, line):
        """Make a mail of an Outlook file, or note who has to be asked for, or what is wrong with it."""
        data = base64.b64decode(line.original)
        try:
            converted = convert_msg(data, self._smtp_addresses()) if is_msg(data) else convert_tnef(data)
        except OutlookError as error:
            line.write({"waiting": False, "problem": self._reason(error.reason)})
            return
        if converted.unresolved and not line.asked:
            known = set(self.question_ids.mapped("address"))
            self.env["erp.email.upload.question"].create(
                [
                    {"upload_id": self.id, "name": unknown.name, "address": unknown.address}
                    for unknown in converted.unresolved
                    if unknown.address not in known
                ]
            )
            line.write({"waiting": ASK, "asked": True})
        else:
            line.write({"waiting": False, "original": False, "copy_id": self._receive([converted.raw]).id})

    @api.model
    def _smtp_addresses(self):
        """Email address of the contacts whose directory address is known, by that address in lower case."""
        partners = self.env["res.partner"].sudo().search_fetch([("x500_address", "!=", False), ("email", "!=", False)])
        return {partner.x500_address.lower(): email_normalize(partner.email) or partner.email for partner in partners}

    def _reason(self, code):
        reasons = {
            "not-a-mail": self.env._("This is no mail."),
            "too-large": self.env._("Too large to be read."),
            "too-many": self.env._("More mails than can be taken at once: split the file."),
            "encrypted": self.env._("Protected by a password: unpack it first."),
            "damaged": self.env._("Damaged, or not what its name says."),
            "archive-in-archive": self.env._("An archive inside an archive: upload it by itself."),
            "too-slow": self.env._("Reading it took too long."),
            "too-much-memory": self.env._("Reading it took too much memory."),
            "not-installed": self.env._("The program that reads Outlook files is not installed on the server."),
        }
        return reasons.get(code, code)

    # ------------------------------------------------------------------ work

    def _copies(self):
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s IN (SELECT copy_id FROM erp_email_upload_line WHERE upload_id = %s)",
                SQL.identifier(alias, "id"),
                self.id,
            )
        )

    def _work_left(self):
        total, waiting = super()._work_left()
        Line = self.env["erp.email.upload.line"]
        return (
            total + Line.search_count([("upload_id", "=", self.id), ("copy_id", "=", False)]),
            waiting + Line.search_count([("upload_id", "=", self.id), ("waiting", "!=", False)]),
        )

    def _work_on(self):
        line = self.env["erp.email.upload.line"].search(
            [("upload_id", "=", self.id), ("waiting", "=", CONVERT)], order="id", limit=1
        )
        if line:
            self._convert(line)
            self.env.cr.commit()
        return bool(line) or super()._work_on()

    def _processed(self, copies):
        self._link_to_document(self._show_contents(copies))

    def _show_contents(self, copies):
        """Put the mails that were in envelopes in the place of the envelopes.

        :return: the copies whose mails were asked for
        """
        opened = copies.filtered(lambda copy: copy.state == ENVELOPE)
        inside = copies.search([("envelope_id", "in", opened.ids)], order="id")
        lines = self.line_ids.filtered(lambda line: line.copy_id in opened)
        names = {line.copy_id: line.name for line in lines}
        lines.create([{"upload_id": self.id, "name": names[copy.envelope_id], "copy_id": copy.id} for copy in inside])
        lines.unlink()
        return (copies - opened) | inside

    def _finish(self):
        if any(line.waiting == ASK for line in self.line_ids):
            self.state = "ask"
            return False
        # The scheduled action may have processed some.
        self._processed(self.line_ids.copy_id.sudo())
        super()._finish()
        emails = self.line_ids.email_id
        if len(self.line_ids) > 1 or len(emails) != 1:
            return False
        return {
            "type": "ir.actions.act_window",
            "res_model": "erp.email",
            "res_id": emails.id,
            "views": [(False, "form")],
        }

    def _link_to_document(self, copies):
        """Attach the uploaded mails to the document from which the wizard was opened."""
        if self.res_model and self.res_id:
            record = self.env[self.res_model].browse(self.res_id)
            record.check_access("write")
            emails = copies.exists().email_id
            match = Match(self.res_model, self.res_id, "manual", self.env.user.name, LINKED)
            links = self.env["erp.email.link"].sudo()._write_matches({email.id: [match] for email in emails})
            links.user_id = self.env.uid
            emails.sudo()._update_state()
