"""What the DNS says about a mail domain: MX, SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 7489) records."""

from dataclasses import dataclass

import dns.exception
import dns.resolver

SPF_LOOKUP_LIMIT = 10
"""RFC 7208, 4.6.4: more lookups are a permanent error."""


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


@dataclass(frozen=True)
class Spf:
    """The SPF records of a domain."""

    records: tuple[str, ...]

    @property
    def ending(self) -> str:
        """The ``all`` mechanism with its qualifier, '' where there is none."""
        terms = self.records[0].lower().split() if self.records else []
        return next((term for term in terms if term.lstrip("+-~?") == "all"), "")

    @property
    def lookups(self) -> int:
        """DNS look-ups of the record itself, without those of the records it includes."""
        terms = self.records[0].lower().split() if self.records else []
        return sum(
            term.lstrip("+-~?").split(":")[0].split("/")[0] in ("include", "a", "mx", "ptr", "exists")
            or term.startswith("redirect=")
            for term in terms
        )


def spf(texts: tuple[str, ...]) -> Spf:
    """Pick the SPF records: more than one is a permanent error (RFC 7208, 4.5)."""
    return Spf(tuple(text for text in texts if text.lower().split(" ")[0] == "v=spf1"))


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
