import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ..mailbox import RawMail
from ..mime.containers import read_container
from ..mime.outlook import OutlookError, convert_msg, convert_tnef
from ..models.erp_email_link import LINKED
from ..models.erp_email_matcher import Match

AT_ONCE = 200
"""Mails processed while the user waits; the scheduled action does the rest within minutes."""


class ErpEmailUpload(models.TransientModel):
    """Take in mails from files: .eml, Outlook's .msg, .mbox, winmail.dat and .zip archives of them."""

    _name = "erp.email.upload"
    _description = "Upload Emails"

    file_ids = fields.Many2many("ir.attachment", string="Files")
    res_model = fields.Char("Document type")
    res_id = fields.Many2oneReference("Document", model_field="res_model")
    envelope = fields.Boolean(
        "These are envelopes", help="Store the mails attached to the uploaded mails instead of the mails themselves."
    )
    state = fields.Selection([("files", "Files"), ("ask", "Addresses"), ("done", "Done")], default="files")
    question_ids = fields.One2many("erp.email.upload.question", "upload_id", "Unknown addresses")
    line_ids = fields.One2many("erp.email.upload.line", "upload_id", "Result")
    stored_count = fields.Integer(compute="_compute_counts")
    problem_count = fields.Integer(compute="_compute_counts")

    @api.depends("line_ids.problem", "line_ids.email_id")
    def _compute_counts(self):
        for upload in self:
            upload.problem_count = len(upload.line_ids.filtered("problem"))
            upload.stored_count = len(upload.line_ids.email_id)

    def action_import(self):
        """Read the files. Asks first who Outlook means by addresses that are no email addresses."""
        self.ensure_one()
        if not self.file_ids:
            raise UserError(self.env._("Choose the files with the mails first."))
        found = [item for file in self.file_ids for item in read_container(file.name, file.raw or b"")]
        mails, unresolved, lines = self._convert(found)
        if unresolved and self.state == "files":
            self.write({"state": "ask", "question_ids": [(0, 0, values) for values in unresolved]})
            return self._again()
        copies = self._store(mails)
        for (name, _raw), copy in zip(mails, copies, strict=True):
            inside = copies.search([("envelope_id", "=", copy.id)], order="id")
            lines += [{"name": name, "copy_id": each.id} for each in inside or copy]
        copies |= copies.search([("envelope_id", "in", copies.ids)])
        self.write({"state": "done", "line_ids": [(0, 0, values) for values in lines]})
        self._link_to_document(copies)
        emails = copies.exists().email_id
        if len(lines) == 1 and len(emails) == 1:
            return {
                "type": "ir.actions.act_window",
                "res_model": "erp.email",
                "res_id": emails.id,
                "views": [(False, "form")],
            }
        return self._again()

    def action_answer(self):
        """Remember on the contacts who is meant by Outlook's directory addresses, and go on."""
        for question in self.question_ids.filtered("partner_id"):
            question.partner_id.x500_address = question.address
        return self.action_import()

    def _again(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    # ------------------------------------------------------------------ files

    def _convert(self, items):
        """
        :param list[Item] items: what the files hold
        :return: list of (name, raw mail), values of questions, values of lines about what is no mail
        """
        known = self._smtp_addresses()
        mails, questions, problems = [], {}, []
        for item in items:
            try:
                if item.kind == "msg":
                    converted = convert_msg(item.data, known)
                elif item.kind == "tnef":
                    converted = convert_tnef(item.data)
                elif item.kind == "mail":
                    mails.append((item.name, item.data))
                    continue
                else:
                    problems.append({"name": item.name, "problem": self._reason(item.reason)})
                    continue
            except OutlookError as error:
                problems.append(
                    {
                        "name": item.name,
                        "problem": self._reason(error.reason),
                        "original": base64.b64encode(item.data),
                    }
                )
                continue
            mails.append((item.name, converted.raw))
            for unknown in converted.unresolved:
                questions.setdefault(unknown.address.lower(), {"name": unknown.name, "address": unknown.address})
        return mails, list(questions.values()), problems

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

    # ------------------------------------------------------------------ mails

    def _store(self, mails):
        """Put the mails into the ledger and process the first of them.

        :param list[tuple] mails: (name, raw mail)
        :return: ``erp.email.copy`` records in the same order
        """
        Intake = self.env["erp.email.intake"].sudo()
        Folder = self.env["fetchmail.folder"].sudo()
        raws = [RawMail("", raw) for _name, raw in mails]
        copies = Intake._receive(Folder.server_id, Folder, raws, source="upload")
        copies.write({"uploaded_by_id": self.env.uid, "is_envelope": self.envelope})
        Intake._process_now(copies[:AT_ONCE])
        return copies

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


class ErpEmailUploadQuestion(models.TransientModel):
    """Whom Outlook means by an address of its own directory."""

    _name = "erp.email.upload.question"
    _description = "Unknown Address of an Uploaded Email"

    upload_id = fields.Many2one("erp.email.upload", required=True, ondelete="cascade")
    name = fields.Char(readonly=True)
    address = fields.Char(readonly=True)
    partner_id = fields.Many2one("res.partner", "Contact", domain=[("email", "!=", False)])


class ErpEmailUploadLine(models.TransientModel):
    """What became of one mail of an upload."""

    _name = "erp.email.upload.line"
    _description = "Uploaded Email"

    upload_id = fields.Many2one("erp.email.upload", required=True, ondelete="cascade")
    name = fields.Char("File", readonly=True)
    copy_id = fields.Many2one("erp.email.copy", readonly=True)
    email_id = fields.Many2one(related="copy_id.email_id")
    state = fields.Selection(related="copy_id.state")
    problem = fields.Char(readonly=True)
    original = fields.Binary(readonly=True, attachment=True)
    documents = fields.Char(compute="_compute_documents")

    @api.depends("email_id.link_ids.state")
    def _compute_documents(self):
        for line in self:
            links = line.email_id.link_ids.filtered(lambda link: link.state == LINKED)
            line.documents = ", ".join(links.mapped("display_name"))

    def action_open(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": "erp.email",
            "res_id": self.email_id.id,
            "views": [(False, "form")],
        }
