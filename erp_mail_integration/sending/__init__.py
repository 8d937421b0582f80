"""How a mail leaves: which server, under which sender, and what the answer of that server means.

Plain Python without Odoo imports, so that every rule can be tested as a table. Texts are marked with
``_`` here and translated where they are shown.
"""

from . import gateway, order, records, replies, sender

__all__ = ["gateway", "order", "records", "replies", "sender"]
