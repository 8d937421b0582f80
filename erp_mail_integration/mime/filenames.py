"""Names of attachments that no file system, browser or person is fooled by (THREATS 20)."""

import mimetypes
import re
import unicodedata

from .limits import MAX_FILENAME_BYTES

FORBIDDEN = re.compile('[\x00-\x1f\x7f-\x9f<>:"|?*\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]')
RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)")
TYPES = mimetypes.MimeTypes()
"""Python's own table: names must not depend on the machine."""
EXTENSIONS = {
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "text/calendar": ".ics",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/rfc822-headers": ".txt",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "image/jpeg": ".jpg",
    "application/pkcs7-signature": ".p7s",
    "application/pgp-signature": ".asc",
    "application/octet-stream": ".bin",
}


def clean_filename(name: str) -> str:
    """A base name that is safe to save and to show, or '' if nothing is left of it.

    Path, control characters, direction overrides and characters that Windows forbids go; device
    names get a prefix; at most 255 UTF-8 bytes remain, with the extension.
    """
    name = unicodedata.normalize("NFC", name[:10_000])
    name = re.split(r"[/\\]", FORBIDDEN.sub("", name).rstrip("/\\ "))[-1]
    name = " ".join(name.split()).strip(". ") if set(name) <= {".", " "} else " ".join(name.split()).rstrip(". ")
    if RESERVED.match(name):
        name = f"_{name}"
    return _shorten(name)


def default_filename(index: int, mimetype: str) -> str:
    """Name of an attachment that has none: what it is, and its number where that says little."""
    if mimetype == "text/calendar":
        return "invitation.ics"  # RFC 6047: mail carries no other calendars
    extension = EXTENSIONS.get(mimetype) or TYPES.guess_extension(mimetype, strict=False) or ".bin"
    return f"attachment-{index + 1}{extension}"


def _shorten(name: str) -> str:
    if len(name.encode()) <= MAX_FILENAME_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension.encode()) > 20:
        stem, dot, extension = name, "", ""
    room = MAX_FILENAME_BYTES - len((dot + extension).encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip() + dot + extension
