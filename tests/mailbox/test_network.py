"""Where mail may be fetched from."""

import pytest
from erp_mail_plain.mailbox import HostRefused
from erp_mail_plain.mailbox.connection import Imap, Pop
from erp_mail_plain.mailbox.network import address_kind, permitted


@pytest.mark.parametrize(
    "address, kind",
    [
        ("8.8.8.8", ""),
        ("2606:4700:4700::1111", ""),
        ("127.0.0.1", "loopback"),
        ("127.8.8.8", "loopback"),
        ("::1", "loopback"),
        ("169.254.169.254", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("10.1.2.3", "private"),
        ("172.31.255.255", "private"),
        ("192.168.0.1", "private"),
        ("fd00::1", "private"),
        ("100.64.0.1", "private"),
        ("0.0.0.0", "unspecified"),
        ("::", "unspecified"),
        ("224.0.0.1", "multicast"),
        ("255.255.255.255", "private"),
        ("::ffff:169.254.169.254", "link-local"),
        ("::ffff:127.0.0.1", "loopback"),
        ("64:ff9b::a9fe:a9fe", "link-local"),
        ("64:ff9b::808:808", ""),
        ("2002:7f00:1::", "loopback"),
    ],
)
def test_addresses_are_told_apart(address, kind):
    assert address_kind(address) == kind


def test_one_internal_address_among_public_ones_is_refused():
    with pytest.raises(HostRefused) as caught:
        permitted("mail.example.com", ["8.8.8.8", "10.0.0.1"])
    assert caught.value.address == "10.0.0.1"


@pytest.mark.parametrize("allowed", ["mail.lan", "MAIL.LAN.", "10.0.0.1", "10.0.0.0/8", "10.0.0.7/8"])
def test_an_administrator_can_allow_a_name_an_address_or_a_network(allowed):
    assert permitted("Mail.lan", ["10.0.0.1"], ["other.lan", allowed]) == ["10.0.0.1"]


def test_the_metadata_service_is_not_allowed_by_a_name():
    """Whoever controls the name's DNS could point it there later."""
    with pytest.raises(HostRefused):
        permitted("mail.lan", ["169.254.169.254"], ["mail.lan"])
    assert permitted("mail.lan", ["169.254.169.254"], ["169.254.169.254"])


@pytest.mark.parametrize("kind", [Imap, Pop])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1"])
def test_no_connection_is_made_to_an_internal_host_however_it_is_written(dovecot, kind, host):
    port = dovecot.port("imap" if kind is Imap else "pop3")
    with pytest.raises(HostRefused):
        kind(host, port, timeout=3, security="none")
    kind(host, port, timeout=3, security="none", allowed=["127.0.0.0/8", "::1"])
