"""Run inside Odoo by the benchmark of matching; see :mod:`.matching`."""

import time
from email.message import EmailMessage


def measure(env, contacts, documents, mails, batches):
    """Fill the database, store mails that nobody has matched yet, and match them in batches of each size.

    :param batches: sizes of a batch, each a divisor of ``mails``
    :return: for each size what :func:`_measure` returns
    """
    server = env["fetchmail.server"].create({"name": "Bench", "server_type": "imap", "contact_policy": "never"})
    first_contact, first_order = _fill(env, contacts, documents)
    incoming = _store(env, server, [_mail(i, first_contact, first_order, contacts, documents) for i in range(mails)])
    _measure(env, incoming[:1], 1)  # what every process reads once
    return [_measure(env, incoming, size) for size in batches]


def _fill(env, contacts, documents):
    """Contacts and orders as they would be after years: one of each, copied inside PostgreSQL."""
    contact = env["res.partner"].create({"name": "Contact"})
    order = env["sale.order"].create({"partner_id": contact.id})
    first_contact, first_order = contact.id + 1, order.id + 1
    address = "'contact' || n || '@firm' || (n %% 20000) || '.example'"
    values = {
        "name": "'Contact ' || n",
        "email": address,
        "email_normalized": address,
        "commercial_partner_id": f"{first_contact} + n",
    }
    _copy(env, contact, contacts, values)
    _copy(
        env,
        order,
        documents,
        {"name": "'B' || n", "partner_id": f"{first_contact} + n %% {contacts}", "access_token": "NULL"},
    )
    env.invalidate_all()
    return first_contact, first_order


def _copy(env, record, count, values):
    """Insert copies of a record with the next ids; ``values`` are SQL expressions of the number ``n``, from 0."""
    env.flush_all()
    table = record._table
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name != 'id'", [table]
    )
    columns = [name for (name,) in env.cr.fetchall()]
    expressions = ", ".join(values.get(name, f'"{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    env.cr.execute(
        f"""INSERT INTO {table} (id, {names}) SELECT {record.id + 1} + n, {expressions}
              FROM {table}, generate_series(0, %s - 1) n WHERE {table}.id = %s""",
        [count, record.id],
    )
    env.cr.execute(f"ANALYZE {table}")


def _mail(index, first_contact, first_order, contacts, documents):
    """A customer answers about their order, another one is named in the quote, somebody else gets a copy. Five mails
    make a conversation."""
    order = (index * 197) % documents
    sender = order % contacts
    message = EmailMessage()
    message["From"] = f"Contact <contact{sender}@firm{sender % 20000}.example>"
    message["To"] = "sales@mycompany.example"
    message["Cc"] = f"contact{(index * 31) % contacts}@firm{(index * 31) % contacts % 20000}.example"
    message["Subject"] = f"Re: order [xtref:S-{first_order + order:06d}]"
    message["Message-ID"] = f"<{index}@bench.example>"
    if index % 5:
        message["In-Reply-To"] = f"<{index - 1}@bench.example>"
    message["Date"] = "Fri, 20 Nov 2026 10:00:00 +0000"
    other = first_order + (index * 389) % documents
    message.set_content(f"Please hurry, number {index}.\n\nOn Thursday, Anna wrote:\n> about [xtref:S-{other:06d}]\n")
    return message.as_bytes()


def _store(env, server, raws):
    from odoo.addons.erp_mail_integration.mailbox import RawMail
    from odoo.addons.erp_mail_integration.matching import Incoming
    from odoo.addons.erp_mail_integration.mime import parse

    intake = env["erp.email.intake"]
    folder = env["fetchmail.folder"]._inbox(server)
    folder.uidvalidity = "1"
    copies = intake._receive(server, folder, [RawMail(str(uid), raw, None, ()) for uid, raw in enumerate(raws, 1)])
    parsed = {copy.id: parse(raw, None) for copy, raw in zip(copies, raws, strict=True)}
    emails = intake._identify(copies, parsed)
    return [Incoming(emails[copy.id], parsed[copy.id], server, folder) for copy in copies]


def _measure(env, incoming, size):
    """Match all mails in batches of one size, as the intake does: find, write links and states. Then forget it.

    :return: queries of the batch that asked most, to find and to write; seconds of both for all mails
    """
    Matcher, Link = env["erp.email.matcher"], env["erp.email.link"]
    find, write = _Cost(env), _Cost(env)
    links = 0
    env.flush_all()
    with env.cr.savepoint(flush=False) as savepoint:
        for start in range(0, len(incoming), size):
            batch = incoming[start : start + size]
            env.invalidate_all()
            with find:
                Matcher._find(Matcher._prepare(batch, env["erp.email.rule"].search([("state", "=", "active")])))
            env.invalidate_all()
            with write:
                matches = Matcher._match(batch)
                Link._write_matches(matches)
                env["erp.email"].union(*(mail.email for mail in batch))._update_state()
                env.flush_all()
            links += sum(map(len, matches.values()))
        savepoint.rollback()
    env.invalidate_all(flush=False)
    return {
        "batch": size,
        "links": links,
        "find": {"queries": find.queries, "seconds": find.seconds},
        "match_and_write": {"queries": write.queries, "seconds": write.seconds},
    }


class _Cost:
    """Seconds of all blocks, and the queries of the one that asked most."""

    def __init__(self, env):
        self._env = env
        self.seconds, self.queries = 0, 0

    def __enter__(self):
        self._began, self._asked = time.perf_counter(), self._env.cr.sql_log_count

    def __exit__(self, *error):
        self.seconds += time.perf_counter() - self._began
        self.queries = max(self.queries, self._env.cr.sql_log_count - self._asked)
