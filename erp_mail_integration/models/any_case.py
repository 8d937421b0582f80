"""Text fields of documents, looked up whatever the case of the letters, by an index.

Mail programs, addresses and people change the case of a reference; the field itself may be of mixed case. An index on
``lower(field)`` of the document's own table answers both. These indexes are ours: made for the fields that
administrators declare, dropped with the declaration.
"""

from odoo.fields import Domain
from odoo.tools import SQL, sql

PREFIX = "erp_email_any_case_"
"""Names of the indexes begin with it."""


def is_text(model, name):
    """Whether a field can be looked up: text that is one column, the same in all languages and companies.

    :param model: an Odoo model, None where its application is not installed
    """
    field = model._fields.get(name or "") if model is not None else None
    return bool(field and field.type == "char" and field.store and not field.translate and not field.company_dependent)


def equals(name, values):
    """A domain: the field holds one of the values, in any case.

    PostgreSQL lowers both sides, with the rules of the database.

    :param values: list of str
    """

    def to_sql(model, alias, query):
        field = model._field_to_sql(alias, name, query)
        return SQL("lower(%s) = ANY(ARRAY(SELECT lower(value) FROM unnest(%s::text[]) AS value))", field, list(values))

    return Domain.custom(to_sql=to_sql)


def keep_indexes(cr, fields):
    """Make the indexes of these fields, and drop those of all others.

    :param fields: iterable of (table, column)
    """
    wanted = {sql.make_identifier(f"{PREFIX}{table}_{column}"): (table, column) for table, column in fields}
    cr.execute(SQL("SELECT indexname FROM pg_indexes WHERE starts_with(indexname, %s)", PREFIX))
    known = {name for (name,) in cr.fetchall()}
    for name in known - set(wanted):
        cr.execute(SQL("DROP INDEX %s", SQL.identifier(name)))
    for name in set(wanted) - known:
        table, column = wanted[name]
        sql.create_index(cr, name, table, [f'lower("{column}")'])
