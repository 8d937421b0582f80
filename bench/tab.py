"""What the Email tab and the search of the attach dialog cost: ``python -m bench.tab DATABASE``.

Fills the named database (which must have the add-on and Sales, and is spoilt by this) step by step with 10,000,
100,000 and 1,000,000 mails, of which 10,000 belong to one sales order, and asks after each step what the tab
asks: as a salesperson, without the administrator's short cuts, each call in a new transaction. Figures are
medians over ten calls, in milliseconds on the server; the number of queries must not change.
"""

import statistics
import sys
import time

import odoo
from odoo import api
from odoo.modules.registry import Registry
from odoo.tools import config

STEPS = (10_000, 100_000, 1_000_000)
ON_ONE_RECORD = 10_000
ROUNDS = 10
GOALS = {
    "first page": 20,
    "conversations": 20,
    "page 200": 20,
    "open": 20,
    "dialog: rare word": 100,
    "dialog: common word": 100,
}

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


def fill(cr, start, stop, order, others):
    """Add the mails ``start`` to ``stop``; the first :data:`ON_ONE_RECORD` belong to ``order``."""
    numbers = {"start": start, "stop": stop, "share": ON_ONE_RECORD}
    cr.execute(MAILS, numbers)
    cr.execute(LINKS, numbers | {"order": order, "other": others[0], "others": len(others)})
    cr.commit()
    autocommit = cr._cnx.autocommit
    cr._cnx.autocommit = True
    cr.execute("VACUUM ANALYZE erp_email, erp_email_link")
    cr._cnx.autocommit = autocommit


def measure(registry, uid, call):
    """Median milliseconds and the number of queries of a call, each in a new transaction with cold ORM caches."""
    times, queries = [], 0
    for _round in range(ROUNDS):
        with registry.cursor() as cr:
            env = api.Environment(cr, uid, {})
            env.user.has_group("base.group_user")
            before, start = cr.sql_log_count, time.perf_counter()
            call(env["erp.email"])
            times.append((time.perf_counter() - start) * 1000)
            queries = cr.sql_log_count - before
    return statistics.median(times), queries


def deep_cursor(registry, uid, order, pages):
    """The cursor behind so many pages."""
    with registry.cursor() as cr:
        Email, cursor = api.Environment(cr, uid, {})["erp.email"], None
        for _page in range(pages):
            cursor = Email.tab_page("sale.order", order, cursor=cursor)["next"]
        return cursor


def main(database):
    config["db_name"] = [database]
    registry = Registry(database)
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        partner = env["res.partner"].create({"name": "Bench"})
        orders = env["sale.order"].create([{"partner_id": partner.id} for _number in range(1001)])
        user = env["res.users"].create(
            {
                "name": "Bench",
                "login": "bench",
                "group_ids": [(6, 0, [env.ref("sales_team.group_sale_salesman_all_leads").id])],
            }
        )
        uid, order, others = user.id, orders[0].id, orders[1:].ids
        cr.commit()
    table, done = {}, 0
    for total in STEPS:
        with registry.cursor() as cr:
            fill(cr, done + 1, total, order, others)
            cr.execute("SELECT id FROM erp_email WHERE message_id = '<10000@bench>'")
            (email_id,) = cr.fetchone()
        done = total
        cursor = deep_cursor(registry, uid, order, 200)
        calls = {
            "first page": lambda mails: mails.tab_page("sale.order", order),
            "conversations": lambda mails: mails.tab_page("sale.order", order, grouped=True),
            "page 200": lambda mails, cursor=cursor: mails.tab_page("sale.order", order, cursor=cursor),
            "open": lambda mails, email_id=email_id: mails.tab_open("sale.order", order, email_id),
            "count": lambda mails: mails.tab_summary("sale.order", order),
            "tab: rare word": lambda mails: mails.tab_page("sale.order", order, search="rare9977"),
            "tab: common word": lambda mails: mails.tab_page("sale.order", order, search="truck"),
            "dialog: newest": lambda mails: mails.tab_search("sale.order", order),
            "dialog: rare word": lambda mails: mails.tab_search("sale.order", order, "rare9977"),
            "dialog: word in 0.1%": lambda mails: mails.tab_search("sale.order", order, "lot77"),
            "dialog: common word": lambda mails: mails.tab_search("sale.order", order, "truck driver"),
        }
        for name, call in calls.items():
            table.setdefault(name, []).append(measure(registry, uid, call))
    print(f"{'ms (queries)':<24}" + "".join(f"{total:>16,}" for total in STEPS))
    for name, figures in table.items():
        print(f"{name:<24}" + "".join(f"{ms:>11.1f} ({queries:>2})" for ms, queries in figures))
    failed = [name for name, goal in GOALS.items() if table[name][-1][0] > goal]
    if failed:
        print("Over the goal:", ", ".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    odoo.tools.config.parse_config(sys.argv[2:])
    sys.exit(main(sys.argv[1]))
