"""Mail from a real IMAP server becomes stored mail in a real Odoo."""

from email.message import EmailMessage


def mail(number, text="Please send 10 boxes."):
    message = EmailMessage()
    message["From"] = "Ada Lovelace <ada@example.com>"
    message["To"] = "orders@example.org"
    message["Subject"] = f"Order {number}"
    message["Date"] = "Mon, 02 Mar 2026 08:00:00 +0000"
    message["Message-ID"] = f"<order-{number}@example.com>"
    message.set_content(text)
    return message.as_bytes()


def new_server(odoo, account, **values):
    values = {"intake_mode": "archive", **values}
    return odoo.call("tests.e2e.inside:create_server", **account.server_values(**values))


def test_the_same_mail_in_two_mailboxes_is_one_mail_with_two_copies(odoo, new_account):
    for name in ("anna", "tomas"):
        account = new_account(name)
        account.deliver(b"Delivered-To: %s@example.org\r\n" % name.encode() + mail(1))
        odoo.call("tests.e2e.inside:fetch", server=new_server(odoo, account))
    census = odoo.call("tests.e2e.inside:census")
    assert census["emails"] == 1
    assert census["copies"] == {"stored": 1, "duplicate": 1}


def test_mail_that_a_person_has_read_is_fetched_and_stays_as_it_is(odoo, account):
    account.deliver(mail(1), flags=(r"\Seen",))
    account.deliver(mail(2))
    odoo.call("tests.e2e.inside:fetch", server=new_server(odoo, account))
    assert odoo.call("tests.e2e.inside:census")["emails"] == 2
    read, unread = account.flags()
    assert r"\Seen" in read
    assert r"\Seen" not in unread


def test_fetching_again_stores_only_what_is_new(odoo, account):
    account.deliver(mail(1))
    server = new_server(odoo, account)
    odoo.call("tests.e2e.inside:fetch", server=server)
    account.deliver(mail(2))
    odoo.call("tests.e2e.inside:fetch", server=server)
    assert odoo.call("tests.e2e.inside:census")["copies"] == {"stored": 2}


def test_a_refused_login_is_explained_and_the_other_servers_go_on(odoo, new_account):
    locked_out, fine = new_account(), new_account()
    fine.deliver(mail(1))
    refused = new_server(odoo, locked_out, password="not this one", priority=1)
    new_server(odoo, fine, priority=2)
    odoo.call("tests.e2e.inside:fetch_all")
    error = odoo.call("tests.e2e.inside:server_state", server=refused)["error"]
    assert "did not accept user name and password" in error
    assert "not this one" not in error
    assert odoo.call("tests.e2e.inside:census")["emails"] == 1


def test_a_mail_with_broken_mime_does_not_stop_the_mails_behind_it(odoo, account):
    broken = b"Content-Type: multipart/mixed; boundary=\x00\xff\r\nFrom: \xfe\xff\r\n\r\n--\x00\r\n\xff"
    account.deliver(mail(1), broken, b"\r\n", mail(2))
    odoo.call("tests.e2e.inside:fetch", server=new_server(odoo, account))
    census = odoo.call("tests.e2e.inside:census")
    assert census["emails"] == 4
    assert census["copies"] == {"stored": 4}
