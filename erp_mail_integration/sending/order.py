"""Which outgoing server sends a mail, with every step of the decision.

Two orders exist. ``odoo`` is what Odoo 19 does; ``documented`` is what the manuals of Odoo 15 and 16 promise,
where a server without a filter goes before the default sender and sends the author's address unchanged.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .texts import _

AUTHOR = "author"
"""The From of the author is kept."""
DEFAULT = "default"
"""The author's address is replaced by the default sender, the name is kept."""


@dataclass(frozen=True)
class Server:
    """An outgoing server as the decision sees it: its filter, already normalised."""

    id: int
    """Database id, 0 for the server of the command line or configuration file."""
    name: str
    filtered: bool = False
    """Whether a filter is set, even one that can match nothing."""
    addresses: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    personal: bool = False
    """Belongs to one user, and is no fall-back for others."""

    def allows(self, address: str) -> bool:
        """Whether mail from the address may go through this server."""
        return not self.filtered or address in self.addresses or domain_of(address) in self.domains


@dataclass(frozen=True)
class Step:
    """One question of the decision and its answer."""

    rule: str
    """Key of :data:`RULES`."""
    target: str
    """The address or domain asked for, '' where the rule asks for none."""
    server: Server | None
    """The server that answers, None where the decision went on."""


@dataclass(frozen=True)
class Choice:
    """The outcome."""

    server: Server
    sender: str
    """:data:`AUTHOR` or :data:`DEFAULT`."""
    steps: tuple[Step, ...]

    @property
    def last_resort(self) -> bool:
        """Whether the server was taken although its filter allows neither the author nor the default sender."""
        return self.steps[-1].rule in ("first", "command_line_fallback")


@dataclass(frozen=True)
class Question:
    """What is asked for: normalised addresses, '' where there is none."""

    author: str
    default: str
    command_line: Server


def domain_of(address: str) -> str:
    return address.rpartition("@")[2] if "@" in address else ""


def by_address(servers, address):
    return next((server for server in servers if address and address in server.addresses), None)


def by_domain(servers, address):
    domain = domain_of(address)
    return next((server for server in servers if domain and domain in server.domains), None)


def public(servers):
    return [server for server in servers if not server.personal]


@dataclass(frozen=True)
class Rule:
    """One step of an order: what it looks for, where, and whose address is sent when it finds a server."""

    text: str
    sender: str
    find: Callable[[Sequence[Server], Question], Server | None]
    target: Callable[[Question], str] = lambda question: ""


RULES = {
    "address": Rule(
        _("A server whose filter names the sender's address %(target)s"),
        AUTHOR,
        lambda servers, question: by_address(servers, question.author),
        lambda question: question.author,
    ),
    "domain": Rule(
        _("A server whose filter names the sender's domain %(target)s"),
        AUTHOR,
        lambda servers, question: by_domain(servers, question.author),
        lambda question: domain_of(question.author),
    ),
    "default_address": Rule(
        _("A server whose filter names the default sender %(target)s"),
        DEFAULT,
        lambda servers, question: by_address(public(servers), question.default),
        lambda question: question.default,
    ),
    "default_domain": Rule(
        _("A server whose filter names the default sender's domain %(target)s"),
        DEFAULT,
        lambda servers, question: by_domain(public(servers), question.default),
        lambda question: domain_of(question.default),
    ),
    "unfiltered": Rule(
        _("A server without a filter, which sends under the default sender"),
        DEFAULT,
        lambda servers, question: next((server for server in public(servers) if not server.filtered), None),
    ),
    "unfiltered_author": Rule(
        _("A server without a filter, which sends any address unchanged"),
        AUTHOR,
        lambda servers, question: next((server for server in public(servers) if not server.filtered), None),
    ),
    "first": Rule(
        _("No filter matches: the first server by priority"),
        DEFAULT,
        lambda servers, question: next(iter(public(servers)), None),
    ),
    "command_line_author": Rule(
        _("The server of the configuration file, if mail.default.from_filter allows %(target)s"),
        AUTHOR,
        lambda servers, question: question.command_line if question.command_line.allows(question.author) else None,
        lambda question: question.author,
    ),
    "command_line_default": Rule(
        _("The server of the configuration file, if mail.default.from_filter allows %(target)s"),
        DEFAULT,
        lambda servers, question: (
            question.command_line if question.default and question.command_line.allows(question.default) else None
        ),
        lambda question: question.default,
    ),
    "command_line_fallback": Rule(
        _("No filter matches: the server of the configuration file all the same"),
        DEFAULT,
        lambda servers, question: question.command_line,
    ),
}

COMMAND_LINE = ("command_line_author", "command_line_default", "command_line_fallback")
ORDERS = {
    "odoo": ("address", "domain", "default_address", "default_domain", "unfiltered", "first", *COMMAND_LINE),
    "documented": (
        "address", "domain", "unfiltered_author", "default_address", "default_domain", "first", *COMMAND_LINE,
    ),
}  # fmt: skip


def choose(servers: Sequence[Server], question: Question, order: str) -> Choice:
    """Walk through the rules of the order until one names a server.

    :param servers: candidates by priority, archived ones left out
    :param order: key of :data:`ORDERS`
    """
    steps = []
    for name in ORDERS[order]:
        rule = RULES[name]
        server = rule.find(servers, question)
        steps.append(Step(name, rule.target(question), server))
        if server:
            sender = rule.sender if question.default else AUTHOR
            return Choice(server, sender, tuple(steps))
    raise AssertionError("the last rule always names the command line's server")
