from collections import defaultdict

from odoo import api, fields, models

from .erp_email import LINKED, SUGGESTED


class ErpEmail(models.Model):
    """What a list of mails shows of each: who wrote it, and which documents it is on."""

    _inherit = "erp.email"

    author = fields.Char("Written by", compute="_compute_author")
    documents = fields.Char(
        "Linked to",
        compute="_compute_documents",
        help="Documents that this mail is on, contacts last; with a ? what is only suggested.",
    )

    @api.depends("from_name", "from_address")
    def _compute_author(self):
        for email in self:
            email.author = email.from_name or email.from_address

    @api.depends("link_ids.state")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_documents(self):
        """Names of what the reader may read; one query for the links and the usual ones for each kind of document."""
        links = self.env["erp.email.link"].search(
            [("email_id", "in", self.ids), ("state", "in", (LINKED, SUGGESTED))], order="id"
        )
        names = self._names_of_documents(links)
        links_of = links.filtered(lambda link: (link.res_model, link.res_id) in names).grouped("email_id")
        for email in self:
            links = links_of.get(email, links.browse()).sorted(lambda link: link.res_model == "res.partner")
            told = {names[link.res_model, link.res_id][1] for link in links}
            email.documents = " · ".join(
                names[link.res_model, link.res_id][0] + ("?" if link.state == SUGGESTED else "")
                for link in links
                if link.res_model != "res.partner" or link.res_id not in told
            )

    @api.model
    def _names_of_documents(self, links):
        """(model, id) -> name and, where the name of a person tells the company too, the company's id."""
        ids = defaultdict(list)
        for link in links:
            ids[link.res_model].append(link.res_id)
        names = {}
        for model, record_ids in ids.items():
            for record in self.env[model].browse(record_ids).exists() if model in self.env else ():
                parent = record.parent_id.id if model == "res.partner" else False
                names[model, record.id] = record.display_name, parent
        return names
