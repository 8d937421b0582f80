"""Under which address a mail leaves, and to which address it comes back.

DMARC (RFC 7489, 3.1) passes when the domain of the From header is aligned with the domain of the envelope
sender (SPF) or of the signature (DKIM): a From that is replaced must take its envelope with it.
"""

from dataclasses import dataclass

from .order import domain_of

ODOO = "odoo"
"""As the filters of the servers decide."""
LOGIN = "login"
"""The user name of the SMTP server: providers refuse every other sender."""
FIXED = "fixed"
"""One address for every mail of the server."""
PARTNER = "partner"
"""The author's own alias, one for each contact."""


@dataclass(frozen=True)
class Policy:
    """What one outgoing server does to the sender."""

    strategy: str = ODOO
    login: str = ""
    fixed: str = ""
    via: str = ""
    """Company named in '"Anna via Company"', '' to keep the bare name."""
    reply_to_author: bool = False

    def address(self, partner_alias: str = "") -> str:
        """The address this server sends under, '' where the filters decide."""
        return {LOGIN: self.login, FIXED: self.fixed, PARTNER: partner_alias}.get(self.strategy, "")


def default_sender(default_from: str, catchall_domain: str) -> str:
    """The address that replaces one the filters refuse: ``mail.default.from``, completed by ``mail.catchall.domain``.

    >>> default_sender("notifications", "mycompany.com")
    'notifications@mycompany.com'
    >>> default_sender("erp@other.com", "mycompany.com")
    'erp@other.com'
    """
    if "@" in default_from:
        return default_from
    return f"{default_from}@{catchall_domain}" if default_from and catchall_domain else ""


def display_name(name: str, address: str, via: str = "") -> str:
    """The name shown once the address has been replaced.

    >>> display_name("Admin", "admin@example.com")
    'Admin'
    >>> display_name("", "admin@example.com", via="My Company")
    'admin via My Company'
    """
    shown = " ".join((name or address.partition("@")[0]).split())  # a line break would end the header
    via = " ".join(via.split())
    return f"{shown} via {via}" if via and not shown.endswith(f" via {via}") else shown


def aligned(one: str, other: str) -> bool:
    """Whether DMARC's relaxed mode takes the domains of two addresses for one organisation.

    Without a public suffix list only "same domain" and "one is a subdomain of the other" are known to be
    aligned; the rest counts as not aligned, which costs nothing but a bounce mailbox.
    """
    first, second = domain_of(one.lower()), domain_of(other.lower())
    if not first or not second:
        return False
    return first == second or first.endswith(f".{second}") or second.endswith(f".{first}")


def envelope(policy: Policy, header_from: str, bounce: str, proposed: str) -> str:
    """The envelope sender (Return-Path) that fits the From header.

    :param header_from: bare address of the From header
    :param bounce: envelope sender the caller asked for, the bounce address as a rule
    :param proposed: what Odoo would use
    """
    if policy.strategy == ODOO:
        return proposed
    if policy.strategy == LOGIN:
        return header_from
    return bounce if bounce and aligned(bounce, header_from) else header_from
