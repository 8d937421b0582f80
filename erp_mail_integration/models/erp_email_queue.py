from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import plaintext2html

from .erp_email import HELD, IGNORED, LINKED, SUGGESTED, UNASSOCIATED
from .erp_email_copy import FAILED, QUARANTINED
from .erp_email_link import DETACHED
from .erp_email_matcher_settle import PUBLIC_DOMAINS

DOCUMENTS_LIMIT = 8
"""Documents that a search of one type, or the preview of a mail, offers."""

SUBJECT_WORDS = 40
"""Words of a subject that are looked up as names of documents."""

QUEUES = {
    UNASSOCIATED: Domain("state", "=", UNASSOCIATED),
    SUGGESTED: Domain("link_ids.state", "=", SUGGESTED) & Domain("state", "not in", (HELD, IGNORED)),
    HELD: Domain("state", "=", HELD),
}
"""As in the actions of ``views/erp_email_queue_views.xml``."""


class ErpEmailLink(models.Model):
    _inherit = "erp.email.link"

    _suggested_idx = models.Index("(email_id) WHERE state = 'suggested'")

    def action_accept(self):
        """Accept these suggestions, from the form of their mail."""
        self.email_id.queue_accept(self.ids)

    def action_reject(self):
        """Reject these suggestions, from the form of their mail."""
        self.email_id.queue_reject(self.ids)


class ErpEmail(models.Model):
    """What people do with mail that waits: link it, accept or reject what is suggested, create a record, ignore,
    release. Every action is for one mail or many, and can be undone.

    The queues are the managers': their record rule and their right to write are checked by ``_queue``.
    """

    _inherit = "erp.email"

    def _queue(self):
        """The mails of ``self``, after the check that the user works the queues.

        :raise AccessError: the user is no email manager
        """
        self.check_access("write")
        return self.sudo()

    # ------------------------------------------------------------------ counts

    @api.model
    @api.readonly
    def queue_counts(self):
        """How many mails wait in each queue.

        :rtype: dict[str, int]
        """
        if not self.has_access("write"):
            return {}
        failed = self.env["erp.email.copy"].sudo().search_count([("state", "in", (FAILED, QUARANTINED))])
        counts = {queue: self.search_count(domain) for queue, domain in QUEUES.items()}
        return counts | {"failed": failed}

    # ------------------------------------------------------------------ reading

    @api.readonly
    def queue_open(self):
        """What the preview of a queue shows of a mail: its text, what is suggested, what could be."""
        email = self._queue()
        email.ensure_one()
        return {
            "id": email.id,
            "date": fields.Datetime.to_string(email.date),
            "to": email.to_text or "",
            "attachments": [info for info in email.attachment_info or [] if not info.get("inline")],
            "held_reason": email.held_reason or "",
            "body": email.body or "",
            "suggestions": [
                {"link": link.id, "name": link.display_name, "why": link._explain()}
                for link in email.link_ids
                if link.state == SUGGESTED
            ],
            "documents": email._related_documents(),
            "authentication": email.authentication or {},
        }

    def _related_documents(self):
        """The likely places of the mail, one click away: documents whose name stands in the subject, and recent ones
        of the people who take part or share the sender's domain.

        As the user may read them; three queries for each document type at most.
        """
        partners = self.address_ids.partner_id | self._neighbours()
        words = [word.strip(".,;:!?()[]\"'") for word in (self.subject or "").split()][:SUBJECT_WORDS]
        names = [word for word in words if any(character.isdigit() for character in word) and len(word) > 3]
        linked = {(link.res_model, link.res_id) for link in self.link_ids if link.state != DETACHED}
        found = []
        for doctype in self.env["erp.email.reference.type"]._live_types():
            Model = self.env[doctype.model].with_user(self.env.uid)
            if doctype.model == "res.partner" or not Model.has_access("read"):
                continue
            records = Model
            name_field = Model._fields.get(Model._rec_name)
            if names and name_field and name_field.store and name_field.type == "char":
                records |= Model.search([(name_field.name, "in", names)], limit=2)
            contact = Model._fields.get(doctype.contact_field or "")
            if partners and contact and contact.store:
                domain = [(contact.name, "child_of", partners.commercial_partner_id.ids)]
                records |= Model.search(domain, order="id desc", limit=3)
            found += [doctype._document_card(record) for record in records if (record._name, record.id) not in linked]
        return found[:DOCUMENTS_LIMIT]

    def _neighbours(self):
        """Contacts of the sender's domain, where it is a company's own."""
        domain = (self.from_address or "").rpartition("@")[2]
        if not domain or domain in PUBLIC_DOMAINS:
            return self.env["res.partner"]
        Partner = self.env["res.partner"].with_user(self.env.uid)
        return Partner.search([("email_normalized", "=like", f"%@{domain}")], limit=5).sudo()

    @api.model
    @api.readonly
    def queue_search_documents(self, search):
        """Documents of all live types, by name or number: one box for all of them.

        :rtype: list[dict] model, id, name and type of each, as the user may read them
        """
        self.check_access("read")
        search = (search or "").strip()
        found = []
        for doctype in self.env["erp.email.reference.type"]._live_types():
            Model = self.env[doctype.model].with_user(self.env.uid)
            if not Model.has_access("read"):
                continue
            ids = [id_ for ids in doctype._resolve([search]).values() for id_ in ids] if search.isdecimal() else []
            named = Model.browse(ids)._filtered_access("read") if ids else Model
            named |= Model.browse(id_ for id_, _name in Model.name_search(search, limit=DOCUMENTS_LIMIT))
            found += [doctype._document_card(record) for record in named[:DOCUMENTS_LIMIT]]
        return found

    # ------------------------------------------------------------------ actions

    def queue_link(self, res_model, res_id):
        """Link the mails to a document.

        :return: what ``queue_undo`` takes
        """
        snapshot = self._queue()._snapshot()
        self.tab_attach(res_model, res_id, self.ids)
        self._queue()._reopen()
        return snapshot

    def queue_accept(self, link_ids=None):
        """Make links of the suggestions.

        :param list[int] link_ids: only these suggestions
        """
        return self._answer_suggestions(LINKED, link_ids)

    def queue_reject(self, link_ids=None):
        """Detach the suggestions: no rule makes them again."""
        return self._answer_suggestions(DETACHED, link_ids)

    def _answer_suggestions(self, state, link_ids):
        emails = self._queue()
        snapshot = emails._snapshot()
        suggested = emails.link_ids.filtered(
            lambda link: link.state == SUGGESTED and (link_ids is None or link.id in link_ids)
        )
        suggested.write({"state": state, "user_id": self.env.uid})
        emails._update_state()
        return snapshot

    def queue_ignore(self):
        """Take the mails out of the queues. They are kept, and found in All Emails."""
        emails = self._queue()
        snapshot = emails._snapshot()
        emails.write({"state": IGNORED})
        return snapshot

    def queue_ignore_sender(self, domain=False):
        """Ignore the senders of the mails, or their whole domains, from now on, and what waits of them already."""
        emails = self._queue()
        senders = {email.from_address for email in emails if email.from_address}
        if not senders:
            raise UserError(self.env._("The sender of this mail is not certain: ignore the mail itself."))
        own = self.env["erp.email.matcher"]._own_addresses()
        patterns = {f"@{address.rpartition('@')[2]}" for address in senders} if domain else senders
        if any(pattern.lstrip("@") in own for pattern in patterns):
            raise UserError(self.env._("This is one of your own addresses or domains."))
        self.env["erp.email.ignore"].sudo()._add(patterns)
        waiting = self.sudo().search(
            Domain("state", "in", (UNASSOCIATED, SUGGESTED))
            & Domain.OR(
                Domain("from_address", "=like", f"%{pattern}") if domain else Domain("from_address", "=", pattern)
                for pattern in patterns
            )
        )
        snapshot = (emails | waiting)._snapshot() | {"ignored": sorted(patterns)}
        (emails | waiting).write({"state": IGNORED})
        return snapshot

    def queue_release(self):
        """Put held mails on their way, and ignored ones back into their queue.

        A held mail goes through Odoo's gateway now, without being counted against the limit.
        """
        emails = self._queue()
        emails._reopen()
        for email in emails:
            self.env["erp.email.intake"]._route_released(email)
        return {}

    def _reopen(self):
        """Let the links decide on the state again."""
        self.filtered(lambda email: email.state in (HELD, IGNORED)).write({"state": UNASSOCIATED, "held_reason": False})
        self._update_state()

    def queue_create(self, type_id):
        """Create a record from each of the mails, as the user who asks, and link it.

        :param int type_id: the ``erp.email.reference.type``
        :return: the action that opens the new records
        """
        emails = self._queue()
        doctype = emails.env["erp.email.reference.type"].browse(int(type_id))
        Model = self.env[doctype.model].with_context(mail_create_nosubscribe=True)
        Model.check_access("create")
        records = Model
        for email in emails:
            record = Model.message_new(email._message_dict(), {})
            contact = doctype.contact_field
            sender = email.address_ids.filtered(lambda row: row.role == "from").partner_id
            if sender and contact in record._fields and not record[contact]:
                record[contact] = sender
            records |= record
            email.with_env(self.env).tab_attach(doctype.model, record.id, email.ids)
            email.link_ids.filtered(lambda link, record=record: link._record() == record).write({"rule": "create"})
        emails._reopen()
        action = {"type": "ir.actions.act_window", "res_model": doctype.model, "name": doctype.name}
        if len(records) == 1:
            return action | {"res_id": records.id, "views": [[False, "form"]]}
        return action | {"domain": [("id", "in", records.ids)], "views": [[False, "list"], [False, "form"]]}

    def queue_rule(self):
        """Open the active rules that apply to the mails; where there is none, a draft for mail of their senders.

        :return: the action
        """
        rules = self.env["erp.email.rule"].search([("state", "=", "active")])
        applying = rules.browse().union(*(rules._applying(mail) for mail in self._queue()._incoming()))
        action = {"type": "ir.actions.act_window", "res_model": rules._name, "name": self.env._("Rules")}
        if len(applying) > 1:
            return action | {"domain": [("id", "in", applying.ids)], "views": [[False, "list"], [False, "form"]]}
        senders = dict.fromkeys(email.from_address for email in self if email.from_address)
        draft = {
            "default_name": self.env._("Mail of %(senders)s", senders=", ".join(senders)) if senders else False,
            "default_match": "any",
            "default_condition_ids": [
                Command.create({"subject": "from", "operator": "is", "value": sender}) for sender in senders
            ],
        }
        return action | {"res_id": applying.id, "views": [[False, "form"]], "context": {} if applying else draft}

    def _message_dict(self):
        """The mail as ``message_new`` of Odoo's applications reads it."""
        self.ensure_one()
        return {
            "subject": self.subject or "",
            "email_from": self.from_address or self.from_name or "",
            "from": self.from_address or "",
            "to": self.to_text or "",
            "cc": self.cc_text or "",
            "recipients": self.to_text or "",
            "body": plaintext2html(self.body or ""),
            "message_id": self.message_id or "",
            "date": self.date,
            "attachments": [],
            "author_id": self.address_ids.filtered(lambda row: row.role == "from").partner_id.id,
            "partner_ids": [],
        }

    # ------------------------------------------------------------------ undo

    def _snapshot(self):
        """State of the mails and of their links, for ``queue_undo``."""
        return {
            "emails": {email.id: email.state for email in self},
            "links": {link.id: link.state for link in self.link_ids},
            "ignored": [],
        }

    @api.model
    def queue_undo(self, snapshot):
        """Put mails back as they were before an action. Links that the action made are detached."""
        ids = {int(id_): state for id_, state in snapshot.get("emails", {}).items()}
        emails = self.browse(ids).exists()._queue()
        before = {int(id_): state for id_, state in snapshot.get("links", {}).items()}
        for link in emails.link_ids:
            state = before.get(link.id, DETACHED)
            if link.state != state and state in (LINKED, SUGGESTED, DETACHED):
                link.write({"state": state, "user_id": self.env.uid})
        for email in emails:
            if ids[email.id] in (UNASSOCIATED, SUGGESTED, LINKED, HELD, IGNORED):
                email.state = ids[email.id]
        emails._update_state()
        patterns = [str(pattern) for pattern in snapshot.get("ignored", ())]
        self.env["erp.email.ignore"].sudo().search([("pattern", "in", patterns)]).unlink()

    # ------------------------------------------------------------------ buttons of the form

    def action_ignore(self):
        self.queue_ignore()

    def action_release(self):
        self.queue_release()
