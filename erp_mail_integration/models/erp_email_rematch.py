from odoo import api, fields, models
from odoo.tools import SQL

from ..matching import Incoming
from ..mime import parse

BATCH_SIZE = 200
SINCE_PARAMETER = "erp_mail_integration.contacts_seen"


class ErpEmail(models.Model):
    """Stored mail is linked later: when its parent, a contact's address or a document comes after it.

    ``rematch`` marks the mails whose turn has come; how many are marked is the progress of the job. Nothing is
    linked twice, and nothing that somebody detached is linked again (``erp.email.link._write_matches``).
    """

    _inherit = "erp.email"

    rematch = fields.Boolean("To be linked again", readonly=True)

    _rematch_idx = models.Index("(id) WHERE rematch")
    _in_reply_to_idx = models.Index("(in_reply_to) WHERE in_reply_to IS NOT NULL")

    def _incoming(self):
        """The mails as the matcher takes them, parsed from their source.

        A mail found in several mailboxes comes once for each; one whose source is gone is left out.

        :rtype: list[Incoming]
        """
        raws = self.env["erp.email.store"]._read(self)
        nowhere = self.env["fetchmail.server"], self.env["fetchmail.folder"]
        incoming = []
        for email in self.sudo():
            if email.id not in raws:
                continue
            parsed = parse(raws[email.id], email.date)
            places = {(copy.server_id, copy.folder_id): None for copy in email.copy_ids} or {nowhere: None}
            incoming += [Incoming(email, parsed, server, folder) for server, folder in places]
        return incoming

    def _match_again(self):
        """Run the rules on stored mails. Nobody is notified, nothing is posted: links only.

        :return: the new links
        """
        matches = self.env["erp.email.matcher"]._match(self._incoming())
        links = self.env["erp.email.link"]._write_matches(matches)
        self.sudo().write({"rematch": False})
        self._update_state()
        return links

    # ------------------------------------------------------------------ schedule

    @api.model
    def _cron_link_later(self):
        """Scheduled action: find stored mails that something has come for, then link them in batches."""
        Cron = self.env["ir.cron"]
        self._mark_answers()
        self._mark_new_contacts()
        self._mark_new_documents()
        waiting = self.sudo().search([("rematch", "=", True)], order="id")
        Cron._commit_progress(remaining=len(waiting))
        for start in range(0, len(waiting), BATCH_SIZE):
            batch = waiting[start : start + BATCH_SIZE].try_lock_for_update()
            batch._match_again()
            if not Cron._commit_progress(BATCH_SIZE):
                break

    @api.model
    def _mark(self, query):
        """Mark the mails whose ids a query gives."""
        self.flush_model()
        self.env.cr.execute(SQL("UPDATE erp_email SET rematch = TRUE WHERE rematch IS NOT TRUE AND id IN (%s)", query))
        self.invalidate_model(["rematch"])

    @api.model
    def _mark_answers(self):
        """Mails whose parent was stored after them, unless they share all its documents."""
        self._mark(
            SQL(
                """
                SELECT child.id
                  FROM erp_email parent
                  JOIN erp_email child ON child.in_reply_to = parent.message_id AND child.id < parent.id
                  JOIN erp_email_link link ON link.email_id = parent.id
                 WHERE link.state = 'linked' AND link.rule != 'contact' AND link.internal IS NOT TRUE
                   AND NOT EXISTS (SELECT FROM erp_email_link own WHERE own.email_id = child.id
                                      AND own.res_model = link.res_model AND own.res_id = link.res_id)
                """
            )
        )

    @api.model
    def _mark_new_contacts(self):
        """Mails of addresses that a contact has got since the last run."""
        Parameter = self.env["ir.config_parameter"].sudo()
        since = Parameter.get_param(SINCE_PARAMETER) or "1970-01-01"
        # Transactions that were open at the last run may have written an earlier date: look back a little.
        Parameter.set_param(
            SINCE_PARAMETER, fields.Datetime.to_string(fields.Datetime.subtract(self.env.cr.now(), hours=1))
        )
        self.env["res.partner"].flush_model()
        self.env["erp.email.address"].flush_model()
        self._mark(
            SQL(
                """
                SELECT address.email_id
                  FROM res_partner partner
                  JOIN erp_email_address address ON address.address = partner.email_normalized
                 WHERE partner.write_date >= %s AND partner.active AND address.partner_id IS NULL
                """,
                since,
            )
        )

    @api.model
    def _mark_new_documents(self):
        """Mails that name a document which did not exist when they came. One query for each type and field."""
        Unresolved = self.env["erp.email.unresolved"].sudo()
        emails = self.browse()
        for doctype, number, references in Unresolved._read_group(
            [("type_id.live", "=", True)], ["type_id", "number_field_id"], ["reference:array_agg_distinct"]
        ):
            if number:
                found = number._find(references) if number._is_usable() else {}
                known = [reference for reference in references if reference.upper() in found]
            else:
                found = doctype._resolve(references)
                known = [reference for reference in references if found.get(reference)]
            if known:
                emails |= Unresolved.search(
                    [("type_id", "=", doctype.id), ("number_field_id", "=", number.id), ("reference", "in", known)]
                ).email_id
        emails.sudo().write({"rematch": True})
