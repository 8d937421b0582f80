from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..matching import Batch, Candidate, Incoming, Match  # noqa: F401 (the names other models import from here)
from .erp_email import LINKED, SUGGESTED

RULES = (
    "_rule_thread",
    "_rule_tag_subject",
    "_rule_number",
    "_rule_tag_body",
    "_rule_tag_quoted",
    "_rule_address",
    "_rule_folder",
    "_rule_admin",
    "_rule_field",
    "_rule_contact",
)


class ErpEmailMatcher(models.AbstractModel):
    """Finds the documents of stored mails.

    ``RULES`` is the order of the design. A rule is a method that gets the whole :class:`Batch` and returns
    :class:`Candidate` values, with a number of queries that does not depend on how many mails there are.
    What a rule finds is then checked, in this order:

    1. the document exists, its type is live, and it is not another company's than the mailbox's
       (``_within_company``);
    2. evidence that anybody could have written counts only from a trusted sender (``_judge``);
    3. replies in the batch join the documents that their parents in the same batch have found
       (``_join_conversations``).
    """

    _name = "erp.email.matcher"
    _description = "Email Matcher"

    @api.model
    def _match(self, incoming):
        """The documents of a batch of mails. What follows from them for a new mail is written down:
        see ``_settle``.

        :param list[Incoming] incoming: mails whose rows and participants are stored already
        :rtype: dict[int, list[Match]] by id of the mail, one match for each document, the best one: linked
            before suggested, then in the order of the rules
        """
        rules = self.env["erp.email.rule"].sudo().search([("state", "=", "active")])
        batch = self._prepare(incoming, rules)
        matches = self._find(batch)
        self._store_contacts(batch)
        self._settle(batch, matches)
        return {email_id: list(found.values()) for email_id, found in matches.items()}

    @api.model
    def _find(self, batch):
        """Run the rules. Writes nothing, so that rules can be tried on stored mail.

        :param Batch batch: from ``_prepare``
        :rtype: dict[int, dict[tuple, Match]] by id of the mail, then by document
        """
        candidates = [candidate for rule in RULES for candidate in getattr(self, rule)(batch)]
        documents = self._documents(candidates)
        candidates = self._within_company(batch, candidates, documents)
        matches = self._judge(batch, candidates, documents)
        self._join_conversations(batch, matches, documents)
        return matches

    @api.model
    def _prepare(self, incoming, rules):
        """Read what the rules share: participants, their contacts, our own people. Five queries.

        :param rules: the ``erp.email.rule`` records to apply
        :rtype: Batch
        """
        participants = defaultdict(list)
        for row in self._participants(incoming):
            if row.address:
                participants[row.email_id.id].append((row.role, row.address))
        addresses = list({address for pairs in participants.values() for _role, address in pairs})
        contacts = defaultdict(self.env["res.partner"].sudo().browse)
        for partner in (
            self.env["res.partner"]
            .sudo()
            .search_fetch(
                [("email_normalized", "in", addresses)],
                ["email_normalized", "commercial_partner_id", "company_id", "name"],
                order="is_company, id",
            )
        ):
            contacts[partner.email_normalized] |= partner
        found = self.env["res.partner"].sudo().union(*contacts.values())
        users = defaultdict(self.env["res.users"].sudo().browse)
        for user in (
            self.env["res.users"]
            .sudo()
            .search_fetch([("partner_id", "in", found.ids), ("share", "=", False)], ["partner_id", "company_ids"])
        ):
            users[user.partner_id.email_normalized] |= user
        internal = self.env["res.company"].sudo().search_fetch([], ["partner_id"]).partner_id
        internal |= internal.union(*(user.partner_id for user in users.values()))
        companies = defaultdict(set)
        for mail in incoming:
            companies[mail.email.id].add((mail.server.company_id or mail.email.company_id).id)
        senders = {address for pairs in participants.values() for role, address in pairs if role == "from"}
        return Batch(
            mails=tuple(incoming),
            addresses={email_id: tuple(pairs) for email_id, pairs in participants.items()},
            companies=dict(companies),
            contacts=dict(contacts),
            internal=internal,
            ignored=frozenset(self.env["erp.email.ignore"]._ignored(senders)),
            rules=rules,
            verdicts=self._authenticate(incoming),
            users=dict(users),
        )

    @api.model
    def _participants(self, incoming):
        return (
            self.env["erp.email.address"]
            .sudo()
            .search_fetch(
                [("email_id", "in", [mail.email.id for mail in incoming])],
                ["email_id", "role", "address", "partner_id"],
            )
        )

    @api.model
    def _store_contacts(self, batch):
        """Write the contact of each participant row, all in one statement."""
        rows = self._participants(batch.mails)
        partner_ids = {
            row.id: partner.id
            for row in rows
            for partner in reversed(batch.contacts.get(row.address, ()))
            if batch.admits(row.email_id.id, partner) and row.partner_id != partner
        }
        if not partner_ids:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE erp_email_address address
                   SET partner_id = known.partner_id
                  FROM unnest(%s::int[], %s::int[]) AS known (id, partner_id)
                 WHERE address.id = known.id
                """,
                list(partner_ids),
                list(partner_ids.values()),
            )
        )
        rows.invalidate_recordset(["partner_id"], flush=False)

    @api.model
    def _documents(self, candidates):
        """The records that candidates name, with the fields that trust and company checks read.

        Two queries for each document type: the records, and the companies of their contacts.

        :rtype: dict[str, dict[int, record]] by model and id; what does not exist is missing
        """
        ids = defaultdict(set)
        for candidate in candidates:
            ids[candidate.res_model].add(candidate.res_id)
        documents = {}
        for doctype in self.env["erp.email.reference.type"]._live_types():
            if doctype.model not in ids:
                continue
            Model = self.env[doctype.model].sudo().with_context(active_test=False)
            names = [
                name
                for name in ("company_id", "user_id", "user_ids", doctype.contact_field)
                if name and name in Model._fields and Model._fields[name].store
            ]
            records = Model.search_fetch([("id", "in", list(ids[doctype.model]))], names)
            records.env["res.partner"].union(*map(doctype._contact, records)).fetch(["commercial_partner_id"])
            documents[doctype.model] = {record.id: record for record in records}
        return documents

    @api.model
    def _within_company(self, batch, candidates, documents):
        """Drop candidates whose document is gone, or belongs to another company than the mailbox."""
        return [
            candidate
            for candidate in candidates
            if (record := documents.get(candidate.res_model, {}).get(candidate.res_id)) is not None
            and batch.admits(candidate.email_id, record)
        ]

    @api.model
    def _better(self, old, new):
        """Whether ``new`` says more of a document than ``old``: a firmer state, else an earlier rule."""
        rank = {(LINKED, False): 2, (LINKED, True): 1, (SUGGESTED, False): 0}

        def worth(match):
            return rank[match.state, match.internal], -RULES.index(f"_rule_{match.rule}")

        return old is None or worth(new) > worth(old)
