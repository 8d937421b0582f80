"""Outgoing mail end to end: what leaves through a real SMTP server comes back through a real mailbox."""

import secrets

import pytest

from tools import ports

INSIDE = "tests.e2e.inside_outgoing"


@pytest.fixture(scope="module")
def database(place):
    with place.databases.temporary(place.databases.installed(), "e2e_outgoing") as copy:
        yield copy


class World:
    """A seller, an order and its buyer, and the catchall mailbox of the company."""

    def __init__(self, odoo, account, outbox):
        self.odoo, self.account, self._outbox = odoo, account, outbox
        self.buyer = f"buyer-{secrets.token_hex(4)}@heron.example"
        self.made = self.run("prepare", mailbox=account.server_values(), buyer=self.buyer)
        self.run("outgoing_server")

    def run(self, function, **arguments):
        return self.odoo.call(f"{INSIDE}:{function}", **arguments)

    def write(self, body="Shall we?"):
        """Write to the buyer from the order; return the Message-ID."""
        return self.run("post", order=self.made["order"], seller=self.made["seller"], body=body)

    def sent(self):
        return self._outbox(self.buyer)

    def answer(self, address, text):
        """Somebody whom nobody knows answers to an address, with a program that keeps nothing but the addresses."""
        stranger = f"stranger-{secrets.token_hex(4)}@elsewhere.example"
        self.account.deliver(f"From: {stranger}\r\nTo: {address}\r\n\r\n{text}\r\n".encode())
        return self.run("fetch", mailbox=self.made["mailbox"])

    def chatter(self, model, record):
        return "".join(self.run("chatter", model=model, record=self.made[record]))


@pytest.fixture
def world(odoo, account, outbox):
    return World(odoo, account, outbox)


def address_of(header):
    return header.addresses[0].addr_spec


def test_an_answer_without_headers_finds_its_document(world):
    """SEEDS 55: one address for each thread."""
    world.write()
    (sent,) = world.sent()
    reply_to = address_of(sent.message["Reply-To"])
    assert reply_to.startswith("reply+s-"), reply_to
    assert world.answer(reply_to, "Yes, please.") == [["stored", ""]]
    assert "Yes, please." in world.chatter("sale.order", "order")
    world.answer(f"{reply_to.partition('.')[0]}.aaaaaaaa@kestrel.example", "Guessed.")
    assert "Guessed." not in world.chatter("sale.order", "order")


def test_an_answer_to_the_alias_of_an_author_finds_the_author(world, place):
    """SEEDS 55: one alias for each partner, in From."""
    world.run("outgoing_server", smtp_port=place.services.smtp.port, sender_strategy="partner")
    world.write()
    (sent,) = world.sent()
    alias = address_of(sent.message["From"])
    assert alias.startswith("anna.seller-"), alias
    assert world.answer(alias, "To Anna alone.") == [["stored", ""]]
    assert "To Anna alone." in world.chatter("res.partner", "contact")
    assert "To Anna alone." not in world.chatter("sale.order", "order")


def test_mail_survives_an_outage_and_arrives_once(world, place):
    """SEEDS 67: the row of the Email tab says that it waits and why, then that it was sent."""
    world.run("outgoing_server", smtp_port=ports.free())
    message_id = world.write()
    state, text = world.run("delivery", message_id=message_id)
    assert state == "waiting"
    assert "Nobody listens" in text and "sent again by itself" in text
    world.run("later", minutes=0)
    assert not world.sent(), "not before its time"
    world.run("outgoing_server", smtp_port=place.services.smtp.port)
    world.run("later", minutes=10)
    assert len(world.sent()) == 1
    assert world.run("delivery", message_id=message_id) == ["sent", ""]


def test_a_refusal_for_good_names_its_reason(world, place):
    """The sink turns away addresses that begin with ``refused``."""
    world.run("outgoing_server", smtp_port=place.services.smtp.port)
    world.buyer = f"refused-{world.buyer}"
    world.made |= world.run("prepare", mailbox=world.account.server_values(), buyer=world.buyer)
    state, text = world.run("delivery", message_id=world.write())
    assert state == "failed"
    assert "does not exist" in text and "Correct the address" in text


def test_the_probe_of_the_doctor_comes_back(world, outbox):
    """B10: through SMTP, a mailbox and a fetch."""
    before = len(outbox("catchall@kestrel.example"))
    assert world.run("examine", probe=True)["findings"] == ["probe_on_its_way"]
    (sent,) = outbox("catchall@kestrel.example")[before:]
    world.account.deliver(b"Received: from mx.kestrel.example by imap.kestrel.example\r\n" + sent.raw)
    assert world.run("fetch", mailbox=world.made["mailbox"]) == [["stored", ""]]
    found = world.run("examine")
    assert (found["findings"], found["state"]) == ([], "returned")
    assert "by imap.kestrel.example" in found["trace"]
