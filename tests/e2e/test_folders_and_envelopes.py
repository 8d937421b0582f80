"""Mail dragged into folders, sent in envelopes, and copied to an archive: a real Dovecot, a real Odoo."""

from email.message import EmailMessage

import pytest

from tests.e2e import clients
from tests.e2e.test_mailboxes import confirm, count, fetch
from tests.e2e.world import BUYER, DOMAIN, STRANGER, World

INSIDE = "tests.e2e.inside_folders"
TO = f"box@{DOMAIN}"


@pytest.fixture(scope="module")
def database(place):
    with place.databases.temporary(place.databases.installed(), "e2e_folders") as copy:
        yield copy


@pytest.fixture
def world(odoo, new_account):
    """A function: mailboxes by name -> :class:`World`, with the folders that are there before the first contact."""

    def make(folders=(), **mailboxes):
        accounts = {name: new_account(name) for name in mailboxes}
        for account in accounts.values():
            connection = account.connect()
            for folder in folders:
                connection.create(folder)
            connection.logout()
        values = {
            name: accounts[name].server_values(contact_policy="never", **options) for name, options in mailboxes.items()
        }
        here = World(odoo, accounts, odoo.call("tests.e2e.inside_matching:prepare", mailboxes=values))
        for name in mailboxes:
            confirm(odoo, here.made[name])
        return here

    return make


def ledger(here, mailbox):
    fetch(here.odoo, here.made[mailbox])
    return here.odoo.call(f"{INSIDE}:ledger", server=here.made[mailbox])


def envelope(sender, subject, *inner):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, f"import@{DOMAIN}", subject
    message["Message-ID"] = f"<envelope-{abs(hash((subject, inner)))}@{DOMAIN}>"
    message.set_content("see attached")
    for number, raw in enumerate(inner):
        message.add_attachment(raw, maintype="application", subtype="octet-stream", filename=f"{number}.eml")
    return message.as_bytes()


def with_file(subject):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = BUYER, f"{TO}, office@heron.example", subject
    message["Message-ID"] = f"<{subject.replace(' ', '.')}@heron.example>"
    message.set_content("Look.")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="winch.pdf")
    return message.as_bytes()


def test_mail_dragged_into_a_folder_belongs_to_what_the_folder_stands_for(world):
    """SEEDS 36: one and many, with attachments and people, to one record or a new one each, and then moved away."""
    here = world(("Boat-house", "Incidents", "Done"), box={"intake_mode": "archive"})
    server, account = here.made["box"], here.accounts["box"]
    project = here.made["project"]
    here.odoo.call(f"{INSIDE}:point", server=server, folder="Boat-house", model="project.project", record=project)
    here.odoo.call(
        f"{INSIDE}:point",
        server=server,
        folder="Incidents",
        model="helpdesk.ticket",
        after_fetch="move",
        move_to="Done",
    )
    account.deliver(with_file("Plan of the roof"), folder="Boat-house")
    account.deliver(*(with_file(f"Winch {number}") for number in range(3)), folder="Incidents")
    found = ledger(here, "box")
    people = sorted([here.made["buyer"], here.made["company"]])
    assert [(each["state"], each["files"], each["contacts"]) for each in found] == [
        ("stored", ["winch.pdf"], people)
    ] * 4
    assert found[0]["links"] == [["project.project", "Boat house", "folder"]]
    assert [[model, rule] for each in found[1:] for model, _name, rule in each["links"]] == [
        ["helpdesk.ticket", "create"]
    ] * 3
    assert (count(account, "Boat-house"), count(account, "Incidents"), count(account, "Done")) == (1, 0, 3)
    account.deliver(with_file("Winch 1"), folder="Boat-house")
    again = ledger(here, "box")
    assert again[-1]["state"] == "duplicate"
    assert [model for model, _name, _rule in again[-1]["links"]] == ["helpdesk.ticket", "project.project"]


def test_what_a_folder_cannot_take_stays_there_and_says_why(world):
    """SEEDS 37: openCRX lost it."""
    here = world(("Incidents",), box={"intake_mode": "archive"})
    server, account = here.made["box"], here.accounts["box"]
    point = {"server": server, "folder": "Incidents", "model": "helpdesk.ticket", "after_fetch": "delete"}
    here.odoo.call(f"{INSIDE}:point", **point, create_defaults="{'priority': 'no such'}")
    account.deliver(with_file("Winch slips"), folder="Incidents")
    (copy,) = ledger(here, "box")
    assert copy["state"] in ("failed", "quarantined")
    assert "no such" in copy["error"]
    assert count(account, "Incidents") == 1
    here.odoo.call(f"{INSIDE}:point", **point, create_defaults="{'priority': '3'}")
    here.odoo.call(f"{INSIDE}:retry", server=server)
    (copy,) = ledger(here, "box")
    assert (copy["state"], copy["links"][0][2]) == ("stored", "create")
    assert count(account, "Incidents") == 0


def test_envelopes_bring_in_the_mails_attached_to_them(world):
    """SEEDS 39, 43: from any folder, one and many, nested, to a number, a new record, or nothing; one or two spaces."""
    here = world(("Later",), box={"intake_mode": "envelope"})
    boss = here.odoo.call(f"{INSIDE}:staff_address")
    incident = here.made["incident"]
    one, two, deep = (clients.tool(STRANGER, TO, f"Inner {word}", "x") for word in ("one", "two", "deep"))
    plain, created = (clients.tool(STRANGER, TO, f"Inner {word}", "x") for word in ("plain", "created"))
    here.odoo.call(f"{INSIDE}:point", server=here.made["box"], folder="Later", model=False)
    here.accounts["box"].deliver(
        envelope(boss, f"> @E-mails #{incident} log file with exception", one, two),
        envelope(boss, f">  @E-mails  #{incident}  nested", envelope(boss, "> inner", deep)),
        envelope(boss, "just forwarded", plain),
    )
    here.accounts["box"].deliver(envelope(boss, "> @E-mails  #I  A new winch", created), folder="Later")
    here.accounts["box"].deliver(
        envelope(boss, "nothing in it"),
        envelope(STRANGER, f"> #{incident}", clients.tool(STRANGER, TO, "Sneaked", "x")),
    )
    found = ledger(here, "box")
    inner = {each["subject"]: each for each in found if each["subject"].startswith("Inner")}
    for word in ("one", "two", "deep"):
        assert [link[::2] for link in inner[f"Inner {word}"]["links"]] == [["helpdesk.ticket", "tag_subject"]], word
    assert inner["Inner plain"]["links"] == []
    ((model, name, rule),) = inner["Inner created"]["links"]
    assert (model, rule, inner["Inner created"]["folder"]) == ("helpdesk.ticket", "create", "Later")
    assert "A new winch" in name
    kept = [each for each in found if each["state"] == "quarantined"]
    assert ["no mail attached" in each["error"] for each in kept] == [True, False]
    assert "internal users only" in kept[1]["error"]
    assert not [each for each in found if each["subject"] in ("Sneaked", "just forwarded")]


def test_an_archive_takes_what_came_and_what_left_and_does_nothing_else(world):
    """SEEDS 22, 47: an address in Cc, or a journal of all mail; the same mails in people's mailboxes are the same."""
    here = world(archive={"intake_mode": "archive"}, anna={"intake_mode": "archive"})
    boss = here.odoo.call(f"{INSIDE}:staff_address")
    order = here.tags["order"]
    came = clients.outlook(BUYER, f"{boss}, archive@{DOMAIN}", f"Delivery {order}", "When?")
    left = clients.tool(
        f"Boss <{boss}>", "ines@heron.example", f"Re: Delivery {order}", "Today.", Cc=f"archive@{DOMAIN}"
    )
    before = here.odoo.call(f"{INSIDE}:effects")
    for mailbox in ("archive", "anna"):
        here.accounts[mailbox].deliver(came, left)
        found = ledger(here, mailbox)
        assert [each["direction"] for each in found] == ["in", "out"]
        assert all("sale.order" in {model for model, _name, _rule in each["links"]} for each in found)
    assert [each["state"] for each in found] == ["duplicate", "duplicate"]
    assert here.odoo.call(f"{INSIDE}:effects") == before


def test_a_mailbox_that_is_switched_off_is_left_alone(world):
    """SEEDS 44: and goes on where it was when it is switched on."""
    here = world(box={"intake_mode": "archive"})
    account, server = here.accounts["box"], here.made["box"]
    here.odoo.call("tests.e2e.inside_mailbox:change", server=server, active=False)
    account.deliver(with_file("While away"))
    here.odoo.call(f"{INSIDE}:scheduled_fetch")
    assert here.odoo.call(f"{INSIDE}:ledger", server=server) == []
    here.odoo.call("tests.e2e.inside_mailbox:change", server=server, active=True)
    here.odoo.call(f"{INSIDE}:scheduled_fetch")
    assert [each["subject"] for each in here.odoo.call(f"{INSIDE}:ledger", server=server)] == ["While away"]
