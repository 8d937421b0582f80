from odoo import api, models


class MailThread(models.AbstractModel):
    """Tells users of new documents, and of assignments unless they do not want it."""

    _inherit = "mail.thread"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if not self.env.context.get("tracking_disable") and self.env.registry.ready:
            Notice = self.env["erp.email.notice"]
            if records._name in Notice._watched_models():
                Notice._notify_created(records)
        return records

    def _message_auto_subscribe_notify(self, partner_ids, template):
        Notice = self.env["erp.email.notice"]
        if self._name not in Notice._watched_models():
            return super()._message_auto_subscribe_notify(partner_ids, template)
        partners = self.env["res.partner"].browse(partner_ids)
        for record in self:
            if wanted := Notice._without_declined(record, partners):
                super(MailThread, record)._message_auto_subscribe_notify(wanted.ids, template)
        return None
