"""Builds .msg and winmail.dat files as Outlook writes them (MS-OXMSG, MS-OXTNEF), for tests."""

import struct
from io import BytesIO

from extract_msg import OleWriter

UNICODE, BINARY, TIME, LONG = 0x001F, 0x0102, 0x0040, 0x0003
# Property streams start with a header: 32 bytes in a message, 24 in one inside another, 8 elsewhere.
TOP, EMBEDDED, OTHER = 32, 24, 8


class MsgFile:
    """One .msg; text properties by their hexadecimal tag."""

    def __init__(self, properties: dict[str, str | bytes], date: int | None = None):
        self._writer = OleWriter()
        for stream in ("00020102", "00030102", "00040102"):
            self._writer.addEntry(["__nameid_version1.0", f"__substg1.0_{stream}"], b"")
        self._recipients = self._attachments = 0
        self._entries = self._write([], {"001A": "IPM.Note"} | properties)
        if date is not None:
            self._entries += struct.pack("<HHIQ", TIME, 0x0039, 6, date)

    def _write(self, folder: list[str], properties: dict[str, str | bytes | int]) -> bytes:
        entries = b""
        for tag, value in properties.items():
            if isinstance(value, int):
                entries += struct.pack("<HHIII", LONG, int(tag, 16), 6, value, 0)
                continue
            kind, data = (UNICODE, value.encode("utf-16-le")) if isinstance(value, str) else (BINARY, value)
            self._writer.addEntry([*folder, f"__substg1.0_{tag}{kind:04X}"], data)
            entries += struct.pack("<HHIII", kind, int(tag, 16), 6, len(data) + (2 if kind == UNICODE else 0), 0)
        return entries

    def add_recipient(self, name: str, address: str, kind: int = 1, smtp: str = "") -> None:
        """:param kind: 1 To, 2 Cc, 3 Bcc"""
        folder = [f"__recip_version1.0_#{self._recipients:08X}"]
        properties = {"3001": name, "3003": address, "3002": "EX" if address.startswith("/") else "SMTP", "0C15": kind}
        entries = self._write(folder, properties | ({"39FE": smtp} if smtp else {}))
        self._writer.addEntry([*folder, "__properties_version1.0"], bytes(OTHER) + entries)
        self._recipients += 1

    def add_attachment(self, name: str, data: bytes, mimetype: str = "", content_id: str = "") -> None:
        folder = [f"__attach_version1.0_#{self._attachments:08X}"]
        properties: dict = {"3705": 1, "3707": name, "3701": data}
        properties |= {"370E": mimetype} if mimetype else {}
        properties |= {"3712": content_id} if content_id else {}
        entries = self._write(folder, properties)
        self._writer.addEntry([*folder, "__properties_version1.0"], bytes(OTHER) + entries)
        self._attachments += 1

    def add_message(self, properties: dict[str, str | bytes]) -> None:
        """Attach another message, as Outlook does with a forwarded item."""
        folder = [f"__attach_version1.0_#{self._attachments:08X}"]
        inner = [*folder, "__substg1.0_3701000D"]
        entries = self._write(folder, {"3705": 5, "3001": "inner"}) + struct.pack("<HHIII", 0x000D, 0x3701, 6, 0, 4)
        self._writer.addEntry([*folder, "__properties_version1.0"], bytes(OTHER) + entries)
        inner_entries = self._write(inner, {"001A": "IPM.Note"} | properties)
        self._writer.addEntry([*inner, "__properties_version1.0"], bytes(EMBEDDED) + inner_entries)
        self._attachments += 1

    def __bytes__(self) -> bytes:
        header = bytes(8) + struct.pack(
            "<IIII", self._recipients, self._attachments, self._recipients, self._attachments
        )
        self._writer.addEntry(["__properties_version1.0"], header + bytes(8) + self._entries)
        target = BytesIO()
        self._writer.write(target)
        return target.getvalue()


def tnef(body: str, attachments: dict[str, bytes]) -> bytes:
    """A winmail.dat with a text body and files."""

    def attribute(level: int, identifier: int, data: bytes) -> bytes:
        return struct.pack("<BII", level, identifier, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)

    out = struct.pack("<IH", 0x223E9F78, 1)
    out += attribute(1, 0x00089006, struct.pack("<I", 0x00010000))  # attTnefVersion
    out += attribute(1, 0x00069007, struct.pack("<II", 65001, 0))  # attOemCodepage
    out += attribute(1, 0x0002800C, body.encode() + b"\0")  # attBody
    for name, data in attachments.items():
        out += attribute(2, 0x00069002, bytes(14))  # attAttachRenddata opens an attachment
        out += attribute(2, 0x00018010, name.encode() + b"\0")  # attAttachTitle
        out += attribute(2, 0x0006800F, data)  # attAttachData
    return out
