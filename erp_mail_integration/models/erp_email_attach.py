from odoo import api, fields, models

from ..mime.tags import strip_tags
from .erp_email import LINKED, SUGGESTED
from .erp_email_link import DETACHED
from .erp_email_tab import PAGE_LIMIT, PAGE_LIMIT_MAX


class ErpEmail(models.Model):
    """Finding stored mail, putting it on a document by hand and taking it off again."""

    _inherit = "erp.email"

    # ------------------------------------------------------------------ searching

    @api.model
    @api.readonly
    def tab_search(self, res_model, res_id, search="", partner_id=False, limit=PAGE_LIMIT):
        """Stored mails that could be attached to the document: newest first, of all that the user may read.

        :param str search: words that addresses, subject or text hold
        :param partner_id: a contact who takes part
        """
        record = self._tab_record(res_model, res_id, "write")
        limit = max(1, min(int(limit), PAGE_LIMIT_MAX))
        ids = self._search_ids(search, int(partner_id or 0), limit)
        attached = (
            self.env["erp.email.link"]
            .sudo()
            .search(
                [
                    ("email_id", "in", ids),
                    ("res_model", "=", record._name),
                    ("res_id", "=", record.id),
                    ("state", "=", LINKED),
                ]
            )
        )
        return [
            {
                "id": email.id,
                "date": fields.Datetime.to_string(email.date),
                "direction": email.direction,
                "from_name": email.from_name or "",
                "from_address": email.from_address or "",
                "subject": strip_tags(email.subject or ""),
                "preview": email.preview or "",
                "attachments": email.attachment_count,
                "attached": email in attached.email_id,
            }
            for email in self.sudo().browse(ids)
        ]

    # ------------------------------------------------------------------ attaching

    @api.model
    def tab_attach(self, res_model, res_id, email_ids):
        """Link mails to the document by hand. Who may write on the document may attach what they may read."""
        record = self._tab_record(res_model, res_id, "write")
        emails = self.browse([int(email_id) for email_id in email_ids])
        emails._check_readable()
        self._link_by_hand(record, emails)

    @api.model
    def _link_by_hand(self, record, emails):
        """Link mails to a document that the user may write on. What was suggested keeps its reason."""
        Link = self.env["erp.email.link"].sudo()
        links = Link.search(
            [("email_id", "in", emails.ids), ("res_model", "=", record._name), ("res_id", "=", record.id)]
        )
        by_hand = {"rule": "manual", "evidence": False, "score": 100, "state": LINKED, "user_id": self.env.uid}
        links.filtered(lambda link: link.state == SUGGESTED).write({"state": LINKED, "user_id": self.env.uid})
        links.filtered(lambda link: link.state == DETACHED).write(by_hand)
        new = emails.sudo() - links.email_id
        Link.create(
            [
                by_hand | {"email_id": email.id, "res_model": record._name, "res_id": record.id, "date": email.date}
                for email in new
            ]
        )
        emails.sudo()._update_state()

    @api.model
    def tab_detach(self, res_model, res_id, email_ids):
        """Take mails off the document; no rule puts them there again.

        On a company's tab that is every link through which it shows.
        """
        record = self._tab_record(res_model, res_id, "write")
        links = self._tab_written_links(record, email_ids, LINKED)
        links.write({"state": DETACHED, "user_id": self.env.uid})
        links.email_id._update_state()
        return links.ids

    @api.model
    def tab_restore(self, res_model, res_id, email_ids):
        """Undo :meth:`tab_detach`, with rule and evidence as they were."""
        record = self._tab_record(res_model, res_id, "write")
        links = self._tab_written_links(record, email_ids, DETACHED)
        others = links.filtered(lambda link: link.user_id != self.env.user)
        others.email_id.sudo(False)._check_readable()
        links.write({"state": LINKED, "user_id": self.env.uid})
        links.email_id._update_state()

    @api.model
    def _tab_written_links(self, record, email_ids, state):
        ids = self._tab_record_ids(record)
        writable = record.browse(ids)._filtered_access("write")
        return (
            self.env["erp.email.link"]
            .sudo()
            .search(
                [
                    ("email_id", "in", [int(email_id) for email_id in email_ids]),
                    ("res_model", "=", record._name),
                    ("res_id", "in", writable.ids),
                    ("state", "=", state),
                ]
            )
        )
