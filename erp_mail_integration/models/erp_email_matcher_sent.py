from odoo import api, models

from ..matching import Match


class ErpEmailMatcher(models.AbstractModel):
    """Mail that Odoo sent belongs to the document that it was sent from: no rule needs to guess."""

    _inherit = "erp.email.matcher"

    @api.model
    def _match(self, incoming):
        matches = super()._match(incoming)
        sent = {
            mail.parsed.message_id: mail.email
            for mail in incoming
            if mail.parsed.message_id and "sent" in mail.email.copy_ids.mapped("source")
        }
        if sent:
            live = self.env["erp.email.reference.type"]._live_models()
            for message in (
                self.env["mail.message"]
                .sudo()
                .search_fetch(
                    [("message_id", "in", list(sent)), ("model", "in", live), ("res_id", "!=", 0)],
                    ["message_id", "model", "res_id"],
                )
            ):
                email = sent[message.message_id]
                matches[email.id] = [
                    Match(message.model, message.res_id, "sent", message.message_id),
                    *matches.get(email.id, ()),
                ]
        return matches
