from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..matching import Match
from .erp_email import LINKED, SUGGESTED


class ErpEmailMatcher(models.AbstractModel):
    """Trust: nobody gets a mail onto a document by guessing its number."""

    _inherit = "erp.email.matcher"

    @api.model
    def _judge(self, batch, candidates, documents):
        """Decide what each candidate is worth.

        Evidence that anybody could write links only if it is signed, or the sender is one of our own people
        or may attach mail to that document. What the rest becomes is up to the document type.

        :rtype: dict[int, dict[tuple, Match]] by mail, then by document: the best match of each
        """
        types = {doctype.model: doctype for doctype in self.env["erp.email.reference.type"]._live_types()}
        bare = [candidate for candidate in candidates if candidate.bare and not candidate.signed]
        insiders = self._insiders(batch, {(c.res_model, c.res_id) for c in bare})
        mails = {mail.email.id: mail for mail in batch.mails}
        matches = {mail.email.id: {} for mail in batch.mails}
        for candidate in candidates:
            state, internal = (SUGGESTED, False) if candidate.suggest else (LINKED, False)
            if candidate.bare and not candidate.signed and state == LINKED:
                doctype = types[candidate.res_model]
                record = documents[candidate.res_model][candidate.res_id]
                state, internal = self._verdict(batch, mails[candidate.email_id], doctype, record, insiders)
            match = Match(
                candidate.res_model,
                candidate.res_id,
                candidate.rule,
                candidate.evidence,
                state=state,
                score=candidate.score if state == LINKED else candidate.score // 2,
                internal=internal,
            )
            own = matches[candidate.email_id]
            if self._better(own.get(match.document), match):
                own[match.document] = match
        return matches

    @api.model
    def _verdict(self, batch, mail, doctype, record, insiders):
        """State of a link by a bare reference, and whether it is an internal note only.

        :rtype: tuple[str, bool]
        """
        sender = batch.sender(mail.email.id)
        if mail.folder.direction == "out":  # the Sent folder of a mailbox: nobody but its owner writes there
            return LINKED, False
        forged = not sender or batch.verdicts[mail.email.id].get("verdict") == "fail"
        if not forged and self._is_own_user(batch, sender, record):
            return LINKED, False
        if not forged and self._is_trusted(batch, sender, doctype, record, insiders[record._name, record.id]):
            return LINKED, False
        if doctype.trust == "anyone":
            # Attached for our own people to see; not sent on, or a stranger's mail would reach outsiders.
            return LINKED, True
        return (LINKED, True) if doctype.untrusted == "note" else (SUGGESTED, False)

    @api.model
    def _is_own_user(self, batch, sender, record):
        company = record.company_id if "company_id" in record._fields else None
        return any(not company or company in user.company_ids for user in batch.users.get(sender, ()))

    @api.model
    def _is_trusted(self, batch, sender, doctype, record, insiders):
        """Whether an outsider may attach mail to the record by naming it.

        :param dict insiders: ``followers`` (partner ids) and ``correspondents`` (addresses) of the record
        """
        partners = batch.contacts.get(sender, self.env["res.partner"])
        if doctype.trust == "contacts":
            return bool(partners)
        if not insiders["followers"].isdisjoint(partners.ids):
            return True
        if doctype.trust == "assigned":
            return False
        contact = doctype._contact(record)
        if contact and (contact.commercial_partner_id & partners.commercial_partner_id or contact & partners):
            return True
        return sender in insiders["correspondents"]

    @api.model
    def _insiders(self, batch, documents):
        """Followers, and senders of this batch that have been in mail of the document before. Two queries.

        Mail that is there only because somebody was a contact, and internal notes, make no correspondent:
        a stranger could have sent them.
        """
        insiders = defaultdict(lambda: {"followers": set(), "correspondents": set()})
        if not documents:
            return insiders
        by_model = defaultdict(list)
        for model, res_id in documents:
            by_model[model].append(res_id)
        pairs = SQL(" OR ").join(
            SQL("(res_model = %s AND res_id = ANY(%s))", model, ids) for model, ids in by_model.items()
        )
        self.env["mail.followers"].flush_model()
        self.env["erp.email.link"].flush_model()
        self.env["erp.email.address"].flush_model()
        self.env.cr.execute(SQL("SELECT res_model, res_id, partner_id FROM mail_followers WHERE %s", pairs))
        for model, res_id, partner_id in self.env.cr.fetchall():
            insiders[model, res_id]["followers"].add(partner_id)
        senders = list({batch.sender(mail.email.id) for mail in batch.mails} - {""})
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT link.res_model, link.res_id, address.address
                  FROM (SELECT * FROM erp_email_link WHERE %s) AS link
                  JOIN erp_email_address address ON address.email_id = link.email_id
                 WHERE link.state = 'linked'
                   AND link.rule != 'contact'
                   AND link.internal IS NOT TRUE
                   AND address.role IN ('from', 'to', 'cc')
                   AND address.address = ANY(%s)
                """,
                pairs,
                senders,
            )
        )
        for model, res_id, address in self.env.cr.fetchall():
            insiders[model, res_id]["correspondents"].add(address)
        return insiders
