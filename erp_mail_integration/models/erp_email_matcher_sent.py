from odoo import api, models

from ..matching import Match


class ErpEmailMatcher(models.AbstractModel):
    """Mail that Odoo sent belongs to the document that it was sent from: no rule needs to guess."""

    _inherit = "erp.email.matcher"

    @api.model
    def _match(self, incoming):
        matches = super()._match(incoming)
        documents = self.env.context.get("erp_email_sent_from") or {}
        for mail in incoming:
            message_id = mail.parsed.message_id
            if document := documents.get(message_id):
                matches[mail.email.id] = [Match(*document, "sent", message_id), *matches.get(mail.email.id, ())]
        return matches
