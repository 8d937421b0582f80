import base64
import mimetypes
import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, MissingError
from odoo.tools import SQL

from ..mime import parse
from ..mime.tags import strip_tags
from ..mime.text import without_gaps
from .erp_email import HELD, IGNORED, LINKED, SUGGESTED
from .erp_email_search import tsquery

PAGE_LIMIT = 40
PAGE_LIMIT_MAX = 200
CONVERSATION_LIMIT = 200
COUNT_LIMIT = 1_000
"""The number on the tab is counted up to here; counting a hundred thousand would cost more than the page."""

FILTERS = {
    "in": SQL("e.direction = 'in'"),
    "out": SQL("e.direction = 'out'"),
    "attachments": SQL("e.attachment_count > 0"),
}


class ErpEmail(models.Model):
    """What the Email tab of a document asks for.

    Every entry point checks the document first and then speaks of this document only: links to other
    documents appear where the reader may read those.
    """

    _inherit = "erp.email"

    # ------------------------------------------------------------------ reading

    @api.model
    @api.readonly
    def tab_page(self, res_model, res_id, cursor=None, limit=PAGE_LIMIT, search="", filters=(), grouped=False):
        """One page of a document's mail, newest first.

        Keyset paging: the cursor is the place of the last row, so that page 1,000 costs what page 1 costs.

        :param cursor: ``next`` of the page before, None for the first
        :param str search: words that addresses, subject or text hold; the last one may be unfinished
        :param filters: any of ``in``, ``out``, ``attachments``, ``suggested``
        :param bool grouped: also count the mails of each row's conversation on this document
        :return: ``{"rows": [dict], "next": cursor or None}``; the first page also says what the reader may do
        """
        record = self._tab_record(res_model, res_id)
        limit = max(1, min(int(limit), PAGE_LIMIT_MAX))
        found = self._tab_links(record, cursor, limit + 1, search, filters)
        more = len(found) > limit
        found = found[:limit]
        rows = self._tab_rows(found)
        if grouped:
            self._tab_count_conversations(record, rows)
        page = {"rows": rows, "next": [found[-1]["date"], found[-1]["link"]] if more else None}
        if page["next"]:
            page["next"][0] = fields.Datetime.to_string(page["next"][0])
        if not cursor:
            page["info"] = self._tab_info(record)
        return page

    @api.model
    @api.readonly
    def tab_summary(self, res_model, res_id):
        """What the form shows outside the tab: how many mails, counted up to :data:`COUNT_LIMIT`, and the tag."""
        record = self._tab_record(res_model, res_id)
        return {"count": self._tab_count(record), "tag": self._tab_type(record)._tag(record)}

    @api.model
    def _tab_type(self, record):
        types = self.env["erp.email.reference.type"]._live_types()
        return types.filtered(lambda doctype: doctype.model == record._name)

    @api.model
    def _tab_count(self, record):
        self.env.cr.execute(
            SQL(
                "SELECT count(DISTINCT id) FROM (SELECT e.id FROM erp_email_link l JOIN erp_email e ON e.id = l.email_id"
                " WHERE l.res_model = %s AND l.res_id IN %s AND l.state = %s AND %s LIMIT %s) AS counted",
                record._name,
                tuple(self._tab_record_ids(record)),
                LINKED,
                self._tab_visible(),
                COUNT_LIMIT,
            )
        )
        return self.env.cr.fetchone()[0]

    @api.model
    @api.readonly
    def tab_conversation(self, res_model, res_id, thread_key):
        """The rows of one conversation on this document, oldest first."""
        record = self._tab_record(res_model, res_id)
        self.env.cr.execute(
            SQL(
                "SELECT %s FROM erp_email e JOIN erp_email_link l ON l.email_id = e.id"
                " WHERE e.thread_key = %s AND l.res_model = %s AND l.res_id IN %s AND l.state = %s AND %s"
                " ORDER BY l.date DESC, l.id DESC LIMIT %s",
                _COLUMNS,
                thread_key,
                record._name,
                tuple(self._tab_record_ids(record)),
                LINKED,
                self._tab_visible(),
                CONVERSATION_LIMIT,
            )
        )
        return self._tab_rows(self.env.cr.dictfetchall())[::-1]

    @api.model
    def _tab_record(self, res_model, res_id, operation="read"):
        """The document, after its access check.

        :raise AccessError: also for models that have no mail, so that nobody learns which exist
        """
        if res_model not in self.env["erp.email.reference.type"]._live_models() or not self.env.user._is_internal():
            raise AccessError(self.env._("There is no mail for you here."))
        record = self.env[res_model].with_context(active_test=False).browse(int(res_id))
        record.check_access(operation)
        if not record.exists():
            raise MissingError(self.env._("This record does not exist any more."))
        return record

    @api.model
    def _tab_record_ids(self, record):
        """The documents whose mail the tab shows: a company's tab also has that of its people."""
        if record._name == "res.partner" and record.is_company:
            return record.search([("id", "child_of", record.id)]).ids or record.ids
        return record.ids

    @api.model
    def _tab_links(self, record, cursor, limit, search, filters):
        """Links of the page with their mail's columns, as dicts: one query, driven by the index of the links.

        Each document is read by itself (LATERAL), because an index gives the newest rows of one document but
        not of several.
        """
        wanted = set(filters or ())
        conditions = [FILTERS[name] for name in sorted(wanted) if name in FILTERS]
        state = LINKED
        if SUGGESTED in wanted:
            # A suggestion opens nothing: only what the reader may read anyway.
            state = SUGGESTED
            conditions.append(SQL("e.state NOT IN %s", (HELD, IGNORED)))
            conditions.append(SQL("e.id IN %s", self._search([]).subselect()))
        if cursor:
            conditions.append(SQL("(l.date, l.id) < (%s, %s)", fields.Datetime.to_datetime(cursor[0]), int(cursor[1])))
        query = tsquery(search)
        if query:
            # IS TRUE keeps the index of all mail out of it: this document's mails are walked, newest first.
            conditions.append(SQL("(e.search_vector @@ to_tsquery('simple', %s)) IS TRUE", query))
        conditions.append(self._tab_visible(searched=bool(query)))
        where = SQL(" AND ").join(conditions)
        self.env.cr.execute(
            SQL(
                """SELECT page.* FROM unnest(%(ids)s) AS document(id), LATERAL (
                    SELECT %(columns)s
                      FROM erp_email_link l JOIN erp_email e ON e.id = l.email_id
                     WHERE l.res_model = %(model)s AND l.res_id = document.id AND l.state = %(state)s AND %(where)s
                     ORDER BY l.date DESC, l.id DESC LIMIT %(limit)s
                ) AS page ORDER BY page.date DESC, page.link DESC LIMIT %(limit)s""",
                ids=list(self._tab_record_ids(record)),
                columns=_COLUMNS,
                model=record._name,
                state=state,
                where=where,
                limit=limit,
            )
        )
        return self.env.cr.dictfetchall()

    @api.model
    def _tab_rows(self, found):
        """What the list shows of each link; a mail that several of the documents have is one row."""
        users = self.env["res.users"].sudo().browse({row["user_id"] for row in found if row["user_id"]})
        names = {user.id: user.name for user in users}
        rules = dict(self.env["erp.email.link"]._fields["rule"]._description_selection(self.env))
        rows = {}
        for row in found:
            rows.setdefault(
                row["id"],
                {
                    "id": row["id"],
                    "link": row["link"],
                    "date": fields.Datetime.to_string(row["date"]),
                    "direction": row["direction"],
                    "from_name": row["from_name"] or "",
                    "from_address": row["from_address"] or "",
                    "to": row["to_text"] or "",
                    "subject": strip_tags(row["subject"] or ""),
                    "preview": row["preview"] or "",
                    "attachments": row["attachment_count"] or 0,
                    "auto": row["auto"] or "",
                    "thread": row["thread_key"] or f"mail-{row['id']}",
                    "state": row["state"],
                    "internal": row["internal"],
                    "delivery": row["delivery"] or "",
                    "delivery_error": self._delivery_text(row["delivery"], row["delivery_error"]),
                    "why": {
                        "rule": rules[row["rule"]],
                        "evidence": row["evidence"] or "",
                        "user": names.get(row["user_id"], ""),
                    },
                },
            )
        return list(rows.values())

    @api.model
    def _tab_count_conversations(self, record, rows):
        self.env.cr.execute(
            SQL(
                "SELECT e.thread_key, count(DISTINCT e.id) FROM erp_email e JOIN erp_email_link l ON l.email_id = e.id"
                " WHERE e.thread_key = ANY(%s) AND l.res_model = %s AND l.res_id IN %s AND l.state = %s AND %s"
                " GROUP BY e.thread_key",
                list({row["thread"] for row in rows}),
                record._name,
                tuple(self._tab_record_ids(record)),
                LINKED,
                self._tab_visible(),
            )
        )
        counts = dict(self.env.cr.fetchall())
        for row in rows:
            row["thread_count"] = counts.get(row["thread"], 1)

    @api.model
    def _tab_info(self, record):
        """What the reader may do here."""
        return {
            "can_write": record.has_access("write"),
            "count": self._tab_count(record),
            "program": self.env.user.erp_email_program or "mailto",
        }

    @api.model
    @api.readonly
    def tab_open(self, res_model, res_id, email_id):
        """Everything the reading pane shows of one mail, in one call.

        :param res_model: of the document on whose tab it is read; False on the mail's own form
        """
        record = self._tab_record(res_model, res_id) if res_model else None
        email = self._tab_email(record, email_id)
        parsed = email._parsed()
        return {
            "id": email.id,
            "subject": email.subject or "",
            "date": fields.Datetime.to_string(email.date),
            "direction": email.direction,
            "from_name": email.from_name or "",
            "from_address": email.from_address or "",
            "people": [
                {"role": address.role, "name": address.name or "", "address": address.address or ""}
                for address in email.address_ids
            ],
            "text": without_gaps(parsed.own_text if parsed else email.body or ""),
            "quoted": without_gaps(parsed.quoted_text if parsed else ""),
            "has_html": bool(parsed and parsed.html),
            "remote_images": bool(parsed and _REMOTE.search(parsed.html)),
            "attachments": [
                info | {"mimetype": shown_type(info["name"], info["mimetype"])}
                for info in email.attachment_info or []
                if not info.get("inline")
            ],
            "size": email.size,
            "auto": email.auto or "",
            "defects": email.defects or "",
            "conflict": email.message_id_conflict,
            "authentication": email.authentication or {},
            "links": email._tab_other_documents(record),
            "why": email._tab_why(record) if record is not None else False,
        }

    @api.model
    def _tab_email(self, record, email_id):
        """The mail, if the user may read it.

        What is linked to a document that they may read is theirs to read: the record rule, which asks for every
        kind of document, is asked only for the rest.

        :param record: the document, whose access is checked; None on the mail's own form
        """
        email = self.browse(int(email_id))
        here = record is not None and (
            self.env["erp.email.link"]
            .sudo()
            .search_count(
                [
                    ("email_id", "=", email.id),
                    ("res_model", "=", record._name),
                    ("res_id", "in", self._tab_record_ids(record)),
                    ("state", "=", LINKED),
                ],
                limit=1,
            )
        )
        if not here or email.sudo().visibility != "linked":
            email._check_readable()
        return email.sudo()

    def _check_readable(self):
        """
        :raise AccessError: the user may not read all of these mails
        """
        self.check_access("read")

    def _tab_other_documents(self, record):
        """Where else the mail is linked, as far as the reader may see."""
        self.ensure_one()
        links, names = self._tab_links_and_names()
        if record is not None:
            links = links.filtered(lambda link: (link.res_model, link.res_id) != (record._name, record.id))
        types = {doctype.model: doctype.name for doctype in self.env["erp.email.reference.type"]._live_types()}
        return [
            {
                "model": link.res_model,
                "id": link.res_id,
                "name": names[link.res_model, link.res_id][0],
                "type": types.get(link.res_model, ""),
            }
            for link in self._telling_links(links, names)
        ]

    def _main_document(self):
        """The document about which a mail is answered that is read on its own form: the first that the reader may read.

        :return: a record; None where there is none
        """
        for link in self._telling_links(*self._tab_links_and_names()):
            return self.env[link.res_model].sudo(False).browse(link.res_id)
        return None

    def _tab_links_and_names(self):
        Link = self.env["erp.email.link"].sudo()
        links = Link.search([("email_id", "=", self.id), ("state", "=", LINKED)], order="id")
        return links, self.sudo(False)._names_of_documents(links)

    def _conversation(self):
        """What the mails of a conversation share."""
        self.ensure_one()
        return self.thread_key or f"mail-{self.id}"

    def _parsed(self):
        """The mail, parsed again from its source; None where the source is gone."""
        self.ensure_one()
        raw = self._source()
        if not raw:
            return None
        return parse(raw)

    def _source(self):
        """The bytes of the mail; empty where they are gone."""
        self.ensure_one()
        return base64.b64decode(self.sudo().with_context(bin_size=False).raw or b"")


# Of a mail whose mailbox shows headers only, neither its text nor what a rule found in it.
_COLUMNS = SQL(
    "l.id AS link, l.date, l.state, l.rule, CASE WHEN e.visibility = 'linked' THEN l.evidence END AS evidence,"
    " l.user_id, l.internal, e.id, e.direction, e.from_name, e.from_address, e.to_text, e.subject,"
    " CASE WHEN e.visibility = 'linked' THEN e.preview END AS preview, e.attachment_count, e.auto, e.thread_key,"
    " e.delivery, e.delivery_error"
)


_REMOTE = re.compile(r"""(?:src|background)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?:https?:)?//""", re.IGNORECASE)


def shown_type(name, mimetype):
    """The type by which to show an attachment: scanners and some programs declare everything as bytes."""
    if mimetype == "application/octet-stream":
        return mimetypes.guess_type(name)[0] or mimetype
    return mimetype
