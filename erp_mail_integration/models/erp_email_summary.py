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
        Link = self.env["erp.email.link"].sudo()
        links = Link.search([("email_id", "in", self.ids), ("state", "in", (LINKED, SUGGESTED))], order="id")
        names = self._names_of_documents(links)
        links_of = links.grouped("email_id")
        for email in self:
            email.documents = " · ".join(
                names[link.res_model, link.res_id][0] + ("?" if link.state == SUGGESTED else "")
                for link in self._telling_links(links_of.get(email, links.browse()), names)
            )

    @api.model
    def _telling_links(self, links, names):
        """Links of one mail in the order in which people look for them: documents, then contacts.

        A company is left out where the name of its person tells it too.

        :param names: :meth:`_names_of_documents` of the links
        """
        links = links.filtered(lambda link: (link.res_model, link.res_id) in names)
        told = {names[link.res_model, link.res_id][1] for link in links}
        links = links.filtered(lambda link: link.res_model != "res.partner" or link.res_id not in told)
        return links.sorted(lambda link: link.res_model == "res.partner")

    @api.model
    def _names_of_documents(self, links):
        """Documents that the user may read: only the kinds that the links name are asked.

        :return: (model, id) -> name and, where the name of a person tells the company too, the company's id
        """
        live = self.env["erp.email.reference.type"]._live_models()
        ids = defaultdict(list)
        for link in links:
            if link.res_model in live:
                ids[link.res_model].append(link.res_id)
        names = {}
        for model, record_ids in ids.items():
            for record in self.env[model].browse(record_ids).exists()._filtered_access("read"):
                parent = record.parent_id.id if model == "res.partner" else False
                names[model, record.id] = record.display_name, parent
        return names
