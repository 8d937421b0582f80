"""Which server is chosen: From x filters x default sender x orders, as one table."""

import pytest
from erp_mail_plain.sending.order import AUTHOR, DEFAULT, ORDERS, Question, Server, choose


def server(name, *filters, personal=False):
    return Server(
        id=1,
        name=name,
        filtered=bool(filters),
        addresses=frozenset(each for each in filters if "@" in each),
        domains=frozenset(each for each in filters if "@" not in each),
        personal=personal,
    )


EXACT = server("exact", "anna@my.com")
DOMAIN = server("domain", "my.com")
DEFAULT_ADDRESS = server("default address", "notifications@my.com")
OTHER = server("other", "other.com")
OPEN = server("open")
SECOND_OPEN = server("second open")
PERSONAL = server("personal", "anna@my.com", personal=True)
BROKEN = Server(id=1, name="broken", filtered=True)
CLI = Server(id=0, name="cli")
CLI_MINE = Server(id=0, name="cli", filtered=True, domains=frozenset({"my.com"}))
CLI_OTHER = Server(id=0, name="cli", filtered=True, domains=frozenset({"other.com"}))

ANNA, STRANGER, NOTIFICATIONS = "anna@my.com", "eve@example.com", "notifications@my.com"

TABLE = [
    # From, default sender, servers by priority, command line -> server and sender: Odoo 19's order, the documented one
    (ANNA, NOTIFICATIONS, [OPEN, DOMAIN, EXACT], CLI, ("exact", AUTHOR), ("exact", AUTHOR)),
    (ANNA, NOTIFICATIONS, [OPEN, DOMAIN], CLI, ("domain", AUTHOR), ("domain", AUTHOR)),
    (STRANGER, NOTIFICATIONS, [OPEN, DOMAIN], CLI, ("domain", DEFAULT), ("open", AUTHOR)),
    (STRANGER, NOTIFICATIONS, [OPEN, DEFAULT_ADDRESS], CLI, ("default address", DEFAULT), ("open", AUTHOR)),
    (
        STRANGER,
        NOTIFICATIONS,
        [DOMAIN, DEFAULT_ADDRESS],
        CLI,
        ("default address", DEFAULT),
        ("default address", DEFAULT),
    ),
    (STRANGER, NOTIFICATIONS, [OTHER, DOMAIN], CLI, ("domain", DEFAULT), ("domain", DEFAULT)),
    (STRANGER, NOTIFICATIONS, [OPEN, SECOND_OPEN], CLI, ("open", DEFAULT), ("open", AUTHOR)),
    (STRANGER, NOTIFICATIONS, [OTHER, EXACT], CLI, ("other", DEFAULT), ("other", DEFAULT)),
    (STRANGER, NOTIFICATIONS, [BROKEN, OTHER], CLI, ("broken", DEFAULT), ("broken", DEFAULT)),
    (STRANGER, "", [OPEN], CLI, ("open", AUTHOR), ("open", AUTHOR)),
    (STRANGER, "", [OTHER], CLI, ("other", AUTHOR), ("other", AUTHOR)),
    ("", NOTIFICATIONS, [OPEN], CLI, ("open", DEFAULT), ("open", AUTHOR)),
    (ANNA, NOTIFICATIONS, [PERSONAL, OPEN], CLI, ("personal", AUTHOR), ("personal", AUTHOR)),
    (STRANGER, ANNA, [PERSONAL, OTHER], CLI, ("other", DEFAULT), ("other", DEFAULT)),
    (ANNA, NOTIFICATIONS, [], CLI, ("cli", AUTHOR), ("cli", AUTHOR)),
    (STRANGER, NOTIFICATIONS, [], CLI_MINE, ("cli", DEFAULT), ("cli", DEFAULT)),
    (ANNA, NOTIFICATIONS, [], CLI_MINE, ("cli", AUTHOR), ("cli", AUTHOR)),
    (STRANGER, NOTIFICATIONS, [], CLI_OTHER, ("cli", DEFAULT), ("cli", DEFAULT)),
    (STRANGER, "", [], CLI_OTHER, ("cli", AUTHOR), ("cli", AUTHOR)),
]


@pytest.mark.parametrize(("author", "default", "servers", "command_line", "odoo", "documented"), TABLE)
def test_server_and_sender(author, default, servers, command_line, odoo, documented):
    for order, expected in (("odoo", odoo), ("documented", documented)):
        choice = choose(servers, Question(author, default, command_line), order)
        assert (choice.server.name, choice.sender) == expected, order


@pytest.mark.parametrize("order", ORDERS)
def test_only_an_unmatched_filter_is_a_last_resort(order):
    def last_resort(*servers, command_line=CLI):
        return choose(list(servers), Question(STRANGER, NOTIFICATIONS, command_line), order).last_resort

    assert last_resort(OTHER)
    assert last_resort(command_line=CLI_OTHER)
    assert not last_resort(OPEN)
    assert not last_resort(DOMAIN)
    assert not last_resort(command_line=CLI_MINE)


@pytest.mark.parametrize("order", ORDERS)
def test_the_steps_end_with_the_server_that_was_taken(order):
    choice = choose([OTHER, DOMAIN], Question(STRANGER, NOTIFICATIONS, CLI), order)
    assert [step.rule for step in choice.steps] == list(ORDERS[order])[: len(choice.steps)]
    assert [step.server for step in choice.steps[:-1]] == [None] * (len(choice.steps) - 1)
    assert choice.steps[-1].server == choice.server
    assert (choice.steps[0].target, choice.steps[1].target) == ("eve@example.com", "example.com")
