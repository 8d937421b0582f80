from odoo import api, models


class MailThread(models.AbstractModel):
    """Answers to a catchall or bounce address that was renamed since are treated like answers to the present one."""

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
