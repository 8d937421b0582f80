from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..matching.conditions import holds


class ErpEmailRule(models.Model):
    """An administrator's rule: mail that fits the conditions is linked, created from, ignored, held or labelled.

    A rule is a draft until it is activated; drafts do nothing but can be tested on stored mail.
    """

    _name = "erp.email.rule"
    _description = "Email Rule"
    _order = "sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active")],
        required=True,
        default="draft",
        copy=False,
        help="A draft does nothing to mail. Test it on stored mail, then activate it.",
    )
    server_id = fields.Many2one("fetchmail.server", "Mailbox", ondelete="cascade", help="Empty: all mailboxes.")
    match = fields.Selection(
        [("all", "all conditions hold"), ("any", "any condition holds")], "Applies when", required=True, default="all"
    )
    condition_ids = fields.One2many("erp.email.rule.condition", "rule_id", "Conditions", copy=True)
    action = fields.Selection(
        [
            ("link", "Link to a document"),
            ("create", "Create a record"),
            ("ignore", "Ignore"),
            ("hold", "Hold back"),
            ("type", "Set the document type"),
            ("tag", "Add labels"),
        ],
        required=True,
        default="link",
        help="Create: mail that finds no document makes a new record, in gateway mailboxes.\n"
        "Ignore: the mail is kept, but waits in no queue and is not handed to the mail gateway.\n"
        "Hold back: the mail waits in the queue Held until somebody releases it.\n"
        "Set the document type: what the mail most likely becomes when somebody creates a record from it.",
    )
    target = fields.Reference(selection="_selection_target", string="Document")
    type_id = fields.Many2one("erp.email.reference.type", "Document type", ondelete="restrict")
    create_user_id = fields.Many2one("res.users", "Assigned to", domain=[("share", "=", False)])
    create_defaults = fields.Text(
        "Default values", default="{}", help="Values of the new record, as a Python dictionary: {'team_id': 3}"
    )
    tag_ids = fields.Many2many("erp.email.tag", string="Labels")
    stop = fields.Boolean("Stop here", help="Rules after this one are not looked at.")

    @api.model
    def _selection_target(self):
        types = self.env["erp.email.reference.type"]._live_types()
        return [(doctype.model, doctype.name) for doctype in types]

    @api.constrains("action", "target", "type_id", "tag_ids", "create_defaults", "condition_ids", "state")
    def _check_complete(self):
        missing = {
            "link": (lambda rule: rule.target, self.env._("the document to link to")),
            "create": (lambda rule: rule.type_id, self.env._("the type of document to create")),
            "type": (lambda rule: rule.type_id, self.env._("the document type")),
            "tag": (lambda rule: rule.tag_ids, self.env._("the labels")),
        }
        for rule in self:
            self.env["erp.email.matcher"]._creation_values(rule)
            if rule.state != "active":
                continue
            if not rule.condition_ids:
                raise ValidationError(
                    self.env._("Rule %(name)s has no condition: it would apply to every mail.", name=rule.name)
                )
            value, what = missing.get(rule.action, (None, None))
            if value and not value(rule):
                raise ValidationError(self.env._("Rule %(name)s: choose %(what)s.", name=rule.name, what=what))

    def action_activate(self):
        self.state = "active"

    def action_draft(self):
        self.state = "draft"

    def action_test(self):
        """Open the test of this rule on stored mail."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "erp.email.rule.test",
            "view_mode": "form",
            "target": "new",
            "context": {"default_rule_ids": self.ids},
        }

    def _holds(self, mail):
        """Whether the rule applies to an :class:`Incoming`."""
        self.ensure_one()
        if self.server_id and self.server_id != mail.server:
            return False
        results = (
            holds(mail.parsed, line.subject, line.operator, line.value or "", line.header or "")
            for line in self.condition_ids
        )
        return any(results) if self.match == "any" else bool(self.condition_ids) and all(results)

    def _applying(self, mail):
        """The rules of ``self``, in their order, that apply to a mail."""
        applying = self.browse()
        for rule in self:
            if rule._holds(mail):
                applying |= rule
                if rule.stop:
                    break
        return applying
