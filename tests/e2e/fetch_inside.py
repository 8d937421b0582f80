"""Run inside an Odoo process by ``test_fetch``: each function gets ``env`` first and returns JSON values."""


def fetch(env, servers, rounds=1):
    """Create servers, or find those created before by their login, fetch them all and say what is stored.

    :param list[dict] servers: values of ``fetchmail.server``; ``object`` names a model for new records
    :return: for each server its mails (subject, state of the copy, documents), error and unread UIDs left
    """
    env["ir.config_parameter"].set_param("erp_mail_integration.allowed_mail_hosts", "127.0.0.1")
    Server = env["fetchmail.server"]
    records = Server
    for values in servers:
        model = values.pop("object", None)
        if model:
            values["object_id"] = env["ir.model"]._get_id(model)
        records |= Server.search([("user", "=", values["user"])]) or Server.create(values)
    env.cr.commit()
    for _round in range(rounds):
        records._fetch_mail()
    return [_summary(server) for server in records]


def _summary(server):
    copies = server.env["erp.email.copy"].search([("server_id", "=", server.id)], order="id")
    return {
        "error": server.error_message or "",
        "copies": [
            {
                "subject": copy.email_id.subject,
                "email": copy.email_id.id,
                "state": copy.state,
                "error": copy.error or "",
                "direction": copy.email_id.direction,
                "documents": [
                    [link.res_model, link._record().display_name, link.rule] for link in copy.email_id.link_ids
                ],
            }
            for copy in copies
        ],
    }


def failing_alias(env, name, domain):
    """Make an alias whose mail no lead can be created from."""
    alias_domain = env["mail.alias.domain"].search([("name", "=", domain)]) or env["mail.alias.domain"].create(
        {"name": domain}
    )
    env["mail.alias"].create(
        {
            "alias_name": name,
            "alias_domain_id": alias_domain.id,
            "alias_model_id": env["ir.model"]._get_id("crm.lead"),
            "alias_defaults": "{'probability': 'not a number'}",
        }
    )


def repair_alias(env, name):
    """Mend what ``failing_alias`` broke and press Retry on what failed; return the states of the copies."""
    env["mail.alias"].search([("alias_name", "=", name)]).alias_defaults = "{}"
    copies = env["erp.email.copy"].search([("state", "in", ("failed", "quarantined"))])
    env.cr.commit()
    copies.action_retry()
    return copies.mapped("state")
