"""Reading mail: plain Python, no Odoo, no I/O. `parse` is the entry point.

Importable as `odoo.addons.erp_mail_integration.mime` and alone, as `mime`.
"""

from .fingerprint import fingerprint
from .model import Address, Attachment, ParsedMail
from .parser import attachment_payload, parse

__all__ = ["Address", "Attachment", "ParsedMail", "attachment_payload", "fingerprint", "parse"]
