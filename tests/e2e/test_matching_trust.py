"""What outsiders try, end to end: mail in a real mailbox, and what leaves for a real SMTP server."""

import secrets

import pytest

from . import clients
from .world import BUYER, DOMAIN, STRANGER

FILE = """--b
Content-Type: text/plain; charset=utf-8

Look at this.
--b
Content-Type: text/plain; name="winch.txt"
Content-Disposition: attachment; filename="winch.txt"

It slips at 200 kg.
--b--
"""
MIXED = 'multipart/mixed; boundary="b"'
VERDICT = f"mx.{DOMAIN}; dmarc=pass header.from={DOMAIN}"


@pytest.fixture(scope="module")
def database(place):
    with place.databases.temporary(place.databases.installed(), "e2e_trust") as copy:
        yield copy


def run(here, function, **arguments):
    return here.run(function, module="inside_trust", **arguments)


def somebody(domain):
    return f"someone-{secrets.token_hex(4)}@{domain}"


def test_an_employee_whom_nobody_vouches_for_creates_nothing(world):
    """THREATS 4: From is what the sender wrote."""
    here = world(box={"intake_mode": "gateway", "model": "helpdesk.ticket", "authserv_id": f"mx.{DOMAIN}"})
    address, to = somebody(DOMAIN), f"box@{DOMAIN}"
    user = run(here, "employee", email=address)
    found = here.fetch(
        "box",
        clients.tool(f"Dora <{address}>", to, "The rudder broke", "Help."),
        clients.tool(f"Dora <{address}>", to, "The mast broke", "Help.", Authentication_Results=VERDICT),
    )
    incidents = [link[1] for mail in found for link in mail["links"] if link[2] == "create"]
    assert len(incidents) == 2
    bare, vouched = (run(here, "creators", incidents=[incident]) for incident in incidents)
    assert (user in bare, vouched) == (False, [user])


def test_the_ticket_trick(world, outbox):
    """THREATS 6: a service's verification mail to an incident that the attacker follows in the portal."""
    here = world(box={"intake_mode": "gateway"})
    attacker, incident = somebody("attacker.example"), here.made["incident"]
    run(here, "portal_follower", record=incident, email=attacker)
    run(here, "set_incidents", trust="anyone")
    to = f"issue-{incident}@{DOMAIN}"
    (mail,) = here.fetch("box", clients.tool("no-reply@service.example", to, "Your code", "The code is 815 362."))
    assert here.documents(mail) == {("incident", "address")}
    here.run("send_queue")
    assert not outbox(attacker)
    assert not [text for text in run(here, "portal_reads", login=attacker) if "815 362" in text]


def test_a_note_of_a_stranger_reaches_nobody_until_it_is_turned_into_a_mail(world, outbox):
    """THREATS 10, SEEDS 73."""
    here = world(box={"intake_mode": "gateway"})
    follower, incident = somebody("follower.example"), here.made["incident"]
    run(here, "portal_follower", record=incident, email=follower)
    run(here, "set_incidents", untrusted="note")
    here.fetch("box", clients.tool(STRANGER, f"box@{DOMAIN}", here.tags["incident"], FILE, Content_Type=MIXED))
    here.run("send_queue")
    notes = here.run("chatter", model="helpdesk.ticket", record=incident)
    assert not outbox(follower)
    assert not [text for text in run(here, "portal_reads", login=follower) if "Look at this" in text]
    run(here, "turn_into_mail", server=here.made["box"])
    here.run("send_queue")
    mails = here.run("chatter", model="helpdesk.ticket", record=incident)[len(notes) :]
    assert [("Look at this" in body, internal) for body, internal in mails] == [(True, False)]
    (sent,) = outbox(follower)
    assert [part.get_filename() for part in sent.message.iter_attachments()] == ["winch.txt"]


def test_documents_of_another_company_are_not_found(world):
    """THREATS 7: not by a tag, not even a signed one, and not by the thread's contact."""
    here = world(own={"intake_mode": "archive"}, other={"intake_mode": "archive", "company": "Kestrel Overseas"})
    mails = [
        clients.outlook(BUYER, f"box@{DOMAIN}", subject, "When?")
        for subject in (here.tags["order"], here.made["signed"])
    ]
    assert [mail["links"] for mail in here.fetch("other", *mails)] == [[], []]
    assert all(
        here.documents(mail) for mail in here.fetch("own", mails[0].replace(b"Message-ID: <", b"Message-ID: <o"))
    )


def test_two_auto_responders_stop(world, outbox):
    """THREATS 12: the other one drops References and Auto-Submitted and answers each notice; no mail is lost."""
    here = world(box={"intake_mode": "gateway", "notice": True})
    robot, rounds = somebody("robot.example"), 25
    answered, to = 0, f"nobody@{DOMAIN}"
    for number in range(rounds):
        found = here.fetch("box", clients.tool(robot, to, f"Out of office {number}", "I am away."))
        here.run("send_queue")
        notices = outbox(robot)
        if len(notices) > answered:
            answered = len(notices)
            to = notices[-1].message["Reply-To"] or notices[-1].message["From"]
    assert len(found) == rounds
    assert 1 <= answered <= 2
    (mail,) = here.fetch("box", clients.phone(BUYER, f"box@{DOMAIN}", here.tags["incident"], "Thanks."))[rounds:]
    assert here.documents(mail) == {("incident", "tag_subject")}


def test_a_forged_delivery_report_counts_for_nothing(world):
    """THREATS 13: it names a mail that was never sent. It is kept as mail."""
    here = world(box={"intake_mode": "gateway"})
    report = (
        "--b\nContent-Type: text/plain\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; heron.example\n\nFinal-Recipient: rfc822; ines@heron.example\nAction: failed\n"
        "Status: 5.1.1\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <never-sent@kestrel.example>\n--b--\n"
    )
    kind = 'multipart/report; report-type=delivery-status; boundary="b"'
    raw = clients.tool("MAILER-DAEMON@heron.example", f"bounce@{DOMAIN}", "Undelivered", report, Content_Type=kind)
    assert len(here.fetch("box", raw)) == 1
    assert run(here, "bounces", partner=here.made["buyer"]) == 0


def test_line_breaks_in_a_subject_and_a_name_add_no_header(world, outbox):
    """THREATS 14: neither to what is stored nor to the notice that answers it."""
    here = world(box={"intake_mode": "gateway", "notice": True})
    victim, third = somebody("victim.example"), somebody("third.example")
    injected, to = f"=?utf-8?q?Hello=0D=0ABcc:_{third}?=", f"nobody@{DOMAIN}"
    mails = here.fetch(
        "box",
        clients.tool(f"Eve <{victim}>", to, injected, "Hi."),
        clients.tool(f"{injected} <{victim}>", to, "By name", "Hi."),
    )
    assert [mail["subject"] for mail in mails] == [f"Hello Bcc: {third}", "By name"]
    assert [mail["from"] for mail in mails] == [victim, ""], "a name with another address in it is believed nothing"
    here.run("send_queue")
    (notice,) = outbox(victim)
    assert notice.rcpt_tos == (victim,)
    assert not notice.message["Bcc"]
    assert not outbox(third)


def test_an_attached_mail_lends_neither_its_tag_nor_its_sender(world):
    """THREATS 21."""
    here = world(box={"intake_mode": "archive"})
    inner = clients.phone(BUYER, f"box@{DOMAIN}", here.tags["order"], "Please change the colour.").decode()
    body = f"--b\nContent-Type: text/plain\n\nSee below.\n--b\nContent-Type: message/rfc822\n\n{inner}\n--b--\n"
    (mail,) = here.fetch("box", clients.tool(STRANGER, f"box@{DOMAIN}", "Forwarded", body, Content_Type=MIXED))
    assert (mail["links"], mail["from"]) == ([], "mallory@stranger.example")
    assert here.made["buyer"] not in mail["contacts"]
