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

    def _find_internal_users_from_address_mail(self, emails, project_id=False):
        """Core reads the address of the project, which one that shares an address with others has not."""
        project = self.env["project.project"].browse(project_id or ())
        has_address = project.alias_name and project.alias_domain_id
        return super()._find_internal_users_from_address_mail(emails, project_id if has_address else False)
