"""What becomes of mail besides being found: contacts, records, follow-ups, wrapped mail; end to end."""

import base64
import secrets

import pytest

from . import clients
from .world import BUYER, DOMAIN, STRANGER


@pytest.fixture(scope="module")
def database(place):
    with place.databases.temporary(place.databases.installed(), "e2e_ways") as copy:
        yield copy


def run(here, function, **arguments):
    return here.run(function, module="inside_ways", **arguments)


def attached(*files, text="See attached."):
    """Body and type of a mail that carries files, each (name, type, bytes)."""
    parts = [f"--b\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"]
    parts += [
        f'--b\nContent-Type: {kind}; name="{name}"\nContent-Disposition: attachment; filename="{name}"\n'
        f"Content-Transfer-Encoding: base64\n\n{base64.encodebytes(content).decode()}\n"
        for name, kind, content in files
    ]
    return "".join(parts) + "--b--\n", 'multipart/mixed; boundary="b"'


def test_contacts_are_made_as_the_mailbox_says(world):
    """SEEDS 4, 45: of every correspondent, or of who writes about a document; never of machines and lists."""
    here = world(
        all={"intake_mode": "archive", "contact_policy": "all"},
        document={"intake_mode": "archive", "contact_policy": "document"},
    )
    to, signed = f"box@{DOMAIN}", here.made["signed"]
    (mail, *machines) = here.fetch(
        "all",
        clients.gmail("Jo Pike <jo@pike.example>", to, "Hello", "Hi.", Cc="Kim Pike <kim@pike.example>"),
        clients.tool("Lottery <win@lottery.example>", to, "Win", "Now.", Precedence="bulk"),
        clients.tool("MAILER-DAEMON@pike.example", to, "Undelivered", "Sorry."),
        clients.tool("Jo Pike <away@pike.example>", to, "Away", "Away.", Auto_Submitted="auto-replied"),
    )
    assert sorted(run(here, "contacts", ids=mail["contacts"])) == [
        ["Jo Pike", "jo@pike.example"],
        ["Kim Pike", "kim@pike.example"],
    ]
    assert [machine["contacts"] for machine in machines] == [[], [], []]
    mails = here.fetch(
        "document",
        clients.phone("Lu Pike <lu@pike.example>", to, "Hello", "Hi."),
        clients.phone("Mo Pike <mo@pike.example>", to, f"About {signed}", "Hi."),
    )
    assert [run(here, "contacts", ids=mail["contacts"]) for mail in mails] == [[], [["Mo Pike", "mo@pike.example"]]]


def test_a_mail_in_a_folder_belongs_to_its_document(world):
    """SEEDS 36, 37: and one in a folder that belongs to nothing waits, it is not lost."""
    here = world(box={"intake_mode": "archive"})
    account, project = here.accounts["box"], here.made["project"]
    account.deliver(clients.outlook(STRANGER, f"box@{DOMAIN}", "Dragged", "Old mail."), folder="Boat house")
    account.deliver(clients.outlook(STRANGER, f"box@{DOMAIN}", "Dropped", "Old mail."), folder="Somewhere")
    run(here, "folder_of", server=here.made["box"], name="Boat house", res_model="project.project", res_id=project)
    run(here, "folder_of", server=here.made["box"], name="Somewhere")
    found = {mail["subject"].removeprefix("AW: "): mail for mail in here.fetch("box")}
    assert here.documents(found["Dragged"]) == {("project", "folder")}
    assert (found["Dropped"]["links"], found["Dropped"]["state"]) == ([], "unassociated")


def test_a_follow_up_is_posted_once_with_its_files(world):
    """SEEDS 38: `#number` in the subject; the mail is stored, linked, and added to the incident."""
    here = world(box={"intake_mode": "gateway"})
    incident = here.made["incident"]
    body, kind = attached(("winch.txt", "text/plain", b"200 kg"), text="It slips under load.")
    (mail,) = here.fetch("box", clients.tool(BUYER, f"box@{DOMAIN}", f"#{incident} once more", body, Content_Type=kind))
    assert here.documents(mail) == {("incident", "number")}
    here.fetch("box")
    chatter = here.run("chatter", model="helpdesk.ticket", record=incident)
    assert len([text for text, _internal in chatter if "It slips under load." in text]) == 1
    assert run(here, "files", model="helpdesk.ticket", record=incident) == ["winch.txt"]


def test_wrapped_mail_is_filed_where_the_wrapper_says(world):
    """SEEDS 39, 43: the attached mails are imported instead of the wrapper; a stranger's wrapper is not opened."""
    here = world(box={"intake_mode": "envelope"})
    colleague = f"colleague-{secrets.token_hex(4)}@{DOMAIN}"
    here.run("employee", module="inside_trust", email=colleague)
    inner = clients.outlook("Old Friend <old@friend.example>", "me@private.example", "From my own mailbox", "Hi.")
    body, kind = attached(("mail.eml", "application/octet-stream", inner))
    subject = f"> @E-Mails  [#{here.made['incident']}]  Winch"
    (mail,) = here.fetch(
        "box", clients.tool(f"Me <{colleague}>", "import@kestrel.example", subject, body, Content_Type=kind)
    )
    assert mail["subject"] == "AW: From my own mailbox"
    assert {document for document, _rule in here.documents(mail)} == {"incident"}
    here.accounts["box"].deliver(clients.tool(STRANGER, "import@kestrel.example", subject, body, Content_Type=kind))
    assert len(here.run("fetch", server=here.made["box"])) == 1


def test_addresses_of_a_team_of_a_project_and_of_several(world, outbox):
    """SEEDS 54, 65, 69: aliases make records as Odoo does, rules part an address that several projects share."""
    here = world(box={"intake_mode": "gateway"})
    watcher = f"watcher-{secrets.token_hex(4)}@{DOMAIN}"
    projects = run(here, "aliases", watcher=watcher)
    mails = here.fetch(
        "box",
        clients.gmail("Jo Pike <jo@pike.example>", f"boats@{DOMAIN}", "Ten boats", "How much?"),
        clients.outlook("Jo Pike <jo@pike.example>", f"yard@{DOMAIN}", "Crane", "Is broken."),
        clients.phone("Jo Pike <jo@pike.example>", f"shared@{DOMAIN}", "Rigging plan", "See below."),
        clients.phone("Jo Pike <jo@pike.example>", f"shared@{DOMAIN}", "Hull plan", "See below."),
    )
    (lead,), (crane,), (rigging,), (hull,) = ([link[1] for link in mail["links"]] for mail in mails)
    assert [kind for _name, kind, _address in run(here, "opportunities", ids=[lead])] == ["opportunity"]
    tasks = [run(here, "projects_of", tasks=[task]) for task in (crane, rigging, hull)]
    assert tasks == [[projects["own"]], [projects["rigging"]], [projects["hull"]]]
    here.run("send_queue")
    assert [mail for mail in outbox(watcher) if "Ten boats" in mail.message["Subject"]]


def test_the_words_of_the_notice_are_the_administrators(world, outbox):
    """SEEDS 74."""
    here = world(box={"intake_mode": "gateway", "notice": True})
    sender = f"someone-{secrets.token_hex(4)}@words.example"
    run(here, "edit_notice", subject="Nobody is at {{ object.to_text }}")
    here.fetch("box", clients.tool(sender, f"nobody@{DOMAIN}", "Hello", "Hi."))
    here.run("send_queue")
    (notice,) = outbox(sender)
    assert notice.message["Subject"] == f"Nobody is at nobody@{DOMAIN}"


def test_every_link_says_why(world):
    """B2."""
    here = world(box={"intake_mode": "archive"})
    to, tag = f"box@{DOMAIN}", here.tags["order"]
    here.fetch(
        "box",
        clients.outlook(BUYER, to, f"About {tag}", "When?", message_id="<why@heron.example>"),
        clients.gmail(STRANGER, to, "Re: that", "Soon.", In_Reply_To="<why@heron.example>"),
        clients.phone(STRANGER, to, f"Guess {tag}", "Hm."),
    )
    subject, thread, guess = run(here, "reasons", server=here.made["box"])
    assert subject.startswith(f"The subject carries the document's tag {tag}. Certainty: 90 of 100.")
    assert "confirmed by nobody. Other documents of the mail:" in subject, "the sender is a contact"
    assert thread.startswith(f"It answers “AW: About {tag}” of Ines Roth.")
    assert "only suggested" in guess
