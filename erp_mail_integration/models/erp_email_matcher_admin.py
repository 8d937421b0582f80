from collections import defaultdict

from odoo import api, models

from ..matching import Candidate
from ..matching.patterns import find_values


class ErpEmailMatcher(models.AbstractModel):
    """What administrators declare: rules, and the numbers that customers know."""

    _inherit = "erp.email.matcher"

    @api.model
    def _rule_admin(self, batch):
        """Administrators' rules, in their order. Their other actions are carried out by ``_settle``. No query."""
        for mail in batch.mails:
            applying = batch.rules._applying(mail) if batch.rules else batch.rules
            if not applying:
                continue
            batch.applied[mail.email.id] = applying | (batch.applied.get(mail.email.id) or applying)
            for rule in applying:
                if rule.action == "link" and rule.target:
                    yield Candidate(mail.email.id, rule.target._name, rule.target.id, "admin", rule.name, score=90)

    @api.model
    def _rule_field(self, batch):
        """The customer's own numbers in subject and own text: one query for each declared field."""
        for number in self.env["erp.email.number.field"].sudo().search([("type_id.live", "=", True)]):
            if not number._is_usable():
                continue
            found = defaultdict(list)
            for mail in batch.mails:
                for value in find_values(number.pattern, f"{mail.parsed.subject}\n{mail.parsed.own_text}"):
                    found[value].append(mail.email.id)
            documents = number._find(found) if found else {}
            for value, email_ids in found.items():
                res_ids = documents.get(value.upper(), ())
                for email_id in email_ids:
                    if not res_ids:
                        batch.unresolved.setdefault(email_id, set()).add((number.type_id.id, number.id, value))
                    for res_id in res_ids:
                        yield Candidate(
                            email_id,
                            number.type_id.model,
                            res_id,
                            "field",
                            value,
                            score=70,
                            bare=True,
                            suggest=not number.certain,
                        )
