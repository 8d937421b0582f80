"""Mail on a real IMAP server becomes stored, linked mail in a real Odoo: Fetch Now, as a person presses it."""

import secrets
from email.message import EmailMessage

import pytest

from .conftest import Odoo

INSIDE = "tests.e2e.fetch_inside"


@pytest.fixture(scope="module")
def odoo(place):
    """One database for all: each test has mailboxes of its own."""
    with place.databases.temporary(place.databases.installed(), "e2e_fetch") as name:
        yield Odoo(name)


def mail(subject, to="sales@mycompany.example", **headers):
    """Each mail is another sender's: Odoo's loop detection takes 20 mails of one sender in two hours."""
    name = f"{subject.replace(' ', '.')}.{secrets.token_hex(4)}"
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"Carl <{name}@acme.example>", to, subject
    message["Message-ID"] = f"<{name}@acme.example>"
    message["Date"] = "Fri, 20 Nov 2026 10:00:00 +0100"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(f"{subject}, please.\n\nCarl")
    return message.as_bytes()


def archive(account, **values):
    return account.server_values(intake_mode="archive", **values)


def gateway(account, **values):
    return account.server_values(intake_mode="gateway", object="crm.lead", **values)


def states(summary):
    return [copy["state"] for copy in summary["copies"]]


def test_mail_that_a_person_has_read_is_fetched_too(odoo, account):
    account.deliver(mail("read before"), flags=(r"\Seen",))
    account.deliver(mail("unread"))
    (summary,) = odoo.call(f"{INSIDE}:fetch", servers=[archive(account)])
    assert {copy["subject"] for copy in summary["copies"]} == {"read before", "unread"}
    seen = [r"\Seen" in flags for flags in account.flags()]
    assert seen == [True, False], "an archive changes nothing in people's mailboxes"


def test_a_gateway_flags_mail_and_routes_what_is_read_after_the_first_contact(odoo, account):
    account.deliver(mail("history of years"), flags=(r"\Seen",))
    account.deliver(mail("waiting since yesterday"))
    (summary,) = odoo.call(f"{INSIDE}:fetch", servers=[gateway(account)])
    history, waiting = summary["copies"]
    assert not any(model == "crm.lead" for model, _name, _rule in history["documents"])
    assert ["crm.lead", "waiting since yesterday", "create"] in waiting["documents"]
    assert all(r"\Seen" in flags for flags in account.flags())
    account.deliver(mail("opened on the phone"), flags=(r"\Seen",))
    (summary,) = odoo.call(f"{INSIDE}:fetch", servers=[gateway(account)])
    assert ["crm.lead", "opened on the phone", "create"] in summary["copies"][2]["documents"]


def test_one_mail_in_two_mailboxes_is_one_email_with_two_copies(odoo, new_account):
    anna, bob = new_account("anna"), new_account("bob")
    raw = mail("for both")
    anna.deliver(b"Delivered-To: anna@mycompany.example\r\n" + raw)
    bob.deliver(b"Received: from mx by bob\r\nDelivered-To: bob@mycompany.example\r\n" + raw)
    first, second = odoo.call(f"{INSIDE}:fetch", servers=[archive(anna), archive(bob)])
    assert (states(first), states(second)) == (["stored"], ["duplicate"])
    assert first["copies"][0]["email"] == second["copies"][0]["email"]


def test_fetching_again_stores_only_what_is_new(odoo, account):
    account.deliver(*(mail(f"order {number}") for number in range(5)))
    odoo.call(f"{INSIDE}:fetch", servers=[archive(account)])
    account.deliver(mail("order 6"))
    (summary,) = odoo.call(f"{INSIDE}:fetch", servers=[archive(account)], rounds=3)
    assert states(summary) == ["stored"] * 6


def test_a_mail_with_broken_mime_does_not_stop_the_mails_behind_it(odoo, account):
    broken = b"Content-Type: multipart/mixed; boundary=\x00\xff\r\nFrom: \xfe\xff\r\n\r\n--\x00\r\n\xff"
    account.deliver(mail("before"), broken, b"\r\n", mail("behind"))
    (summary,) = odoo.call(f"{INSIDE}:fetch", servers=[archive(account)])
    assert states(summary) == ["stored"] * 4


def test_a_mail_on_which_an_app_fails_does_not_stop_the_49_behind_it(odoo, account):
    odoo.call(f"{INSIDE}:failing_alias", name="broken", domain="failing.example")
    account.deliver(mail("poison", to="broken@failing.example"), *(mail(f"healthy {number}") for number in range(49)))
    (summary,) = odoo.call(f"{INSIDE}:fetch", servers=[gateway(account)])
    assert states(summary) == ["failed"] + ["stored"] * 49
    assert summary["copies"][0]["subject"] == "poison", "it is stored and visible"
    assert summary["copies"][0]["error"]
    assert odoo.call(f"{INSIDE}:repair_alias", name="broken") == ["stored"]
    (summary,) = odoo.call(f"{INSIDE}:fetch", servers=[gateway(account)])
    assert ["crm.lead", "poison", "create"] in summary["copies"][0]["documents"]


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ({"server": "no-such-host.invalid"}, "no-such-host.invalid"),
        ({"server": "10.1.2.3"}, "an administrator can allow"),
        ({"password": "not this one"}, "password"),
        ({"port": 1}, "127.0.0.1"),
        ({"verify_certificate": True}, "certificate"),
    ],
)
def test_a_mailbox_that_fails_says_why_and_the_others_go_on(odoo, new_account, broken, words):
    bad, good = new_account("bad"), new_account("good")
    good.deliver(mail("goes on"))
    failing, fine = odoo.call(f"{INSIDE}:fetch", servers=[archive(bad, **broken), archive(good)])
    assert words.lower() in failing["error"].lower()
    assert "not this one" not in failing["error"]
    assert states(fine) == ["stored"]


def test_pop3_mail_is_stored_before_it_is_deleted(odoo, account):
    account.deliver(mail("over pop"), mail("and another"))
    values = account.server_values(
        intake_mode="archive", server_type="pop", port=account.port("pop3s"), first_contact="all"
    )
    (summary,) = odoo.call(f"{INSIDE}:fetch", servers=[values], rounds=2)
    assert states(summary) == ["stored", "stored"]
