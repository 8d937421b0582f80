"""Run inside an Odoo process by the end-to-end tests of matching; see :mod:`.inside`."""

from unittest.mock import patch

COMPANY_DOMAIN = "kestrel.example"


def prepare(env, mailboxes):
    """Make a customer with an order, an incident and a project, an alias domain, and the mailboxes.

    :param mailboxes: name -> values of the ``fetchmail.server``; ``notice``, ``model`` and ``company`` stand for records
    :return: ids of what was made, and the tag of each document
    """
    env["ir.config_parameter"].set_param("erp_mail_integration.allowed_mail_hosts", "127.0.0.1")
    domain = env["mail.alias.domain"].search([("name", "=", COMPANY_DOMAIN)]) or env["mail.alias.domain"].create(
        {"name": COMPANY_DOMAIN, "company_ids": [(6, 0, env.company.ids)]}
    )
    env.company.alias_domain_id = domain
    company = env["res.partner"].create({"name": "Heron Boats", "is_company": True, "email": "office@heron.example"})
    buyer = env["res.partner"].create({"name": "Ines Roth", "email": "ines@heron.example", "parent_id": company.id})
    records = {
        "company": company,
        "buyer": buyer,
        "order": env["sale.order"].create({"partner_id": buyer.id, "client_order_ref": "HB-2026-117"}),
        "project": env["project.project"].create({"name": "Boat house", "partner_id": company.id}),
        "incident": env["helpdesk.ticket"].create(
            {"name": "Winch", "description": "<p>It slips</p>", "partner_id": buyer.id}
        ),
    }
    types = {doctype.model: doctype for doctype in env["erp.email.reference.type"].search([])}
    types["helpdesk.ticket"].write(
        {
            "number_in_subject": True,
            "address_prefix": "issue",
            "post_to_chatter": True,
            "reference_field": False,
            "trust": "participants",
            "untrusted": "suggest",
        }
    )
    env["erp.email.number.field"].create(
        {
            "type_id": types["sale.order"].id,
            "field": "client_order_ref",
            "pattern": "HB-####-#+",
            "certain": True,
        }
    )
    made = {name: record.id for name, record in records.items()}
    for name, values in mailboxes.items():
        if values.pop("notice", False):
            values["error_notice_template_id"] = env.ref("erp_mail_integration.mail_template_error_notice").id
        if model := values.pop("model", None):
            values["object_id"] = env["ir.model"]._get_id(model)
        if company := values.pop("company", None):
            values["company_id"] = env["res.company"].create({"name": company}).id
        made[name] = env["fetchmail.server"].create(values).id
    made["tags"] = {name: types[record._name]._tag(record) for name, record in records.items()}
    made["signed"] = types["sale.order"]._tag(records["order"], signed=True)
    return made


def fetch(env, server):
    """Press Fetch Now; return each mail of the mailbox, oldest first, with its links."""
    record = env["fetchmail.server"].browse(server)
    for _round in range(20):
        known = env["erp.email.copy"].search_count([])
        record.fetch_mail()
        if env["erp.email.copy"].search_count([]) == known:
            break
    env.invalidate_all()
    return mails(env, server)


def mails(env, server):
    copies = env["erp.email.copy"].search([("server_id", "=", server)], order="id")
    return [
        {
            "subject": email.subject,
            "state": email.state,
            "from": email.from_address or "",
            "links": sorted(
                [link.res_model, link.res_id, link.rule, link.state]
                for link in email.link_ids
                if link.rule != "contact"
            ),
            "contacts": sorted(link.res_id for link in email.link_ids if link.rule == "contact"),
            "error": copy.error or "",
        }
        for copy in copies
        for email in copy.email_id
    ]


def chatter(env, model, record):
    """Bodies of the mails in a document's chatter, with whether they are internal."""
    messages = env[model].browse(record).message_ids.sorted("id")
    return [[str(message.body), message.is_internal] for message in messages if message.message_type != "notification"]


def watched_incidents(env, count, partner, watcher):
    """Make incidents of a customer that a colleague follows by mail.

    :return: the id of the first, how many there are of all customers, and the traces of mail so far
    """
    user = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            {
                "name": "Watcher",
                "login": watcher,
                "email": watcher,
                "notification_type": "email",
                "group_ids": [(4, env.ref("helpdesk_mgmt.group_helpdesk_user").id)],
            }
        )
    )
    incidents = env["helpdesk.ticket"].create(
        [{"name": f"Winch {n}", "description": "<p>It slips</p>", "partner_id": partner} for n in range(count)]
    )
    incidents.message_subscribe(user.partner_id.ids)
    found = env["helpdesk.ticket"].search_count([("id", ">=", incidents[0].id - 480)])
    return {"first": incidents[0].id, "incidents": found, "traces": _traces(env)}


def _traces(env):
    """Count what Odoo writes when anybody hears of a mail."""
    return {model: env[model].search_count([]) for model in ("mail.message", "mail.notification", "mail.mail")}


def set_parameters(env, **parameters):
    for key, value in parameters.items():
        env["ir.config_parameter"].set_param(key.replace("__", "."), value)


def send_queue(env):
    """Send what waits, as the scheduled action does; return the traces of mail."""
    traces = _traces(env)
    env["mail.mail"].process_email_queue()
    return traces


def link_later(env):
    """Run the scheduled action that links stored mail to what came after it."""
    env["erp.email"]._cron_link_later()


def create(env, model, **values):
    return env[model].create(values).id


def sent_message(env, model, record, partner):
    """Post on a document as a user does; return the Message-ID that the customer got."""
    document = env[model].browse(record)
    message = document.message_post(
        body="Your boat is ready", partner_ids=[partner], subtype_xmlid="mail.mt_comment", message_type="comment"
    )
    return message.message_id


def release(env, server):
    emails = env["erp.email.copy"].search([("server_id", "=", server)]).email_id
    emails.filtered(lambda email: email.state == "held")[:1].with_user(env.ref("base.user_admin")).queue_release()


def count(env, model):
    return env[model].search_count([])


def fail_after_the_notice(env, server, recipient, times):
    """Fetch while the gateway fails at its end, so many times, then once more; return the notices after each time."""
    intake = type(env["erp.email.intake"])
    hand_over = intake._hand_to_gateway
    failures = iter(range(times))

    def failing(self, copy, raw):
        hand_over(self, copy, raw)
        if next(failures, None) is not None:
            raise RuntimeError("after the notice was queued")

    queued = []
    with patch.object(intake, "_hand_to_gateway", failing):
        env["fetchmail.server"].browse(server).fetch_mail()
        queued.append(env["mail.mail"].search_count([("email_to", "=", recipient)]))
        for _time in range(times):
            copies = env["erp.email.copy"].search(
                [("server_id", "=", server), ("state", "in", ("failed", "quarantined"))]
            )
            copies.action_retry()
            queued.append(env["mail.mail"].search_count([("email_to", "=", recipient)]))
    return queued
