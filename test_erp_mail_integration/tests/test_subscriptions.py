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
