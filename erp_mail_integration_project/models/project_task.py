from odoo import api, models


class ProjectTask(models.Model):
    _inherit = "project.task"

    @api.model
    def _task_message_auto_subscribe_notify(self, users_per_task):
        """Tasks tell their assignees by a method of their own, past the one that every other document uses."""
        Subscription = self.env["erp.email.subscription"]
        if self._name in Subscription._watched_models():
            users_per_task = {
                task: Subscription._without_declined(task, users.partner_id).user_ids & users
                for task, users in users_per_task.items()
            }
        return super()._task_message_auto_subscribe_notify(users_per_task)

    def _erp_email_assignees(self):
        return self.user_ids
