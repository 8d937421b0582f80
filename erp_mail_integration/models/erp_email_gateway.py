from odoo import models

from .erp_email_link import LINKED
from .erp_email_matcher import Match

# Rules by which a mail belongs to a document itself. Who takes part is no route, nor what the mail quotes.
REFERENCE_RULES = ("thread", "tag_subject", "number", "tag_body", "address", "folder", "admin", "field")


class ErpEmail(models.Model):
    """What a stored mail and Odoo's mail gateway tell each other."""

    _inherit = "erp.email"

    def _reference_routes(self, message, message_dict):
        """Routes to the documents that the mail names and may name (see "Trust"), unless it is a reply that
        Odoo routes itself.

        :rtype: list[tuple] as in ``mail.thread.message_route``
        """
        self.ensure_one()
        models_ = self.env["erp.email.reference.type"]._chatter_models()
        links = self.link_ids.filtered(
            lambda link: (
                link.state == LINKED
                and not link.internal
                and link.rule in REFERENCE_RULES
                and link.res_model in models_
            )
        )
        if not links or self._answers_message(message_dict):
            return []
        routes = [
            self.env[link.res_model]._routing_check_route(
                message, message_dict, (link.res_model, link.res_id, {}, self.env.uid, None), raise_exception=False
            )
            for link in links.sorted("id")
        ]
        return [route for route in routes if route]

    def _answers_message(self, message_dict):
        """Whether the mail answers a message that a document's chatter holds."""
        references = (message_dict.get("references") or message_dict.get("in_reply_to") or "").split()[-32:]
        return bool(
            references
            and self.env["mail.message"]
            .sudo()
            .search_count([("message_id", "in", references), ("model", "!=", False), ("res_id", "!=", 0)], limit=1)
        )

    def _link_posted_messages(self, message_id, routes):
        """Link the mail to the documents on whose chatter the gateway posted it.

        :param str message_id: as the gateway gave it to the messages (it makes one up where the mail has none)
        :param list[tuple] routes: as processed by the gateway
        """
        self.ensure_one()
        messages = self.env["mail.message"].sudo().search([("message_id", "=", message_id)], order="id")
        posted = messages.filtered(lambda message: message.model and message.res_id)
        existing = {(route[0], route[1]) for route in routes if route[1]}
        self.env["erp.email.link"]._write_matches(
            {
                self.id: [
                    Match(
                        message.model,
                        message.res_id,
                        "gateway" if (message.model, message.res_id) in existing else "create",
                        message_id,
                    )
                    for message in posted
                ]
            }
        )
        self.mail_message_id = messages[:1]
        self._update_state()
