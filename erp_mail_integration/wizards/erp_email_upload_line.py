from odoo import api, fields, models

from ..models.erp_email_link import LINKED

CONVERT = "convert"
ASK = "ask"


class ErpEmailUploadLine(models.TransientModel):
    """What became of one mail of an upload."""

    _name = "erp.email.upload.line"
    _description = "Uploaded Email"
    _order = "id"

    upload_id = fields.Many2one("erp.email.upload", required=True, ondelete="cascade", index=True)
    name = fields.Char("File", readonly=True)
    copy_id = fields.Many2one("erp.email.copy", readonly=True)
    email_id = fields.Many2one(related="copy_id.email_id")
    state = fields.Selection(related="copy_id.state")
    waiting = fields.Selection([(CONVERT, "To be converted"), (ASK, "Somebody is unknown")], readonly=True)
    asked = fields.Boolean(readonly=True, help="Its unknown addresses were shown to the user.")
    problem = fields.Char(readonly=True)
    original = fields.Binary(readonly=True, attachment=True, help="The Outlook file, while no mail is made of it.")
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
