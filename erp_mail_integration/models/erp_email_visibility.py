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
        """Derive the visibility from the mailboxes that hold the mails: the most open one counts.

        A copy that never was in a mailbox is open; one whose mailbox was removed changes nothing.
        """
        self.env["erp.email.copy"].flush_model(["email_id", "server_id", "source"])
        self.env["fetchmail.server"].flush_model(["visibility"])
        self.flush_model(["visibility"])
        self.env.cr.execute(
            """UPDATE erp_email e SET visibility = (%(order)s)[found.place]
                 FROM (SELECT c.email_id,
                              min(array_position(%(order)s, coalesce(
                                  s.visibility, CASE c.source WHEN 'mailbox' THEN m.visibility ELSE 'linked' END
                              ))) AS place
                         FROM erp_email_copy c
                         JOIN erp_email m ON m.id = c.email_id
                         LEFT JOIN fetchmail_server s ON s.id = c.server_id
                        WHERE c.email_id = ANY(%(ids)s) GROUP BY c.email_id) AS found
                WHERE e.id = found.email_id AND e.visibility != (%(order)s)[found.place]""",
            {"order": list(VISIBILITIES), "ids": self.ids},
        )
        self.invalidate_model(["visibility"], flush=False)


class FetchmailServer(models.Model):
    _inherit = "fetchmail.server"

    def write(self, vals):
        """A visibility that is changed holds for the mail that is stored already, too."""
        result = super().write(vals)
        if "visibility" in vals:
            copies = self.env["erp.email.copy"].sudo().search([("server_id", "in", self.ids)])
            copies.email_id._update_visibility()
        return result


class ErpEmailIntake(models.AbstractModel):
    _inherit = "erp.email.intake"

    @api.model
    def _settle(self, copies, originals, emails, parsed):
        result = super()._settle(copies, originals, emails, parsed)
        touched = self.env["erp.email"].union(*emails.values())
        if set(copies.server_id.mapped("visibility")) - {"linked"} or set(touched.mapped("visibility")) - {"linked"}:
            touched._update_visibility()
        return result
