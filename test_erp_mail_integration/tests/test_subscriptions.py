from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestSubscriptions(TransactionCase):
    """Mails about new and assigned documents, per project or team (Eventum's preferences)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "base.group_user,project.group_project_user,sales_team.group_sale_salesman_all_leads"
        cls.anna = new_test_user(cls.env, "anna", groups=groups, name="Anna", email="anna@example.com")
        cls.bob = new_test_user(cls.env, "bob", groups=groups, name="Bob", email="bob@example.com")
        cls.projects = cls.env["project.project"].create([{"name": "Mine"}, {"name": "Other"}])
        cls.team = cls.env["crm.team"].create({"name": "Team"})

    def subscribe(self, model, **values):
        doctype = self.env["erp.email.reference.type"].search([("model", "=", model)])
        return self.env["erp.email.subscription"].with_user(self.anna).create({"type_id": doctype.id, **values})

    def told(self, create):
        """Subjects of the mails that Anna gets."""
        before = self.env["mail.mail"].search([])
        create()
        mails = self.env["mail.mail"].search([]) - before
        return mails.filtered(lambda mail: self.anna.partner_id in mail.recipient_ids).mapped("subject")

    def test_only_of_one_project(self):
        self.subscribe("project.task", scope=f"project.project,{self.projects[0].id}")
        for project, expected in zip(self.projects, (["New: Task"], []), strict=True):
            Task = self.env["project.task"].with_user(self.bob)
            self.assertEqual(self.told(lambda: Task.create({"name": "Task", "project_id": project.id})), expected)  # noqa: B023

    def assign(self, **values):
        Lead = self.env["crm.lead"].with_user(self.bob)
        return self.told(
            lambda: Lead.create({"name": "Lead", "user_id": self.anna.id, "team_id": self.team.id, **values})
        )

    def test_assignment_is_told_as_odoo_does_until_it_is_declined(self):
        self.assertEqual(self.assign(), ["You have been assigned to Lead"])
        subscription = self.subscribe("crm.lead", on_create=False)
        self.assertEqual(self.assign(), ["You have been assigned to Lead"])
        subscription.on_assign = False
        self.assertEqual(self.assign(), [])

    def test_the_narrowest_preference_counts(self):
        self.subscribe("crm.lead", on_create=False, on_assign=False)
        self.subscribe("crm.lead", on_create=False, scope=f"crm.team,{self.team.id}")
        self.assertEqual(self.assign(), ["You have been assigned to Lead"])
        other = self.env["crm.team"].create({"name": "Other"})
        self.assertEqual(self.assign(team_id=other.id), [])

    def test_a_new_document_that_is_assigned_to_me_is_told_once(self):
        subscription = self.subscribe("crm.lead")
        self.assertEqual(self.assign(), ["You have been assigned to Lead"])
        subscription.on_assign = False
        self.assertEqual(self.assign(), ["New: Lead"])

    def test_who_reads_notifications_in_odoo_still_gets_the_mail_about_new_ones(self):
        self.anna.notification_type = "inbox"
        self.subscribe("crm.lead")
        self.assertEqual(self.assign(), ["New: Lead"])

    def assign_task(self, project):
        Task = self.env["project.task"].with_user(self.bob)
        task = Task.create({"name": "Task", "project_id": project.id, "user_ids": [(6, 0, self.bob.ids)]})
        told_later = self.told(lambda: task.write({"user_ids": [(4, self.anna.id)]}))
        values = {"name": "Task", "project_id": project.id, "user_ids": [(6, 0, (self.anna | self.bob).ids)]}
        return self.told(lambda: Task.create(values)) + told_later

    def test_tasks_tell_their_assignees_as_odoo_does_until_it_is_declined(self):
        mine, other = self.projects
        assigned = "You have been assigned to Task"
        self.assertEqual(self.assign_task(mine), [assigned, assigned])
        subscription = self.subscribe("project.task", on_create=False)
        self.assertEqual(self.assign_task(mine), [assigned, assigned])
        subscription.write({"on_assign": False, "scope": f"project.project,{mine.id}"})
        self.assertEqual(self.assign_task(mine), [])
        self.assertEqual(self.assign_task(other), [assigned, assigned], "declined for one project alone")

    def test_a_new_task_of_mine_is_told_once(self):
        subscription = self.subscribe("project.task")
        self.assertEqual(self.assign_task(self.projects[0]), ["You have been assigned to Task"] * 2)
        subscription.on_assign = False
        self.assertEqual(self.assign_task(self.projects[0]), ["New: Task"])

    def test_one_who_declines_does_not_silence_the_others(self):
        self.subscribe("project.task", on_create=False, on_assign=False)
        carl = new_test_user(self.env, "carl", groups="base.group_user,project.group_project_user", email="c@x.com")
        before = self.env["mail.mail"].search([])
        self.env["project.task"].with_user(self.bob).create(
            {"name": "Task", "project_id": self.projects[0].id, "user_ids": [(6, 0, (self.anna | carl).ids)]}
        )
        mails = self.env["mail.mail"].search([]) - before
        self.assertEqual(mails.recipient_ids, carl.partner_id)
