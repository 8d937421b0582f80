from odoo import api, fields, models, tools
from odoo.exceptions import UserError

from ..sending import order, sender


class ErpEmailExplain(models.TransientModel):
    """Shows an administrator which server and which sender a mail gets, and why.

    The result is made by the very methods that send; only the connection is left out.
    """

    _name = "erp.email.explain"
    _description = "Explain a Sender"

    email_from = fields.Char("From", compute="_compute_email_from", store=True, readonly=False)
    user_id = fields.Many2one(
        "res.users", "Written by", domain=[("share", "=", False)], default=lambda self: self.env.user
    )
    document = fields.Reference("_selection_document", help="Answers go to the address of this document.")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    mail_server_id = fields.Many2one(
        "ir.mail_server", "Named server", help="As on a mail template: no server is searched for."
    )
    chain = fields.Html(compute="_compute_chain", sanitize=False)
    result = fields.Html(compute="_compute_result", sanitize=False)

    @api.model
    def _selection_document(self):
        types = self.env["erp.email.reference.type"].sudo().search([("live", "=", True)])
        return [(each.model, each.name) for each in types]

    @api.depends("user_id")
    def _compute_email_from(self):
        for explain in self:
            explain.email_from = explain.user_id._sender() if explain.user_id else explain.email_from

    @api.depends("user_id")
    def _compute_chain(self):
        labels = dict(self._sender_rule_labels())
        for explain in self:
            candidates = explain.user_id._sender_candidates() if explain.user_id else []
            taken = next((rule for rule, address in candidates if address), None)
            explain.chain = self.env["ir.qweb"]._render(
                "erp_mail_integration.explain_chain",
                {"candidates": [(labels[rule], address, rule == taken) for rule, address in candidates]},
            )

    @api.model
    def _sender_rule_labels(self):
        return [
            ("account", self.env._("Default account in the user's preferences")),
            ("user", self.env._("The user's own address")),
            ("administrator", self.env._("The administrator's address")),
            ("default", self.env._("The default sender (mail.default.from)")),
            ("noreply", self.env._("noreply, if nothing else is set")),
        ]

    @api.depends("email_from", "user_id", "document", "company_id", "mail_server_id")
    def _compute_result(self):
        used = self.env["ir.mail_server"]._server_order()
        names = {"odoo": self.env._("Odoo 19's order"), "documented": self.env._("Documented order")}
        for explain in self:
            explain.result = self.env["ir.qweb"]._render(
                "erp_mail_integration.explain_result",
                {
                    "outcomes": [
                        {"title": names[each], "used": each == used, **explain._outcome(each)}
                        for each in sorted(order.ORDERS, key=lambda each: each != used)
                    ],
                },
            )

    def _outcome(self, order_name):
        """Run the decision for one order.

        :returns: dict for the template: steps, server, header_from, envelope, reply_to, aligned, held
        """
        self.ensure_one()
        Server = self._sending_servers(order_name)
        email_from = next(iter(tools.mail.email_split_and_format_normalize(self.email_from or "")), False)
        smtp_from, steps, last_resort = email_from, [], False
        server = Server.browse(self.mail_server_id.id)
        if not server:
            candidates = Server.search(["|", ("owner_user_id", "=", False), ("owner_user_id", "=", self.user_id.id)])
            choice = Server._choose_server(email_from, candidates, order_name)
            server, last_resort = Server.browse(choice.server.id), choice.last_resort
            steps = [self._step_values(step) for step in choice.steps]
            if choice.sender == order.DEFAULT:
                smtp_from = Server._default_sender()
        held = ""
        try:
            server._refuse_unmatched_sender(server, smtp_from)
        except UserError as error:
            held = str(error)
        try:
            message = Server._build_email__(
                email_from, ["customer@example.org"], "Subject", "Body", reply_to=self._reply_to(email_from)
            )
            envelope, _to, message = Server._prepare_email_message__(
                message, Server._session_preview(server, smtp_from)
            )
        except (AssertionError, ValueError) as error:
            return {"error": str(error.args[0]), "steps": steps}
        header_from = tools.email_normalize(message["From"]) or ""
        return {
            "steps": steps,
            "server": server.name or self.env._("Server of the configuration file"),
            "from_filter": server.from_filter if server else Server._get_default_from_filter(),
            "header_from": str(message["From"]),
            "replaced": header_from != tools.email_normalize(email_from),
            "envelope": envelope,
            "reply_to": str(message["Reply-To"]),
            "aligned": sender.aligned(envelope, header_from),
            "last_resort": last_resort,
            "held": held,
            "error": "",
        }

    def _sending_servers(self, order_name):
        """``ir.mail_server`` with the context in which ``mail.mail`` sends for this company."""
        domain = self.company_id.sudo().alias_domain_id
        context = {"erp_mail_explained_order": order_name}
        if domain:
            context["domain_notifications_email"] = domain.default_from_email
            context["domain_bounce_address"] = domain.bounce_email
        return self.env["ir.mail_server"].sudo().with_company(self.company_id).with_context(**context)

    def _step_values(self, step):
        rule = order.RULES[step.rule]
        text = self.env._(rule.text, target=step.target or self.env._("(none)"))
        return {"text": text, "server": step.server.name if step.server else ""}

    def _reply_to(self, email_from):
        author = self.user_id.partner_id.id
        records = self.document if self.document else self.env["mail.thread"]
        replies = records.with_company(self.company_id)._notify_get_reply_to(default=email_from, author_id=author)
        return replies[records.id if self.document else False] or email_from

    def action_send_test(self):
        """Send a real mail to the user who presses the button, the whole way, and show the conversation."""
        return self.env["erp.email.test"].create({"company_id": self.company_id.id})._run()
