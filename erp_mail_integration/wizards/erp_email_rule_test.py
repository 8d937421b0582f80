from odoo import api, fields, models

from ..models.erp_email import LINKED, SUGGESTED, UNASSOCIATED
from ..models.erp_email_link import DETACHED

BATCH_SIZE = 200
MAX_MAILS = 5_000


class ErpEmailRuleTest(models.TransientModel):
    """What rules would do to the last stored mails, before they do it."""

    _name = "erp.email.rule.test"
    _description = "Test of Email Rules"

    count = fields.Integer("Last mails", required=True, default=200)
    rule_ids = fields.Many2many("erp.email.rule", string="Rules to test")
    line_ids = fields.One2many("erp.email.rule.test.line", "test_id", "Differences", readonly=True)
    tested = fields.Integer("Mails tested", readonly=True)

    def action_run(self):
        """Run the active rules and the tested ones over the last mails, and list what differs from what is stored."""
        self.ensure_one()
        self.env["erp.email"].check_access("write")
        rules = (self.env["erp.email.rule"].sudo().search([("state", "=", "active")]) | self.rule_ids.sudo()).sorted()
        emails = self.env["erp.email"].sudo().search([], order="date desc, id desc", limit=min(self.count, MAX_MAILS))
        self.line_ids.unlink()
        self.tested = len(emails)
        lines = []
        for start in range(0, len(emails), BATCH_SIZE):
            lines += self._differences(emails[start : start + BATCH_SIZE], rules)
        self.env["erp.email.rule.test.line"].create([{"test_id": self.id} | line for line in lines])
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Test of rules"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _differences(self, emails, rules):
        """:rtype: list[dict] values of lines"""
        Matcher = self.env["erp.email.matcher"]
        batch = Matcher._prepare(emails._incoming(), rules)
        found = Matcher._find(batch)
        lines = []
        for email in emails:
            if email.id in found:
                lines += self._link_differences(email, found[email.id])
                lines += self._action_differences(email, batch.applied.get(email.id, rules.browse()))
        return lines

    @api.model
    def _link_differences(self, email, found):
        """Links that would be new, or firmer; and links of administrators' rules that would not be made now."""
        known = {(link.res_model, link.res_id): link for link in email.link_ids}
        for document, match in found.items():
            link = known.get(document)
            if link is None or (link.state == SUGGESTED and match.state == LINKED):
                change = "link" if match.state == LINKED else "suggest"
                yield self._line(email, change, match.evidence, *document)
        for document, link in known.items():
            if link.rule == "admin" and link.state != DETACHED and document not in found:
                yield self._line(email, "unlink", link.evidence, *document)

    @api.model
    def _action_differences(self, email, rules):
        for rule in rules:
            new_tags = rule.tag_ids - email.tag_ids
            if rule.action in ("ignore", "hold") and email.state not in ("ignored", "held"):
                yield self._line(email, rule.action, rule.name)
            elif rule.action == "create" and email.state == UNASSOCIATED:
                yield self._line(email, "create", f"{rule.name}: {rule.type_id.name}")
            elif rule.action == "type" and email.type_id != rule.type_id:
                yield self._line(email, "type", f"{rule.name}: {rule.type_id.name}")
            elif rule.action == "tag" and new_tags:
                yield self._line(email, "tag", f"{rule.name}: {', '.join(new_tags.mapped('name'))}")

    @api.model
    def _line(self, email, change, why, res_model=False, res_id=False):
        return {"email_id": email.id, "change": change, "why": why, "res_model": res_model, "res_id": res_id}
