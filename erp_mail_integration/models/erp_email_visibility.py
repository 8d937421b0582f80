from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .fetchmail_server_personal import VISIBILITIES


class ErpEmail(models.Model):
    """Who sees a mail on a document: as the most open mailbox that holds a copy allows."""

    _inherit = "erp.email"

    visibility = fields.Selection(
        [("linked", "Readers of its documents"), ("headers", "Headers only"), ("owner", "Its owner only")],
        required=True,
        default="linked",
        readonly=True,
    )

    @api.model
    def _accessible_domain(self, linked):
        own = Domain("copy_ids.server_id.owner_id", "=", self.env.uid)
        uploaded = Domain("copy_ids.uploaded_by_id", "=", self.env.uid)
        return super()._accessible_domain(linked) & (Domain("visibility", "=", "linked") | own) | uploaded

    @api.model
    def _readable_sources(self):
        uploaded = self.env["erp.email.copy"].sudo()._search([("uploaded_by_id", "=", self.env.uid)])
        return [*super()._readable_sources(), uploaded]

    def _check_readable(self):
        if not self.env.su and self.env.user._is_internal():
            theirs = Domain("email_id", "in", self.ids) & Domain("uploaded_by_id", "=", self.env.uid)
            if self.sudo().filtered(lambda email: email.visibility != "linked"):
                return self.check_access("read")
            self -= self.env["erp.email.copy"].sudo().search(theirs).email_id.with_env(self.env)
        return super()._check_readable()

    @api.model
    def _tab_visible(self, searched=False):
        """The mails (``e``) whose row the Email tab shows the current user.

        :param bool searched: the text decides about the row, so that a match would tell what it says
        :rtype: SQL
        """
        if self.env.user.has_group("erp_mail_integration.group_email_manager"):
            return SQL("TRUE")
        return SQL(
            """(e.visibility IN %s OR EXISTS (SELECT FROM erp_email_copy c JOIN fetchmail_server s ON s.id = c.server_id
                                               WHERE c.email_id = e.id AND s.owner_id = %s))""",
            ("linked",) if searched else ("linked", "headers"),
            self.env.uid,
        )

    def _update_visibility(self):
        """Derive the visibility from the mailboxes that hold the mails."""
        found = {}
        for email, visibility in (
            self.env["erp.email.copy"]
            .sudo()
            ._read_group([("email_id", "in", self.ids)], ["email_id", "server_id.visibility"])
        ):
            found.setdefault(email.id, set()).add(visibility or "linked")
        for email in self:
            visibility = min(found.get(email.id, {"linked"}), key=VISIBILITIES.index)
            if email.visibility != visibility:
                email.visibility = visibility


class ErpEmailIntake(models.AbstractModel):
    _inherit = "erp.email.intake"

    @api.model
    def _settle(self, copies, originals, emails, parsed):
        result = super()._settle(copies, originals, emails, parsed)
        touched = self.env["erp.email"].union(*emails.values())
        if set(copies.server_id.mapped("visibility")) - {"linked"} or set(touched.mapped("visibility")) - {"linked"}:
            touched._update_visibility()
        return result
