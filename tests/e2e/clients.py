"""Mails as the usual mail programs write them: what they do to subjects, tags, quotes and headers."""

import base64
from email.header import Header
from email.utils import make_msgid


def _join(headers, body):
    head = "".join(f"{name}: {value}\r\n" for name, value in headers if value)
    return (head + "\r\n" + body.replace("\n", "\r\n")).encode()


def _common(sender, to, subject, headers):
    message_id = headers.pop("message_id", None) or make_msgid(domain=sender.rpartition("@")[2].strip(">"))
    extra = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return [
        ("From", sender),
        ("To", to),
        ("Subject", subject),
        ("Date", "Fri, 20 Nov 2026 10:00:00 +0100"),
        ("Message-ID", message_id),
        ("MIME-Version", "1.0"),
        *extra,
    ]


def outlook(sender, to, subject, text, **headers):
    """Outlook: base64 HTML with its own quote header, no References, `AW:` before the subject."""
    html = f"<html><body lang=DE><p class=MsoNormal>{text}<o:p></o:p></p></body></html>"
    head = _common(sender, to, f"AW: {subject}", headers)
    head += [
        ("Thread-Index", "AQHcWQ7v1Q=="),
        ("X-Mailer", "Microsoft Outlook 16.0"),
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Transfer-Encoding", "base64"),
    ]
    return _join(head, base64.encodebytes(html.encode()).decode())


def gmail(sender, to, subject, text, **headers):
    """Gmail: text and HTML, the subject in encoded words that split it anywhere."""
    encoded = Header(f"Re: {subject} – danke", "utf-8", maxlinelen=40).encode(linesep="\r\n")
    head = [*_common(sender, to, encoded, headers), ("Content-Type", 'multipart/alternative; boundary="000b"')]
    body = (
        f"--000b\nContent-Type: text/plain; charset=UTF-8\n\n{text}\n"
        f'--000b\nContent-Type: text/html; charset=UTF-8\n\n<div dir="ltr">{text}</div>\n--000b--\n'
    )
    return _join(head, body)


def apple_mail(sender, to, subject, text, **headers):
    """Apple Mail: quoted-printable, format=flowed."""
    head = _common(sender, to, f"Re: {subject}", headers)
    head += [
        ("Content-Type", "text/plain; charset=utf-8; format=flowed; delsp=yes"),
        ("Content-Transfer-Encoding", "quoted-printable"),
        ("X-Mailer", "Apple Mail (2.3826)"),
    ]
    return _join(head, text.replace("=", "=3D").replace("[xtref:", "[xtref:=\n") + "\n")


def thunderbird(sender, to, subject, text, quoted="", **headers):
    """Thunderbird: the subject folded in the middle, the quote with `>`."""
    folded = f"Re: {subject}".replace(" [", "\r\n [")
    head = [*_common(sender, to, folded, headers), ("Content-Type", "text/plain; charset=UTF-8; format=flowed")]
    quote = "\nAm 19.11.26 um 09:00 schrieb Anna:\n" + "".join(f"> {line}\n" for line in quoted.splitlines())
    return _join(head, f"{text}\n{quote if quoted else ''}")


def phone(sender, to, subject, text, **headers):
    """A phone: no References, capitals and spaces where a thumb put them, a signature."""
    head = [*_common(sender, to, subject, headers), ("Content-Type", "text/plain; charset=utf-8")]
    return _join(head, f"{text}\n\nVon meinem iPhone gesendet\n")


def tool(sender, to, subject, text, **headers):
    """A script: nothing but the fields that must be there."""
    return _join(_common(sender, to, subject, headers), text + "\n")
