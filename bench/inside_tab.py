"""Run inside an Odoo process by :mod:`bench.tab`: fills the database and times what the Email tab asks."""

import statistics
import time

from odoo import api

ON_ONE_RECORD = 10_000
ROUNDS = 20
LIST = {"date": {}, "author": {}, "subject": {}, "documents": {}, "preview": {}, "state": {}}
"""What the list of all mails reads."""

MAILS = """
INSERT INTO erp_email (subject, message_id, thread_key, fingerprint, direction, date, from_name, from_address, to_text,
                       participants, preview, body, size, attachment_count, attachment_info, state, visibility, create_date, write_date)
SELECT 'Delivery ' || n || ' of order ' || n %% 5000, '<' || n || '@bench>', '<' || n - n %% 4 || '@bench>', 'bench-' || n,
       CASE WHEN n %% 3 = 0 THEN 'out' ELSE 'in' END, timestamp '2020-01-01' + n * interval '3 minutes',
       'Customer ' || n %% 2000, 'customer' || n %% 2000 || '@example.com', 'sales@example.org',
       'Customer ' || n %% 2000 || ' customer' || n %% 2000 || '@example.com sales@example.org',
       'Please tell us when the goods of this order leave your house.',
       'Please tell us when the goods of this order leave your house. Reference rare' || n || ' in lot lot' || n %% 1000
       || repeat(' Our people at the gate need the number plate of the truck and the name of its driver.', 4 + n %% 8),
       2000, n %% 5 / 4, '[]', 'linked', 'linked', now(), now()
  FROM generate_series(%(start)s, %(stop)s) AS n
"""
LINKS = """
INSERT INTO erp_email_link (email_id, res_model, res_id, date, rule, evidence, score, state, create_date, write_date)
SELECT id, 'sale.order', CASE WHEN n <= %(share)s THEN %(order)s ELSE %(other)s + n %% %(others)s END,
       date, 'tag_subject', '[xtref:S-000042]', 100, 'linked', now(), now()
  FROM (SELECT id, date, substr(fingerprint, 7)::int AS n FROM erp_email WHERE fingerprint LIKE 'bench-%%') AS mails
 WHERE n BETWEEN %(start)s AND %(stop)s
"""


COPIES = """
INSERT INTO erp_email_copy (email_id, source, sha256, state, attempts, create_date, write_date)
SELECT id, 'mailbox', fingerprint, 'stored', 0, now(), now()
  FROM (SELECT id, fingerprint, substr(fingerprint, 7)::int AS n FROM erp_email WHERE fingerprint LIKE 'bench-%%') AS mails
 WHERE n BETWEEN %(start)s AND %(stop)s
"""


def fill(cr, start, stop, order, others):
    """Add the mails ``start`` to ``stop``; the first :data:`ON_ONE_RECORD` belong to ``order``."""
    numbers = {"start": start, "stop": stop, "share": ON_ONE_RECORD}
    cr.execute(MAILS, numbers)
    cr.execute(LINKS, numbers | {"order": order, "other": others[0], "others": len(others)})
    cr.execute(COPIES, numbers)
    cr.commit()
    autocommit = cr._cnx.autocommit
    cr._cnx.autocommit = True
    cr.execute("VACUUM ANALYZE erp_email, erp_email_link, erp_email_copy")
    cr._cnx.autocommit = autocommit


def timed(registry, uid, call):
    """Each call in a new transaction with cold caches.

    :return: ``median`` and ``best`` in milliseconds, and the number of ``queries``
    """
    times, queries = [], 0
    for _round in range(ROUNDS):
        with registry.cursor() as cr:
            env = api.Environment(cr, uid, {})
            env.user.has_group("base.group_user")
            before, start = cr.sql_log_count, time.perf_counter()
            call(env["erp.email"])
            times.append((time.perf_counter() - start) * 1000)
            queries = cr.sql_log_count - before
    return {"median": statistics.median(times), "best": min(times), "queries": queries}


def deep_cursor(registry, uid, order, pages):
    """The cursor behind so many pages."""
    with registry.cursor() as cr:
        Email, cursor = api.Environment(cr, uid, {})["erp.email"], None
        for _page in range(pages):
            cursor = Email.tab_page("sale.order", order, cursor=cursor)["next"]
        return cursor


def new_user(env, login, group):
    """The id of a user who has this group alone."""
    return env["res.users"].create({"name": login, "login": login, "group_ids": [(6, 0, [env.ref(group).id])]}).id


def measure(env, steps):
    """Fill up to each number of mails and time every call.

    :return: name of the call -> what :func:`timed` returns, one for each step
    """
    registry = env.registry
    partner = env["res.partner"].create({"name": "Bench"})
    Order = env["sale.order"].with_context(mail_auto_subscribe_no_notify=True, tracking_disable=True)
    orders = Order.create([{"partner_id": partner.id} for _number in range(1001)])
    reader = new_user(env, "bench", "sales_team.group_sale_salesman_all_leads")
    few = new_user(env, "few", "sales_team.group_sale_salesman")
    orders.user_id = reader
    orders[1:3].user_id = few
    order, others = orders[0].id, orders[1:].ids
    env.cr.commit()
    table, done = {}, 0
    for total in steps:
        with registry.cursor() as cr:
            fill(cr, done + 1, total, order, others)
            cr.execute("SELECT id FROM erp_email WHERE message_id = '<10000@bench>'")
            (email_id,) = cr.fetchone()
        done = total
        for name, uid, call in _calls(reader, few, order, email_id, deep_cursor(registry, reader, order, 200)):
            table.setdefault(name, []).append(timed(registry, uid, call))
    return table


def _calls(reader, few, order, email_id, cursor):
    def all_emails(mails):
        mails.web_search_read([], LIST, limit=80, count_limit=10_001)

    at = ("sale.order", order)
    return [
        ("first page", reader, lambda mails: mails.tab_page(*at)),
        ("conversations", reader, lambda mails: mails.tab_page(*at, grouped=True)),
        ("page 200", reader, lambda mails: mails.tab_page(*at, cursor=cursor)),
        ("open", reader, lambda mails: mails.tab_open(*at, email_id)),
        ("count", reader, lambda mails: mails.tab_summary(*at)),
        ("tab: rare word", reader, lambda mails: mails.tab_page(*at, search="rare9977")),
        ("tab: common word", reader, lambda mails: mails.tab_page(*at, search="truck")),
        ("dialog: newest", reader, lambda mails: mails.tab_search(*at)),
        ("dialog: rare word", reader, lambda mails: mails.tab_search(*at, "rare9977")),
        ("dialog: word in 0.1%", reader, lambda mails: mails.tab_search(*at, "lot77")),
        ("dialog: common word", reader, lambda mails: mails.tab_search(*at, "truck driver")),
        ("All Emails", reader, all_emails),
        ("All Emails, few", few, all_emails),
    ]
