from odoo import models

from ..matching import Incoming
from ..mime import parse


class ErpEmail(models.Model):
    """Stored mail goes through the rules again: retroactive links, tests of changed rules."""

    _inherit = "erp.email"

    def _incoming(self):
        """The mails as the matcher takes them, parsed from their source.

        A mail found in several mailboxes comes once for each; one whose source is gone is left out.

        :rtype: list[Incoming]
        """
        raws = self.env["erp.email.store"]._read(self)
        incoming = []
        for email in self.sudo():
            if email.id not in raws:
                continue
            parsed = parse(raws[email.id], email.date)
            places = {(copy.server_id, copy.folder_id) for copy in email.copy_ids} or {
                (self.env["fetchmail.server"], self.env["fetchmail.folder"])
            }
            incoming += [Incoming(email, parsed, server, folder) for server, folder in places]
        return incoming
