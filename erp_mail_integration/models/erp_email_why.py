from odoo import models

from .erp_email import LINKED, SUGGESTED
from .erp_email_link import DETACHED


class ErpEmailLink(models.Model):
    """Why is this mail here? In words that everybody understands."""

    _inherit = "erp.email.link"

    def _explain(self):
        """The reason of the link, the text that made it, how sure it is, who confirmed, what else was found.

        Other documents are only counted: their names are for those who may read them.

        :rtype: dict with ``sentence``, ``evidence`` (the text to highlight), ``parts`` (further sentences),
            ``score`` and ``state``
        """
        self.ensure_one()
        link = self.sudo()
        parts = [link._certainty(), link._who(), link._considered()]
        return {
            "sentence": link._reason(),
            "evidence": link.evidence if link.rule not in ("thread", "gateway", "sent") and link.evidence else "",
            "parts": [part for part in parts if part],
            "score": link.score,
            "state": link.state,
        }

    def _reason(self):
        evidence = {"text": self.evidence or ""}
        sentences = {
            "thread": lambda: self._conversation_reason(),
            "tag_subject": lambda: self.env._("The subject carries the document's tag %(text)s.", **evidence),
            "number": lambda: self.env._("The subject names the document's number %(text)s.", **evidence),
            "tag_body": lambda: self.env._("The sender wrote the document's tag %(text)s in the text.", **evidence),
            "tag_quoted": lambda: self.env._("The text that the mail quotes carries the tag %(text)s.", **evidence),
            "address": lambda: self.env._("The mail was sent to %(text)s, an address of this document.", **evidence),
            "folder": lambda: self.env._("The mail lies in the folder %(text)s, which belongs here.", **evidence),
            "admin": lambda: self.env._("The administrator's rule “%(text)s” puts it here.", **evidence),
            "field": lambda: self.env._("The mail names %(text)s, a number of this document.", **evidence),
            "contact": lambda: self.env._("%(text)s takes part in this mail.", **evidence),
            "create": lambda: self.env._("This document was created from the mail."),
            "gateway": lambda: self.env._("The mail gateway posted it on this document."),
            "sent": lambda: self.env._("The mail was sent from this document."),
            "manual": lambda: self.env._("Attached by hand."),
        }
        return sentences[self.rule]()

    def _conversation_reason(self):
        # As the reader: the parent may be in a mailbox that is not theirs.
        parent = self.env["erp.email"].sudo(False).search([("message_id", "=", self.evidence)], limit=1)
        if parent:
            return self.env._(
                "It answers “%(subject)s” of %(sender)s.",
                subject=parent.subject or "",
                sender=parent.from_name or parent.from_address or "",
            )
        return self.env._("It answers a message of this document.")

    def _certainty(self):
        if self.state == SUGGESTED:
            return self.env._(
                "It is only suggested, with a certainty of %(score)s of 100: naming a document is not enough "
                "for this sender.",
                score=self.score,
            )
        if self.internal:
            return self.env._("It is kept as an internal note: the sender may not write to this document.")
        if not self.user_id and self.score:
            return self.env._("Certainty: %(score)s of 100.", score=self.score)
        return ""

    def _who(self):
        if not self.user_id:
            return self.env._("Found automatically, confirmed by nobody.") if self.state == LINKED else ""
        if self.state == DETACHED:
            return self.env._("Detached by %(user)s.", user=self.user_id.name)
        return self.env._("Confirmed by %(user)s.", user=self.user_id.name)

    def _considered(self):
        others = self.email_id.link_ids - self
        linked = len(others.filtered(lambda link: link.state == LINKED))
        suggested = len(others.filtered(lambda link: link.state == SUGGESTED))
        if linked or suggested:
            return self.env._(
                "Other documents of the mail: %(linked)s linked, %(suggested)s suggested.",
                linked=linked,
                suggested=suggested,
            )
        return self.env._("No other document was found.")


class ErpEmail(models.Model):
    _inherit = "erp.email"

    def _tab_why(self, record):
        """Why the mail is on the tab of a document: that link explained, or False.

        A company's own link says more than that of one of its people.
        """
        self.ensure_one()
        ids = self._tab_record_ids(record)
        links = (
            self.env["erp.email.link"]
            .sudo()
            .search([("email_id", "=", self.id), ("res_model", "=", record._name), ("res_id", "in", ids)])
            .sorted(lambda link: (link.state == DETACHED, link.res_id != record.id))
        )
        return links[0]._explain() if links else False
