from dataclasses import dataclass
from typing import Any

from odoo import api, models

from .erp_email import LINKED


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail on its way to its documents.

    ``email`` is the stored ``erp.email``, ``parsed`` the :class:`mime.ParsedMail`, ``server`` and ``folder``
    (maybe empty recordsets) where this copy of it was found.
    """

    email: Any
    parsed: Any
    server: Any
    folder: Any


@dataclass(frozen=True, slots=True)
class Match:
    """A document that a mail belongs to, and why. ``score``: 0 to 100."""

    res_model: str
    res_id: int
    rule: str
    evidence: str
    state: str = LINKED
    score: int = 100


class ErpEmailMatcher(models.AbstractModel):
    """Finds the documents of stored mails."""

    _name = "erp.email.matcher"
    _description = "Email Matcher"

    @api.model
    def _match(self, batch):
        """The documents of a batch of mails, with a constant number of queries.

        :param list[Incoming] batch: mails whose rows and addresses are stored already
        :rtype: dict[int, list[Match]] by id of the mail; the first match for a document is the one that counts
        """
        return {}
