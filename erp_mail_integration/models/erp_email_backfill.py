from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..mailbox import CommandRefused
from .erp_email_link import LINKED
from .fetchmail_server_connection import _hang_up
from .fields_big_integer import BigInteger


class ErpEmailBackfill(models.Model):
    """Take in the history of a mailbox: estimated first, in steps that can be paused, and undone as a whole.

    Mails keep their own dates. Nothing is routed: no record is created, nobody is notified. Another source of mails
    has its own ``_estimate``, ``_take_step`` and ``_may_forget``.
    """

    _name = "erp.email.backfill"
    _description = "Email History"
    _order = "id desc"

    source = fields.Selection([("mailbox", "A folder of a mailbox")], "History of", required=True, default="mailbox")
    server_id = fields.Many2one("fetchmail.server", "Mailbox", ondelete="cascade")
    folder_id = fields.Many2one("fetchmail.folder", ondelete="cascade", domain="[('server_id', '=', server_id)]")
    date_from = fields.Date("From")
    date_to = fields.Date("Until", help="Included.")
    per_run = fields.Integer("Mails at once", default=500, help="How many mails each step of a few minutes takes.")
    state = fields.Selection(
        [("draft", "Estimate"), ("running", "Running"), ("paused", "Paused"), ("done", "Done"), ("undone", "Undone")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
    )
    estimate = fields.Integer("Mails in this period", readonly=True, copy=False)
    known = fields.Integer("Stored already", readonly=True, copy=False)
    estimated = fields.Datetime(readonly=True, copy=False)
    last_uid = BigInteger("Read up to", default=0, readonly=True, copy=False, aggregator=None)
    uidvalidity = fields.Char(readonly=True, copy=False)
    copy_ids = fields.One2many("erp.email.copy", "backfill_id", "Mails")
    copy_count = fields.Integer("Taken in", compute="_compute_copy_count")
    progress = fields.Float(compute="_compute_copy_count")
    error = fields.Char(readonly=True, copy=False)

    _folder_required = models.Constraint(
        "CHECK(source != 'mailbox' OR (server_id IS NOT NULL AND folder_id IS NOT NULL))", "Choose a folder."
    )

    @api.depends("source", "folder_id")
    def _compute_display_name(self):
        sources = dict(self._fields["source"]._description_selection(self.env))
        for run in self:
            run.display_name = run.folder_id.display_name or sources.get(run.source)

    def _compute_copy_count(self):
        counts = dict(
            self.env["erp.email.copy"]
            .sudo()
            ._read_group([("backfill_id", "in", self.ids)], ["backfill_id"], ["__count"])
        )
        for run in self:
            run.copy_count = counts.get(run, 0)
            wanted = run.estimate - run.known
            run.progress = 100.0 if run.state == "done" else 100.0 * run.copy_count / wanted if wanted > 0 else 0.0

    # ------------------------------------------------------------------ steps

    def action_estimate(self):
        """Count what there is, without taking anything."""
        for run in self:
            run._estimate()
        return True

    def _estimate(self):
        self._with_mailbox(lambda run, mailbox: run._count(mailbox))

    def action_start(self):
        self.filtered(lambda run: run.state in ("draft", "paused")).state = "running"
        self.env.ref("erp_mail_integration.ir_cron_backfill")._trigger()
        return True

    def action_pause(self):
        self.filtered(lambda run: run.state == "running").state = "paused"
        return True

    def action_undo(self):
        """Forget what this run has taken in, unless somebody works with it by now: a mail that is in another
        mailbox too, or that was attached to a document by hand, stays."""
        for run in self:
            if run.state == "running":
                raise UserError(self.env._("Pause the run before you undo it."))
            copies = run.copy_ids.sudo()
            mine = copies.email_id.filtered(run._may_forget)
            copies.filtered(lambda copy, mine=mine: not copy.email_id or copy.email_id in mine).unlink()
            mine.unlink()
            run.write({"state": "undone", "last_uid": 0})
        return True

    def _may_forget(self, email):
        return (
            all(copy.backfill_id == self for copy in email.copy_ids)
            and not email.mail_message_id
            and not email.link_ids.filtered(lambda link: link.state == LINKED and link.user_id)
        )

    @api.model
    def _cron_step(self):
        """Scheduled action: one step of each running history. Commits."""
        runs = self.search([("state", "=", "running")])
        self.env["ir.cron"]._commit_progress(remaining=len(runs))
        for run in runs:
            if run.try_lock_for_update():
                run._take_step()
            if not self.env["ir.cron"]._commit_progress(1):
                break
        if self.search_count([("state", "=", "running")], limit=1):
            self.env.ref("erp_mail_integration.ir_cron_backfill")._trigger(fields.Datetime.now() + timedelta(minutes=1))

    def _take_step(self):
        """Take the next mails in. Commits."""
        self._with_mailbox(lambda run, mailbox: run._step(mailbox))

    def _with_mailbox(self, action):
        """Run ``action(run, ImapMailbox)`` on each run, with its folder open; what goes wrong is written down."""
        for run in self:
            server = run.server_id.sudo()
            connection = None
            try:
                connection = server._connect__()
                mailbox = server._mailbox(connection)
                if mailbox is None:
                    raise UserError(self.env._("Only an IMAP mailbox has a history."))
                state = mailbox.select(run.folder_id.path, readonly=True)
                if run.folder_id.uidvalidity != state.uidvalidity:
                    # The ledger is kept under the folder's number; a changed one is for the next fetch to notice.
                    if run.folder_id.uidvalidity:
                        raise UserError(self.env._("The folder was created anew: fetch it first."))
                    run.folder_id.sudo().write(
                        {"uidvalidity": state.uidvalidity, "last_uid": state.uidnext - 1, "first_uid": state.uidnext}
                    )
                if run.uidvalidity != state.uidvalidity:
                    run.write({"uidvalidity": state.uidvalidity, "last_uid": 0})
                action(run, mailbox)
                run.error = False
            except UserError:
                raise
            except Exception as error:
                self.env.cr.rollback()
                run.write(
                    {
                        "error": str(server._explain(error)),
                        "state": "paused" if isinstance(error, CommandRefused) else run.state,
                    }
                )
            finally:
                _hang_up(connection)

    def _wanted(self, mailbox):
        """UIDs of the history that are still to be read, ascending."""
        before = self.date_to and self.date_to + timedelta(days=1)
        return mailbox.uids(since_uid=self.last_uid, since_date=self.date_from or None, before_date=before or None)

    def _unknown(self, uids):
        """Those of the UIDs that are not in the ledger."""
        Copy = self.env["erp.email.copy"].sudo()
        here = Domain("folder_id", "=", self.folder_id.id) & Domain("uidvalidity", "=", self.uidvalidity)
        known = Copy.search(here & Domain("uid", "in", [str(uid) for uid in uids])).mapped("uid")
        return [uid for uid in uids if str(uid) not in set(known)]

    def _count(self, mailbox):
        uids = self._wanted(mailbox)
        known = len(uids) - len(self._unknown(uids))
        self.write({"estimate": len(uids), "known": known, "estimated": fields.Datetime.now()})

    def _step(self, mailbox):
        """Take the next mails in and process them. Commits."""
        Intake = self.env["erp.email.intake"]
        uids = self._wanted(mailbox)[: max(self.per_run, 1)]
        folder = self.folder_id.sudo()
        for mails in mailbox.fetch(self._unknown(uids)):
            stored, _never = folder._sort_out(mails)
            copies = Intake._receive(folder.server_id, folder, stored)
            copies.backfill_id = self
            self.last_uid = max([self.last_uid, *(int(mail.uid) for mail in mails)])
            self.env.cr.commit()
            Intake._process_now(copies)
        if uids:
            self.last_uid = uids[-1]
        else:
            self.state = "done"
        self.env.cr.commit()


class ErpEmailCopy(models.Model):
    _inherit = "erp.email.copy"

    backfill_id = fields.Many2one(
        "erp.email.backfill", "History", readonly=True, ondelete="set null", index="btree_not_null"
    )
