"""DNS records are read from a real name server on the loopback interface."""

import time

import pytest
from erp_mail_plain.sending import records

from .conftest import name_server

ZONE = {
    ("my.com", "MX"): ["20 backup.my.com.", "10 MX.my.com."],
    ("my.com", "TXT"): ['"v=spf1 include:_spf.x.com " "mx -all"', '"google-site-verification=1"'],
    ("_dmarc.my.com", "TXT"): ['"v=DMARC1; p=reject; rua=mailto:d@my.com"'],
    ("s1._domainkey.my.com", "TXT"): ['"v=DKIM1; k=rsa; p=MIGf"'],
    ("nomail.com", "MX"): ["0 ."],
}


def test_what_a_domain_publishes():
    with name_server(ZONE) as address:
        dns = records.Dns(address)
        assert dns.mx("my.com") == ("mx.my.com", "backup.my.com")
        assert dns.mx("nomail.com") == ("",)
        assert dns.mx("missing.com") == () == dns.mx("s1._domainkey.my.com")
        spf = records.spf(dns.txt("my.com"))
        assert (len(spf.records), spf.ending, spf.lookups) == (1, "-all", 2)
        assert records.dmarc(dns.txt("_dmarc.my.com"))["p"] == "reject"
        assert records.dkim(dns.txt("s1._domainkey.my.com"))["p"] == "MIGf"


def test_a_dead_name_server_is_not_a_missing_record():
    with name_server({}, silent=True) as address:
        started = time.monotonic()
        with pytest.raises(records.DnsUnreachable):
            records.Dns(address, timeout=0.5).mx("my.com")
        assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("text", "ending", "lookups"),
    [
        ("v=spf1 +all", "+all", 0),
        ("v=spf1 ip4:1.2.3.4 ~all", "~all", 0),
        ("v=spf1 a:x.com a/24 mx:y.com ptr exists:z include:w redirect=v", "", 7),
    ],
)
def test_spf_terms(text, ending, lookups):
    spf = records.spf((text,))
    assert (spf.ending, spf.lookups) == (ending, lookups)


def test_records_that_only_look_like_spf():
    assert records.spf(("v=spf10 all", "spf1", "")).records == ()
    assert records.spf(("V=SPF1 -all", "v=spf1 ~all")).records == ("V=SPF1 -all", "v=spf1 ~all")


@pytest.mark.parametrize("texts", [(), ("",), ("p",), ("v=spf1 -all",)])
def test_no_key_and_no_policy(texts):
    assert records.dkim(texts) == {} == records.dmarc(texts)
