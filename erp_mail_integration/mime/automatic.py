"""Which mail no person wrote (RFC 3834, 3464, 2919, 2369), so that nothing answers or learns from it."""

import re

from .headers import Headers
from .limits import MAX_REFERENCES_LENGTH
from .structure import Part
from .text import clean_line

MESSAGE_ID = re.compile(r"<[^<>]{1,998}>")
HEADER_MESSAGE_ID = re.compile(
    r"^[ \t>]{0,8}message-id[ \t]{0,8}:\s{0,8}(<[^<>\s]{3,998}>)", re.IGNORECASE | re.MULTILINE
)
DAEMON = re.compile(
    r"(?:mailer-daemon|postmaster|mail-daemon|mdaemon|bounces?|mailerdaemon)(?:[+=.-].*)?@", re.IGNORECASE
)
BOUNCE_SUBJECT = re.compile(
    r"(?:undeliver|undelivered|returned mail|mail delivery (?:fail|system|subsystem)|delivery (?:status notification|failure|has failed)|"
    r"failure notice|unzustellbar|nicht zustellbar|non remis|no entregado|impossibile recapitare|nondeliverable|配信不能)",
    re.IGNORECASE,
)
AWAY_SUBJECT = re.compile(
    r"(?:(?:re|aw|sv|tr|rif?)\s?:\s*)?(?:automatic reply|auto(?:matic)?[- ]?reply|out of (?:the )?office|automatische antwort|"
    r"abwesenheit|réponse automatique|absence du bureau|respuesta automática|fuera de (?:la )?oficina|risposta automatica|"
    r"fuori sede|automatisch antwoord|afwezig|resposta automática|odpowiedź automatyczna|自動応答|自動返信)",
    re.IGNORECASE,
)
REPORTED = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")


def classify(headers: Headers, leaves: list[Part], author: str, subject: str) -> str:
    """'' for a person's mail, else what kind of automatic mail it is.

    :param author: address of From
    :return: 'bounce' | 'auto-replied' | 'auto-generated' | 'list' | 'bulk' | ''
    """
    submitted = headers.get("auto-submitted").partition(";")[0].split("(")[0].strip().lower()
    precedence = headers.get("precedence").strip().lower()
    null_path = headers.get("return-path").replace(" ", "") == "<>"
    reports = {part.report for part in leaves if part.report}
    if "delivery-status" in reports or headers.count("x-failed-recipients"):
        return "bounce"
    if DAEMON.match(author) and (null_path or BOUNCE_SUBJECT.match(subject)):
        return "bounce"
    if null_path and BOUNCE_SUBJECT.match(subject):
        return "bounce"
    if submitted.startswith("auto-replied") or precedence == "auto_reply" or "disposition-notification" in reports:
        return "auto-replied"
    if any(headers.count(name) for name in ("x-autoreply", "x-autorespond", "x-autoresponse", "x-auto-reply")):
        return "auto-replied"
    suppress = headers.get("x-auto-response-suppress").lower()
    if (
        submitted not in ("", "no")
        or null_path
        or "all" in suppress
        or "autoreply" in suppress
        or "feedback-report" in reports
    ):
        return "auto-replied" if AWAY_SUBJECT.match(subject) else "auto-generated"
    if any(headers.count(name) for name in ("list-id", "list-post", "mailing-list")) or precedence == "list":
        return "list"
    if headers.count("list-unsubscribe") or precedence in ("bulk", "junk"):
        return "bulk"
    return ""


def bounced_message_ids(raw: bytes, leaves: list[Part], text: str) -> tuple[str, ...]:
    """Message-IDs of the mails that a delivery report returns (RFC 3464, and the older free forms).

    :param text: the report's text, where qmail and others put the returned header
    """
    found: dict[str, None] = {}
    for part in leaves:
        if part.content_type in REPORTED:
            header = part.decoded(raw)[:65_536].replace(b"\r\n", b"\n").split(b"\n\n", 1)[0]
            found.update(dict.fromkeys(HEADER_MESSAGE_ID.findall(header.decode("latin-1"))))
        elif part.content_type in ("message/delivery-status", "message/global-delivery-status"):
            status = part.decoded(raw)[:65_536].decode("latin-1")
            found.update(dict.fromkeys(re.findall(r"(?im)^x-original-message-id:\s{0,8}(<[^<>\s]{3,998}>)", status)))
    if not found:
        found.update(dict.fromkeys(HEADER_MESSAGE_ID.findall(text[:262_144])))
    return tuple(found)[:100]


def message_ids(value: str) -> list[str]:
    """The Message-IDs of a header, with their `<>`; white space left by folding is removed.

    A value without any `<>` that looks like an id is one.
    """
    if len(value) > MAX_REFERENCES_LENGTH:
        half = MAX_REFERENCES_LENGTH // 2
        return message_ids(value[:half]) + message_ids(value[-half:])
    value = clean_line(value)
    found = ["".join(text.split()) for text in MESSAGE_ID.findall(value)]
    bare = value.strip()
    if not found and bare and "@" in bare and len(bare) <= 996 and not re.search(r'[\s<>"]', bare):
        found = [f"<{bare}>"]
    return [text for text in found if len(text) > 2]
