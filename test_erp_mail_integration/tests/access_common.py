"""Roles and mails with different sets of links, for the tests of who may read what."""

import json

from odoo.tests import HttpCase
from odoo.tests.common import new_test_user

from odoo.addons.erp_mail_integration.tests.common import stored

OWN, FOREIGN, TICKET = "own order", "order of another salesperson", "incident"
LINK_SETS = {
    "nothing": {},
    "own order": {OWN: "linked"},
    "foreign order": {FOREIGN: "linked"},
    "both orders": {OWN: "linked", FOREIGN: "linked"},
    "suggested on own order": {OWN: "suggested"},
    "detached from own order": {OWN: "detached"},
    "foreign order, suggested on own": {FOREIGN: "linked", OWN: "suggested"},
    "incident": {TICKET: "linked"},
    "incident and foreign order": {TICKET: "linked", FOREIGN: "linked"},
}
READABLE = {
    "seller": {"own order", "both orders"},
    "helper": {"incident", "incident and foreign order"},
    "plain": set(),
    "portal": set(),
    "manager": set(LINK_SETS),
}


class EmailAccessCase(HttpCase):
    """A salesperson with an order, a colleague's order, an incident, and one mail for each set of links on them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            "seller": new_test_user(
                cls.env, "erp_seller", groups="sales_team.group_sale_salesman,base.group_allow_export"
            ),
            "helper": new_test_user(
                cls.env, "erp_helper", groups="helpdesk_mgmt.group_helpdesk_user,base.group_allow_export"
            ),
            "plain": new_test_user(cls.env, "erp_plain", groups="base.group_user,base.group_allow_export"),
            "portal": new_test_user(cls.env, "erp_portal", groups="base.group_portal"),
            "manager": new_test_user(
                cls.env,
                "erp_reader",
                groups="erp_mail_integration.group_email_manager,sales_team.group_sale_salesman_all_leads,base.group_allow_export",
            ),
        }
        partner = cls.env["res.partner"].create({"name": "Customer"})
        other = new_test_user(cls.env, "erp_other_seller", groups="sales_team.group_sale_salesman")
        cls.documents = {
            OWN: cls.env["sale.order"].create({"partner_id": partner.id, "user_id": cls.users["seller"].id}),
            FOREIGN: cls.env["sale.order"].create({"partner_id": partner.id, "user_id": other.id}),
            TICKET: cls.env["helpdesk.ticket"].create(
                {"name": "Leak", "description": "x", "user_id": cls.users["helper"].id}
            ),
        }
        raws = [
            b"From: c@acme.example\r\nSubject: matrixword %d\r\nMessage-ID: <%d@matrix>\r\nContent-Type: multipart/mixed; "
            b'boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<b>secret</b>\r\n--b\r\nContent-Type: text/plain\r\n'
            b'Content-Disposition: attachment; filename="a.txt"\r\n\r\nx\r\n--b--\r\n' % (number, number)
            for number in range(len(LINK_SETS))
        ]
        copies = stored(cls.env, *raws)
        cls.emails = dict(zip(LINK_SETS, copies.mapped("email_id"), strict=True))
        copies.email_id.link_ids.unlink()
        for name, links in LINK_SETS.items():
            email = cls.emails[name]
            for document, state in links.items():
                record = cls.documents[document]
                cls.env["erp.email.link"].create(
                    {
                        "email_id": email.id,
                        "res_model": record._name,
                        "res_id": record.id,
                        "date": email.date,
                        "rule": "manual",
                        "evidence": f"evidence of {document}",
                        "state": state,
                    }
                )
        cls.env.flush_all()

    def rpc(self, method, *arguments, model="erp.email"):
        answer = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps({"params": {"model": model, "method": method, "args": arguments, "kwargs": {}}}),
            headers={"Content-Type": "application/json"},
        )
        return answer.json()
