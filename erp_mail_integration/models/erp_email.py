from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, OrderedSet
from odoo.tools.mail import formataddr

LINKED = "linked"
SUGGESTED = "suggested"
UNASSOCIATED = "unassociated"
HELD = "held"
IGNORED = "ignored"

# Bounds of what is kept beside the source: enough for reading, searching and matching an honest mail.
BODY_LIMIT = 100_000
PREVIEW_LIMIT = 200
PARTICIPANTS_LIMIT = 20_000
ADDRESSES_LIMIT = 500
ATTACHMENTS_LIMIT = 500

FEW = 5_000
"""Who may read no more mails than this gets them by their numbers (30 ms for so many); everybody else is asked mail by
mail."""


class ErpEmail(models.Model):
    """One e-mail, stored once, however many mailboxes hold a copy of it.

    What a mail belongs to is in :class:`erp.email.link`, where its copies were found in
    :class:`erp.email.copy`, who takes part in :class:`erp.email.address`. The bytes as they came are in
    ``raw``; HTML and attachments are rendered from them when somebody opens the mail, never stored twice.

    ``erp.email`` is not ``mail.message``: a message has one document, a mail may belong to many.
    """

    _name = "erp.email"
    _description = "Email"
    _order = "date desc, id desc"
    _rec_name = "subject"

    subject = fields.Char(readonly=True)
    message_id = fields.Char("Message-ID", readonly=True, index="btree_not_null")
    in_reply_to = fields.Char("In-Reply-To", readonly=True)
    references = fields.Text(readonly=True, help="Message-IDs of the earlier mails of the conversation, oldest first.")
    thread_key = fields.Char(
        "Conversation",
        readonly=True,
        index="btree_not_null",
        help="The Message-ID that started the conversation; all its mails carry the same one.",
    )
    fingerprint = fields.Char(
        readonly=True,
        required=True,
        help="Tells two copies of one mail from two mails: a digest of Message-ID, sender, date, subject and content.",
    )
    message_id_conflict = fields.Boolean(
        readonly=True,
        help="Another mail with different content carries the same Message-ID: one of the two is not what it claims.",
    )
    direction = fields.Selection([("in", "Received"), ("out", "Sent")], required=True, default="in", readonly=True)
    date = fields.Datetime(
        required=True,
        readonly=True,
        index=True,
        help="When the mail was sent; where its own date cannot be right, when the mail server received it.",
    )
    date_source = fields.Selection(
        [("header", "Date of the mail"), ("received", "Date of the mail server"), ("none", "Date of storing")],
        readonly=True,
    )
    from_name = fields.Char(readonly=True)
    from_address = fields.Char("From", readonly=True, index="btree_not_null")
    to_text = fields.Text("To", readonly=True)
    cc_text = fields.Text("Cc", readonly=True)
    participants = fields.Text("Names and addresses", readonly=True, help="All names and addresses, for the search.")
    preview = fields.Char(readonly=True)
    body = fields.Text(readonly=True, help="The plain text, for reading and searching.")
    raw = fields.Binary("Source", attachment=True, readonly=True, help="The mail as it was received, byte for byte.")
    size = fields.Integer(readonly=True, aggregator="sum")
    attachment_count = fields.Integer(readonly=True)
    attachment_info = fields.Json(
        readonly=True, help="For each attachment: index, name, mimetype, size, inline, content_id."
    )
    auto = fields.Selection(
        [
            ("auto-replied", "Automatic reply"),
            ("auto-generated", "Automatic mail"),
            ("list", "Mailing list"),
            ("bulk", "Bulk mail"),
            ("bounce", "Delivery report"),
        ],
        string="Automatic",
        readonly=True,
        help="Set where no person wrote this mail to somebody (RFC 3834).",
    )
    defects = fields.Char(readonly=True, help="What is wrong with the mail's format.")
    authentication = fields.Json(readonly=True, help="Verdict of the administrator's own mail server.")
    state = fields.Selection(
        [
            (LINKED, "Linked"),
            (SUGGESTED, "Suggested"),
            (UNASSOCIATED, "Unassociated"),
            (HELD, "Held"),
            (IGNORED, "Ignored"),
        ],
        required=True,
        default=UNASSOCIATED,
        readonly=True,
        index=True,
    )
    company_id = fields.Many2one("res.company", readonly=True, index="btree_not_null")
    routed = fields.Boolean(readonly=True, help="Went through Odoo's mail gateway.")
    mail_message_id = fields.Many2one(
        "mail.message",
        "Chatter message",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="Set where the chatter of a document holds this mail too.",
    )
    link_ids = fields.One2many("erp.email.link", "email_id", "Documents")
    address_ids = fields.One2many("erp.email.address", "email_id", "Participants", readonly=True)
    copy_ids = fields.One2many("erp.email.copy", "email_id", "Copies", readonly=True)
    accessible = fields.Boolean(compute="_compute_accessible", search="_search_accessible")

    _fingerprint_uniq = models.UniqueIndex("(fingerprint)", "This mail is stored already.")

    @api.depends_context("uid")
    def _compute_accessible(self):
        readable = self.sudo().search(Domain("id", "in", self.ids) & self._accessible_domain(self._linked_domain()))
        for email in self:
            email.accessible = email in readable

    @api.model
    def _search_accessible(self, operator, value):
        """The record rule of ordinary users.

        Both ways to ask are slow where the other is quick. Mail by mail, the newest page of a million is there at
        once for who reads most of them, and takes many seconds for who reads three. By number it is the reverse.
        """
        if operator != "in" or True not in value:
            return NotImplemented
        # Compiling the conditions of a dozen document types takes seconds, answering them milliseconds.
        self.env.cr.execute("SET LOCAL jit = off")
        ids = self._few_readable_ids()
        if ids is None:
            return self._accessible_domain(self._linked_domain())
        few = self._numbers_domain(ids)
        return few & self._accessible_domain(few)

    @api.model
    def _numbers_domain(self, ids):
        """These mails, at most :data:`FEW`: an array costs the database less than the list of ``id in``."""
        return Domain.custom(to_sql=lambda model, alias, query: SQL("%s = ANY(%s)", SQL.identifier(alias, "id"), ids))

    @api.model
    def _accessible_domain(self, linked):
        """
        :param Domain linked: mails of documents that the user may read, and of their own mailboxes
        :rtype: Domain
        """
        return linked

    @api.model
    def _linked_domain(self):
        """A mail is readable through a *linked* record that the user may read, or through a mailbox of their own.

        A suggested link opens nothing: else guessing a number in a subject would open a mail.

        :rtype: Domain
        """
        Link, Copy = self.env["erp.email.link"], self.env["erp.email.copy"]
        links = Link.sudo()._search(Domain("state", "=", LINKED) & Link._readable_domain())
        own = Copy.sudo()._search(Copy._own_domain())

        def to_sql(model, alias, query):
            # Asked of each mail by itself. IN, and EXISTS without OFFSET, would let the database collect the links
            # of a million mails first to show one page of them.
            mail = SQL.identifier(alias, "id")
            return SQL(
                "(EXISTS (SELECT 1 FROM %s WHERE %s AND %s = %s OFFSET 0)"
                " OR EXISTS (SELECT 1 FROM %s WHERE %s AND %s = %s OFFSET 0))",
                links.from_clause,
                links.where_clause,
                SQL.identifier(links.table, "email_id"),
                mail,
                own.from_clause,
                own.where_clause,
                SQL.identifier(own.table, "email_id"),
                mail,
            )

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _few_readable_ids(self):
        """Ids of all mails that the user may read, None where these are more than :data:`FEW`.

        One query, and bounded: each source by itself, so that its index leads from few documents to their mails,
        and none goes on when there are enough.

        :rtype: list[int] | None
        """
        sources = [
            SQL("(%s LIMIT %s)", query.select(SQL.identifier(query.table, "email_id")), FEW + 1)
            for query in self._readable_sources()
        ]
        rows = self.env.execute_query(
            SQL("SELECT email_id FROM (%s) AS readable LIMIT %s", SQL(" UNION ALL ").join(sources), FEW + 1)
        )
        return None if len(rows) > FEW else list({id_ for (id_,) in rows if id_})

    @api.model
    def _readable_sources(self):
        """Queries whose ``email_id`` together are the mails that the user may read, if not some more.

        :rtype: list[Query]
        """
        Link, Copy = self.env["erp.email.link"].sudo(), self.env["erp.email.copy"].sudo()
        links = [Link._search(Domain("state", "=", LINKED) & readable) for readable in Link._readable_by_type()]
        return [*links, Copy._search(Copy._own_domain())]

    # ------------------------------------------------------------------ storing

    @api.model
    def _create_from_parsed(self, items):
        """Create mails and their participants, with a constant number of queries.

        :param list[tuple] items: (``erp.email.copy``, :class:`mime.ParsedMail`), one for each mail
        :return: the mails, in the same order
        """
        if not items:
            return self.browse()
        threads = self._thread_keys([parsed for _copy, parsed in items])
        staff = self._staff_addresses({parsed.from_.address for _copy, parsed in items})
        taken = self._taken_message_ids([parsed.message_id for _copy, parsed in items])
        emails = self.create(
            [
                self._values_from_parsed(copy, parsed)
                | {
                    "thread_key": thread_key,
                    "direction": "out" if copy.folder_id.direction == "out" or parsed.from_.address in staff else "in",
                    "message_id_conflict": parsed.message_id in taken,
                }
                for (copy, parsed), thread_key in zip(items, threads, strict=True)
            ]
        )
        self.search([("message_id", "in", list(taken)), ("message_id_conflict", "=", False)]).message_id_conflict = True
        self.env["erp.email.address"].create(
            [
                {"email_id": email.id, "role": role, "name": address.name or False, "address": address.address or False}
                for email, (_copy, parsed) in zip(emails, items, strict=True)
                for role, address in _participants(parsed)
            ]
        )
        return emails

    @api.model
    def _values_from_parsed(self, copy, parsed):
        participants = " ".join(
            OrderedSet(f"{address.name} {address.address}".strip() for _role, address in _participants(parsed))
        )
        return {
            "subject": parsed.subject,
            "message_id": parsed.message_id or False,
            "in_reply_to": " ".join(parsed.in_reply_to) or False,
            "references": " ".join(parsed.references) or False,
            "fingerprint": parsed.fingerprint,
            "date": parsed.date or copy.received or fields.Datetime.now(),
            "date_source": parsed.date_source,
            "from_name": parsed.from_.name or False,
            "from_address": parsed.from_.address or False,
            "to_text": _addresses_text(parsed.to),
            "cc_text": _addresses_text(parsed.cc),
            "participants": participants[:PARTICIPANTS_LIMIT],
            "preview": " ".join((parsed.own_text or parsed.text)[:1000].split())[:PREVIEW_LIMIT],
            "body": parsed.text[:BODY_LIMIT],
            "size": parsed.size,
            "attachment_count": sum(not attachment.inline for attachment in parsed.attachments),
            "attachment_info": [
                {
                    "index": attachment.index,
                    "name": attachment.name,
                    "mimetype": attachment.mimetype,
                    "size": attachment.size,
                    "inline": attachment.inline,
                    "content_id": attachment.content_id,
                }
                for attachment in parsed.attachments[:ATTACHMENTS_LIMIT]
            ],
            "auto": parsed.auto or False,
            "defects": ", ".join(parsed.defects) or False,
            "company_id": copy.server_id.company_id.id,
        }

    @api.model
    def _thread_keys(self, mails):
        """The conversation of each mail: its parent's where the parent is stored, else the root it names.

        :param list[ParsedMail] mails:
        :rtype: list[str]
        """
        wanted = {mid for mail in mails for mid in (*mail.references, *mail.in_reply_to)}
        keys = {}
        if wanted:
            for message_id, key in self._read_group([("message_id", "in", list(wanted))], ["message_id", "thread_key"]):
                keys.setdefault(message_id, key)
        result = []
        for mail in mails:
            ancestors = (*mail.in_reply_to, *reversed(mail.references))
            key = next((keys[mid] for mid in ancestors if keys.get(mid)), None)
            key = key or next(iter((*mail.references, *mail.in_reply_to, mail.message_id or mail.fingerprint)))
            if mail.message_id:
                keys.setdefault(mail.message_id, key)
            result.append(key)
        return result

    @api.model
    def _staff_addresses(self, addresses):
        """Those of the addresses that are internal users': mail from them is mail that we sent."""
        users = self.env["res.users"].search(
            [("share", "=", False), ("partner_id.email_normalized", "in", list(addresses - {""}))]
        )
        return set(users.partner_id.mapped("email_normalized"))

    @api.model
    def _taken_message_ids(self, message_ids):
        """Message-IDs that another mail carries, stored or earlier in the list (THREATS: a stolen Message-ID)."""
        ids = [message_id for message_id in message_ids if message_id]
        stored = self._read_group([("message_id", "in", ids)], ["message_id"])
        return {message_id for (message_id,) in stored} | {mid for mid in ids if ids.count(mid) > 1}

    def _update_state(self):
        """Derive the state from the links; what somebody held or ignored stays so."""
        states = {}
        for email, state in (
            self.env["erp.email.link"]
            .sudo()
            ._read_group([("email_id", "in", self.ids), ("state", "in", (LINKED, SUGGESTED))], ["email_id", "state"])
        ):
            states[email.id] = LINKED if LINKED in (state, states.get(email.id)) else state
        for state, emails in self.grouped(lambda email: states.get(email.id, UNASSOCIATED)).items():
            emails.filtered(lambda email, state=state: email.state not in (HELD, IGNORED, state)).state = state


def _participants(parsed):
    """(role, address) of everybody a mail names, each once a role.

    :rtype: list[tuple[str, mime.Address]]
    """
    groups = [
        ("from", (parsed.from_,)),
        ("sender", (parsed.sender,) if parsed.sender else ()),
        ("reply_to", parsed.reply_to),
        ("to", parsed.to),
        ("cc", parsed.cc),
        ("bcc", parsed.bcc),
    ]
    seen = set()
    result = []
    for role, addresses in groups:
        for address in addresses[:ADDRESSES_LIMIT]:
            key = (role, address.address or address.name)
            if key[1] and key not in seen:
                seen.add(key)
                result.append((role, address))
    return result


def _addresses_text(addresses):
    """Names decoded, as a reader expects them; an address that cannot be trusted as it stands in the mail."""
    return (
        ", ".join(
            formataddr((address.name, address.address)) if address.address else address.raw
            for address in addresses[:ADDRESSES_LIMIT]
        )[:PARTICIPANTS_LIMIT]
        or False
    )
