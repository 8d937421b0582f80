"""Each mail of the demo ends where its catalogue says, in a real Odoo that fetched it from a real Dovecot."""

import hashlib
import re
import secrets

import pytest

from tools import odoo as odoo_process
from tools.demo.catalogue import CATALOGUE
from tools.demo.mailbox import messages
from tools.demo.records import CODES
from tools.demo_fetch import ACCOUNTS

from .conftest import Account

MODELS = {code: model for model, code in CODES.items()}


class Outcome:
    """What became of the demo's mails."""

    def __init__(self, names, mails, answer):
        self.names = names
        self.mails = mails
        self.copies = answer["copies"]
        self.links = answer["links"]
        self.live = answer["live"]

    def copies_of(self, name):
        """Return the [sha256, id of the mail, state, error] of each copy of a demo mail."""
        sums = {hashlib.sha256(mail.raw).hexdigest() for mail in self.mails if mail.name == name}
        return [copy for copy in self.copies if copy[0] in sums]

    def links_of(self, name):
        """Return document -> [rule, state] of a demo mail."""
        (email,) = {copy[1] for copy in self.copies_of(name)}
        return self.links[str(email)]

    def document(self, key):
        """Return 'model,id' of a demo record, None where its app is not installed."""
        code, number = re.fullmatch(r"\[xtref:(\w+)-(\d+)]", self.names[key]).groups()
        return f"{MODELS[code]},{int(number)}" if code in self.live else None


@pytest.fixture(scope="module")
def outcome(place):
    """Deliver, fetch once, and keep what every test here looks at."""
    with place.databases.temporary(place.databases.installed(), "e2e_demo") as database:

        def call(target, **arguments):
            return odoo_process.call(database, target, log="e2e-demo", **arguments)

        names = call("tools.demo.records:create")
        mails = [mail for mail in messages(names) if mail.folder == "INBOX"]
        accounts = {
            name: Account(place.services.dovecot, f"{name}-{secrets.token_hex(4)}@example.com") for name in ACCOUNTS
        }
        for mail in mails:
            accounts[mail.account].deliver(mail.raw, flags=mail.flags, received=mail.received)
        servers = {name: account.server_values() for name, account in accounts.items()}
        yield Outcome(names, mails, call("tests.e2e.inside_demo:fetch", servers=servers))


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)
def test_mail_belongs_where_the_catalogue_says(entry, outcome):
    links = outcome.links_of(entry.name)
    for key, rule in entry.links.items():
        if document := outcome.document(key):
            assert links.get(document) == [rule, "linked"], key
    for key in entry.suggested:
        assert links.get(outcome.document(key), [None, None])[1] == "suggested", key
    for key in entry.never:
        assert outcome.document(key) not in links, key
    if entry.unassociated:
        assert not links


def test_every_copy_is_stored_or_a_duplicate_of_a_stored_one(outcome):
    assert len(outcome.copies) == len(outcome.mails)
    assert [copy for copy in outcome.copies if copy[2] not in ("stored", "duplicate")] == []


def test_copies_in_several_mailboxes_are_one_mail(outcome):
    several = [entry.name for entry in CATALOGUE if len(outcome.copies_of(entry.name)) > 1]
    assert several
    for name in several:
        copies = outcome.copies_of(name)
        assert len({copy[1] for copy in copies}) == 1, name
        assert sorted(copy[2] for copy in copies) == ["duplicate"] * (len(copies) - 1) + ["stored"], name


def test_two_mails_with_the_same_words_are_two(outcome):
    first, second = (outcome.copies_of(f"thanks-the-{which}")[0][1] for which in ("first", "second-is-another-mail"))
    assert first != second


def test_a_stolen_message_id_does_not_replace_the_mail_it_was_taken_from(outcome):
    thief, owner = (
        outcome.copies_of("same-message-id-as-another-mail"),
        outcome.copies_of("change-of-order-tag-in-encoded-subject"),
    )
    assert thief[0][1] != owner[0][1]
