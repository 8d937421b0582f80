"""Run inside an Odoo process by ``test_matching_ways``; see :mod:`.inside`."""

from odoo.tests.common import new_test_user


def contacts(env, ids):
    """Name and address of contacts."""
    return [[partner.name, partner.email] for partner in env["res.partner"].browse(ids)]


def folder_of(env, server, name, **values):
    """Fetch a folder of the mailbox too, whose mail belongs to a document."""
    record = env["fetchmail.server"].browse(server)
    record.button_confirm_login()
    record.folder_ids.filtered(lambda folder: folder.name == name).write({"synchronize": True, **values})


def aliases(env, watcher):
    """A sales team and a project with addresses of their own, and two projects that share one by rules.

    :return: ids of the projects
    """
    context = {"no_reset_password": True}
    user = new_test_user(
        env,
        watcher,
        groups="sales_team.group_sale_manager,project.group_project_manager",
        context=context,
        email=watcher,
        notification_type="email",
    )
    team = env["crm.team"].create({"name": "Boats", "alias_name": "boats", "alias_contact": "everyone"})
    team.message_subscribe(user.partner_id.ids, subtype_ids=env["mail.message.subtype"].search([]).ids)
    own, first, second = env["project.project"].create(
        [{"name": "Yard", "alias_name": "yard", "alias_contact": "everyone"}, {"name": "Hull"}, {"name": "Rigging"}]
    )
    tasks = env["erp.email.reference.type"].search([("model", "=", "project.task")])
    env["erp.email.rule"].create(
        [
            {
                "name": f"To {project.name}",
                "action": "create",
                "type_id": tasks.id,
                "create_defaults": repr({"project_id": project.id}),
                "condition_ids": [(0, 0, {"subject": "subject", "operator": "contains", "value": project.name})],
                "state": "active",
            }
            for project in (first, second)
        ]
    )
    return {"own": own.id, "hull": first.id, "rigging": second.id}


def projects_of(env, tasks):
    return env["project.task"].browse(tasks).mapped("project_id").ids


def opportunities(env, ids):
    """Name, type and address of leads."""
    return [[lead.name, lead.type, lead.email_from] for lead in env["crm.lead"].browse(ids)]


def files(env, model, record):
    """Names of what is attached to the mails in a document's chatter."""
    return env[model].browse(record).message_ids.attachment_ids.mapped("name")


def edit_notice(env, subject):
    """Write another subject into the shipped template, as an administrator does."""
    env.ref("erp_mail_integration.mail_template_error_notice").subject = subject


def reasons(env, server):
    """Why the mails of a mailbox are where they are, as people read it."""
    emails = env["erp.email.copy"].search([("server_id", "=", server)], order="id").email_id
    links = emails.link_ids.filtered(lambda link: link.rule != "contact")
    return [" ".join([why["sentence"], *why["parts"]]) for why in (link._explain() for link in links.sorted("id"))]
