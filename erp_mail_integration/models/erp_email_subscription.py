from odoo import api, fields, models, tools


class ErpEmailSubscription(models.Model):
    """What a user wants mails about: new documents of a type, and being assigned, per project or team."""

    _name = "erp.email.subscription"
    _inherit = ["erp.email.cached.mixin", "erp.email.own.mixin"]
    _description = "Email Subscription"
    _order = "type_id, id"

    type_id = fields.Many2one(
        "erp.email.reference.type", "Documents", required=True, ondelete="cascade", domain="[('live', '=', True)]"
    )
    scope = fields.Reference(
        "_selection_scope", string="Only of", help="One project or team. Leave empty for all documents of the type."
    )
    on_create = fields.Boolean("New ones", default=True, help="Mail me when somebody else creates such a document.")
    on_assign = fields.Boolean(
        "Assigned to me",
        default=True,
        help="Tell me when I am assigned to such a document. Odoo does so unless you switch it off here.",
    )

    @api.model
    def _selection_scope(self):
        return [
            (name, self.env["ir.model"]._get(name).name)
            for name in ("project.project", "crm.team", "helpdesk.ticket.team", "helpdesk.team")
            if name in self.env
        ]

    @api.model
    @tools.ormcache()
    def _watched_models(self):
        """Models somebody has a preference for; all others cost nothing."""
        return frozenset(self.sudo().search([]).type_id.mapped("model"))

    def _covers(self, record):
        """Whether the preference is about this record: of its type, and in its project or team."""
        self.ensure_one()
        if record._name != self.type_id.model:
            return False
        if not self.scope:
            return True
        return any(
            record[name] == self.scope
            for name, field in record._fields.items()
            if field.type == "many2one" and field.comodel_name == self.scope._name
        )

    @api.model
    def _notify_created(self, records):
        """Mail everybody who asked for it and may read the record; nobody hears of what they made themselves."""
        template = self.env.ref("erp_mail_integration.mail_template_new_record", raise_if_not_found=False)
        wanted = self.sudo().search([("type_id.model", "=", records._name), ("on_create", "=", True)])
        if not template:
            return
        for record in records.sudo():
            told = self.env["res.users"]
            for subscription in wanted.filtered(
                lambda subscription: subscription.user_id != self.env.user and subscription.user_id.active
            ):
                user = subscription.user_id
                if user in told or not subscription._covers(record) or not record.with_user(user).has_access("read"):
                    continue
                if user.notification_type == "email" and self._hears_of_assignment(record, user):
                    continue  # one mail, not two
                told += user
                template.sudo().with_context(
                    lang=user.lang,
                    record_name=record.display_name,
                    record_url=f"{record.get_base_url()}/mail/view?model={record._name}&res_id={record.id}",
                    created_by=self.env.user.name,
                ).send_mail(subscription.id)

    @api.model
    def _hears_of_assignment(self, record, user):
        """Whether Odoo tells the user that the new record is theirs."""
        if self.env.context.get("mail_auto_subscribe_no_notify"):
            return False
        return user in record._erp_email_assignees() and bool(self._without_declined(record, user.partner_id))

    @api.model
    def _without_declined(self, record, partners):
        """Leave out users who do not want to be told when they are assigned. The narrowest preference counts."""
        wanted = (
            self.sudo()
            .search([("user_id.partner_id", "in", partners.ids), ("type_id.model", "=", record._name)])
            .filtered(lambda subscription: subscription._covers(record))
        )
        declined = self.env["res.partner"]
        for partner in wanted.user_id.partner_id:
            mine = wanted.filtered(lambda subscription, partner=partner: subscription.user_id.partner_id == partner)
            narrowest = mine.filtered("scope") or mine
            if not any(narrowest.mapped("on_assign")):
                declined += partner
        return partners - declined
