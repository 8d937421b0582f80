"""How fast mails find their documents in a large database.

Run inside Odoo, on a database with sales that may be thrown away::

    tools.odoo.call(database, "bench.matching:run", log="bench-matching")

100,000 contacts and 200,000 orders are made by PostgreSQL, 1,000 mails are stored, and then matched in batches of
100, 200 and 1,000. The rules may ask a constant number of queries a batch: the count is part of the result.
"""

import time
from email.message import EmailMessage

CONTACTS = 100_000
DOCUMENTS = 200_000
MAILS = 1_000
BATCHES = (100, 200, 1_000)


def run(env, contacts=CONTACTS, documents=DOCUMENTS, mails=MAILS):
    """Build the database, match, and roll everything back.

    :return: for each batch size: queries of one batch, seconds and mails a second
    """
    server = env["fetchmail.server"].create({"name": "Bench", "server_type": "imap", "contact_policy": "never"})
    first_contact, first_order = _fill(env, contacts, documents)
    incoming = _store(env, server, [_mail(i, first_contact, first_order, contacts, documents) for i in range(mails)])
    return {
        "contacts": contacts,
        "documents": documents,
        "batches": [_measure(env, incoming, size) for size in BATCHES if size <= mails],
    }


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
    Matcher = env["erp.email.matcher"]
    queries, found = [], 0
    env.flush_all()
    began = time.perf_counter()
    for start in range(0, len(incoming), size):
        env.invalidate_all()
        before = env.cr.sql_log_count
        matches = Matcher._find(Matcher._prepare(incoming[start : start + size], env["erp.email.rule"]))
        queries.append(env.cr.sql_log_count - before)
        found += sum(map(len, matches.values()))
    seconds = time.perf_counter() - began
    return {
        "batch": size,
        "queries": max(queries),
        "seconds": round(seconds, 2),
        "mails_per_second": round(len(incoming) / seconds),
        "links": found,
    }
