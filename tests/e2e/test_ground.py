"""The servers that every other end-to-end test stands on are real."""

import http.client
import imaplib
import poplib
import ssl

import pytest


def context(place):
    """Trust the private Dovecot's own certificate and nothing else."""
    return ssl.create_default_context(cafile=place.services.dovecot.folder / "server.pem")


def test_mail_is_read_back_over_imap_with_tls(place, account):
    account.deliver(b"Subject: one\n\nText\n", flags=(r"\Seen",))
    with imaplib.IMAP4_SSL(account.host, account.port("imaps"), ssl_context=context(place)) as connection:
        connection.login(account.user, account.password)
        connection.select("INBOX", readonly=True)
        _ok, answer = connection.fetch("1", "(BODY.PEEK[])")
    assert answer[0][1] == b"Subject: one\r\n\r\nText\r\n"
    assert r"\Seen" in account.flags()[0]


def test_mail_is_read_back_over_pop3_with_tls(place, account):
    account.deliver(b"Subject: one\n\nText\n")
    connection = poplib.POP3_SSL(account.host, account.port("pop3s"), context=context(place))
    connection.user(account.user)
    connection.pass_(account.password)
    assert connection.stat()[0] == 1
    connection.quit()


def test_wrong_password_is_refused(account):
    with pytest.raises(imaplib.IMAP4.error):
        imaplib.IMAP4(account.host, account.port()).login(account.user, "wrong")


def test_mail_sent_by_odoo_arrives_at_the_sink_with_its_envelope(odoo, outbox):
    recipient = f"{odoo.database}@example.com"
    odoo.call("tests.e2e.inside:send", recipient=recipient, subject="Grüße")
    (mail,) = outbox(recipient)[-1:]
    assert mail.message["Subject"] == "Grüße"
    assert mail.rcpt_tos == (recipient,)


def test_odoo_serves_its_login_page_on_loopback(odoo):
    with odoo.serve() as url:
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
        connection.request("GET", "/web/login")
        response = connection.getresponse()
        page = response.read().decode()
    assert response.status == 200
    assert "password" in page
