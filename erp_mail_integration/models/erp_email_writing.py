from datetime import timedelta

from odoo import api, fields, models

WRITING_MINUTES = 15


class ErpEmailWriting(models.TransientModel):
    """Who began to answer which conversation: so that two do not answer it at once."""

    _name = "erp.email.writing"
    _description = "Answer Being Written"
    _transient_max_hours = 1.0

    thread_key = fields.Char(required=True, index=True)
    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")

    @api.model
    def _note(self, email):
        self.sudo().create({"thread_key": email._conversation(), "user_id": self.env.uid})

    @api.model
    def _colleagues(self, email):
        """Other users who began to answer the conversation within the last minutes and have not sent it yet."""
        since = fields.Datetime.now() - timedelta(minutes=WRITING_MINUTES)
        writing = self.sudo().search(
            [
                ("thread_key", "=", email._conversation()),
                ("user_id", "!=", self.env.uid),
                ("create_date", ">=", since),
            ]
        )
        return writing.user_id

    @api.model
    def _done(self, answered):
        """Their answers have been sent.

        :param set[tuple[str, int]] answered: conversations and ids of users
        """
        thread_keys, user_ids = {key for key, _user_id in answered}, {user_id for _key, user_id in answered}
        writing = self.sudo().search([("thread_key", "in", list(thread_keys)), ("user_id", "in", list(user_ids))])
        writing.filtered(lambda answer: (answer.thread_key, answer.user_id.id) in answered).unlink()
