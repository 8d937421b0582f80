from collections import defaultdict

from odoo import api, models

from ..mime.authentication import authenticate, name_key, warnings


class ErpEmailMatcher(models.AbstractModel):
    """Is the sender who From says? The administrator's own mail server knows, and nobody else is asked."""

    _inherit = "erp.email.matcher"

    @api.model
    def _authenticate(self, incoming):
        """What the mailboxes' own mail server found about each sender, and what readers should look at twice.

        What was found when the mail came stays: the administrator may change the service's name later.
        Three queries.

        :rtype: dict[int, dict] by id of the mail: ``verdict`` (pass, fail or none), ``spf``, ``dkim``, ``dmarc``,
            ``by`` and ``warnings``; empty if there is nothing to say
        """
        domains = self._own_domains()
        names = self._staff_names()
        found = {}
        for mail in incoming:
            if mail.email.matched:
                found[mail.email.id] = mail.email.authentication or {}
                continue
            verdict = authenticate(mail.parsed, (mail.server.authserv_id or "").split(","))
            looks = warnings(mail.parsed, domains, names)
            if not verdict.authserv_id and not looks:
                found.setdefault(mail.email.id, {})
                continue
            found[mail.email.id] = {
                "verdict": "pass" if verdict.passed else "fail" if verdict.failed else "none",
                "spf": verdict.spf,
                "dkim": verdict.dkim,
                "dmarc": verdict.dmarc,
                "by": verdict.authserv_id,
                "warnings": list(looks),
            }
        return found

    @api.model
    def _staff_names(self):
        """Addresses of our own people by what their name looks like.

        :rtype: dict[str, set[str]]
        """
        names = defaultdict(set)
        for user in self.env["res.users"].sudo().search_fetch([("share", "=", False)], ["partner_id"]):
            partner = user.partner_id
            if partner.email_normalized and name_key(partner.name or ""):
                names[name_key(partner.name)].add(partner.email_normalized)
        return names
