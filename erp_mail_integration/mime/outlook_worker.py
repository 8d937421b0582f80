"""The process behind `outlook`: reads a task and a file from standard input, writes a mail to standard output.

Not imported by the add-on. Input: one line of JSON, then the file. Output: one line of JSON, then the mail.
"""

import hashlib
import json
import re
import resource
import sys
from base64 import encodebytes
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.header import Header
from email.utils import format_datetime, formataddr
from io import BytesIO
from urllib.parse import quote

MAX_LEVELS = 10
"""Mails in mails."""
CHUNK = 57 * 10_000
"""Bytes encoded at once: whole lines of base64."""
RECIPIENT_HEADERS = {1: "To", 2: "Cc", 3: "Bcc"}
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OWN_HEADERS = re.compile(r"(?:content-|mime-version$)", re.IGNORECASE)
FIELD = re.compile(r"([!-9;-~]+):[ \t]*(.*(?:\n[ \t].*)*)")


class Unconvertible(Exception):
    """A reason of `OutlookError` and its detail."""


@dataclass
class Part:
    """One part of the mail to write: a leaf, or parts inside it."""

    content_type: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    payload: bytes = b""
    parts: "list[Part]" = field(default_factory=list)

    def add(self, name: str, value: str) -> None:
        """Add a header field, unless it is there or there is nothing to say."""
        if value and name.lower() not in (each.lower() for each, _value in self.headers):
            self.headers.append((name, value))

    def write(self, seed: str) -> Iterator[bytes]:
        """The bytes, piece by piece: a copy of large attachments would not fit in memory.

        :param seed: makes boundaries; the same file must give the same mail
        """
        multipart = self.content_type.startswith("multipart/")
        parameter = f'; boundary="=-{seed}"' if multipart else ""
        fields = [*self.headers, ("MIME-Version", "1.0"), ("Content-Type", self.content_type + parameter)]
        yield "".join(f"{name}: {value}\n" for name, value in fields).encode("ascii", "replace")
        if not multipart and self.content_type != "message/rfc822":
            yield b"Content-Transfer-Encoding: base64\n\n"
            for start in range(0, len(self.payload), CHUNK):
                yield encodebytes(self.payload[start : start + CHUNK])
            return
        yield b"\n"
        for number, part in enumerate(self.parts):
            yield f"--=-{seed}\n".encode() if multipart else b""
            yield from part.write(f"{seed}-{number}")
            yield b"\n"
        yield f"--=-{seed}--\n".encode() if multipart else b""


class Converter:
    """Makes a mail of an opened .msg, and remembers who has no SMTP address."""

    def __init__(self, smtp_addresses: dict[str, str]):
        self.smtp_addresses = smtp_addresses
        self.unresolved: dict[str, str] = {}

    def convert(self, msg, level: int = 0) -> Part:
        """The mail and, as message/rfc822, those inside it."""
        mail = Part("multipart/mixed")
        self._write_headers(msg, mail)
        mail.parts = _bodies(msg.body, _html(msg))
        mail.parts += filter(None, (self._attachment(each, level) for each in msg.attachments))
        return mail

    def _write_headers(self, msg, mail: Part) -> None:
        """The header as it came over the net, where Outlook kept it; what is missing, from properties."""
        for name, value in FIELD.findall((msg.headerText or "").replace("\r\n", "\n")):
            if not OWN_HEADERS.match(name):
                mail.headers.append((name, _fold(value)))
        sender = self._mailbox(
            _string(msg, "0C1A") or _string(msg, "0042"),
            (_string(msg, "5D02"), _string(msg, "5D01"), _string(msg, "0065"), _string(msg, "0C1F")),
        )
        mail.add("From", sender)
        for kind, name in RECIPIENT_HEADERS.items():
            mailboxes = [
                self._mailbox(each.name, (each.smtpAddress, each.email))
                for each in msg.recipients
                if int(each.type or 0) & 0xF == kind
            ]
            mail.add(name, ",\n ".join(filter(None, mailboxes)))
        mail.add("Subject", _encoded(_string(msg, "0037")))
        date = msg.date
        mail.add("Date", format_datetime(date) if date else "")
        mail.add("Message-ID", _string(msg, "1035"))
        mail.add("In-Reply-To", _string(msg, "1042"))
        mail.add("References", _string(msg, "1039"))

    def _mailbox(self, name: str | None, addresses: tuple[str | None, ...]) -> str:
        """`name <address>` with the first SMTP address; a name alone if there is none."""
        name = _line(name)
        addresses = tuple(filter(None, map(_line, addresses)))
        address = next((each for each in addresses if "@" in each and not each.startswith("/")), "")
        if not address:
            directory = next((each for each in addresses if each.startswith("/")), "")
            address = self.smtp_addresses.get(directory.upper(), "")
            if directory and not address:
                self.unresolved.setdefault(directory, name)
        if not address:
            return f"{_encoded(name)} <>" if name else ""
        return formataddr((name, address)) if address.isascii() else f"{_encoded(name)} <{address}>"

    def _attachment(self, attachment, level: int) -> Part | None:
        data = attachment.data
        name = _line(attachment.longFilename or attachment.shortFilename or attachment.displayName)
        if hasattr(data, "recipients"):
            if level >= MAX_LEVELS:
                return None
            return Part("message/rfc822", parts=[self.convert(data, level + 1)])
        if hasattr(data, "exportBytes"):
            data, name = data.exportBytes(), f"{name}.msg"
        if not isinstance(data, bytes):
            return None
        return _file(name, _line(attachment.mimetype), data, _line(attachment.cid))


def convert_msg(data: bytes, smtp_addresses: dict[str, str]) -> tuple[Part, dict[str, str]]:
    """The mail in a .msg file, and X.500 addresses without SMTP address with their names."""
    import extract_msg
    from extract_msg.enums import ErrorBehavior

    if not data.startswith(OLE_SIGNATURE):
        raise Unconvertible("damaged", "not an Outlook file")
    # A file object: extract_msg takes short bytes for the name of a file to read.
    msg = extract_msg.openMsg(BytesIO(data), strict=False, errorBehavior=ErrorBehavior.SUPPRESS_ALL)
    if not hasattr(msg, "recipients"):
        raise Unconvertible("damaged", "no mail in this Outlook file")
    converter = Converter(smtp_addresses)
    return converter.convert(msg), converter.unresolved


def convert_tnef(data: bytes) -> Part:
    """Body and attachments of a winmail.dat."""
    from tnefparse import TNEF

    tnef = TNEF(data, do_checksum=False)
    html = tnef.htmlbody
    html = html.encode("utf-8") if isinstance(html, str) else html
    if not html and tnef.rtfbody:
        html = _html_of_rtf(tnef.rtfbody)
    files = [_file(_line(each.long_filename()), "", bytes(each.data), "") for each in tnef.attachments]
    return Part("multipart/mixed", parts=_bodies(_text(tnef.body), html) + files)


def _text(body: str | bytes | None) -> str:
    """Text of a TNEF body, whose code page is often a lie."""
    if isinstance(body, bytes):
        try:
            body = body.decode("utf-8")
        except UnicodeDecodeError:
            body = body.decode("cp1252", "replace")
    return (body or "").rstrip("\0")


def _html(msg) -> bytes | None:
    """HTML as stored, or taken out of the RTF that Outlook hides it in."""
    stored = msg.getStream("__substg1.0_10130102")
    if stored is None:
        stored = (_string(msg, "1013") or "").encode("utf-8")
    return stored or (_html_of_rtf(msg.rtfBody) if msg.rtfBody else None)


def _html_of_rtf(rtf: bytes) -> bytes | None:
    """MS-OXRTFEX; None where the RTF carries no HTML."""
    from RTFDE.deencapsulate import DeEncapsulator

    try:
        reader = DeEncapsulator(rtf[: rtf.rfind(b"}") + 1])
        reader.deencapsulate()
        content = reader.html if reader.content_type == "html" else None
    except MemoryError:
        raise
    except Exception:
        # Plain text is there as well; RTFDE knows no common base of its errors.
        return None
    return content.encode("utf-8") if isinstance(content, str) else content


def _bodies(text: str | None, html: bytes | None) -> list[Part]:
    bodies = []
    if text:
        plain = text.replace("\r\n", "\n").encode("utf-8", "replace")
        bodies.append(Part("text/plain; charset=utf-8", payload=plain))
    if html:
        bodies.append(Part("text/html", payload=html))
    return [Part("multipart/alternative", parts=bodies)] if bodies else []


def _file(name: str, mimetype: str, data: bytes, content_id: str) -> Part:
    usable = re.fullmatch(r"(?!multipart|message)[\w.+-]+/[\w.+-]+", mimetype, re.ASCII)
    part = Part(mimetype if usable else "application/octet-stream", payload=data)
    part.add("Content-Disposition", f"attachment; filename*=utf-8''{quote(name or 'attachment')}")
    part.add("Content-ID", f"<{content_id}>" if content_id.isascii() and content_id else "")
    return part


def _string(msg, tag: str) -> str:
    """A string property, '' if absent."""
    return msg.getStringStream(f"__substg1.0_{tag}") or ""


def _line(value) -> str:
    """Text of a property on one line, without what encoding would refuse."""
    text = value if isinstance(value, str) else ""
    return " ".join(text.encode("utf-8", "ignore").decode().replace("\0", "").split())


def _encoded(value: str) -> str:
    text = _line(value)
    return text if text.isascii() else Header(text, "utf-8").encode()


def _fold(value: str) -> str:
    """A header value as it was; what is not ASCII in it, encoded."""
    text = value.replace("\0", "").encode("utf-8", "ignore").decode()
    return text if text.isascii() else _encoded(text)


def main() -> None:
    """Bound this process, convert, answer."""
    task = json.loads(sys.stdin.buffer.readline())
    resource.setrlimit(resource.RLIMIT_AS, (task["memory"], task["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (task["seconds"], task["seconds"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    mail: Part | None = None
    unresolved: dict[str, str] = {}
    data = sys.stdin.buffer.read()
    seed = hashlib.sha256(data).hexdigest()[:32]
    try:
        if task["kind"] == "msg":
            mail, unresolved = convert_msg(data, task["smtp_addresses"])
        else:
            mail = convert_tnef(data)
        answer: dict = {"unresolved": [[name, address] for address, name in unresolved.items()]}
    except (MemoryError, RecursionError) as error:
        answer = {"reason": "too-much-memory", "detail": type(error).__name__}
    except ImportError as error:
        answer = {"reason": "not-installed", "detail": str(error)}
    except Unconvertible as error:
        answer = dict(zip(("reason", "detail"), error.args, strict=True))
    except Exception as error:
        # Whatever a damaged file makes two libraries raise.
        answer = {"reason": "damaged", "detail": f"{type(error).__name__}: {error}"[:500]}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    if mail is not None:
        sys.stdout.buffer.writelines(mail.write(seed))


if __name__ == "__main__":
    main()
