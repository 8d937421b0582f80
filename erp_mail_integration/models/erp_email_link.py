from odoo import api, fields, models
from odoo.fields import Domain

from .erp_email import LINKED, SUGGESTED

DETACHED = "detached"


class ErpEmailLink(models.Model):
    """A mail belongs to a document, and why.

    ``detached`` rows stay: they are the undo, and the reason why no rule links the mail there again.
    """

    _name = "erp.email.link"
    _description = "Email Link"
    _order = "date desc, id desc"

    email_id = fields.Many2one("erp.email", required=True, ondelete="cascade", readonly=True)
    res_model = fields.Char("Document model", required=True, readonly=True)
    res_id = fields.Many2oneReference("Document", model_field="res_model", required=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True, help="The mail's date, copied for paging.")
    rule = fields.Selection(
        [
            ("thread", "Conversation"),
            ("tag_subject", "Tag in the subject"),
            ("number", "Number in the subject"),
            ("tag_body", "Tag in the text"),
            ("tag_quoted", "Tag in the quoted text"),
            ("address", "Address of the document"),
            ("folder", "Folder of the mailbox"),
            ("admin", "Administrator's rule"),
            ("field", "Number of the customer"),
            ("contact", "Contact"),
            ("create", "Created from this mail"),
            ("gateway", "Mail gateway"),
            ("sent", "Sent from the document"),
            ("manual", "By hand"),
        ],
        required=True,
        readonly=True,
    )
    evidence = fields.Char(readonly=True, help="The text in the mail, or the mail before it, that made the link.")
    score = fields.Integer(readonly=True, aggregator=None, help="How sure the rule is, 0 to 100.")
    state = fields.Selection(
        [(LINKED, "Linked"), (SUGGESTED, "Suggested"), (DETACHED, "Detached")],
        required=True,
        default=LINKED,
        readonly=True,
    )
    internal = fields.Boolean(
        "Internal note",
        readonly=True,
        help="From a sender who may not write to this document: shown here, not sent on, not in the portal.",
    )
    user_id = fields.Many2one(
        "res.users", "Confirmed by", readonly=True, help="Who attached, confirmed or detached it; empty: a rule did."
    )
    accessible = fields.Boolean(compute="_compute_accessible", search="_search_accessible")

    _email_record_uniq = models.UniqueIndex("(email_id, res_model, res_id)", "The mail is linked there already.")
    _record_idx = models.Index("(res_model, res_id, state, date DESC, id DESC)")

    @api.depends_context("uid")
    def _compute_accessible(self):
        readable = self.sudo().search([("id", "in", self.ids), ("accessible", "=", True)])
        for link in self:
            link.accessible = link in readable

    @api.model
    def _search_accessible(self, operator, value):
        if operator != "in" or True not in value:
            return NotImplemented
        return self._readable_domain()

    @api.model
    def _readable_domain(self):
        """Links whose document the current user may read: one sub-query a live document type.

        :rtype: Domain
        """
        return Domain.OR(self._readable_by_type())

    @api.model
    def _readable_by_type(self):
        """:meth:`_readable_domain` for each live document type of which the user may read any.

        :rtype: list[Domain]
        """
        domains = []
        for model_name in self.env["erp.email.reference.type"]._live_models():
            Model = self.env[model_name].sudo(False).with_context(active_test=False)
            if Model.has_access("read"):
                domains.append(Domain("res_model", "=", model_name) & Domain("res_id", "in", Model._search([])))
        return domains

    def _compute_display_name(self):
        for link in self:
            record = link._record()
            link.display_name = record.display_name if record else f"{link.res_model},{link.res_id}"

    def _record(self):
        """The linked record, an empty recordset of its model where it is gone, None where its app is."""
        self.ensure_one()
        if self.res_model not in self.env:
            return None
        return self.env[self.res_model].browse(self.res_id).exists()

    # ------------------------------------------------------------------ writing

    @api.model
    def _write_matches(self, matches):
        """Store what the matcher found, with a constant number of queries.

        The first match for a document counts; what somebody detached stays detached; a suggestion becomes a
        link where a later rule is sure.

        :param dict[int, list[Match]] matches: by id of the mail
        :return: the new ``erp.email.link`` records
        """
        Link = self.sudo()
        known = {
            (link.email_id.id, link.res_model, link.res_id): link
            for link in Link.search([("email_id", "in", list(matches))])
        }
        dates = {email.id: email.date for email in self.env["erp.email"].sudo().browse(matches)}
        values = {}
        for email_id, found in matches.items():
            for match in found:
                key = (email_id, match.res_model, match.res_id)
                row = {
                    "rule": match.rule,
                    "evidence": match.evidence,
                    "state": match.state,
                    "score": match.score,
                    "internal": match.internal,
                }
                if key in known:
                    if known[key].state == SUGGESTED and match.state == LINKED:
                        known[key].write(row)
                elif key not in values or (values[key]["state"] == SUGGESTED and match.state == LINKED):
                    values[key] = row | {
                        "email_id": email_id,
                        "res_model": match.res_model,
                        "res_id": match.res_id,
                        "date": dates[email_id],
                    }
        return Link.create(list(values.values()))
