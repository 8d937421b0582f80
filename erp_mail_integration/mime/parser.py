"""`parse`: raw bytes to a `ParsedMail`. The stages are in `_read`, in their order."""

import hashlib
import html
import logging
import re
from datetime import datetime
from urllib.parse import unquote

from .addresses import parse_address, parse_addresses
from .automatic import bounced_message_ids, classify, message_ids
from .dates import mail_date
from .filenames import clean_filename, default_filename
from .fingerprint import content_digest, fingerprint
from .headers import Headers, decode_words, parse_parameters, read_headers, unfold
from .html_text import html_to_text
from .limits import MAX_DEFECTS, MAX_MESSAGE_ID_LENGTH, MAX_REFERENCES, MAX_SUBJECT_LENGTH, MAX_TEXT_BYTES
from .model import Address, Attachment, ParsedMail
from .quoting import split_quoted
from .structure import ATTACHED_MAIL, Part, Structure
from .text import clean, decode, unflow

_logger = logging.getLogger(__name__)

BODY_TYPES = ("text/plain", "text/html")
ENCODINGS = ("", "7bit", "8bit", "binary", "base64", "quoted-printable", "x-uuencode", "uuencode", "x-uue")
ENVELOPE_HEADERS = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to")
MAX_STUB_LENGTH = 200
"""Characters of a plain text that may only say "your program cannot show HTML"."""
CID = re.compile(r"""cid:([^"'\s>)]{1,998})""", re.IGNORECASE)
META_CHARSET = re.compile(rb"""<meta[^<>]{1,200}?charset\s*=\s*["']?([\w-]{1,40})""", re.IGNORECASE)
MIMETYPE = re.compile(r"[\w!#$&^.+-]{1,127}/[\w!#$&^.+-]{1,127}", re.ASCII)


def parse(raw: bytes, received: datetime | None = None) -> ParsedMail:
    """Read a mail. Never raises, whatever the bytes; takes time linear in their number.

    :param raw: the mail as it came from the server
    :param received: when the server got it (INTERNALDATE); naive means UTC. Stands in for a Date
        header that is absent or cannot be true.
    :return: everything the add-on needs, so that a mail is parsed once. What is wrong with the mail
        is in `defects`.
    """
    try:
        return _read(raw, received)
    except Exception:
        # A bug of ours must not block a mailbox: the mail stays readable as text, and says so.
        _logger.exception("The mail parser failed; the mail is kept as plain text")
        return _unparsed(raw, received)


def attachment_payload(raw: bytes, index: int) -> tuple[Attachment, bytes] | None:
    """One attachment of a stored mail and its content, or None if there is no such index.

    :param index: `Attachment.index`
    """
    attachment = next((each for each in parse(raw).attachments if each.index == index), None)
    return (attachment, attachment.payload) if attachment else None


def _read(raw: bytes, received: datetime | None) -> ParsedMail:
    source = raw if b"\n" in raw or b"\r" not in raw else raw.replace(b"\r", b"\n")
    structure = Structure(source)
    headers = structure.headers
    defects = dict.fromkeys(structure.defects)
    from_ = _author(headers, defects)
    subject = _subject(headers, defects)
    body = _Body(source, structure.leaves, defects)
    text = body.text()
    split = split_quoted(text)
    date, date_source = mail_date(headers.get("date"), received)
    if date_source != "header":
        defects["bad-date" if headers.count("date") else "missing-date"] = None
    auto = classify(headers, structure.leaves, from_.address, subject)
    bounced = bounced_message_ids(source, structure.leaves, text) if auto == "bounce" else ()
    message_id = _message_id(headers, defects)
    references = [found for value in headers.all("references") for found in message_ids(value)] + list(bounced)
    sender = _recipients(headers, "sender", defects)
    return ParsedMail(
        sha256=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
        message_id=message_id,
        in_reply_to=_bounded_ids([found for value in headers.all("in-reply-to") for found in message_ids(value)]),
        references=_bounded_ids(references),
        date=date,
        date_source=date_source,
        subject=subject,
        from_=from_,
        sender=sender[0] if len(sender) == 1 else None,
        reply_to=_recipients(headers, "reply-to", defects),
        to=_recipients(headers, "to", defects),
        cc=_recipients(headers, "cc", defects),
        bcc=_recipients(headers, "bcc", defects),
        delivered_to=_delivered_to(headers),
        text=text,
        own_text=split.own,
        quoted_text=split.quoted,
        html=body.html(),
        attachments=tuple(body.attachments()),
        auto=auto,
        list_id=_list_id(headers),
        authentication_results=tuple(decode_words(value) for value in headers.all("authentication-results")[:50]),
        bounced_ids=bounced,
        defects=tuple(defects)[:MAX_DEFECTS],  # After all that may name one.
        headers=tuple((name, decode_words(unfold(value))) for name, value in headers.fields),
        fingerprint=fingerprint(message_id, from_.address or from_.raw, headers.get("date"), subject, body.digests),
    )


def _author(headers: Headers, defects: dict[str, None]) -> Address:
    """The one mailbox that From strictly names; without address where it names none or several."""
    values = headers.all("from")
    if not values:
        defects["missing-from"] = None
        return Address()
    raw = decode_words(values[0])[:1000]
    found, flags = parse_addresses(values[0])
    defects.update(
        dict.fromkeys(f"from-{flag}" if flag in ("bad-address", "group") else flag for flag in sorted(flags))
    )
    if len(values) > 1:
        # RFC 5322 3.6 allows one. Programs disagree on which counts, and attackers know it.
        defects["multiple-from-headers"] = None
        return Address(found[0].name if found else "", "", raw)
    if len(found) != 1 or "group" in flags:
        if len(found) > 1:
            defects["multiple-from"] = None
        return Address(found[0].name if found else "", "", raw)
    return Address(found[0].name, found[0].address, raw)


def _recipients(headers: Headers, name: str, defects: dict[str, None]) -> tuple[Address, ...]:
    out: list[Address] = []
    for value in headers.all(name)[:20]:
        found, flags = parse_addresses(value)
        out += found
        if "addresses-truncated" in flags:
            defects["addresses-truncated"] = None
        if "bad-address" in flags:
            defects[f"bad-{name}"] = None
    return tuple(out)


def _subject(headers: Headers, defects: dict[str, None]) -> str:
    value = headers.get("subject")
    subject = decode_words(value)
    if len(subject) > MAX_SUBJECT_LENGTH or len(value) > 8 * MAX_SUBJECT_LENGTH:
        defects["subject-truncated"] = None
    return subject[:MAX_SUBJECT_LENGTH].rstrip()


def _message_id(headers: Headers, defects: dict[str, None]) -> str:
    values = headers.all("message-id")
    if len(values) > 1:
        defects["multiple-message-id"] = None
    found = message_ids(values[0]) if values else []
    if not found:
        defects["missing-message-id"] = None
        return ""
    return found[0][:MAX_MESSAGE_ID_LENGTH]


def _bounded_ids(found: list[str]) -> tuple[str, ...]:
    unique = list(dict.fromkeys(found))
    if len(unique) > MAX_REFERENCES:
        unique = unique[:1] + unique[1 - MAX_REFERENCES :]
    return tuple(unique)


def _delivered_to(headers: Headers) -> tuple[str, ...]:
    values = (value for name in ENVELOPE_HEADERS for value in headers.all(name)[:20])
    return tuple(dict.fromkeys(filter(None, map(parse_address, values))))


def _list_id(headers: Headers) -> str:
    """RFC 2919: an optional phrase and the id in `<>`."""
    value = headers.text("list-id")
    return (value.rpartition("<")[2].partition(">")[0] if "<" in value else value).strip()[:255]


class _Body:
    """The leaves of a mail sorted into body text and attachments, decoded once."""

    def __init__(self, raw: bytes, leaves: list[Part], defects: dict[str, None]):
        self.raw = raw
        self.leaves = leaves
        self.defects = defects
        self.digests: list[bytes] = []
        self._budget = MAX_TEXT_BYTES
        # One segment for each place in the mail: the texts of an alternative share theirs.
        self._segments: dict[tuple[str, int], dict[str, list[str]]] = {}
        self._attached: list[tuple[int, Part, str, bytes]] = []
        for index, part in enumerate(leaves):
            payload = part.decoded(raw)
            self.digests.append(content_digest(payload, part.content_type.startswith("text/")))
            if part.encoding not in ENCODINGS:
                defects["unknown-encoding"] = None
            name = _declared_name(part)
            if self._is_body(index, part, name):
                key = ("alternative", part.alternative) if part.alternative >= 0 else ("leaf", index)
                texts = self._segments.setdefault(key, {"text/plain": [], "text/html": []})
                texts[part.content_type].append(self._decode(part, payload))
            else:
                self._attached.append((index, part, name, payload))
        self._html = self._join_html()

    def _is_body(self, index: int, part: Part, name: str) -> bool:
        if part.content_type not in BODY_TYPES:
            return False
        disposition = parse_parameters(part.headers.get("content-disposition"))[0]
        if disposition == "attachment":
            return False
        # Some senders name the body itself.
        return not name or (index == 0 and not disposition)

    def _decode(self, part: Part, payload: bytes) -> str:
        if len(payload) > self._budget:
            self.defects["text-truncated"] = None
            payload = payload[: self._budget]
        self._budget -= len(payload)
        charset = part.parameters.get("charset", "")
        if not charset and part.content_type == "text/html":
            declared = META_CHARSET.search(payload[:2048])
            charset = declared[1].decode() if declared else ""
        text, defect = decode(payload, charset)
        if defect:
            self.defects[defect] = None
        text = clean(text)
        if part.content_type == "text/plain" and part.parameters.get("format", "").lower() == "flowed":
            text = unflow(text, part.parameters.get("delsp", "").lower() == "yes")
        return text

    def text(self) -> str:
        """Plain text of the whole body; of HTML where a place has no plain text."""
        texts = []
        for segment in self._segments.values():
            plain = "\n".join(filter(str.strip, segment["text/plain"])).strip("\n")
            if segment["text/html"] and len(plain) < MAX_STUB_LENGTH:
                rich = "\n".join(map(html_to_text, segment["text/html"]))
                plain = rich if len(rich) > MAX_STUB_LENGTH + len(plain) else plain or rich
            texts.append(plain)
        return "\n\n".join(filter(None, texts))

    def html(self) -> str:
        """HTML of the whole body; '' if no place has any."""
        return self._html

    def _join_html(self) -> str:
        if not any(segment["text/html"] for segment in self._segments.values()):
            return ""
        return "\n".join(
            "\n".join(segment["text/html"])
            or "".join(
                f'<pre style="white-space: pre-wrap">{html.escape(text)}</pre>' for text in segment["text/plain"]
            )
            for segment in self._segments.values()
        )

    def attachments(self):
        """Every leaf that is not body text, in its order."""
        shown = {unquote(html.unescape(found)) for found in CID.findall(self._html)} if self._attached else set()
        for index, part, name, payload in self._attached:
            content_id = part.headers.text("content-id").strip("<> ")[:998]
            mimetype = part.content_type if MIMETYPE.fullmatch(part.content_type) else "application/octet-stream"
            if part.content_type in ATTACHED_MAIL and not name:
                name = _attached_subject(payload)
            yield Attachment(
                index=index,
                name=clean_filename(name) or default_filename(index, mimetype),
                mimetype=mimetype,
                size=len(payload),
                content_id=content_id,
                inline=bool(content_id) and content_id in shown,
                payload=payload,
            )


def _declared_name(part: Part) -> str:
    """RFC 2183 filename, else the older name of Content-Type."""
    disposition = part.headers.get("content-disposition")
    if disposition:
        name = parse_parameters(disposition)[1].get("filename", "")
        if name.strip():
            return name
    return part.parameters.get("name", "")


def _attached_subject(payload: bytes) -> str:
    """An attached mail is named after its subject."""
    subject = read_headers(payload[:262_144], 0, min(len(payload), 262_144))[0].text("subject")
    return f"{subject[:120].replace('/', '-')}.eml" if subject else ""


def _unparsed(raw: bytes, received: datetime | None) -> ParsedMail:
    """A mail that the parser failed on: nothing is believed of it, all of it can be read."""
    text = clean(decode(raw[:MAX_TEXT_BYTES])[0])
    date, date_source = mail_date("", received)
    return ParsedMail(
        sha256=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
        message_id="",
        in_reply_to=(),
        references=(),
        date=date,
        date_source=date_source,
        subject="",
        from_=Address(),
        sender=None,
        reply_to=(),
        to=(),
        cc=(),
        bcc=(),
        delivered_to=(),
        text=text,
        own_text=text,
        quoted_text="",
        html="",
        attachments=(),
        auto="auto-generated",  # Nothing may answer it.
        list_id="",
        authentication_results=(),
        bounced_ids=(),
        defects=("unparsed",),
        headers=(),
        fingerprint=fingerprint("", "", "", "", [content_digest(raw)]),
    )
