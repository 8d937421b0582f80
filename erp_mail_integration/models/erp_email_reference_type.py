from odoo import api, fields, models, tools


class ErpEmailReferenceType(models.Model):
    """A document type that mail can belong to: a row of data, not a module.

    The model is named by text, so that a row may wait for an app that is not installed yet; a type is
    *live* when its model exists and has a chatter.
    """

    _name = "erp.email.reference.type"
    _description = "Document Type for Emails"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    model = fields.Char(
        required=True, help="Technical name of the document's model, such as sale.order. It must have a chatter."
    )
    code = fields.Char(required=True, help="Stands before the number in a tag: S in [xtref:S-000042].")
    tab = fields.Boolean("Email tab", default=True, help="Show the Email tab on the form of these documents.")
    reference_field = fields.Char(
        help="Field whose value is the reference in tags. Empty: the record's database number, at least 6 digits."
    )
    contact_field = fields.Char(
        default="partner_id", help="Field that holds the document's contact, who may send mail to it by tag."
    )
    trust = fields.Selection(
        [
            ("anyone", "Anyone"),
            ("contacts", "Known contacts"),
            ("participants", "Participants of the document"),
            ("assigned", "Assigned user and followers"),
        ],
        string="Who may attach by a bare tag",
        required=True,
        default="participants",
        help="Mail of everybody else who names the document is suggested or kept, never linked. Internal users "
        "and signed tags are always trusted.",
    )
    post_to_chatter = fields.Boolean(
        help="Mail that arrives in a gateway mailbox and is linked to such a document is also posted to its chatter."
    )
    number_in_subject = fields.Boolean("#1234 in the subject", help="Recognise #1234 and [#1234] in a subject.")
    address_prefix = fields.Char(help="With issue, mail to issue-234@your-domain belongs to document 234.")
    tag_sent_mail = fields.Boolean("Tag in sent mail", help="Put the document's tag into the subject of mail sent from it.")
    live = fields.Boolean(compute="_compute_live", search="_search_live")

    _model_uniq = models.UniqueIndex("(model)", "There is a document type for this model already.")
    _code_uniq = models.UniqueIndex("(lower(code))", "This code is taken by another document type.")

    @api.depends("model")
    def _compute_live(self):
        for doctype in self:
            doctype.live = self._is_live(doctype.model)

    def _search_live(self, operator, value):
        if operator != "in":
            return NotImplemented
        live = [model for model in self.sudo().with_context(active_test=False).search([]).mapped("model") if self._is_live(model)]
        return [("model", "in" if True in value else "not in", live)]

    def _is_live(self, model_name):
        return model_name in self.env and isinstance(self.env[model_name], self.pool["mail.thread"])

    @api.model
    @tools.ormcache()
    def _live_models(self):
        """Names of the models of all active, live document types, in their order.

        :rtype: tuple[str, ...]
        """
        return tuple(model for model in self.sudo().search([]).mapped("model") if self._is_live(model))

    @api.model
    @tools.ormcache("model_name")
    def _has_tab(self, model_name):
        """Whether forms of the model show the Email tab."""
        return bool(self.sudo().search_count([("model", "=", model_name), ("tab", "=", True)], limit=1))

    @api.model_create_multi
    def create(self, vals_list):
        self._drop_caches()
        return super().create(vals_list)

    def write(self, vals):
        self._drop_caches()
        return super().write(vals)

    def unlink(self):
        self._drop_caches()
        return super().unlink()

    def _drop_caches(self):
        """The tab is part of the cached form views, and so goes with them."""
        self.env.registry.clear_cache("default", "templates")

    def _reference(self, record):
        """The text after the code in a tag of the record, such as ``000042``."""
        self.ensure_one()
        if self.reference_field and record[self.reference_field]:
            return str(record[self.reference_field])
        return f"{record.id:06d}"
