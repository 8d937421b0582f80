from odoo import models


class Outbox:
    """The messages of the mail that is being sent, as they leave. Compared by identity: it travels in a context."""

    def __init__(self):
        self.messages = []

    def take(self):
        messages, self.messages = self.messages, []
        return messages


class IrMailServer(models.Model):
    """Lets the sent mail be kept as it left: after the sender rules have had their say."""

    _inherit = "ir.mail_server"

    def send_email(self, message, *args, **kwargs):
        outbox = self.env.context.get("erp_email_outbox")
        if outbox:
            # Changed in place until it leaves, and kept also if it does not.
            outbox.messages.append(message)
        return super().send_email(message, *args, **kwargs)
