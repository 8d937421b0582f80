"""Run inside an Odoo process by ``test_folders_and_envelopes``; see :mod:`.inside`."""


def point(env, server, folder, model, record=None, **values):
    """Let a folder stand for a type of document, or for one record of it."""
    mailbox = env["fetchmail.server"].browse(server)
    found = mailbox.folder_ids.filtered(lambda each: each.name == folder)
    target = values.pop("move_to", None)
    if target:
        values["move_folder_id"] = mailbox.folder_ids.filtered(lambda each: each.name == target).id
    found.write({"synchronize": True, "res_model": model, "res_id": record, **values})


def ledger(env, server):
    """Each copy of a mailbox, oldest first: subject, state, why not, documents but contacts, attachments, contacts."""
    copies = env["erp.email.copy"].search([("server_id", "=", server)], order="id")
    return [
        {
            "subject": copy.email_id.subject or copy.wrapper or "",
            "folder": copy.folder_id.name,
            "state": copy.state,
            "error": copy.error or "",
            "direction": copy.email_id.direction,
            "links": sorted(
                [link.res_model, link._record().display_name, link.rule]
                for link in copy.email_id.link_ids
                if link.rule != "contact"
            ),
            "contacts": sorted(link.res_id for link in copy.email_id.link_ids if link.rule == "contact"),
            "files": [each["name"] for each in copy.email_id.attachment_info or ()],
        }
        for copy in copies
    ]


def retry(env, server):
    """Press Retry on what failed."""
    env["erp.email.copy"].search(
        [("server_id", "=", server), ("state", "in", ("failed", "quarantined"))]
    ).action_retry()


def effects(env):
    """What an archive must not have: records, messages, mails waiting to be sent."""
    return [env[model].search_count([]) for model in ("helpdesk.ticket", "crm.lead", "mail.message", "mail.mail")]


def staff_address(env):
    """The address of an internal user."""
    user = env.ref("base.user_admin")
    user.email = "boss@kestrel.example"
    return user.email


def scheduled_fetch(env):
    """What the scheduled action does with all mailboxes that are on."""
    env["fetchmail.server"].search([("state", "=", "done")])._fetch_mail()
