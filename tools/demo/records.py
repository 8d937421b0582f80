"""The demo company in Odoo: Kestrel Trading, nine people it works with, and a month of documents.

Made with the ORM, as a user would make it, and found again by external identifier, so that a
second call changes nothing. Documents of apps that are not installed are left out; their tags are
still given, because mail that names a missing document is part of the demo.
"""

from datetime import timedelta
from functools import partial

from odoo import Command, fields

PREFIX = "__demo_mail__"
DOMAIN = "kestrel.example"

CODES = {
    "res.partner": "C",
    "sale.order": "S",
    "helpdesk.ticket": "I",
    "project.project": "PJ",
    "project.task": "T",
    "crm.lead": "L",
    "purchase.order": "P",
    "hr.employee": "E",
}
"""Document type codes of reference tags, as the add-on ships them."""

COMPANIES = {
    # key: (name, street, city, Odoo's country)
    "acme": ("Acme Gartencenter GmbH", "Lindenstraße 12", "Köln", "de"),
    "heron": ("Blue Heron Café", "4 Quay Street", "Galway", "ie"),
    "delta": ("Delta Workshops Ltd", "Unit 9, Forge Lane", "Sheffield", "uk"),
    "sakura": ("Sakura Bōeki K.K.", "2-11-3 Nihonbashi", "Tokyo", "jp"),
    "dupont": ("Librairie Dupont", "18 rue des Écoles", "Lyon", "fr"),
    "noor": ("Noor Interiors", "22 Rainbow Street", "Amman", "jo"),
    "beitor": ("Beit Or Books", "5 Herzl Street", "Haifa", "il"),
    "timber": ("Northern Timber AB", "Sågverksgatan 3", "Sundsvall", "se"),
    "lumen": ("Lumen Components", "80 Via Torino", "Milano", "it"),
}

PEOPLE = {
    # key: (name, address, company key, function)
    "petra": ("Petra Vogel", "petra.vogel@acme.example", "acme", "Purchasing"),
    "jonas": ("Jonas Weber", "jonas.weber@acme.example", "acme", "Warehouse"),
    "maria": ("Maria Santos", "maria@blueheron.example", "heron", "Owner"),
    "priya": ("Priya Nair", "priya.nair@delta-workshops.example", "delta", "Office manager"),
    "sean": ("Sean O'Connor", "sean@delta-workshops.example", "delta", "Director"),
    "yuko": ("田中 裕子", "tanaka@sakura.example", "sakura", "Purchasing"),
    "luc": ("Luc Dupont", "luc@dupont.example", "dupont", "Owner"),
    "layla": ("ليلى حداد", "layla@noor.example", "noor", "Designer"),
    "dana": ("דנה לוי", "dana@beitor.example", "beitor", "Shop manager"),
    "erik": ("Erik Sund", "erik.sund@northerntimber.example", "timber", "Sales"),
    "giulia": ("Giulia Conti", "fatture@lumen.example", "lumen", "Accounts"),
    "ines": ("Ines Costa", "ines@costa-design.example", None, "Interior designer"),
    "bursar": ("Margaret Hill", "bursar@riverside-school.example", None, "Bursar"),
}

PRODUCTS = {
    # key: (name, price)
    "bench": ("Oak workbench, 160 cm", 389.0),
    "lamp": ("Reading lamp, brass", 64.5),
    "shelf": ("Shelf unit, birch", 149.0),
    "table": ("Café table, round, 70 cm", 118.0),
    "stool": ("Bar stool, beech", 79.0),
    "planter": ("Planter, cedar, 80 cm", 45.0),
}


class _Maker:
    """Makes each demo record once and remembers what it is called in a mail."""

    def __init__(self, env):
        self.env = env
        self.names = {}

    def ref(self, key):
        """The demo record of that key, or None."""
        return self.env.ref(f"{PREFIX}.{key}", raise_if_not_found=False)

    def make(self, key, model, values, named=True):
        """Find or create one record; with `named`, its reference tag becomes the placeholder `key`.

        :param values: its values, or a function that gives them where that makes other records
        :returns: the record, None where its app is not installed
        """
        if model not in self.env:
            self.name(key, model, 1)
            return None
        record = self.ref(key)
        if not record:
            record = self.env[model].create(values() if callable(values) else values)
            self.env["ir.model.data"]._update_xmlids(
                [{"xml_id": f"{PREFIX}.{key}", "record": record, "noupdate": True}]
            )
        if named:
            self.name(key, model, record.id)
        return record

    def name(self, key, model, number):
        """The placeholders of a record: its tag, and the tag's digits for mails that mangle the tag."""
        self.names[key] = f"[xtref:{CODES[model]}-{number:06d}]"
        self.names[f"{key}_digits"] = f"{number:06d}"

    def post(self, key, record, **values):
        """A message that Odoo itself sent from `record`: its Message-ID becomes the placeholder `key`."""
        message = self.ref(key)
        if not message:
            message = record.message_post(message_type="comment", subtype_xmlid="mail.mt_comment", **values)
            self.env["ir.model.data"]._update_xmlids(
                [{"xml_id": f"{PREFIX}.{key}", "record": message, "noupdate": True}]
            )
        self.names[key] = message.message_id


def create(env):
    """Make the demo company's records, or find them again.

    :param env: an environment of a user who may do everything; the caller commits.
    :returns: placeholder name -> text to put into a mail, e.g. `order_acme` -> `[xtref:S-000007]`,
        `order_acme_number` -> `S00007`, `msgid_order_acme` -> the Message-ID of what Odoo sent.
    """
    env = env(
        context=dict(env.context, tracking_disable=True, mail_create_nosubscribe=True, mail_notify_force_send=False)
    )
    maker = _Maker(env)
    _company(maker)
    _users(maker)
    _contacts(maker)
    _sales(maker)
    _purchases(maker)
    _incidents(maker)
    _projects(maker)
    _leads(maker)
    _sent_by_odoo(maker)
    return maker.names


def _company(maker):
    company = maker.env.company
    company.write({"name": "Kestrel Trading", "email": f"info@{DOMAIN}"})
    if not company.alias_domain_id:
        domain = maker.env["mail.alias.domain"]
        company.alias_domain_id = domain.search([("name", "=", DOMAIN)]) or domain.create({"name": DOMAIN})


def _users(maker):
    groups = maker.env["res.groups"]
    for xmlid in (
        "base.group_user",
        "sales_team.group_sale_salesman_all_leads",
        "project.group_project_user",
        "helpdesk_mgmt.group_helpdesk_user_own",
        "purchase.group_purchase_user",
        "stock.group_stock_user",
    ):
        groups |= maker.env.ref(xmlid, raise_if_not_found=False) or groups
    for login, name in (("anna", "Anna Lindqvist"), ("tomas", "Tomás Rivera")):
        user = maker.make(
            f"user_{login}",
            "res.users",
            {
                "name": name,
                "login": login,
                "password": login,
                "email": f"{login}@{DOMAIN}",
                "group_ids": [Command.set(groups.ids)],
                "notification_type": "inbox",
            },
            named=False,
        )
        maker.name(f"contact_{login}", "res.partner", user.partner_id.id)
    if "hr.employee" in maker.env:
        user = maker.ref("user_tomas")
        maker.make("employee_tomas", "hr.employee", {"name": user.name, "user_id": user.id, "work_email": user.email})


def _contacts(maker):
    for key, (name, street, city, country) in COMPANIES.items():
        maker.make(
            f"company_{key}",
            "res.partner",
            {
                "name": name,
                "is_company": True,
                "street": street,
                "city": city,
                "country_id": maker.env.ref(f"base.{country}").id,
            },
        )
    for key, (name, address, company, function) in PEOPLE.items():
        maker.make(
            f"contact_{key}",
            "res.partner",
            {
                "name": name,
                "email": address,
                "function": function,
                "parent_id": maker.ref(f"company_{company}").id if company else False,
            },
        )


def _product(maker, key):
    name, price = PRODUCTS[key]
    return maker.make(
        f"product_{key}", "product.product", {"name": name, "list_price": price, "type": "consu"}, named=False
    )


def _days_ago(days):
    """Early in the afternoon of a day in the past month."""
    return fields.Datetime.now().replace(hour=13, minute=30, second=0) - timedelta(days=days)


def _sales(maker):
    anna = maker.ref("user_anna")
    orders = {
        # key: (contact, the customer's own number, days ago, state, lines)
        "order_acme": ("petra", "PO-4471", 28, "sale", [("bench", 4), ("shelf", 6)]),
        "order_acme_spring": ("petra", "PO-4519", 12, "sent", [("planter", 40)]),
        "order_heron": ("maria", False, 26, "sale", [("table", 8), ("stool", 24), ("lamp", 8)]),
        "order_delta": ("priya", "DW/26/118", 24, "sale", [("bench", 2)]),
        "order_delta_lamps": ("sean", False, 9, "sent", [("lamp", 12)]),
        "order_sakura": ("yuko", "SK-2207", 21, "sale", [("lamp", 60)]),
        "order_dupont": ("luc", "Cde 81", 20, "sale", [("shelf", 10), ("lamp", 4)]),
        "order_noor": ("layla", False, 15, "sent", [("table", 3), ("lamp", 10)]),
        "order_beitor": ("dana", "1044", 13, "sent", [("shelf", 5)]),
    }
    for key, (contact, reference, days, state, lines) in orders.items():
        known = maker.ref(key)
        order = maker.make(
            key,
            "sale.order",
            partial(_order_values, maker, contact, client_order_ref=reference, user_id=anna.id, lines=lines),
        )
        if not known:
            if state == "sale":
                order.action_confirm()
            else:
                order.action_quotation_sent()
            order.date_order = _days_ago(days)
        maker.names[f"{key}_number"] = order.name


def _order_values(maker, contact, lines, quantity="product_uom_qty", **values):
    """Values of a sales or purchase order of that contact; lines are (product, quantity)."""
    return {
        **values,
        "partner_id": maker.ref(f"contact_{contact}").id,
        "order_line": [
            Command.create({"product_id": _product(maker, product).id, quantity: count}) for product, count in lines
        ],
    }


def _purchases(maker):
    for key, contact, reference, lines in (
        ("purchase_timber", "erik", "NT-5521", [("shelf", 20)]),
        ("purchase_lumen", "giulia", "2026/0917", [("lamp", 100)]),
    ):
        maker.make(
            key,
            "purchase.order",
            partial(_order_values, maker, contact, partner_ref=reference, lines=lines, quantity="product_qty"),
        )


def _incidents(maker):
    tomas = maker.ref("user_tomas")
    for key, contact, title, text in (
        ("ticket_lamp", "maria", "Two lamps flicker", "Two of the eight brass lamps flicker after ten minutes."),
        ("ticket_bench", "priya", "Workbench arrived with a bent leg", "One leg of the second bench is bent."),
        ("ticket_invoice", "luc", "Wrong address on the invoice", "The invoice shows the old street."),
        ("ticket_manual", "yuko", "Assembly instructions missing", "No instructions in cartons 3 and 4."),
    ):
        person = maker.ref(f"contact_{contact}")
        maker.make(
            key,
            "helpdesk.ticket",
            {
                "name": title,
                "description": f"<p>{text}</p>",
                "partner_id": person.id,
                "partner_name": person.name,
                "partner_email": person.email,
                "user_id": tomas.id,
            },
        )


def _projects(maker):
    tomas, maria, ines = (maker.ref(key) for key in ("user_tomas", "contact_maria", "contact_ines"))
    refit = maker.make(
        "project_refit",
        "project.project",
        {"name": "Blue Heron Café refit", "partner_id": maria.id, "user_id": tomas.id},
    )
    if refit:
        refit.message_subscribe(partner_ids=ines.ids)
    fair = maker.make(
        "project_fair",
        "project.project",
        {"name": "Spring trade fair stand", "partner_id": ines.id, "user_id": tomas.id},
    )
    for key, project, title, partner in (
        ("task_drawings", refit, "Counter drawings", ines),
        ("task_install", refit, "Installation weekend", maria),
        ("task_stand", fair, "Book the stand", ines),
    ):
        maker.make(
            key,
            "project.task",
            project
            and {
                "name": title,
                "project_id": project.id,
                "partner_id": partner.id,
                "user_ids": [Command.set(tomas.ids)],
            },
        )


def _leads(maker):
    bursar = maker.ref("contact_bursar")
    maker.make(
        "lead_riverside",
        "crm.lead",
        {
            "name": "Riverside School: library furniture",
            "type": "opportunity",
            "partner_id": bursar.id,
            "email_from": bursar.email,
            "user_id": maker.ref("user_anna").id,
            "expected_revenue": 8400,
        },
    )


def _sent_by_odoo(maker):
    """What Odoo sent out before the month's mail came in: the answers to it carry these Message-IDs."""
    anna = maker.ref("user_anna")
    for key, document, contact, days, text in (
        ("msgid_order_acme", "order_acme", "petra", 28, "your order is confirmed; we deliver in three weeks."),
        ("msgid_order_delta", "order_delta_lamps", "sean", 9, "here is the quotation for the twelve lamps."),
        ("msgid_ticket_bench", "ticket_bench", "priya", 7, "we are sorry. Could you send us two pictures?"),
        ("msgid_lead", "lead_riverside", "bursar", 11, "would a visit in the week of the half-term suit you?"),
    ):
        record, person = maker.ref(document), maker.ref(f"contact_{contact}")
        if not record:
            maker.names[key] = f"<{key}@{DOMAIN}>"
            continue
        maker.post(
            key,
            record,
            author_id=anna.partner_id.id,
            email_from=anna.email_formatted,
            body=f"Dear {person.name.split()[0]}, {text}",
            partner_ids=person.ids,
            date=_days_ago(days),
        )
