"""A colleague's own mailbox on a real Dovecot (SEEDS 3, 23; B8)."""

from .test_mailboxes import count, order


def test_a_colleague_connects_a_mailbox_and_decides_who_sees_its_mail(odoo, account):
    # Its host is allowed by an administrator.
    odoo.call("tests.e2e.inside:create_server", **account.server_values(active=False))
    account.deliver(
        order(220).replace(b"carl@acme.example", b"office@acme.example"),
        order(221).replace(b"carl@acme.example", b"doctor@health.example"),
    )
    read = odoo.call("tests.e2e.inside_personal:connect", never_log="@health.example", **account.server_values())
    assert read == {"state": "done", "owner": ["Order 220"], "closed": 0, "open": 1, "password": False}
    assert count(account) == 2, "nothing is taken out of a personal mailbox"
