from email.utils import getaddresses
from types import SimpleNamespace

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

from ..sending import order, sender

X_MAILER = "Odoo ERP Mail Integration"

POLICY_FIELDS = {"sender_strategy", "smtp_user", "sender_address", "sender_via", "reply_to_author"}


class IrMailServer(models.Model):
    """Decides under which address mail leaves a server, and by which order the server is found."""

    _name = "ir.mail_server"
    _inherit = ["ir.mail_server", "erp.email.phone.gateway.mixin"]

    sender_strategy = fields.Selection(
        [
            (sender.ODOO, "The sender, as the FROM filter allows"),
            (sender.LOGIN, "The server's user name"),
            (sender.FIXED, "A fixed address"),
            (sender.PARTNER, "One alias for each author"),
        ],
        string="Send as",
        default=sender.ODOO,
        help="Which address stands in From. The name of the author is kept in every case.\n"
        "- As the FROM filter allows: Odoo's rule. A sender that the filter refuses is replaced by the default "
        "sender of the email domain.\n"
        "- The server's user name: for providers that refuse every other sender, such as Microsoft 365.\n"
        "- A fixed address: for relays that are allowed to send as one address.\n"
        "- One alias for each author: every author gets an address of their own at your domain, so that address "
        "books keep people apart. Answers to it arrive on that contact.",
    )
    sender_address = fields.Char("Fixed sender", help="Address that every mail of this server is sent from.")
    sender_via = fields.Char(
        'Name "via"',
        help="Shown after the author's name when the address is replaced: with My Company, "
        'mail comes from "Anna via My Company". Leave empty to show the bare name.',
    )
    reply_to_author = fields.Boolean(
        "Answers go to the author",
        help="Answers go to the author's own address instead of the document. They then reach Odoo only through "
        "the author's mailbox.",
    )

    @api.constrains("sender_strategy", "sender_address", "smtp_user")
    def _check_sender(self):
        for server in self:
            if server.sender_strategy == sender.FIXED and not tools.email_normalize(server.sender_address):
                raise ValidationError(self.env._("Enter one mail address as the fixed sender of “%s”.", server.name))
            if server.sender_strategy == sender.LOGIN and not tools.email_normalize(server.sudo().smtp_user):
                raise ValidationError(
                    self.env._(
                        "The user name of “%s” is no mail address, and so cannot be the sender. Choose a fixed address.",
                        server.name,
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if POLICY_FIELDS & vals.keys():
            self.env.registry.clear_cache()
        return result

    # ------------------------------------------------------------
    # Which server
    # ------------------------------------------------------------

    @api.model
    def _server_order(self):
        """'odoo' or 'documented', see :mod:`~odoo.addons.erp_mail_integration.sending.order`."""
        chosen = self.env.context.get("erp_mail_explained_order") or self.env["ir.config_parameter"].sudo().get_param(
            "erp_mail_integration.server_order"
        )
        return chosen if chosen in order.ORDERS else "odoo"

    @api.model
    def _find_mail_server(self, email_from, mail_servers=None):
        if self._server_order() == "odoo":
            return super()._find_mail_server(email_from, mail_servers)
        choice = self._choose_server(email_from, mail_servers, "documented")
        default = self._default_sender()
        return (
            self.browse(choice.server.id).sudo() if choice.server.id else None,
            default if choice.sender == order.DEFAULT else email_from,
        )

    @api.model
    def _choose_server(self, email_from, mail_servers, order_name):
        """Decide with every step of the decision.

        :param mail_servers: candidates, None for all public ones
        :param order_name: key of ``order.ORDERS``
        :rtype: order.Choice
        """
        if mail_servers is None:
            mail_servers = self.sudo().search(self._find_mail_server_allowed_domain())
        question = order.Question(
            author=tools.email_normalize(email_from) or "",
            default=self._default_sender() or "",
            command_line=self._filtered_server(
                0, self.env._("Server of the configuration file"), self._get_default_from_filter()
            ),
        )
        servers = [
            self._filtered_server(server.id, server.name, server.from_filter, bool(server.owner_user_id))
            for server in mail_servers.filtered("active")
        ]
        return order.choose(servers, question, order_name)

    @api.model
    def _default_sender(self):
        return tools.email_normalize(
            self.env.context.get("domain_notifications_email") or self._get_default_from_address()
        )

    @api.model
    def _filtered_server(self, server_id, name, from_filter, personal=False):
        parts = (from_filter or "").split(",")
        return order.Server(
            id=server_id,
            name=name,
            filtered=bool(from_filter),
            addresses=frozenset(filter(None, (tools.email_normalize(part.strip()) for part in parts))),
            domains=frozenset(filter(None, (tools.email_domain_normalize(part.strip()) for part in parts))),
            personal=personal,
        )

    @api.model
    def _get_default_from_address(self):
        """A company without an email domain sends as ``mail.default.from`` where that is a whole address."""
        if not self.env.company.alias_domain_id:
            default_from = self.env["ir.config_parameter"].sudo().get_param("mail.default.from") or ""
            if "@" in default_from:
                return default_from
        return super()._get_default_from_address()

    def _connect__(
        self, host=None, port=None, user=None, password=None, encryption=None,
        smtp_from=None, ssl_certificate=None, ssl_private_key=None, smtp_debug=False, mail_server_id=None,
        allow_archived=False,
    ):  # fmt: skip
        """Remember on the session which server was taken, since its sender rules are applied message by message."""
        server = self.browse(mail_server_id)
        if not mail_server_id and not host and not self._disable_send():
            found, found_from = self.sudo()._find_mail_server(smtp_from)
            if found:
                server, mail_server_id, smtp_from = found, found.id, found_from
        if not host and not allow_archived:
            self._refuse_unmatched_sender(server.sudo(), smtp_from)
        session = super()._connect__(
            host=host, port=port, user=user, password=password, encryption=encryption,
            smtp_from=smtp_from, ssl_certificate=ssl_certificate, ssl_private_key=ssl_private_key,
            smtp_debug=smtp_debug, mail_server_id=mail_server_id, allow_archived=allow_archived,
        )  # fmt: skip
        if session is not None:
            session.erp_mail_server_id = server.id
        return session

    @api.model
    def _is_strict(self):
        return tools.str2bool(
            self.env["ir.config_parameter"].sudo().get_param("erp_mail_integration.strict_server") or "", False
        )

    def _refuse_unmatched_sender(self, server, smtp_from):
        """With the strict option, hold a mail rather than send it through a server that is not meant for it."""
        if not self._is_strict():
            return
        policy = server._sender_policy()
        if policy.strategy == sender.PARTNER:
            return  # its addresses are at the server's own domain
        address = policy.address() or smtp_from or ""
        from_filter = server.from_filter if server else self._get_default_from_filter()
        if not self._match_from_filter(address, from_filter):
            raise UserError(
                self.env._(
                    "No outgoing server may send as %(sender)s, so the mail was held. Add the address or its domain "
                    "to the FROM filter of an outgoing server, or switch off “Hold mail that no server matches” in "
                    "the settings. Then press Retry.",
                    sender=address or self.env._("an empty sender"),
                )
            )

    # ------------------------------------------------------------
    # Which sender
    # ------------------------------------------------------------

    @api.model
    def _build_email__(self, email_from, email_to, subject, *args, **kwargs):
        """A line break in a name or subject, which anybody may write there, neither ends a header nor stops the mail."""
        kwargs |= {name: _one_line(kwargs[name]) for name in ("email_cc", "reply_to") if name in kwargs}
        message = super()._build_email__(
            _one_line(email_from), _one_line(email_to), _one_line(subject), *args, **kwargs
        )
        if "X-Mailer" not in message:
            message["X-Mailer"] = X_MAILER
        return message

    @tools.ormcache("self.id")
    def _sender_policy(self):
        """What the server does to the sender: asked for each message, and so cached.

        :rtype: sender.Policy
        """
        if not self:
            return sender.Policy()
        server = self.sudo()
        return sender.Policy(
            strategy=server.sender_strategy or sender.ODOO,
            login=tools.email_normalize(server.smtp_user) or "",
            fixed=tools.email_normalize(server.sender_address) or "",
            via=server.sender_via or "",
            reply_to_author=server.reply_to_author,
        )

    @api.model
    def _session_preview(self, server, smtp_from):
        """Stand-in for an SMTP session, to prepare a message for a server without connecting to it."""
        from_filter = server.from_filter if server else self._get_default_from_filter()
        return SimpleNamespace(from_filter=from_filter, smtp_from=smtp_from, erp_mail_server_id=server.id)

    def _prepare_email_message__(self, message, smtp_session):
        """Apply the sender rules of the server.

        Headers are changed in ``_alter_message__``, below every override of this method, so that an add-on that
        signs the message (DKIM) sees the final ones. Here only the envelope is fitted to them.
        """
        from_filter = getattr(smtp_session, "from_filter", False)
        policy = self.browse(getattr(smtp_session, "erp_mail_server_id", False))._sender_policy()
        address = self._replacing_address(message, from_filter, policy)
        bounce = (
            self.env.context.get("domain_bounce_address")
            or message["Return-Path"]
            or self._get_default_bounce_address()
            or ""
        )
        # A context, as Odoo's own domain_notifications_email: _alter_message__ is given no session.
        rules = self.with_context(erp_mail_sender=(policy, address))
        proposed, recipients, message = super(IrMailServer, rules)._prepare_email_message__(message, smtp_session)
        if not address:
            return proposed, recipients, message
        if policy.strategy == sender.ODOO:
            return proposed if self._match_from_filter(proposed, from_filter) else address, recipients, message
        return sender.envelope(policy, address, bounce, proposed), recipients, message

    def _replacing_address(self, message, from_filter, policy):
        """The address that stands in From instead of what Odoo would put there, '' for Odoo's own."""
        author = tools.email_normalize(message["From"]) or ""
        alias = ""
        if policy.strategy == sender.PARTNER:
            alias = self.env["res.partner"].sudo()._reply_alias_of(author)
        if address := policy.address(alias):
            return address
        # A server that was named by hand (on the mail or its template) is not searched for: Odoo then ignores
        # its filter, the documented rule does not.
        if self._server_order() == "documented" and not self._match_from_filter(author, from_filter):
            return self._default_sender() or ""
        return ""

    @api.model
    def send_email(self, message, *args, **kwargs):
        message_id = super().send_email(message, *args, **kwargs)
        delivered = self.env.context.get("erp_mail_delivered")
        if delivered is not None:
            listed = f"{message['To'] or ''}, {message['Cc'] or ''}"
            delivered.update((message["Message-Id"], address) for address in tools.mail.email_normalize_all(listed))
        return message_id

    @api.model
    def _alter_message__(self, message, smtp_from, smtp_to_list):
        policy, address = self.env.context.get("erp_mail_sender") or (sender.Policy(), "")
        author = message["From"]
        name, author_address = next(iter(getaddresses([author or ""])), ("", ""))
        if not address and (policy.via or policy.reply_to_author):
            address = tools.email_normalize(smtp_from) or ""
        if address and address != tools.email_normalize(author):
            smtp_from = tools.formataddr((sender.display_name(name, author_address, policy.via), address))
            if policy.reply_to_author and author_address:
                del message["Reply-To"]
                message["Reply-To"] = author
        elif address:
            smtp_from = author
        return super()._alter_message__(message, smtp_from, smtp_to_list)


def _one_line(value):
    """Text of a header, or a list of such texts, with spaces for line breaks (RFC 5322, 2.2)."""
    if isinstance(value, list | tuple):
        return [_one_line(each) for each in value]
    return " ".join(value.splitlines()) if isinstance(value, str) else value
