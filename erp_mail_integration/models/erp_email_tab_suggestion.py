from odoo import api, models

from .erp_email import HELD, IGNORED, LINKED, SUGGESTED
from .erp_email_link import DETACHED

SUGGESTED_LIMIT = 100
"""Suggestions are counted up to here."""


class ErpEmail(models.Model):
    """Suggestions on the Email tab: who may write on the document answers those whose mail they may read anyway."""

    _inherit = "erp.email"

    @api.model
    def _tab_info(self, record):
        return super()._tab_info(record) | {"suggested": self._tab_suggested_count(record)}

    @api.model
    def _tab_suggested_count(self, record):
        """How many mails wait for somebody to say that they belong to the document, of those the user may read."""
        links = (
            self.env["erp.email.link"]
            .sudo()
            .search(
                [
                    ("res_model", "=", record._name),
                    ("res_id", "in", self._tab_record_ids(record)),
                    ("state", "=", SUGGESTED),
                    ("email_id.state", "not in", (HELD, IGNORED)),
                ],
                limit=SUGGESTED_LIMIT,
            )
        )
        return len(links.email_id.sudo(False)._filtered_access("read"))

    @api.model
    def tab_answer(self, res_model, res_id, email_ids, answer):
        """Accept or reject what is suggested for the document, or take one's own answer back.

        :param str answer: ``linked``, ``detached``, or ``suggested`` to have the question again
        """
        record = self._tab_record(res_model, res_id, "write")
        self.browse([int(email_id) for email_id in email_ids])._check_readable()
        if answer in (LINKED, DETACHED):
            links = self._tab_written_links(record, email_ids, SUGGESTED)
            links.write({"state": answer, "user_id": self.env.uid})
        else:
            answered = self._tab_written_links(record, email_ids, LINKED)
            answered |= self._tab_written_links(record, email_ids, DETACHED)
            links = answered.filtered(lambda link: link.user_id == self.env.user and link.rule != "manual")
            links.write({"state": SUGGESTED, "user_id": False})
        links.email_id._update_state()
