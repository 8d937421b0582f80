"""Run inside an Odoo process by the end-to-end tests of outgoing mail; see :mod:`.inside`."""

from datetime import timedelta

DOMAIN = "kestrel.example"


def prepare(env, mailbox, buyer):
    """Make a seller, an order of a buyer whose answers go to the order's own address, and the catchall mailbox.

    :param mailbox: values of the ``fetchmail.server``
    :param buyer: the buyer's address
    :return: ids of what was made
    """
    env["ir.config_parameter"].set_param("erp_mail_integration.allowed_mail_hosts", "127.0.0.1")
    domain = env["mail.alias.domain"].search([("name", "=", DOMAIN)]) or env["mail.alias.domain"].create(
        {"name": DOMAIN}
    )
    env["res.company"].search([]).alias_domain_id = domain
    env["erp.email.reference.type"].search([("model", "=", "sale.order")]).write(
        {"reply_address": True, "post_to_chatter": True}
    )
    seller = env["res.users"].create(
        {"name": "Anna Seller", "login": f"anna-{buyer}", "email": f"anna.{buyer.partition('@')[0]}@{DOMAIN}"}
    )
    partner = env["res.partner"].create({"name": "Ines Roth", "email": buyer})
    return {
        "seller": seller.id,
        "contact": seller.partner_id.id,
        "order": env["sale.order"].create({"partner_id": partner.id, "user_id": False}).id,
        "mailbox": env["fetchmail.server"].create({**mailbox, "intake_mode": "gateway"}).id,
    }


def outgoing_server(env, **values):
    """Use one outgoing server alone; without values, that of the configuration file."""
    env["ir.mail_server"].search([]).active = False
    return env["ir.mail_server"].create({"name": "Server", "smtp_host": "127.0.0.1", **values}).id if values else 0


def post(env, order, seller, body):
    """Write to the order's customer, as the seller does in the chatter."""
    record = env["sale.order"].browse(order)
    message = record.with_user(seller).sudo().message_post(
        body=body, partner_ids=record.partner_id.ids, message_type="comment", subtype_xmlid="mail.mt_comment"
    )  # fmt: skip
    return message.message_id


def delivery(env, message_id):
    """What the Email tab says of a mail."""
    email = env["erp.email"].search([("message_id", "=", message_id)])
    return [email.delivery, email._delivery_text(email.delivery, email.delivery_error)]


def later(env, **ago):
    """Let the next attempts be due, and work the queue as the scheduled action does."""
    for mail in env["mail.mail"].search([("state", "=", "outgoing"), ("scheduled_date", "!=", False)]):
        mail.scheduled_date -= timedelta(**ago)
    env["mail.mail"].process_email_queue()


def fetch(env, mailbox):
    """Press Fetch Now; return what the ledger says of each mail, oldest first."""
    env["fetchmail.server"].browse(mailbox).fetch_mail()
    copies = env["erp.email.copy"].search([("server_id", "=", mailbox)], order="id")
    return [[copy.state, copy.error or ""] for copy in copies]


def chatter(env, model, record):
    """The texts of a record's chatter, the newest first."""
    return [str(message.body) for message in env[model].browse(record).message_ids]


def examine(env, probe=False):
    """Let the mail doctor examine; return what it says of the round trip, and the way of the newest probe."""
    doctor = env["erp.email.doctor"].create({})
    if probe:
        doctor.action_send_probe()
    findings = [finding.key for finding in doctor._check_round_trip()]
    newest = env["erp.email.probe"].search([], limit=1)
    return {"findings": findings, "state": newest.state, "trace": newest.trace or ""}
