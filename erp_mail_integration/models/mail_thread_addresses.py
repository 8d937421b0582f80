from odoo import api, models


class MailThread(models.AbstractModel):
    """What comes to our own addresses: former catchall and bounce names are treated like the present ones."""

    _inherit = "mail.thread"

    @api.model
    def _detect_is_bounce(self, message, message_dict):
        return super()._detect_is_bounce(message, self._with_current_recipients(message_dict))

    @api.model
    def _detect_write_to_catchall(self, msg_dict):
        return super()._detect_write_to_catchall(self._with_current_recipients(msg_dict))

    @api.model
    def _with_current_recipients(self, message_dict):
        return {**message_dict, "to": self.env["mail.alias.domain"]._current_recipients(message_dict["to"])}

    @api.model
    def message_process(self, model, message, *args, **kwargs):
        """A probe mail of the doctor has arrived when it is here: it needs no document and no notice."""
        if self.env["erp.email.probe"].sudo()._take(message):
            return False
        return super().message_process(model, message, *args, **kwargs)
