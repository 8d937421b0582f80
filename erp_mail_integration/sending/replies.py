"""What an SMTP server's refusal means, and what to do about it.

Codes are those of RFC 5321 (4.2), enhanced codes those of RFC 3463; texts are what well-known servers say.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from .texts import _

# RFC 5321, 4.5.4.1: wait at least 30 minutes after the first failures, give up after four to five days.
RETRY_MINUTES = (1, 5, 15, 30, 60, 120, 240, *(480,) * 14)


@dataclass(frozen=True)
class Explanation:
    """A refusal in plain words."""

    key: str
    """Name of the case, 'unknown' where none fits."""
    temporary: bool
    """Whether the same mail may pass later without anybody doing anything."""
    what: str
    next_step: str


@dataclass(frozen=True)
class _Case:
    key: str
    pattern: re.Pattern
    temporary: bool
    what: str
    next_step: str


def _case(key, pattern, temporary, what, next_step):
    return _Case(key, re.compile(pattern, re.IGNORECASE), temporary, what, next_step)


# The first case that matches wins: special ones stand before general ones.
CASES = (
    _case(
        "relay_office365",
        r"5\.7\.64\b|TenantAttribution",
        False,
        _("Microsoft 365 does not relay for this server: its IP address is not on the list of the connector."),
        _(
            "In the Exchange admin center, open Mail flow > Connectors and add the public IP address of this Odoo server."
        ),
    ),
    _case(
        "send_as",
        r"SendAsDenied|5\.7\.60\b|not owned by user|5\.2\.252",
        False,
        _("The account of this outgoing server may not send under this sender address."),
        _(
            'Set "Send as" on the outgoing server to "The server\'s user name", or give the account the right to send as that address.'
        ),
    ),
    _case(
        "hello",
        r"\b503\b.{0,40}(hello|helo|ehlo)|send hello first",
        False,
        _("The server wanted a greeting or an encrypted connection before the next command."),
        _(
            "Switch the connection encryption to TLS (STARTTLS) on port 587, or to SSL/TLS on port 465, and test the connection again."
        ),
    ),
    _case(
        "starttls",
        r"must issue a STARTTLS|STARTTLS extension not supported|5\.7\.0 .{0,20}STARTTLS|\b530\b.{0,60}TLS",
        False,
        _("The connection encryption does not fit: the server asks for STARTTLS, or does not offer it on this port."),
        _(
            "Use TLS (STARTTLS) with port 587, or SSL/TLS with port 465; use no encryption only inside your own network."
        ),
    ),
    _case(
        "authentication_required",
        r"\b530\b|authentication required|5\.7\.57\b",
        False,
        _("The server wants a user name and a password before it takes mail."),
        _("Enter the user name and password of the mail account on the outgoing server."),
    ),
    _case(
        "authentication",
        r"\b535\b|\b534\b|authentication (failed|unsuccessful)|SMTPAuthenticationError|username and password not accepted",
        False,
        _("The server does not accept the user name or the password."),
        _("Enter them again. Accounts with two-factor login need an app password, or the Gmail or Outlook add-on."),
    ),
    _case(
        "no_auth_support",
        r"AUTH extension not supported|No suitable authentication method",
        False,
        _("The server offers no login on this connection."),
        _(
            "Switch on TLS (STARTTLS) or SSL/TLS: most servers offer the login only then. Or remove user name and password."
        ),
    ),
    _case(
        "certificate_name",
        r"hostname mismatch|doesn't match|certificate is not valid for|CertificateError",
        False,
        _("The server's TLS certificate was issued for another name than the one that is entered as SMTP server."),
        _("Enter the name that stands in the certificate, or have the certificate renewed with this name."),
    ),
    _case(
        "certificate",
        r"certificate verify failed|self[- ]signed|CERTIFICATE_VERIFY",
        False,
        _("The server's TLS certificate cannot be verified: it is self-signed, expired or from an unknown authority."),
        _('Install a valid certificate, or choose "encryption only" if you trust the network between the servers.'),
    ),
    _case(
        "tls_port",
        r"wrong version number|WRONG_VERSION_NUMBER|unknown protocol|record layer failure",
        False,
        _("Encryption and port do not fit together: the server does not speak TLS from the start on this port."),
        _("Use SSL/TLS with port 465, and TLS (STARTTLS) with ports 587, 2525 or 25."),
    ),
    _case(
        "relay_denied",
        r"relay(ing)? (access )?denied|not permitted to relay|unable to relay|5\.7\.1 .{0,40}relay",
        False,
        _("The server does not pass mail on for this sender or from this address."),
        _(
            "Log in with user name and password, or let the administrator of that server allow this Odoo server's IP address."
        ),
    ),
    _case(
        "greylisted",
        r"grey-?list|4\.7\.1 .{0,60}(try again|later)",
        True,
        _("The recipient's server asks to come back in a few minutes (greylisting)."),
        _("Nothing: the mail is sent again by itself."),
    ),
    _case(
        "rate_limit",
        r"4\.7\.28|4\.7\.66|too many (messages|connections|recipients)|rate limit|5\.4\.5\b|daily .{0,30}(limit|quota)|throttl",
        True,
        _("The sending limit of the account or of the recipient's server is reached."),
        _("The mail is sent again later. For many mails use a server made for mass mailings."),
    ),
    _case(
        "mailbox_full",
        r"5\.2\.2\b|4\.2\.2\b|mailbox (is )?full|over quota|quota exceeded",
        False,
        _("The recipient's mailbox is full."),
        _("Reach the recipient in another way, and send the mail again later."),
    ),
    _case(
        "too_large",
        r"5\.3\.4\b|message size exceeds|too (large|big)|SMTPSenderRefused.{0,20}552",
        False,
        _("The mail is larger than the server accepts."),
        _('Press "Detect Max Limit" on the outgoing server, so that large attachments are sent as links.'),
    ),
    _case(
        "spam",
        r"OutboundSpamException|5\.7\.(25|26|27|350|509|511|515)|spam|blacklist|blocklist|spf check|dmarc|DKIM",
        False,
        _("The recipient's server takes the mail for spam, or the domain's SPF, DKIM or DMARC check failed."),
        _("Run the mail doctor: it checks the DNS records and whether sender and envelope belong to the same domain."),
    ),
    _case(
        "user_unknown",
        r"5\.1\.1\b|5\.1\.10\b|user unknown|no such user|mailbox unavailable|does not exist|recipient (address )?rejected",
        False,
        _("The recipient's address does not exist."),
        _("Correct the address on the contact and send the mail again."),
    ),
    _case(
        "sender_rejected",
        r"5\.1\.(0|7|8)\b|sender (address )?rejected|SMTPSenderRefused",
        False,
        _("The server does not accept the sender's address."),
        _(
            "Open the sender check: it shows which sender is used and why. Set a filter or a fixed sender on the server."
        ),
    ),
    _case(
        "no_recipient",
        r"at least one valid recipient|SMTPRecipientsRefused: \{\}|no valid recipient",
        False,
        _("The mail has no valid recipient."),
        _("Enter a mail address on the contact, or a phone number and a fax or SMS gateway on the company."),
    ),
    _case(
        "name_unknown",
        r"Name or service not known|nodename nor servname|getaddrinfo failed|No address associated",
        False,
        _("The name of the SMTP server does not exist."),
        _("Check the spelling of the server's name."),
    ),
    _case(
        "name_temporary",
        r"Temporary failure in name resolution",
        True,
        _("The name of the SMTP server could not be looked up: the DNS did not answer."),
        _("The mail is sent again by itself. If this stays, check the network of the Odoo server."),
    ),
    _case(
        "timeout",
        r"timed? ?out|timeout",
        True,
        _("The server did not answer in time. Many hosting companies block port 25."),
        _("Try port 587, 465 or 2525, and check that the firewall lets the Odoo server out."),
    ),
    _case(
        "refused",
        r"Connection refused|Errno 111|ConnectionRefusedError",
        True,
        _("Nobody listens on this host and port."),
        _(
            "Check host and port: 587 for STARTTLS, 465 for SSL/TLS, 25 or 2525 for relays. If they are right, the server is down."
        ),
    ),
    _case(
        "disconnected",
        r"unexpectedly closed|SMTPServerDisconnected|Connection reset|Broken pipe|please run connect|Network is unreachable|No route to host",
        True,
        _("The connection to the server was lost."),
        _(
            "The mail is sent again by itself. If this stays, the server refuses this Odoo server: ask its administrator."
        ),
    ),
)

_UNKNOWN_TEMPORARY = Explanation(
    "temporary",
    True,
    _("The server cannot take the mail at the moment."),
    _("Nothing: the mail is sent again by itself."),
)
_UNKNOWN_PERMANENT = Explanation(
    "permanent",
    False,
    _("The server refused the mail for good."),
    _("Read the server's words below; they name the reason."),
)
_UNKNOWN = Explanation("unknown", False, _("The mail could not be sent."), _("Read the message below, and try again."))

# (450, b'...') as smtplib prints it, "450 4.2.0 ..." as a server says it, or a bare enhanced code.
_CODE = re.compile(r"\((\d{3}), ?b?['\"]|(?:^|\n|: )(\d{3})[ -]|\b([45])\.\d{1,3}\.\d{1,3}\b")


def reply_class(text: str) -> str:
    """'4' for a temporary reply, '5' for a permanent one, '' where the text holds no reply code.

    >>> reply_class("SMTPDataError: (451, b'4.3.0 try later')"), reply_class("timed out")
    ('4', '')
    """
    for match in _CODE.finditer(text):
        digit = (match[1] or match[2] or match[3])[0]
        if digit in "45":
            return digit
    return ""


def explain(text: str) -> Explanation:
    """Put a failure into plain words.

    A reply code outweighs the words: a 4xx is temporary (RFC 5321, 4.2.1) and a 5xx is not, whatever stands
    beside it; words alone decide only where the connection failed without a reply.

    :param text: the exception's text, as kept on a failed mail
    """
    digit = reply_class(text)
    for case in CASES:
        if case.pattern.search(text):
            temporary = digit == "4" if digit else case.temporary
            return Explanation(case.key, temporary, case.what, case.next_step)
    return {"4": _UNKNOWN_TEMPORARY, "5": _UNKNOWN_PERMANENT}.get(digit, _UNKNOWN)


def retry_delay(attempts: int) -> timedelta | None:
    """How long to wait after that many failed attempts, None when it is time to give up (after five days)."""
    if attempts > len(RETRY_MINUTES):
        return None
    return timedelta(minutes=RETRY_MINUTES[max(attempts, 1) - 1])
