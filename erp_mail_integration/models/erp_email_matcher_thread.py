from collections import defaultdict
from dataclasses import replace

from odoo import api, models

from ..matching import Candidate
from .erp_email import LINKED

MAX_REFERENCES = 64
"""Message-IDs looked up for one mail, the newest: RFC 5322 section 3.6.4 puts the nearest parent last."""


class ErpEmailMatcher(models.AbstractModel):
    """Conversations: a reply belongs where the mail that it answers belongs."""

    _inherit = "erp.email.matcher"

    @api.model
    def _parents(self, mail):
        """Message-IDs that the mail answers, nearest first."""
        nearest_first = (*mail.parsed.in_reply_to, *reversed(mail.parsed.references))
        own = mail.parsed.message_id
        return [mid for mid in dict.fromkeys(nearest_first) if mid != own][:MAX_REFERENCES]

    @api.model
    def _rule_thread(self, batch):
        """In-Reply-To and References, against stored mails and against Odoo's own messages. Two queries.

        Links that a rule made to a contact are not inherited: who takes part in the reply is read from the
        reply itself. Nor are suggestions and internal notes: nobody has confirmed them.
        """
        children = defaultdict(list)
        for mail in batch.mails:
            for message_id in self._parents(mail):
                children[message_id].append(mail.email.id)
        if not children:
            return
        for link in (
            self.env["erp.email.link"]
            .sudo()
            .search_fetch(
                [
                    ("email_id.message_id", "in", list(children)),
                    ("state", "=", LINKED),
                    ("internal", "=", False),
                    ("rule", "!=", "contact"),
                ],
                ["email_id", "res_model", "res_id"],
            )
        ):
            for email_id in children[link.email_id.message_id]:
                yield Candidate(email_id, link.res_model, link.res_id, "thread", link.email_id.message_id)
        live = self.env["erp.email.reference.type"]._live_models()
        for message in (
            self.env["mail.message"]
            .sudo()
            .search_fetch(
                [("message_id", "in", list(children)), ("model", "in", live), ("res_id", "!=", 0)],
                ["message_id", "model", "res_id"],
            )
        ):
            for email_id in children[message.message_id]:
                yield Candidate(email_id, message.model, message.res_id, "thread", message.message_id)

    @api.model
    def _join_conversations(self, batch, matches, documents):
        """Let replies join the documents of their parents in the same batch: those links are not stored yet.

        Parents first, so that a conversation of any length is walked once; a loop of forged References ends
        at the mail it started from.
        """
        by_message_id = defaultdict(list)
        for mail in batch.mails:
            if mail.parsed.message_id:
                by_message_id[mail.parsed.message_id].append(mail)
        done = set()
        for start in batch.mails:
            stack = [start]
            while stack:
                mail = stack[-1]
                parents = [parent for mid in self._parents(mail) for parent in by_message_id.get(mid, ())]
                waiting = [parent for parent in parents if parent.email.id not in done]
                if mail.email.id not in done and waiting:
                    done.add(mail.email.id)  # marked on the way down: what ends a loop
                    stack.extend(waiting)
                    continue
                done.add(mail.email.id)
                stack.pop()
                for parent in parents:
                    self._inherit_matches(batch, mail, parent, matches, documents)

    @api.model
    def _inherit_matches(self, batch, mail, parent, matches, documents):
        own = matches[mail.email.id]
        for match in list(matches[parent.email.id].values()):
            if match.state != LINKED or match.internal or match.rule == "contact" or parent is mail:
                continue
            if not batch.admits(mail.email.id, documents[match.res_model][match.res_id]):
                continue
            joined = replace(match, rule="thread", evidence=parent.parsed.message_id, score=100)
            if self._better(own.get(match.document), joined):
                own[match.document] = joined
