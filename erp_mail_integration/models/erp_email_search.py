import re

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, sql

from .erp_email import FEW

# `left` keeps a vector below PostgreSQL's limit of 1 MB; `translate` makes the parts of an address words of their own.
SEARCH_VECTOR = (
    "to_tsvector('simple'::regconfig, coalesce(subject, '') || ' ' || coalesce(participants, '') || ' ' || "
    "translate(coalesce(participants, ''), '@._-<>\"', '       ') || ' ' || left(coalesce(body, ''), 100000))"
)
SAMPLE = 2_000
"""The newest mails, in which a search looks first: they say how common its words are, and often are enough."""
COMMON = SAMPLE // 50
"""Words that more of the sample hold are common: their list in the index is too long to read for one page."""
NEWEST = 20_000
"""How far back a search for common words, or for none, goes."""


class ErpEmail(models.Model):
    """Full-text search over addresses, subject and text of all mail that a user may read.

    The vector is stored beside the mail: an index alone finds rare words at once, but has PostgreSQL parse
    every text again when many fit (minutes for a word that each of a million mails holds).
    """

    _inherit = "erp.email"

    words = fields.Char(
        "Words in addresses, subject or text",
        store=False,
        search="_search_words",
        help="For searching only: each word must begin a word of the mail.",
    )

    def init(self):
        super().init()
        if not sql.column_exists(self.env.cr, self._table, "search_vector"):
            self.env.cr.execute(
                SQL(
                    "ALTER TABLE %s ADD COLUMN search_vector tsvector GENERATED ALWAYS AS (%s) STORED",
                    SQL.identifier(self._table),
                    SQL(SEARCH_VECTOR),
                )
            )
        sql.create_index(self.env.cr, "erp_email__search_vector_idx", self._table, ["search_vector"], method="gin")

    @api.model
    def _search_words(self, operator, value):
        """Rare words give their mails by number; common ones are asked mail by mail, in the order of the list.

        Left alone, the database looks for a rare word in the newest mails first, through all of a million.
        """
        if operator != "ilike":
            return NotImplemented
        query = tsquery(value)
        if not query:
            return Domain.TRUE

        def match(alias):
            return SQL("%s @@ to_tsquery('simple', %s)", SQL.identifier(alias, "search_vector"), query)

        found = self.env.execute_query(SQL("SELECT id FROM erp_email WHERE %s LIMIT %s", match("erp_email"), FEW + 1))
        if len(found) <= FEW:
            return self._numbers_domain([id_ for (id_,) in found])
        return Domain.custom(to_sql=lambda model, alias, _query: match(alias))

    @api.model
    def _search_ids(self, words, partner_id, limit):
        """The newest mails that fit and that the user may read.

        Rare words are found in all mail, and so is everything for who may read few mails. Common words of many only
        among the :data:`NEWEST`: who searches for them wants recent mail, or types another word.

        :param str words: what the user typed
        :param int partner_id: a contact (or their company) who takes part, 0 for anybody
        :rtype: list[int]
        """
        domain = Domain("address_ids.partner_id", "child_of", partner_id) if partner_id else Domain.TRUE
        readable = self._search(domain).where_clause or SQL("TRUE")
        query = tsquery(words)
        match = SQL("search_vector @@ to_tsquery('simple', %s)", query) if query else SQL("TRUE")
        all_mail = self.env.su or self.env.user.has_group("erp_mail_integration.group_email_manager")
        if not all_mail and self._few_readable_ids() is not None:
            return self._newest_of_few(readable, match, limit)
        everywhere = SQL("SELECT id, date FROM erp_email WHERE %s", match)
        if partner_id:
            return self._newest_ids(everywhere, readable, limit)
        if not query:
            return self._newest_ids(_newest(NEWEST, match), readable, limit)
        found = self._newest_ids(_newest(SAMPLE, match), readable, limit)
        if len(found) >= limit:
            return found
        common = len(self._newest_ids(_newest(SAMPLE, match), SQL("TRUE"), COMMON + 1)) > COMMON
        return self._newest_ids(_newest(NEWEST, match) if common else everywhere, readable, limit)

    @api.model
    def _newest_of_few(self, readable, match, limit):
        """The newest of the readable mails that match: they are few enough (OFFSET) to look at each."""
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM (SELECT * FROM erp_email WHERE %s OFFSET 0) AS erp_email
                    WHERE %s ORDER BY date DESC, id DESC LIMIT %s""",
                readable,
                match,
                limit,
            )
        )
        return [id_ for (id_,) in rows]

    @api.model
    def _newest_ids(self, source, condition, limit):
        """The newest mails of the source that meet the condition, which is asked mail by mail until there are enough.

        :param SQL source: ``id`` and ``date`` of mails; OFFSET fences it off, so that it is found by its own index
            whatever the database expects of the order and the limit
        """
        rows = self.env.execute_query(
            SQL(
                """SELECT erp_email.id FROM (%s ORDER BY date DESC, id DESC OFFSET 0) AS hit
                     JOIN erp_email ON erp_email.id = hit.id
                    WHERE %s ORDER BY hit.date DESC, hit.id DESC LIMIT %s""",
                source,
                condition,
                limit,
            )
        )
        return [id_ for (id_,) in rows]


def _newest(count, match):
    return SQL(
        "SELECT id, date FROM (SELECT id, date, search_vector FROM erp_email ORDER BY date DESC, id DESC LIMIT %s) AS newest"
        " WHERE %s",
        count,
        match,
    )


def tsquery(words):
    """Full-text query for what somebody typed: every word must begin a word of the mail; '' for no words.

    Only letters and digits pass, so that nothing of the query language does.

    >>> tsquery("Ann's order@")
    'ann:* & s:* & order:*'
    """
    return " & ".join(f"{word[:100]}:*" for word in re.findall(r"[^\W_]+", (words or "").lower())[:20])
