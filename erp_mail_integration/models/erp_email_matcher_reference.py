from collections import defaultdict

from odoo import api, models
from odoo.tools import OrderedSet

from ..matching import Candidate
from ..mime.tags import find_numbers, find_reference_addresses, find_tags, verify

MAX_REFERENCES = 200
"""References that one mail may name in one place; what names more documents is no correspondence."""


class ErpEmailMatcher(models.AbstractModel):
    """Tags, numbers and addresses that name a document."""

    _inherit = "erp.email.matcher"

    @api.model
    def _rule_tag_subject(self, batch):
        """``[xtref:S-000042]`` in the subject."""
        return self._tags(batch, "tag_subject", lambda parsed: parsed.subject)

    @api.model
    def _rule_tag_body(self, batch):
        """A tag in what the author wrote."""
        return self._tags(batch, "tag_body", lambda parsed: parsed.own_text)

    @api.model
    def _rule_tag_quoted(self, batch):
        """A tag in what the mail quotes or forwards. Attached mails are not looked into: they have other authors."""
        return self._tags(batch, "tag_quoted", lambda parsed: parsed.quoted_text)

    @api.model
    def _tags(self, batch, rule, text_of):
        types = {doctype.code.lower(): doctype for doctype in self.env["erp.email.reference.type"]._live_types()}
        found = []
        for mail in batch.mails:
            for tag in find_tags(text_of(mail.parsed))[:MAX_REFERENCES]:
                if doctype := types.get(tag.code.lower()):
                    found.append((mail.email.id, doctype, tag.reference, tag.matched, self._is_signed(tag)))
        return self._candidates(batch, rule, found)

    @api.model
    def _is_signed(self, tag):
        return bool(tag.signature) and verify(self.env["erp.email.reference.type"]._secret(), tag)

    @api.model
    def _rule_number(self, batch):
        """``#1234`` or ``[#1234]`` in the subject, for the document types that say so."""
        types = self.env["erp.email.reference.type"]._live_types().filtered("number_in_subject")
        if not types:
            return ()
        return self._candidates(
            batch,
            "number",
            [
                (mail.email.id, doctype, number.number, number.matched, False)
                for mail in batch.mails
                for number in find_numbers(mail.parsed.subject)[:MAX_REFERENCES]
                for doctype in types
            ],
        )

    @api.model
    def _rule_address(self, batch):
        """``issue-234@our.domain`` and ``reply+S-000042@our.domain`` among the recipients."""
        domains = self._own_domains()
        found = []
        for mail in batch.mails:
            recipients = OrderedSet(
                address for role, address in batch.addresses.get(mail.email.id, ()) if role in ("to", "cc", "bcc")
            ) | OrderedSet(mail.parsed.delivered_to)
            ours = [address for address in recipients if address.rpartition("@")[2] in domains]
            found += [
                (mail.email.id, doctype, tag.reference, tag.address, self._is_signed(tag))
                for doctype, tag in self._named_by_addresses(ours)[:MAX_REFERENCES]
            ]
        return self._candidates(batch, "address", found)

    @api.model
    def _named_by_addresses(self, addresses):
        """(document type, reference) of each address that has the form of a document's. No query for none.

        :rtype: list[tuple]
        """
        if not any("+" in address or "-" in address for address in addresses):
            return []
        types = self.env["erp.email.reference.type"]._live_types()
        by_code = {doctype.code.lower(): doctype for doctype in types}
        replies = find_reference_addresses(addresses, prefix="")
        named = [(by_code[tag.code.lower()], tag) for tag in replies if tag.code.lower() in by_code]
        for doctype in types.filtered("address_prefix"):
            tags = find_reference_addresses(addresses, f"{doctype.address_prefix}-", reply_prefix="")
            named += [(doctype, tag) for tag in tags]
        return named

    @api.model
    def _reference_addresses(self, addresses):
        """Those of the addresses that have the form of a document's, whether or not there is one."""
        return {tag.address for _doctype, tag in self._named_by_addresses(addresses)}

    @api.model
    def _own_domains(self):
        """Domains whose addresses are ours: those of the aliases, and those of the mailboxes' logins.

        ``issue-234@somebody.else`` in a Cc is somebody else's issue. Two queries.
        """
        domains = set(self.env["mail.alias.domain"].sudo().search_fetch([], ["name"]).mapped("name"))
        servers = self.env["fetchmail.server"].sudo().search_fetch([("user", "like", "@")], ["user"])
        return {domain.lower() for domain in domains} | {
            user.rpartition("@")[2].lower() for user in servers.mapped("user")
        }

    @api.model
    def _candidates(self, batch, rule, found):
        """Turn references into candidates: one query for each document type named.

        A reference that names nothing is remembered: its document may still come.

        :param found: list of (email id, document type, reference, evidence, whether it is signed by us)
        """
        wanted = defaultdict(set)
        for _email_id, doctype, reference, _evidence, _signed in found:
            wanted[doctype].add(reference)
        ids = {doctype: doctype._resolve(references) for doctype, references in wanted.items()}
        for email_id, doctype, reference, evidence, signed in found:
            res_ids = ids[doctype].get(reference, ())
            if not res_ids and rule != "number":
                batch.unresolved.setdefault(email_id, set()).add((doctype.id, False, reference))
            for res_id in res_ids:
                yield Candidate(
                    email_id,
                    doctype.model,
                    res_id,
                    rule,
                    evidence,
                    score=100 if signed else 90,
                    bare=True,
                    signed=signed,
                )
