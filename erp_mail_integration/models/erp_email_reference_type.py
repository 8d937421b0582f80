import re
from collections import defaultdict

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..mime.tags import format_tag, sign
from . import any_case

MAX_ID = 2**31
"""Ids are 32 bit integers: a larger number in a tag names nothing, and PostgreSQL would refuse it."""


class ErpEmailReferenceType(models.Model):
    """A document type that mail can belong to: a row of data, not a module.

    The model is named by text, so that a row may wait for an app that is not installed yet; a type is
    *live* when its model exists and has a chatter.
    """

    _name = "erp.email.reference.type"
    _inherit = "erp.email.cached.mixin"
    _description = "Document Type for Emails"
    _emptied_caches = ("default", "templates")  # the tab is part of the cached form views
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
        "Reference field",
        help="Field whose value is the reference in tags. Empty: the record's database number, at least 6 digits.",
    )
    contact_field = fields.Char(
        "Contact field",
        default="partner_id",
        help="Field that holds the document's contact, who may send mail to it by tag.",
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
    untrusted = fields.Selection(
        [("suggest", "Suggest the document"), ("note", "Keep as internal note")],
        "Mail of everybody else",
        required=True,
        default="suggest",
        help="Suggest: the mail waits in the queue of suggestions until somebody confirms it.\n"
        "Internal note: the document shows the mail to those who may read it, and nobody else hears of it; "
        "it can be turned into a mail later.",
    )
    post_to_chatter = fields.Boolean(
        "Post to chatter",
        default=True,
        help="Mail that arrives in a gateway mailbox and is linked to such a document is also posted to its chatter.",
    )
    number_in_subject = fields.Boolean("#1234 in the subject", help="Recognise #1234 and [#1234] in a subject.")
    address_prefix = fields.Char(
        "Address prefix", help="With issue, mail to issue-234@your-domain belongs to document 234."
    )
    tag_sent_mail = fields.Boolean(
        "Tag in sent mail", help="Put the document's tag into the subject of mail sent from it."
    )
    reply_address = fields.Boolean(
        "Own reply address",
        help="Answers go to an address of the document's own, reply+S-000042.k7f3q2ma@mycompany.com, and find it even "
        "if the mail program drops every header. Your mail server must deliver all addresses of the domain, or those "
        "that begin with reply+, to the catchall mailbox.",
    )
    live = fields.Boolean(compute="_compute_live", search="_search_live")

    _model_uniq = models.UniqueIndex("(model)", "There is a document type for this model already.")
    _code_uniq = models.UniqueIndex("(lower(code))", "This code is taken by another document type.")

    @api.model_create_multi
    def create(self, vals_list):
        types = super().create(vals_list)
        types._keep_indexes()
        return types

    def write(self, vals):
        result = super().write(vals)
        if not {"active", "model", "reference_field"}.isdisjoint(vals):
            self._keep_indexes()
        return result

    def unlink(self):
        result = super().unlink()
        self._keep_indexes()
        return result

    def _register_hook(self):
        """The application of a type may have been installed just now."""
        super()._register_hook()
        if self.pool.updated_modules:
            self._keep_indexes()

    @api.model
    def _keep_indexes(self):
        """Index the fields in which references and customers' numbers are looked up."""
        numbers = self.env["erp.email.number.field"].sudo().search([("type_id.live", "=", True)])
        columns = {(doctype.model, doctype._reference_column()) for doctype in self._live_types()}
        columns |= {(number.type_id.model, number.field) for number in numbers if number._is_usable()}
        any_case.keep_indexes(self.env.cr, [(self.env[model]._table, column) for model, column in columns if column])

    @api.depends("model")
    def _compute_live(self):
        for doctype in self:
            doctype.live = self._is_live(doctype.model)

    def _search_live(self, operator, value):
        if operator != "in":
            return NotImplemented
        live = [
            model
            for model in self.sudo().with_context(active_test=False).search([]).mapped("model")
            if self._is_live(model)
        ]
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

    @api.model
    @tools.ormcache()
    def _chatter_models(self):
        """Names of the models whose documents show mail that names them in their chatter.

        :rtype: tuple[str, ...]
        """
        types = self.sudo().search([("model", "in", self._live_models()), ("post_to_chatter", "=", True)])
        return tuple(types.mapped("model"))

    @api.model
    def _live_types(self):
        """All active types whose model is there, in their order.

        :rtype: erp.email.reference.type
        """
        live = self._live_models()
        return self.sudo().search_fetch([("model", "in", live)]).sorted(lambda doctype: live.index(doctype.model))

    def _contact(self, record):
        """The contact of a document, itself if it is one.

        :rtype: res.partner
        """
        self.ensure_one()
        if record._name == "res.partner":
            return record
        if self.contact_field and self.contact_field in record._fields:
            return record[self.contact_field]
        return self.env["res.partner"]

    def _reference(self, record):
        """The text after the code in a tag of the record, such as ``000042``."""
        self.ensure_one()
        field = self._reference_column()
        if field and record[field]:
            return record[field]
        return f"{record.id:06d}"

    def _reference_column(self):
        """The field that holds the references, False where the record's number is the reference."""
        return self.reference_field if any_case.is_text(self.env.get(self.model), self.reference_field) else False

    @api.constrains("model", "reference_field")
    def _check_reference_field(self):
        for doctype in self.filtered("reference_field"):
            if doctype.live and not doctype._reference_column():
                raise ValidationError(
                    self.env._(
                        "%(model)s has no stored text field named %(field)s.",
                        model=doctype.name,
                        field=doctype.reference_field,
                    )
                )

    def _resolve(self, references):
        """The documents that references name: the inverse of :meth:`_reference`. One query.

        Mail programs and addresses change the case, and the field may have any: see :mod:`.any_case`.

        :param references: iterable of str
        :rtype: dict[str, list[int]] ids by reference; a reference that names nothing is missing
        """
        self.ensure_one()
        Model = self.env[self.model].sudo().with_context(active_test=False)
        ids = {reference: int(reference) for reference in references if reference.isdecimal() and len(reference) < 11}
        ids = {reference: number for reference, number in ids.items() if number < MAX_ID}
        domain = Domain("id", "in", list(ids.values()))
        field = self._reference_column()
        if field:
            domain = any_case.equals(field, references) | domain & Domain(field, "=", False)
        resolved = defaultdict(list)
        found = Model.search_fetch(domain, [field] if field else ["id"])
        by_text = defaultdict(list)
        for record in found:
            by_text[record[field].lower() if field and record[field] else record.id].append(record.id)
        for reference in references:
            resolved[reference] = by_text.get(reference.lower()) or by_text.get(ids.get(reference), [])
        return dict(resolved)

    def _document_card(self, record):
        """A document as lists of choices show it.

        :rtype: dict
        """
        self.ensure_one()
        return {"model": record._name, "id": record.id, "name": record.display_name, "type": self.name}

    @api.model
    def _secret(self):
        """The key of signed tags: known to this database alone."""
        return self.env["ir.config_parameter"].sudo().get_param("database.secret")

    def _tag(self, record, signed=False):
        """The tag of a record, such as ``[xtref:S-000042]``.

        :param bool signed: add a signature, with which mail finds the document whoever sends it
        """
        reference = self._reference(record)
        return format_tag(self.code, reference, sign(self._secret(), self.code, reference) if signed else "")

    @api.model
    @tools.ormcache("model_name")
    def _tagging_type_id(self, model_name):
        """Id of the model's document type if mail sent from its documents gets their tag, else False."""
        return (
            self.sudo()
            .search(
                [("model", "in", self._live_models()), ("model", "=", model_name), ("tag_sent_mail", "=", True)],
                limit=1,
            )
            .id
        )

    @api.model
    @tools.ormcache("model_name")
    def _reply_type_id(self, model_name):
        """Id of the model's document type if its documents have reply addresses of their own, else False."""
        return self.sudo().search([("model", "=", model_name), ("reply_address", "=", True)], limit=1).id

    def _reply_address(self, record, domain):
        """The address that answers about a record come to, signed so that it cannot be guessed.

        Names that do not belong into an address, such as INV/2026/0001, are replaced by the record's number.

        :param str domain: the catchall domain
        """
        reference = self._reference(record)
        if not re.fullmatch(r"[A-Za-z0-9-]{1,30}", reference):
            reference = f"{record.id:06d}"
        return f"reply+{self.code}-{reference}.{sign(self._secret(), self.code, reference)}@{domain}".lower()
