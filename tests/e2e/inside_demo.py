"""Run inside an Odoo process by `test_demo`: fetch the demo's mailboxes and tell what became of each mail."""

from tools.demo.records import CODES
from tools.demo_fetch import ACCOUNTS


def fetch(env, servers):
    """Connect and fetch mailboxes, each once.

    :param servers: demo account -> values of its ``fetchmail.server``
    :returns: ``copies``: [sha256, id of the mail, state, error]; ``links``: id of the mail -> document -> [rule, state];
        ``live``: the document type codes whose app is installed
    """
    env["ir.config_parameter"].set_param("erp_mail_integration.allowed_mail_hosts", "127.0.0.1")
    for account, values in servers.items():
        model = ACCOUNTS[account].get("model")
        server = env["fetchmail.server"].create(
            {
                **values,
                "intake_mode": ACCOUNTS[account]["intake_mode"],
                "object_id": model and env["ir.model"]._get_id(model),
            }
        )
        server.fetch_mail()
    copies = env["erp.email.copy"].search([], order="id")
    return {
        "copies": [(copy.sha256, copy.email_id.id, copy.state, copy.error) for copy in copies],
        "links": {email.id: _links(email) for email in copies.email_id},
        "live": [code for model, code in CODES.items() if model in env],
    }


def _links(email):
    return {f"{link.res_model},{link.res_id}": (link.rule, link.state) for link in email.link_ids}
