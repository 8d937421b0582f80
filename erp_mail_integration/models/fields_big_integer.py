from odoo import fields


class BigInteger(fields.Integer):
    """An integer of 64 bits: IMAP's UIDs are unsigned 32 bit numbers (RFC 3501 9), one bit more than ``int4`` holds."""

    _column_type = ("int8", "int8")
