"""Reading mail: plain Python, no Odoo, no files, no network.

`parse` makes a `ParsedMail` of raw bytes, once for each mail. Its parts, each alone in a file:

=================  ==========================================================================
structure          the MIME tree as slices of the raw mail
headers, text      header blocks, encoded words, parameters; character sets
addresses          strict address headers: nobody is taken for somebody else
dates, filenames   what can be believed of them
html_text          HTML to text; `quoting` parts the author's own text from what is quoted
automatic          bounces, replies of machines, lists
fingerprint        what makes two copies one mail
limits             the bounds of all of them
=================  ==========================================================================

Beside it: `tags` (reference tags), `authentication` (who vouches for the sender), `display` (a safe HTML document,
by `sanitize` and `css`), `envelope` (mails that carry mails), `outlook` (.msg and winmail.dat in a
process of their own), `containers` (uploaded files), `writing` (a mail from its values).

Importable inside Odoo and, since all imports are relative, without it: see `tests/conftest.py`.
"""

from .fingerprint import fingerprint
from .model import Address, Attachment, ParsedMail
from .parser import attachment_payload, parse

__all__ = ["Address", "Attachment", "ParsedMail", "attachment_payload", "fingerprint", "parse"]
