"""``odoo erp_mail_lmtp``: mail servers deliver into Odoo at once, over LMTP (RFC 2033).

A mail is answered with 250 when it is committed to the ledger, its bytes synced to the disk; whatever prevents that is
a temporary failure (451), so that the mail server keeps the mail and comes again. Processing is left to the scheduled
action, which is woken: a mail that Odoo cannot process is Odoo's to keep, not a reason to bounce it.

Started like any Odoo command, with the mailbox (an incoming mail server of type Local Server) that the mail is for::

    odoo --addons-path=... erp_mail_lmtp --listen 127.0.0.1:2424 --mailbox Sales -c odoo.conf -d database

Postfix, main.cf, for all mail of a domain::

    virtual_transport = lmtp:inet:127.0.0.1:2424

or for single addresses, in a transport map::

    sales@example.com    lmtp:inet:127.0.0.1:2424
"""

import asyncio
import logging
import signal
from functools import partial

from aiosmtpd.lmtp import LMTP

from odoo import SUPERUSER_ID, api
from odoo.cli import Command
from odoo.modules.registry import Registry
from odoo.tools import config

_logger = logging.getLogger(__name__)

MAX_SIZE = 64 * 1024 * 1024
"""Octets of a mail; a greater one is refused for good (RFC 1870)."""


class PatientLMTP(LMTP):
    """Takes lines of any length: mail programs send 70,000 octets in one (RFC 5322 2.1.1 allows 998), and aiosmtpd's
    answer to a longer one is a permanent failure, at which the mail server would return the mail."""

    line_length_limit = MAX_SIZE


class Delivery:
    """Answers the mail server about one mail after the other."""

    def __init__(self, database, server_id):
        self.database = database
        self.server_id = server_id

    async def handle_DATA(self, _server, _session, envelope):
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(None, self._deliver, envelope.original_content or envelope.content)
        except Exception:
            _logger.exception("A mail for %s could not be stored", ", ".join(envelope.rcpt_tos))
            answer = "451 4.3.0 Not stored, please try again"
        else:
            answer = "250 2.0.0 Stored"
        # LMTP answers once for each recipient (RFC 2033 4.2).
        return "\r\n".join([answer] * len(envelope.rcpt_tos))

    def _deliver(self, raw):
        with Registry(self.database).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["erp.email.intake"]._push(env["fetchmail.server"].browse(self.server_id), raw)
            cr.commit()


class ErpMailLmtp(Command):
    """Take mail from a mail server over LMTP and store it before answering"""

    name = "erp_mail_lmtp"

    def run(self, args):
        self.parser.add_argument("--listen", default="127.0.0.1:2424", help="HOST:PORT, by default %(default)s")
        self.parser.add_argument(
            "--mailbox", required=True, help="name of the incoming mail server (type Local Server) that the mail is for"
        )
        options, odoo_args = self.parser.parse_known_args(args)
        config.parse_config(odoo_args, setup_logging=True)
        (database,) = config["db_name"]
        with Registry(database).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            mailbox = env["fetchmail.server"].search([("name", "=", options.mailbox), ("server_type", "=", "local")])
            if len(mailbox) != 1:
                raise SystemExit(
                    f"There is no single incoming mail server of type Local Server named {options.mailbox!r}."
                )
            delivery = Delivery(database, mailbox.id)
        host, _colon, port = options.listen.rpartition(":")
        asyncio.run(serve(delivery, host, int(port)))


async def serve(delivery, host, port):
    """Listen until SIGTERM or SIGINT; a mail that is being taken is finished."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    factory = partial(PatientLMTP, delivery, data_size_limit=MAX_SIZE, enable_SMTPUTF8=True, loop=loop)
    server = await loop.create_server(factory, host, port)
    _logger.info("LMTP on %s:%s", host, port)
    async with server:
        await stop.wait()
