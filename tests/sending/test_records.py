"""DNS records are read from a real name server on the loopback interface."""

import time

import pytest
from erp_mail_plain.sending import records

from .conftest import name_server

ZONE = {
    ("my.com", "MX"): ["20 backup.my.com.", "10 MX.my.com."],
    ("my.com", "TXT"): ['"v=spf1 include:_spf.x.com " "mx -all"', '"google-site-verification=1"'],
    ("_spf.x.com", "TXT"): ['"v=spf1 ip4:1.2.3.4 -all"'],
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
        spf = records.spf(dns, "my.com")
        assert (len(spf.records), spf.ending, spf.lookups) == (1, "-all", 2)
        assert records.dmarc(dns.txt("_dmarc.my.com"))["p"] == "reject"
        assert records.dkim(dns.txt("s1._domainkey.my.com"))["p"] == "MIGf"


def test_a_dead_name_server_is_not_a_missing_record():
    with name_server({}, silent=True) as address:
        started = time.monotonic()
        with pytest.raises(records.DnsUnreachable):
            records.Dns(address, timeout=0.5).mx("my.com")
        assert time.monotonic() - started < 2


def read_spf(*texts, **others):
    """The SPF of ``my.com`` with these records; ``others``: ``x_com="v=spf1 -all"`` stands for x.com."""
    zone = {("my.com", "TXT"): [f'"{text}"' for text in texts]}
    zone.update({(name.replace("_", "."), "TXT"): [f'"{text}"'] for name, text in others.items()})
    with name_server(zone) as address:
        return records.spf(records.Dns(address), "my.com")


@pytest.mark.parametrize(
    ("text", "ending", "lookups"),
    [
        ("v=spf1 +all", "+all", 0),
        ("V=SPF1 ip4:1.2.3.4 ip6:fe80::/10 ~all", "~all", 0),
        ("v=spf1 a:x.com a/24 -mx:y.com ?ptr exists:%{i}.z.com include:%{d}.w exp=v.com unknown=x", "", 6),
        ("v=spf1 -all include:x.com a", "-all", 0),
    ],
)
def test_the_terms_of_one_record(text, ending, lookups):
    spf = read_spf(text)
    assert (spf.ending, spf.lookups, spf.missing, spf.unknown) == (ending, lookups, [], [])


def test_included_records_count_and_do_not_end_the_evaluation():
    spf = read_spf(
        "v=spf1 include:x.com include:y.com -all",
        x_com="v=spf1 a mx include:y.com ~all",
        y_com="v=spf1 ip4:1.2.3.4 -all",
    )
    assert (spf.ending, spf.lookups, spf.missing, spf.open_domain) == ("-all", 5, [], "")


def test_a_redirect_brings_its_ending():
    spf = read_spf("v=spf1 a redirect=x.com", x_com="v=spf1 mx ~all")
    assert (spf.ending, spf.lookups) == ("~all", 3)
    assert read_spf("v=spf1 redirect=x.com -all", x_com="v=spf1 +all").open_domain == "", "all wins (RFC 7208, 6.1)"


def test_ten_lookups_pass_and_eleven_do_not():
    nine = "a " * 9
    assert not read_spf("v=spf1 include:x.com -all", x_com=f"v=spf1 {nine}-all").too_long
    assert read_spf("v=spf1 include:x.com a -all", x_com=f"v=spf1 {nine}-all").too_long


def test_records_that_include_each_other_come_to_an_end():
    started = time.monotonic()
    spf = read_spf("v=spf1 include:x.com -all", x_com="v=spf1 include:my.com redirect=my.com")
    assert spf.too_long
    assert time.monotonic() - started < 2


def test_what_cannot_be_evaluated_is_named():
    spf = read_spf("v=spf1 include:gone.com redirect=also.gone.com ipv4:1.2.3.4")
    assert (spf.missing, spf.unknown) == (["gone.com", "also.gone.com"], ["ipv4:1.2.3.4"])


@pytest.mark.parametrize(
    ("text", "included", "expected"),
    [
        ("v=spf1 all", "v=spf1 -all", "my.com"),
        ("v=spf1 include:x.com -all", "v=spf1 +all", "x.com"),
        ("v=spf1 redirect=x.com", "v=spf1 all", "x.com"),
        ("v=spf1 -include:x.com -all", "v=spf1 +all", ""),
        ("v=spf1 include:x.com ~all", "v=spf1 ?all", ""),
    ],
)
def test_who_lets_everybody_pass(text, included, expected):
    assert read_spf(text, x_com=included).open_domain == expected


def test_records_that_only_look_like_spf():
    assert read_spf("v=spf10 all", "spf1").records == ()
    several = read_spf("V=SPF1 a -all", "v=spf1 ~all")
    assert (len(several.records), several.lookups) == (2, 0)


@pytest.mark.parametrize("texts", [(), ("",), ("p",), ("v=spf1 -all",)])
def test_no_key_and_no_policy(texts):
    assert records.dkim(texts) == {} == records.dmarc(texts)
