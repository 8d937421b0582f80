"""Outlook's formats as ordinary mail: .msg files (MS-OXMSG) and winmail.dat (TNEF, MS-OXTNEF).

Both are containers made by a program for itself: OLE structures that may point in circles, compressed RTF that
unpacks to gigabytes. They are read by `outlook_worker` in a process of its own, bounded in time
and memory (THREATS 22). Who calls keeps the original.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MAX_SECONDS = 10
MAX_MEMORY = 256 * 1024 * 1024
"""Bytes of address space of the process."""
MAX_INPUT = 64 * 1024 * 1024
"""Bytes; a larger file could not be read within the memory."""

MSG_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TNEF_SIGNATURE = b"\x78\x9f\x3e\x22"
TNEF_TYPES = ("application/ms-tnef", "application/vnd.ms-tnef")
WORKER = Path(__file__).with_name("outlook_worker.py")


class OutlookError(Exception):
    """The file could not be converted.

    `reason` is one of 'too-large', 'too-slow', 'too-much-memory', 'damaged', 'not-installed'.
    """

    def __init__(self, reason: str, detail: str = ""):
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class X500Address:
    """A participant that Outlook knows by its directory entry alone."""

    name: str
    address: str
    """Such as `/O=CORP/OU=EXCHANGE/CN=RECIPIENTS/CN=JDOE`, as written."""


@dataclass(frozen=True, slots=True)
class Converted:
    """A mail made from an Outlook file."""

    raw: bytes
    """RFC 5322 bytes for `parse`."""
    unresolved: tuple[X500Address, ...]
    """Participants without an SMTP address, each once. In `raw` they stand with a name only."""


def is_msg(data: bytes) -> bool:
    """Whether bytes look like a .msg file."""
    return data.startswith(MSG_SIGNATURE)


def is_tnef(data: bytes) -> bool:
    """Whether bytes look like winmail.dat."""
    return data.startswith(TNEF_SIGNATURE)


def convert_msg(data: bytes, smtp_addresses: Mapping[str, str] | None = None) -> Converted:
    """Make a mail of a .msg file.

    :param smtp_addresses: SMTP address by X.500 address, any case; those still unknown are in
        `Converted.unresolved`
    :raises OutlookError: with the reason; the time and memory it took are bounded
    """
    return _convert("msg", data, smtp_addresses or {})


def convert_tnef(data: bytes) -> Converted:
    """Make a mail of a winmail.dat: its body and attachments, without header.

    :raises OutlookError: with the reason; the time and memory it took are bounded
    """
    return _convert("tnef", data, {})


def _convert(kind: str, data: bytes, smtp_addresses: Mapping[str, str]) -> Converted:
    if len(data) > MAX_INPUT:
        raise OutlookError("too-large", f"{len(data)} bytes, at most {MAX_INPUT}")
    task = {
        "kind": kind,
        "memory": MAX_MEMORY,
        "seconds": MAX_SECONDS,
        "smtp_addresses": {key.upper(): value for key, value in smtp_addresses.items()},
    }
    # -P: the folder of the worker holds modules named like others' (headers, text).
    command = [sys.executable, "-P", str(WORKER)]
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PATH": os.environ.get("PATH", "")}
    try:
        result = subprocess.run(
            command,
            input=json.dumps(task).encode() + b"\n" + data,
            capture_output=True,
            timeout=MAX_SECONDS,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise OutlookError("too-slow", f"more than {MAX_SECONDS} s") from None
    return _read_result(result)


def _read_result(result: subprocess.CompletedProcess) -> Converted:
    head, _newline, raw = result.stdout.partition(b"\n")
    answer = json.loads(head) if head else {}
    if "reason" in answer:
        raise OutlookError(answer["reason"], answer["detail"])
    if result.returncode:
        # Killed by the processor-time limit, or out of memory where Python could not say so.
        reason = "too-slow" if result.returncode == -signal.SIGXCPU else "too-much-memory"
        raise OutlookError(reason, result.stderr[-500:].decode("utf-8", "replace").strip())
    return Converted(raw, tuple(X500Address(*each) for each in answer["unresolved"]))
