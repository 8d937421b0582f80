from odoo import api, fields, models

from ..mailbox import RawMail


class ErpEmailIntake(models.AbstractModel):
    """Mail that a mail server delivers by itself instead of waiting to be asked."""

    _inherit = "erp.email.intake"

    @api.model
    def _push(self, server, raw):
        """Put a delivered mail into the ledger and wake the processing. The caller commits, then says yes.

        :param server: the ``fetchmail.server`` (type Local Server) that it is for
        :param bytes raw: the mail
        :return: the new ``erp.email.copy``
        """
        folder = self.env["fetchmail.folder"]
        copies = self._receive(
            server, folder, [RawMail("", raw, fields.Datetime.now())], source="push", route=server._routes()
        )
        self.env.ref("erp_mail_integration.ir_cron_process_pending")._trigger()
        return copies
