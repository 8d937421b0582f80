"""The documented system parameters of mail and a few of our own, and what may stand in them."""

import re

from .texts import _

# RFC 5322, 3.2.3 (dot-atom), lower case; RFC 1123, 2.1 (host names).
_LOCAL_PART = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")


def local_part(value: str) -> str:
    value = value.strip().lower()
    if "@" in value:
        raise ValueError(_("Enter only the part before the @; the part after it is mail.catchall.domain."))
    if not _LOCAL_PART.fullmatch(value):
        raise ValueError(_("Only letters without accents, digits and . _ - + are allowed, such as: catchall"))
    return value


def domain_name(value: str) -> str:
    value = value.strip().lower()
    if "@" in value or "/" in value:
        raise ValueError(_("Enter a bare domain, such as mycompany.com: no address and no web link."))
    if not _DOMAIN.fullmatch(value) or len(value) > 253:
        raise ValueError(_("This is not a domain name. Domains with accents are entered in their xn-- form."))
    return value


def address(value: str) -> str:
    local, _at, domain = value.strip().rpartition("@")
    return f"{local_part(local)}@{domain_name(domain)}"


def sender(value: str) -> str:
    return address(value) if "@" in value else local_part(value)


def sender_filter(value: str) -> str:
    """Domains and addresses, apart by commas."""
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if not parts:
        raise ValueError(_("Enter a domain or an address, or delete the parameter to allow every sender."))
    return ", ".join(address(part) if "@" in part else domain_name(part) for part in parts)


def positive_number(value: str) -> str:
    if not value.strip().isascii() or not value.strip().isdigit() or not int(value):
        raise ValueError(_("Enter a whole number of at least 1, or delete the parameter."))
    return str(int(value))


def count(value: str) -> str:
    return "0" if value.strip() == "0" else positive_number(value)


def switch(value: str) -> str:
    """Odoo takes every value for 'on', even ``False``: whoever writes that means something else."""
    if value.strip().lower() not in ("true", "1", "yes", "on"):
        raise ValueError(_("Enter True to switch it on. To switch it off, delete the parameter."))
    return "True"


VALIDATORS = {
    "mail.catchall.domain": domain_name,
    "mail.catchall.alias": local_part,
    "mail.bounce.alias": local_part,
    "mail.default.from": sender,
    "mail.default.from_filter": sender_filter,
    "mail.incoming.limit.period": positive_number,
    "mail.incoming.limit.alias": positive_number,
    "web.base.url.freeze": switch,
    "erp_mail_integration.notice_hourly_cap": count,
}
"""Parameter -> function that returns the clean value, or raises ValueError with a sentence for the administrator."""
