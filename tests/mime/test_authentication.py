"""Only the administrator's own server vouches for a sender (THREATS 3)."""

import pytest
from erp_mail_plain import mime
from erp_mail_plain.mime.authentication import NO_ID, Verdict, authenticate, domain_key, name_key, warnings
from hypothesis import given
from hypothesis import strategies as st

OWN = ["mx.shop.example"]
PASS = "mx.shop.example; spf=pass smtp.mailfrom=anna@nordwind.example; dkim=pass header.d=nordwind.example; dmarc=pass header.from=nordwind.example"
FAIL = "mx.shop.example; spf=fail smtp.mailfrom=x@evil.example; dkim=none; dmarc=fail (p=reject) header.from=nordwind.example"


def mail(*results: str, sender: str = "Anna <anna@nordwind.example>", more: str = "") -> mime.ParsedMail:
    head = "".join(each if each.startswith("Received") else f"Authentication-Results: {each}\n" for each in results)
    return mime.parse(f"{head}From: {sender}\n{more}Subject: x\n\nx".encode())


def test_the_own_servers_verdict_is_read():
    verdict = authenticate(mail(PASS), OWN)
    assert verdict == Verdict("pass", "pass", "pass", True, "mx.shop.example")
    assert verdict.passed and not verdict.failed


def test_a_failed_dmarc_check_is_a_failure():
    verdict = authenticate(mail(FAIL), OWN)
    assert (verdict.spf, verdict.dkim, verdict.dmarc, verdict.aligned) == ("fail", "none", "fail", False)
    assert verdict.failed and not verdict.passed


@pytest.mark.parametrize(
    "results", [(), (PASS.replace("mx.shop", "mx.evil"),), ("mx.shop.example.evil.example; dmarc=pass",)]
)
def test_silence_and_strangers_are_no_verdict(results):
    verdict = authenticate(mail(*results), OWN)
    assert verdict == Verdict()
    assert not verdict.passed and not verdict.failed


def test_a_forged_header_below_the_real_one_does_not_count():
    assert authenticate(mail(FAIL, PASS), OWN).failed


def test_a_forged_header_of_another_id_above_the_real_one_does_not_count():
    assert authenticate(mail(PASS.replace("mx.shop", "mx.evil"), FAIL), OWN).failed


def test_what_an_earlier_server_wrote_in_our_name_does_not_count():
    received = "Received: from evil by mx.shop.example\n"
    assert authenticate(mail("mx.shop.example; spf=none", received, PASS), OWN).dmarc == ""
    assert authenticate(mail("mx.shop.example; spf=none", PASS), OWN).dmarc == "pass"


def test_nothing_counts_while_no_id_is_configured():
    assert authenticate(mail(PASS), []) == Verdict()


def test_several_headers_of_the_own_server_count_together():
    verdict = authenticate(
        mail(
            "mx.shop.example; dmarc=pass header.from=nordwind.example",
            "MX.shop.example; dkim=fail header.d=list.example; dkim=pass header.d=mail.nordwind.example",
        ),
        OWN,
    )
    assert (verdict.dkim, verdict.dmarc, verdict.aligned) == ("pass", "pass", True)


def test_a_pass_for_another_domain_is_not_the_authors():
    verdict = authenticate(
        mail(
            "mx.shop.example; spf=pass smtp.mailfrom=x@evil.example; dkim=pass header.d=evil.example; dmarc=pass header.from=evil.example"
        ),
        OWN,
    )
    assert (verdict.spf, verdict.dkim, verdict.dmarc, verdict.aligned) == ("pass", "pass", "", False)
    assert not verdict.passed


def test_nobody_is_vouched_for_when_from_names_nobody():
    verdict = authenticate(mail(PASS, sender="a@nordwind.example, b@nordwind.example"), OWN)
    assert not verdict.passed


def test_exchange_online_writes_no_id():
    value = "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=nordwind.example; dkim=none; dmarc=pass action=none header.from=nordwind.example;compauth=pass"
    assert authenticate(mail(value), [NO_ID]).passed
    assert authenticate(mail(value), OWN) == Verdict()


def test_a_name_that_starts_like_an_id_is_no_id():
    assert authenticate(mail(PASS.replace("mx.shop.example;", "mx.shop.example (a=b) 1;")), OWN).passed


@pytest.mark.parametrize(
    ("sender", "more", "expected"),
    [
        ("Anna <anna@nordwind.example>", "", ()),
        ("Anna <anna@nordwind.example>", "Reply-To: anna@mail.nordwind.example\n", ()),
        ("Anna <anna@nordwind.example>", "Reply-To: anna@evil.example\n", ("changed-reply-to",)),
        ("Anna <anna@nordwind.example>", "List-Id: <l.example>\nReply-To: l@lists.example\n", ()),
        ("Boss <boss@sh0p.example>", "", ("look-alike-domain",)),
        ("Boss <boss@shоp.example>", "", ("look-alike-domain",)),
        ("Boss <boss@mail.shop.example>", "", ()),
        ("Jane Doe <jane@evil.example>", "", ("look-alike-name",)),
        ("DOE, Jаne <jane@evil.example>", "", ()),
        ('"DOE, Jаne" <jane@evil.example>', "", ("look-alike-name",)),
        ("Jane Doe <jane@shop.example>", "", ()),
        ("jane@shop.example <jane@evil.example>", "", ("display-name-address",)),
    ],
)
def test_what_a_reader_should_look_at_twice(sender, more, expected):
    known = {name_key("Jane Doe"): {"jane@shop.example"}}
    assert warnings(mail(sender=sender, more=more), ["shop.example"], known) == expected


def test_keys_are_what_the_eye_sees():
    assert domain_key("rnicr0soft.example") == domain_key("microsoft.example")
    assert domain_key("xn--pypal-4ve.example") == domain_key("paypal.example")
    assert domain_key("nordwind.example") != domain_key("sudwind.example")
    assert name_key("José GARCÍA") == name_key("Garcia, Jose") != name_key("Jose Garcias")


@given(st.text(st.sampled_from('mx.shop.example; dkim=pas()"/\\ \n.@d'), max_size=200) | st.text())
def test_no_header_makes_it_fail(value):
    authenticate(mail(value.replace("\n", "\n "), PASS), OWN)


def test_hostile_headers_cost_little():
    import time

    start = time.process_time()
    for value in ("(" * 10**6, "mx.shop.example; " + "dkim=pass " * 10**5, "x=" * 10**5):
        authenticate(mail(value), OWN)
    assert time.process_time() - start < 2
