"""What the matching rules work with. Plain values: no rule and no query is here."""

from dataclasses import dataclass, field
from typing import Any

LINKED = "linked"
SUGGESTED = "suggested"


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
    history: bool = False
    """Taken from the past: it is linked to what there is, and nothing is made of it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a rule says: this mail may belong to that document."""

    email_id: int
    res_model: str
    res_id: int
    rule: str
    evidence: str
    """The text of the mail, or the earlier mail, that the rule rests on."""
    score: int = 100
    """How sure the rule is, 0 to 100."""
    bare: bool = False
    """Anybody could have written the evidence: it counts only from a trusted sender."""
    signed: bool = False
    """The evidence carries our own signature: the sender does not matter."""
    suggest: bool = False
    """Never more than a suggestion, whoever the sender is."""


@dataclass(frozen=True, slots=True)
class Match:
    """A document that a mail belongs to, and why."""

    res_model: str
    res_id: int
    rule: str
    evidence: str
    state: str = LINKED
    score: int = 100
    internal: bool = False
    """Kept as an internal note: shown to those who read the document, never sent on or shown in the portal."""

    @property
    def document(self):
        return self.res_model, self.res_id


@dataclass(frozen=True, slots=True)
class Batch:
    """Mails that are matched together, and what all rules need to know of them, read once."""

    mails: tuple[Incoming, ...]
    addresses: dict[int, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """By id of the mail: (role, normalised address) of each participant."""
    companies: dict[int, set] = field(default_factory=dict)
    """By id of the mail: the companies of the mailboxes it was found in, False for one that serves all."""
    contacts: dict[str, Any] = field(default_factory=dict)
    """By normalised address: the active contacts that have it, as ``res.partner``."""
    internal: Any = None
    """The contacts (``res.partner``) of ``contacts`` that belong to internal users or are own companies."""
    ignored: frozenset[str] = frozenset()
    """Senders whose mail waits in no queue."""
    rules: Any = ()
    """The administrators' rules (``erp.email.rule``) to apply, in their order."""
    applied: dict[int, Any] = field(default_factory=dict)
    """By id of the mail: those of ``rules`` that apply. Filled while matching."""
    unresolved: dict[int, set] = field(default_factory=dict)
    """By id of the mail: (type, number field, reference) that named nothing. Filled while matching."""
    verdicts: dict[int, dict] = field(default_factory=dict)
    """By id of the mail: what the administrator's mail server found about its sender."""
    users: dict[str, Any] = field(default_factory=dict)
    """By normalised address: the internal users that have it, as ``res.users``."""

    def sender(self, email_id):
        """The strictly parsed address of the author, '' if From does not name exactly one."""
        return next((address for role, address in self.addresses.get(email_id, ()) if role == "from"), "")

    def admits(self, email_id, record):
        """Whether the mail was found in a mailbox of the document's company, or either belongs to all companies.

        Two copies of one mail may lie in mailboxes of two companies.
        """
        company = record.company_id.id if "company_id" in record._fields else None
        own = self.companies.get(email_id, ())
        return not company or not own or False in own or company in own
