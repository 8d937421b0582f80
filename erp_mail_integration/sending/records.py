"""What the DNS says about a mail domain: MX, SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 7489) records."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import dns.exception
import dns.resolver

SPF_LOOKUP_LIMIT = 10
"""RFC 7208, 4.6.4: more look-ups are a permanent error."""
_MECHANISMS = ("all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists")
_MODIFIER = re.compile(r"([a-z][a-z0-9_.-]*)=")


class DnsUnreachable(Exception):
    """No name server answered: nothing is known, which is not the same as a missing record."""


class Dns:
    """A resolver with a bound on every question.

    :param nameserver: ``host`` or ``host:port``, '' for the system's own
    :param timeout: seconds for one question, retries included
    """

    def __init__(self, nameserver: str = "", timeout: float = 3.0):
        host, _colon, port = nameserver.partition(":")
        try:
            self._resolver = dns.resolver.Resolver(configure=not host)
        except dns.resolver.NoResolverConfiguration as error:
            raise DnsUnreachable(str(error)) from error
        if host:
            self._resolver.nameservers = [host]
            self._resolver.port = int(port or 53)
        self._resolver.lifetime = self._resolver.timeout = timeout

    def _ask(self, name: str, kind: str):
        try:
            return self._resolver.resolve(name, kind, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except (dns.exception.DNSException, OSError) as error:
            raise DnsUnreachable(str(error)) from error

    def mx(self, domain: str) -> tuple[str, ...]:
        """Mail hosts of the domain, preferred first. A null MX (RFC 7505) gives ('',)."""
        answers = sorted(self._ask(domain, "MX"), key=lambda answer: answer.preference)
        return tuple(str(answer.exchange).rstrip(".").lower() for answer in answers)

    def txt(self, name: str) -> tuple[str, ...]:
        return tuple(b"".join(answer.strings).decode("ascii", "replace") for answer in self._ask(name, "TXT"))


@dataclass
class Spf:
    """A domain's SPF record with everything that it includes."""

    records: tuple[str, ...]
    """The domain's own. More than one is a permanent error (RFC 7208, 4.5), and none is followed."""
    ending: str = ""
    """The ``all`` mechanism with its qualifier, of the record or of the one it redirects to; '' where there is none."""
    lookups: int = 0
    """DNS look-ups that checking a stranger takes; counted until they exceed :data:`SPF_LOOKUP_LIMIT`."""
    missing: list[str] = field(default_factory=list)
    """Domains that are included or redirected to, and have no SPF record or several (5.2, 6.1)."""
    unknown: list[str] = field(default_factory=list)
    """Terms that are no mechanism (4.6)."""
    open_domain: str = ""
    """The domain, own or included, whose record lets everybody pass."""

    @property
    def too_long(self) -> bool:
        return self.lookups > SPF_LOOKUP_LIMIT


def spf(dns: Dns, domain: str) -> Spf:
    """Read the SPF record of a domain and follow ``include:`` and ``redirect=``.

    The worst case is counted, as for a sender whom no mechanism matches.

    :raises DnsUnreachable: if a name server does not answer
    """
    found = Spf(_spf_records(dns.txt(domain)))
    if len(found.records) == 1:
        found.ending = _follow_spf(dns, domain, found.records[0], found)
    return found


def _spf_records(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(text for text in texts if text.lower().split(" ")[0] == "v=spf1")


def _follow_spf(dns: Dns, domain: str, record: str, found: Spf) -> str:
    """Walk through the terms of a record; return its ending."""
    redirect = ""
    for term in record.lower().split()[1:]:
        if modifier := _MODIFIER.match(term):
            redirect = term[modifier.end() :] if modifier[1] == "redirect" else redirect
            continue
        name, _colon, target = term.lstrip("+-~?").partition(":")
        name = name.partition("/")[0]
        if name == "all":  # ends the evaluation, and with it any redirect (5.1, 6.1)
            if not term.startswith(("-", "~", "?")):
                found.open_domain = found.open_domain or domain
            return term
        if name not in _MECHANISMS:
            found.unknown.append(term)
        elif name not in ("ip4", "ip6"):
            found.lookups += 1
        if name == "include":
            _enter_spf(dns, target, found, opens=not term.startswith(("-", "~", "?")))
    if redirect:
        found.lookups += 1
        return _enter_spf(dns, redirect, found)
    return ""


def _enter_spf(dns: Dns, domain: str, found: Spf, opens: bool = True) -> str:
    """Follow the record of a domain that another record names; one with macros is known for a real mail only.

    :param opens: whether who passes there passes here
    """
    if found.too_long or "%" in domain:
        return ""
    records = _spf_records(dns.txt(domain))
    if len(records) != 1:
        found.missing.append(domain)
        return ""
    before = found.open_domain
    ending = _follow_spf(dns, domain, records[0], found)
    if not opens:
        found.open_domain = before
    return ending


def tags(text: str) -> dict[str, str]:
    """Parse the ``tag=value;`` list of a DKIM or DMARC record.

    >>> tags("v=DMARC1; p=reject;")
    {'v': 'DMARC1', 'p': 'reject'}
    """
    pairs = (part.partition("=") for part in text.split(";") if "=" in part)
    return {key.strip().lower(): value.strip() for key, _sign, value in pairs}


def dmarc(texts: tuple[str, ...]) -> dict[str, str]:
    """The domain's DMARC policy, {} where there is none."""
    return next((tags(text) for text in texts if text.lower().replace(" ", "").startswith("v=dmarc1")), {})


def dkim(texts: tuple[str, ...]) -> dict[str, str]:
    """The key record of a selector, {} where there is none. An empty ``p`` is a revoked key."""
    return next((tags(text) for text in texts if "p" in tags(text)), {})
