"""Run inside Odoo by ``make run``: connect the demo mailboxes, fetch them, and tell what became of each mail."""

from odoo import Command

DOMAIN = "kestrel.example"
#: Account -> how its mail is taken in. Support hands its mail to Odoo's gateway, which answers and opens incidents.
ACCOUNTS = {
    "sales": {"intake_mode": "archive"},
    "support": {"intake_mode": "gateway", "model": "helpdesk.ticket"},
    "anna": {"intake_mode": "archive", "owner": "anna", "sent": ["Sent"]},
}
ROUNDS = 20


def fetch(env, host, port, password):
    """Fetch every demo mailbox until nothing new comes.

    :returns: see :func:`summary`.
    """
    servers = _servers(env, host, port, password)
    Copy = env["erp.email.copy"]
    for server in servers:
        for _round in range(ROUNDS):
            before = Copy.search_count([])
            # What the button Fetch Now does.
            server.fetch_mail()
            if Copy.search_count([]) == before:
                break
    return summary(env)


def _servers(env, host, port, password):
    """Return the incoming mail servers of the demo, made once and pointed at today's port."""
    Server = servers = env["fetchmail.server"]
    # Mail is not fetched from loopback addresses unless an administrator says so.
    env["ir.config_parameter"].set_param("erp_mail_integration.allowed_mail_hosts", host)
    for account, options in ACCOUNTS.items():
        address = f"{account}@{DOMAIN}"
        values = {"server": host, "port": port, "password": password}
        server = Server.with_context(active_test=False).search([("user", "=", address)])
        if server:
            server.write(values)
        else:
            server = Server.create({**values, **_new_server(env, address, options)})
        server.button_confirm_login()
        servers |= server
    return servers


def _new_server(env, address, options):
    owner = env["res.users"].search([("login", "=", options.get("owner"))])
    folders = [("INBOX", "in"), *((name, "out") for name in options.get("sent", ()))]
    return {
        "name": address,
        "user": address,
        "server_type": "imap",
        "is_ssl": True,
        # The private Dovecot's certificate is signed by nobody but itself.
        "verify_certificate": False,
        "intake_mode": options["intake_mode"],
        "owner_id": owner.id,
        "object_id": options.get("model") and env["ir.model"]._get_id(options["model"]),
        "folder_ids": [
            Command.create({"path": name, "name": name, "direction": direction}) for name, direction in folders
        ],
    }


def summary(env):
    """Return what is known of every mail.

    :returns: ``mails``: rows of sender, subject, documents and rules; ``totals``: counts by name; ``errors``: texts.
    """
    emails = env["erp.email"].search([], order="date, id")
    Copy = env["erp.email.copy"]
    mails = []
    for email in emails:
        links = email.link_ids.filtered(lambda link: link.state != "detached")
        links = links.sorted(lambda link: link.res_model == "res.partner")
        rules = dict(links._fields["rule"]._description_selection(env))
        mails.append(
            (
                email.from_address or email.from_name or "",
                email.subject or "",
                email.documents or "",
                ", ".join(dict.fromkeys(rules[link.rule] for link in links)),
            )
        )
    failed = Copy.search([("state", "in", ("failed", "quarantined"))])
    linked = emails.filtered(lambda email: "linked" in email.link_ids.mapped("state"))
    suggested = (emails - linked).filtered("link_ids")
    totals = {
        "stored": len(emails),
        "linked": len(linked),
        "suggested": len(suggested),
        "unassociated": len(emails - linked - suggested),
        "duplicate": Copy.search_count([("state", "=", "duplicate")]),
        "failed": len(failed),
    }
    servers = env["fetchmail.server"].search([("error_message", "!=", False)])
    errors = [f"{server.name}: {server.error_message}" for server in servers]
    errors += [f"{copy.folder_id.name} {copy.uid}: {copy.error}" for copy in failed]
    return {"mails": mails, "totals": totals, "errors": errors}
