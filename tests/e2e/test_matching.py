"""Matching end to end: mail of real clients in a real mailbox finds its documents, or waits; notices really leave."""

import secrets
from collections import Counter
from email import message_from_bytes

import pytest

from . import clients
from .world import BUYER, DOMAIN, STRANGER


@pytest.fixture(scope="module")
def database(place):
    with place.databases.temporary(place.databases.installed(), "e2e_matching") as copy:
        yield copy


def test_tags_as_real_clients_mangle_them(world):
    """SEEDS 5, 16: every tag in subject and text, through encoded words, folding, quoted-printable and HTML."""
    here = world(box={"intake_mode": "archive"})
    order, project = here.tags["order"], here.tags["project"]
    to = f"box@{DOMAIN}"
    found = here.fetch(
        "box",
        clients.outlook(BUYER, to, f"Lieferung {order}", f"Auch {project} bitte."),
        clients.gmail(BUYER, to, f"Lieferung {order}", f"Auch {project} bitte."),
        clients.apple_mail(BUYER, to, f"Lieferung {order}", f"Auch {project} bitte."),
        clients.thunderbird(BUYER, to, f"Lieferung {order}", "Gern.", quoted=f"Es geht um {project}"),
        clients.phone(BUYER, to, order.lower().replace("[", "[ ").replace("]", " ]"), f"und {project}"),
    )
    assert len(found) == 5
    for mail, client in zip(found, ("outlook", "gmail", "apple", "thunderbird", "phone"), strict=True):
        rules = dict(here.documents(mail))
        assert rules.get("order") == "tag_subject", client
        assert rules.get("project") == ("tag_quoted" if client == "thunderbird" else "tag_body"), client
        assert mail["contacts"] == sorted([here.made["buyer"], here.made["company"]]), client


def test_numbers_addresses_and_the_customers_own_number(world):
    """SEEDS 38, 68, 69, B5, B7."""
    here = world(box={"intake_mode": "archive"})
    incident, to = here.made["incident"], f"box@{DOMAIN}"
    found = here.fetch(
        "box",
        clients.phone(BUYER, to, f"#{incident} slips again", "Look."),
        clients.outlook(BUYER, to, f"[#{incident}] slips again", "Look."),
        clients.gmail(BUYER, f"issue-{incident}@{DOMAIN}", "By address", "Look."),
        clients.apple_mail(BUYER, to, "By envelope", "Look.", Delivered_To=f"reply+I-{incident}@{DOMAIN}"),
        clients.thunderbird(BUYER, to, "Our order HB-2026-117", "When?"),
        clients.tool(STRANGER, to, f"Signed {here.made['signed']}", "I got it from Ines."),
    )
    rules = [next(iter(here.documents(mail)), None) for mail in found]
    assert rules == [
        ("incident", "number"),
        ("incident", "number"),
        ("incident", "address"),
        ("incident", "address"),
        ("order", "field"),
        ("order", "tag_subject"),
    ]


def test_answers_find_their_way_and_late_arrivals_too(world):
    """SEEDS 13, 17, B4: threads of stored mail and of Odoo's own, and what comes later."""
    here = world(box={"intake_mode": "archive"})
    to = f"box@{DOMAIN}"
    own = here.run("sent_message", model="project.project", record=here.made["project"], partner=here.made["buyer"])
    found = here.fetch(
        "box",
        clients.outlook(STRANGER, to, "To Odoo's mail", "Yes.", In_Reply_To=own),
        clients.gmail(STRANGER, to, "Too early", "Yes.", In_Reply_To="<late@heron.example>"),
        clients.phone("late@comer.example", to, "Unknown by now", "Hello."),
    )
    assert here.documents(found[0]) == {("project", "thread")}
    assert (found[1]["state"], found[2]["state"]) == ("unassociated", "unassociated")
    here.fetch("box", clients.phone(BUYER, to, here.tags["order"], "The parent.", message_id="<late@heron.example>"))
    partner = here.run("create", model="res.partner", name="Late", email="late@comer.example")
    here.run("link_later")
    found = here.run("mails", server=here.made["box"])
    assert here.documents(found[1]) == {("order", "thread")}
    assert found[2]["contacts"] == [partner]


def test_a_stranger_who_guesses_a_thousand_tags(world, outbox):
    """THREATS 1: stored, and nothing else, whether or not there is a document; from the customer they are linked."""
    here = world(box={"intake_mode": "gateway"})
    to, count = f"box@{DOMAIN}", 40
    watcher = f"watcher-{secrets.token_hex(4)}@{DOMAIN}"
    before = here.run("watched_incidents", count=count, partner=here.made["buyer"], watcher=watcher)
    first = before["first"]
    tags = [f"[xtref:I-{number:06d}]" for number in range(first - 480, first + 520)]
    found = here.fetch("box", *(clients.tool(STRANGER, to, f"Guess {tag}", "Hello?") for tag in tags))
    assert len(found) == 1000
    assert Counter(link[3] for mail in found for link in mail["links"]) == {"suggested": before["incidents"]}
    assert here.run("send_queue") == before["traces"]
    assert not outbox("mallory@stranger.example")
    assert not outbox(watcher)
    own = [f"[xtref:I-{number:06d}]" for number in range(first, first + count)]
    found = here.fetch("box", *(clients.phone(BUYER, to, f"Mine {tag}", "It slipped again.") for tag in own))
    assert [[link[1:] for link in mail["links"]] for mail in found[1000:]] == [
        [[number, "tag_subject", "linked"]] for number in range(first, first + count)
    ]
    here.run("send_queue")
    assert len(outbox(watcher)) == count


def test_catchall_and_the_error_notice(world, outbox):
    """SEEDS 50, 51, 55; THREATS 11: 1,000 mails of 10 senders get 10 notices, without envelope sender; robots none."""
    here = world(box={"intake_mode": "gateway", "notice": True}, quiet={"intake_mode": "gateway"})
    nobody = f"nobody@{DOMAIN}"
    senders = [f"victim-{secrets.token_hex(4)}@spoofed.example" for _ in range(10)]
    here.fetch(
        "box",
        *(
            clients.tool(sender, nobody, f"{sender} {index}", "Are you there?")
            for index in range(100)
            for sender in senders
        ),
        clients.tool("robot@spoofed.example", nobody, "Away", "Away", Auto_Submitted="auto-replied"),
        clients.tool("list@spoofed.example", nobody, "News", "News", List_Id="<news.spoofed.example>"),
        clients.tool("null@spoofed.example", nobody, "Null", "Null", Return_Path="<>"),
    )
    here.fetch("quiet", clients.tool("untold@spoofed.example", nobody, "No template", "No notice"))
    here.run("send_queue")
    for sender in senders:
        (sent,) = outbox(sender)
        notice = message_from_bytes(sent.path.read_bytes())
        assert notice["Auto-Submitted"] == "auto-replied"
        assert notice["In-Reply-To"]
        assert sent.mail_from in ("", "<>"), "RFC 3834 section 3.3"
    for robot in ("robot", "list", "null", "untold"):
        assert not outbox(f"{robot}@spoofed.example"), robot


def test_a_notice_leaves_once_though_the_processing_fails(world):
    """THREATS 16: it is queued in a transaction of its own; neither the failure nor the retries change that."""
    here = world(box={"intake_mode": "gateway", "notice": True})
    sender = f"victim-{secrets.token_hex(4)}@spoofed.example"
    here.accounts["box"].deliver(clients.tool(sender, f"nobody@{DOMAIN}", "Fails later", "Are you there?"))
    queued = here.run("fail_after_the_notice", server=here.made["box"], recipient=sender, times=2)
    assert queued == [1, 1, 1]


def test_limits_hold_and_release(world):
    """SEEDS 66: the sixth record of an hour waits, and nothing is lost."""
    here = world(box={"intake_mode": "gateway", "model": "helpdesk.ticket"})
    here.run("set_parameters", mail__incoming__limit__period="60", mail__incoming__limit__alias="5")
    sender = f"loop-{secrets.token_hex(4)}@robot.example"
    before = here.run("count", model="helpdesk.ticket")
    found = here.fetch("box", *(clients.tool(sender, f"box@{DOMAIN}", f"Loop {i}", "!") for i in range(8)))
    assert [mail["state"] for mail in found].count("held") == 3
    assert here.run("count", model="helpdesk.ticket") == before + 5
    here.run("release", server=here.made["box"])
    assert here.run("count", model="helpdesk.ticket") == before + 6
    here.run("set_parameters", mail__incoming__limit__period=False, mail__incoming__limit__alias=False)


def test_mail_that_finds_nothing_creates_with_defaults(world):
    """SEEDS 54, 70: the mailbox's type and values, once."""
    here = world(box={"intake_mode": "gateway", "model": "helpdesk.ticket", "create_defaults": "{'priority': '3'}"})
    before = here.run("count", model="helpdesk.ticket")
    found = here.fetch("box", clients.outlook(STRANGER, f"box@{DOMAIN}", "The rudder broke", "Help."))
    assert here.run("count", model="helpdesk.ticket") == before + 1
    assert [link[2] for link in found[0]["links"]] == ["create"]
    here.fetch("box")
    assert here.run("count", model="helpdesk.ticket") == before + 1


def test_forged_senders(world):
    """THREATS 2, 3, B6: only the own server's word counts, and From must name one."""
    here = world(box={"intake_mode": "archive", "authserv_id": f"mx.{DOMAIN}"})
    to, tag = f"box@{DOMAIN}", here.tags["order"]
    failed = f"mx.{DOMAIN}; dmarc=fail header.from=heron.example"
    passed = f"mx.{DOMAIN}; dmarc=pass header.from=heron.example"
    evil = "mx.evil.example; dmarc=pass header.from=heron.example"
    found = here.fetch(
        "box",
        clients.tool(BUYER, to, f"1 {tag}", "x", Authentication_Results=failed),
        clients.tool(BUYER, to, f"2 {tag}", "x", Authentication_Results=passed),
        clients.tool(BUYER, to, f"3 {tag}", "x", Authentication_Results=evil),
        clients.tool('"ines@heron.example" <x@stranger.example>', to, f"4 {tag}", "x"),
        clients.tool("ines@heron.example, x@stranger.example", to, f"5 {tag}", "x"),
    )
    linked = [bool(here.documents(mail)) for mail in found]
    assert linked == [False, True, True, False, False]
    assert [mail["from"] for mail in found[3:]] == ["x@stranger.example", ""]
