from odoo import fields, models

from ..mailbox.protocol_log import ProtocolLog


class FetchmailServer(models.Model):
    """What is said to the mail server, written down for whoever looks for a fault."""

    _inherit = "fetchmail.server"

    keep_protocol = fields.Boolean(
        "Protocol log",
        copy=False,
        help="Write down what Odoo and the mail server say to each other, without the password and the mails. The "
        "last connection is kept; switching it off removes it.",
    )
    protocol = fields.Text(groups="base.group_system", readonly=True, copy=False)

    def write(self, vals):
        if vals.get("keep_protocol") is False:
            vals = {**vals, "protocol": False}
        return super().write(vals)

    def _new_protocol_log(self):
        """:rtype: ProtocolLog | None, if none is wanted"""
        return ProtocolLog() if self.keep_protocol else None

    def _keep_protocol(self, log):
        """
        :param ProtocolLog | None log: of the connection that has ended
        """
        if log:
            self.sudo().protocol = log.text()
