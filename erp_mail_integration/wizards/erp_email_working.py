import time

from odoo import api, fields, models

from ..models.erp_email_copy import RECEIVED

SECONDS = 2
"""How long the user waits for the next sign of life."""
PORTION = 20
"""Mails processed together, and committed."""


class ErpEmailWorking(models.AbstractModel):
    """A wizard that takes in mails while somebody watches (see ``working_form.js``).

    While its ``state`` is ``working`` the form calls :meth:`work` again and again and shows the progress. What is in the
    ledger already is not lost when the form is closed: the scheduled action processes it.
    """

    _name = "erp.email.working"
    _description = "Taking in Emails"

    progress = fields.Float(compute="_compute_progress")

    def _copies(self):
        """The mails of the wizard that are in the ledger.

        :rtype: Domain on ``erp.email.copy``
        """
        raise NotImplementedError

    def _compute_progress(self):
        for wizard in self:
            total, waiting = wizard._work_left() if wizard.id else (0, 0)
            wizard.progress = 100.0 * (total - waiting) / total if total else 0.0

    def _work_left(self):
        """:rtype: tuple[int, int] all pieces of work, and those that wait"""
        Copy = self.env["erp.email.copy"].sudo()
        copies = self._copies()
        return Copy.search_count(copies), Copy.search_count(copies & self._pending())

    @api.model
    def _pending(self):
        return fields.Domain("state", "=", RECEIVED)

    def work(self):
        """Work for a moment. Commits.

        :return: what is to be opened when all is done, False: show the form
        """
        self.ensure_one()
        end = time.monotonic() + SECONDS
        while self.state == "working":
            if not self._work_on():
                return self._finish()
            if time.monotonic() >= end:
                break
        return False

    def _work_on(self):
        """Process the next mails. Commits.

        :return: whether there were any
        """
        copies = self.env["erp.email.copy"].sudo().search(self._copies() & self._pending(), order="id", limit=PORTION)
        if copies:
            self.env["erp.email.intake"].sudo()._process_now(copies)
            self._processed(copies)
            self.env.cr.commit()
        return bool(copies)

    def _processed(self, copies):
        """What the wizard does with mails that were stored."""

    def _finish(self):
        """:return: as of :meth:`work`"""
        self.state = "done"
        return False

    def _show(self):
        """The form of the wizard, again."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Taking in Emails"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
