from odoo import models


class IrMailServer(models.Model):
    """Automatic answers leave without an envelope sender (RFC 3834 section 3.3): nothing can answer them."""

    _inherit = "ir.mail_server"

    def _prepare_email_message__(self, message, smtp_session):
        if message["Return-Path"] != "<>":
            return super()._prepare_email_message__(message, smtp_session)
        del message["Return-Path"]
        without_bounce = self.with_context(domain_bounce_address=False)
        smtp_from, recipients, message = super(IrMailServer, without_bounce)._prepare_email_message__(
            message, smtp_session
        )
        # A server with a FROM filter refuses senders that are not in it, and so the null sender.
        return smtp_from if getattr(smtp_session, "from_filter", False) else "", recipients, message
