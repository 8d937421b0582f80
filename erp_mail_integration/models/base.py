from odoo import models


class Base(models.AbstractModel):
    _inherit = "base"

    def _notify_get_reply_to_batch(self, defaults=None, author_ids=None):
        """Documents whose type says so have an address of their own, for mail programs that drop headers."""
        reply_to = super()._notify_get_reply_to_batch(defaults=defaults, author_ids=author_ids)
        type_id = (
            self.ids and self._name != "mail.thread" and self.env["erp.email.reference.type"]._reply_type_id(self._name)
        )
        if type_id:
            doctype = self.env["erp.email.reference.type"].sudo().browse(type_id)
            companies = self.sudo()._mail_get_companies(default=self.env.company)
            for record in self.sudo():
                if domain := companies[record.id].alias_domain_id.name:
                    reply_to[record.id] = self._notify_get_reply_to_formatted_email(
                        doctype._reply_address(record, domain), author_id=(author_ids or {}).get(record.id)
                    )
        return reply_to
