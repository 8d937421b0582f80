"""Who vouches for the sender: Authentication-Results of the administrator's own server (RFC 8601).

Anybody can write such a header. It counts only with the configured authserv-id, and only in the block of headers
that the own server put on top: from the first one down to the next `Received`, which an earlier
server wrote. Everything else is the sender's word (THREATS 3).
"""

import contextlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

import authres

from .model import ParsedMail

NO_ID = "-"
"""Configured authserv-id of servers that write none. Exchange Online does so, and renames what comes in."""
MAX_RESULTS_LENGTH = 10_000
COMMENT = re.compile(r"\([^()]*+\)")

CONFUSABLES = str.maketrans(
    "аеорсухіјѕԁһӏԛԝνοαρτκαΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТХıɩɡ", "aeopcyxijsdhlqwvoaptkaabezhikmnoptyxabekmhopctxiig"
)
LOOK_ALIKES = (("rn", "m"), ("vv", "w"), ("0", "o"), ("1", "l"), ("5", "s"), ("i", "l"), ("-", ""))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the own server found out about the sender of a mail."""

    spf: str = ""
    """Result of SPF (RFC 7208), '' if not reported: pass, fail, softfail, neutral, none, temperror, permerror."""
    dkim: str = ""
    """Result of DKIM (RFC 6376): 'pass' if any signature holds, one of the author's domain preferred."""
    dmarc: str = ""
    """Result of DMARC (RFC 7489) for the domain of From."""
    aligned: bool = False
    """SPF or DKIM passed for the domain of From."""
    authserv_id: str = ""
    """The server that says so; '' if no configured one does."""

    @property
    def passed(self) -> bool:
        """The mail comes from the domain that its From names."""
        return self.dmarc == "pass" or (self.aligned and self.dmarc != "fail")

    @property
    def failed(self) -> bool:
        """The own server says that it does not: no trust, no answer. Silence is not failure."""
        return not self.passed and (self.dmarc == "fail" or (self.spf == "fail" and self.dkim != "pass"))


def authenticate(mail: ParsedMail, authserv_ids: Iterable[str]) -> Verdict:
    """Read the verdict of the administrator's own server on a mail.

    :param authserv_ids: the ids that count, any case; `NO_ID` for a server that writes none
    :return: an empty verdict if no such server reported
    """
    trusted = {each.strip().lower() for each in authserv_ids if each.strip()}
    domain = mail.from_.address.rpartition("@")[2]
    headers = _own_headers(mail, trusted)
    if not headers:
        return Verdict()
    results = [result for header in headers for result in header.results]
    spf = _first(results, "spf")
    dmarc = next((result for result in results if result.method == "dmarc" and _is_about(result, domain)), None)
    signatures = [result for result in results if result.method == "dkim"]
    good = [result for result in signatures if result.result == "pass"]
    aligned_dkim = any(aligned(_signer(result), domain) for result in good)
    aligned_spf = spf is not None and spf.result == "pass" and aligned(_property(spf, "mailfrom", "helo"), domain)
    return Verdict(
        spf=_word(spf),
        dkim="pass" if good else _word(signatures[0] if signatures else None),
        dmarc=_word(dmarc),
        aligned=aligned_dkim or aligned_spf,
        authserv_id=headers[0].authserv_id.lower(),
    )


def _own_headers(mail: ParsedMail, trusted: Set[str]) -> list:
    own = []
    for name, value in mail.headers:
        name = name.lower()
        if name == "received" and own:
            break
        if name == "authentication-results":
            header = _read(value)
            if header and header.authserv_id.lower() in trusted:
                own.append(header)
    return own


def _read(value: str):
    value = value[:MAX_RESULTS_LENGTH].rstrip("; ")
    if "=" in COMMENT.sub("", value).partition(";")[0]:
        value = f"{NO_ID}; {value}"
    try:
        return authres.AuthenticationResultsHeader.parse_value(value)
    except (authres.AuthResError, ValueError, RecursionError, IndexError, AttributeError):
        return None


def _first(results: list, method: str):
    return next((result for result in results if result.method == method), None)


def _word(result) -> str:
    return (result.result or "").lower() if result else ""


def _property(result, *names: str) -> str:
    """Domain of the first of these properties that the result has."""
    values = {each.name.lower(): each.value or "" for each in result.properties}
    value = next((values[name] for name in names if values.get(name)), "")
    return value.rpartition("@")[2].strip().lower().rstrip(".")


def _signer(result) -> str:
    return _property(result, "d", "i")


def _is_about(result, domain: str) -> bool:
    """A DMARC result names the domain it is about; another one than From's says nothing here."""
    named = _property(result, "from")
    return bool(domain) and (not named or aligned(named, domain))


def aligned(domain: str, other: str) -> bool:
    """Relaxed alignment (RFC 7489 3.1): the same domain, or one inside the other."""
    if not domain or not other or "." not in domain or "." not in other:
        return False
    return domain == other or domain.endswith(f".{other}") or other.endswith(f".{domain}")


def warnings(
    mail: ParsedMail, own_domains: Iterable[str] = (), known_names: Mapping[str, Set[str]] | None = None
) -> tuple[str, ...]:
    """What a reader should look at twice; none of it proves anything.

    :param own_domains: domains that senders may imitate
    :param known_names: addresses of known people, by `name_key` of their name
    :return: of 'changed-reply-to', 'look-alike-domain', 'look-alike-name', 'display-name-address'
    """
    found = []
    address = mail.from_.address
    domain = address.rpartition("@")[2]
    answers = [each.address.rpartition("@")[2] for each in mail.reply_to if each.address]
    if domain and mail.auto != "list" and any(not aligned(each, domain) and each != domain for each in answers):
        found.append("changed-reply-to")
    own = {each.lower() for each in own_domains}
    is_own = any(domain == each or domain.endswith(f".{each}") for each in own)
    if domain and not is_own and domain_key(domain) in {domain_key(each) for each in own}:
        found.append("look-alike-domain")
    namesakes = (known_names or {}).get(name_key(mail.from_.name)) if mail.from_.name else None
    if namesakes and address not in namesakes:
        found.append("look-alike-name")
    if "display-name-address" in mail.defects:
        found.append("display-name-address")
    return tuple(found)


def name_key(name: str) -> str:
    """A person's name without what the eye does not see: case, accents, foreign look-alikes, punctuation, order."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).translate(CONFUSABLES)).casefold()
    return " ".join(sorted(re.findall(r"[^\W_]+", "".join(each for each in text if not unicodedata.combining(each)))))


def domain_key(domain: str) -> str:
    """A domain as it looks: `rnicr0s0ft.example` and `microsoft.example` have one key."""
    labels = []
    for label in domain.lower().split("."):
        if label.startswith("xn--") and len(label) <= 63:
            with contextlib.suppress(UnicodeError, ValueError):
                label = label[4:].encode().decode("punycode")
        labels.append(label)
    text = unicodedata.normalize("NFKD", ".".join(labels).translate(CONFUSABLES)).casefold()
    text = "".join(each for each in text if not unicodedata.combining(each)).translate(CONFUSABLES)
    for look, like in LOOK_ALIKES:
        text = text.replace(look, like)
    return text
