"""Run inside Odoo by the benchmark."""

import resource
import time

ROUNDS = 10_000


def prepare(env, people):
    """Make the contacts who write, so that finding the sender is part of the work."""
    env["res.partner"].create([{"name": name, "email": address} for name, address in people])


def fetch(env, server, mails):
    """Fetch a mailbox as the scheduled action does, call after call, until all its mails are in.

    :param server: values of the ``fetchmail.server``; ``model`` names what a new mail creates.
    :param int mails: how many there are.
    :returns: seconds that passed, those that this process itself worked, how many mails arrived, and its most memory.
    """
    model = server.pop("model")
    # Here mail is not fetched from loopback unless an administrator allows it; stock Odoo has no such setting.
    env["ir.config_parameter"].set_param("erp_mail_integration.allowed_mail_hosts", server["server"])
    record = env["fetchmail.server"].create({**server, "object_id": model and env["ir.model"]._get_id(model)})
    env.cr.commit()
    started, processor = time.monotonic(), time.process_time()
    arrived = 0
    for _round in range(ROUNDS):
        record.fetch_mail()
        before, arrived = arrived, _arrived(env)
        if arrived >= mails or arrived == before:
            break
    return {
        "seconds": time.monotonic() - started,
        "processor_seconds": time.process_time() - processor,
        "arrived": arrived,
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _arrived(env):
    if "erp.email" in env and env["fetchmail.server"].search([("intake_mode", "=", "archive")], limit=1):
        return env["erp.email"].search_count([])
    return env["mail.message"].search_count([("message_id", "=like", "<bench-%")])
