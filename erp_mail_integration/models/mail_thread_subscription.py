from odoo import api, models


class MailThread(models.AbstractModel):
    """Tells users of new documents, and of assignments unless they do not want it."""

    _inherit = "mail.thread"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if not self.env.context.get("tracking_disable") and self.env.registry.ready:
            Subscription = self.env["erp.email.subscription"]
            if records._name in Subscription._watched_models():
                Subscription._notify_created(records)
        return records

    def _message_auto_subscribe_notify(self, partner_ids, template):
        Subscription = self.env["erp.email.subscription"]
        if self._name not in Subscription._watched_models():
            return super()._message_auto_subscribe_notify(partner_ids, template)
        partners = self.env["res.partner"].browse(partner_ids)
        for record in self:
            if wanted := Subscription._without_declined(record, partners):
                super(MailThread, record)._message_auto_subscribe_notify(wanted.ids, template)
        return None

    def _erp_email_assignees(self):
        """Users whom Odoo tells that the new record was assigned to them.

        :rtype: res.users
        """
        self.ensure_one()
        field = self._fields.get("user_id")
        # As _message_auto_subscribe_followers of Odoo: a field that is not tracked tells nobody.
        tells = field and field.comodel_name == "res.users" and getattr(field, "tracking", False)
        return self.user_id if tells else self.env["res.users"]
