from odoo import api, models

from ..matching import Candidate

ROLES = ("from", "reply_to", "to", "cc", "bcc")
MAX_CONTACTS = 500
"""Contacts linked to one mail: a mail to more people is a circular."""


class ErpEmailMatcher(models.AbstractModel):
    """Contacts: everybody who takes part, and their companies; and the folder that a mail lies in."""

    _inherit = "erp.email.matcher"

    @api.model
    def _rule_contact(self, batch):
        """Sender and recipients that are contacts, and the companies they belong to. No query.

        Our own users and companies are left out: they take part in all mail, and a mailbox that is theirs
        alone would be open to whoever reads their contact.
        """
        for mail in batch.mails:
            seen = set()
            companies = []
            for role, address in batch.addresses.get(mail.email.id, ()):
                if role not in ROLES or len(seen) > MAX_CONTACTS:
                    continue
                for partner in batch.contacts.get(address, ()):
                    company = partner.commercial_partner_id
                    if partner in batch.internal or company in batch.internal or partner.id in seen:
                        continue
                    if not batch.admits(mail.email.id, partner):
                        continue
                    seen.add(partner.id)
                    yield Candidate(mail.email.id, "res.partner", partner.id, "contact", address, score=80)
                    if company != partner:
                        companies.append((company.id, address))
            for company_id, address in companies:
                if company_id not in seen:
                    seen.add(company_id)
                    yield Candidate(mail.email.id, "res.partner", company_id, "contact", address, score=70)

    @api.model
    def _rule_folder(self, batch):
        """The document that the mailbox's folder belongs to. No query."""
        for mail in batch.mails:
            if mail.folder.res_model and mail.folder.res_id:
                yield Candidate(mail.email.id, mail.folder.res_model, mail.folder.res_id, "folder", mail.folder.name)
