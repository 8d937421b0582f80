"""What real servers said, and what it means."""

import pytest
from erp_mail_plain.sending.replies import CASES, RETRY_MINUTES, explain, reply_class, retry_delay

TABLE = [
    # seeds/002: an administrator's complaint, word for word
    (
        "SMTPRecipientsRefused: {'x@gmail.com': (550, b'5.7.64 TenantAttribution; Relay Access Denied [x.prod.protection.outlook.com]')}",
        "relay_office365",
        False,
    ),
    ("SMTPDataError: (554, b'5.2.252 SendAsDenied; erp@a.com not allowed to send as b@a.com')", "send_as", False),
    ("(553, b'5.7.1 <a@b.c>: Sender address rejected: not owned by user erp@b.c')", "send_as", False),
    ("SMTPSenderRefused: (503, b'5.5.2 Send hello first', 'a@b.c')", "hello", False),
    ("SMTPNotSupportedError: STARTTLS extension not supported by server.", "starttls", False),
    ("(530, b'5.7.0 Must issue a STARTTLS command first.')", "starttls", False),
    ("(530, b'5.7.57 Client not authenticated to send mail')", "authentication_required", False),
    ("(535, b'5.7.8 Username and Password not accepted')", "authentication", False),
    ("SMTPAuthenticationError: (535, b'5.7.139 Authentication unsuccessful')", "authentication", False),
    ("SMTPNotSupportedError: SMTP AUTH extension not supported by server.", "no_auth_support", False),
    (
        "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: Hostname mismatch, certificate is not valid for 'mx'",
        "certificate_name",
        False,
    ),
    ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate", "certificate", False),
    ("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:992)", "tls_port", False),
    ("(554, b'5.7.1 <x@y.z>: Relay access denied')", "relay_denied", False),
    ("(450, b'4.2.0 <x@y.z>: Recipient address rejected: Greylisted, see http://postgrey')", "greylisted", True),
    ("(421, b'4.7.28 Our system has detected an unusual rate of unsolicited mail')", "rate_limit", True),
    ("(550, b'5.4.5 Daily sending quota exceeded')", "rate_limit", False),
    ("(452, b'4.2.2 The email account that you tried to reach is over quota')", "mailbox_full", True),
    ("(552, b'5.2.2 Mailbox full')", "mailbox_full", False),
    ("(552, b'5.3.4 Message size exceeds fixed limit')", "too_large", False),
    ("(550, b'5.7.26 Unauthenticated email from x.com is not accepted due to domain DMARC policy')", "spam", False),
    ("(550, b'5.1.1 <nobody@x.com>: Recipient address rejected: User unknown')", "user_unknown", False),
    ("(550, b'5.1.8 Sender address rejected: Domain not found')", "sender_rejected", False),
    ("At least one valid recipient address should be specified for outgoing emails (To/Cc/Bcc)", "no_recipient", False),
    ("[Errno -2] Name or service not known", "name_unknown", False),
    ("[Errno -3] Temporary failure in name resolution", "name_temporary", True),
    ("timed out", "timeout", True),
    ("[Errno 110] Connection timed out", "timeout", True),
    ("[Errno 111] Connection refused", "refused", True),
    ("Connection unexpectedly closed", "disconnected", True),
    ("(451, b'4.3.0 Mail server temporarily rejected message')", "temporary", True),
    ("(554, b'Transaction failed')", "permanent", False),
    ("Boom", "unknown", False),
    ("KeyError: 'order 550 of customer 421'", "unknown", False),
]


@pytest.mark.parametrize(("text", "key", "temporary"), TABLE)
def test_known_replies(text, key, temporary):
    explanation = explain(f"Mail delivery failed via SMTP server 'None'.\n{text}")
    assert (explanation.key, explanation.temporary) == (key, temporary)
    assert explanation.what.endswith(".") and explanation.next_step.endswith(".")


def test_every_case_is_reached_by_a_real_reply():
    assert {case.key for case in CASES} <= {key for _text, key, _temporary in TABLE}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("(421, b'x')", "4"), ("550 5.1.1 no", "5"), ("a 4.7.1 b", "4"), ("port 587", ""), ("250 OK", ""), ("", "")],
)
def test_reply_class(text, expected):
    assert reply_class(text) == expected


def test_retries_wait_longer_each_time_and_end_after_five_days():
    delays = [retry_delay(attempt) for attempt in range(1, len(RETRY_MINUTES) + 1)]
    assert delays == sorted(delays)
    assert 4 <= sum(delay.total_seconds() for delay in delays) / 86400 <= 6
    assert retry_delay(len(RETRY_MINUTES) + 1) is None
