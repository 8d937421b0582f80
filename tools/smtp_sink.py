"""A mail server that keeps everything and passes nothing on: ``python -m tools.smtp_sink PORT FOLDER``.

Each mail becomes ``<time>-<number>.eml``, exactly as received, beside a ``.json`` with its envelope. A recipient
whose address starts with ``refused`` is turned away, so that failed deliveries can be tried too.
"""

import asyncio
import itertools
import json
import os
import signal
import sys
import time
from pathlib import Path

LARGEST = 64 << 20  # bytes


class Sink:
    """The aiosmtpd handler: hooks are named by the library after the SMTP commands."""

    def __init__(self, folder):
        self.folder = folder
        self._number = itertools.count(1)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.lower().startswith("refused"):
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        name = f"{time.time_ns()}-{next(self._number):04}"
        sender = {"mail_from": envelope.mail_from, "rcpt_tos": envelope.rcpt_tos}
        (self.folder / f"{name}.json").write_text(json.dumps(sender), encoding="utf-8")
        # Renamed last: who watches the folder never sees half a mail.
        part = self.folder / f"{name}.part"
        part.write_bytes(envelope.original_content)
        part.rename(self.folder / f"{name}.eml")
        return "250 Kept"


async def serve(port, folder):
    """Serve until SIGTERM."""
    from aiosmtpd.smtp import SMTP  # the starting process has no virtual environment

    folder.mkdir(parents=True, exist_ok=True)
    sink, loop = Sink(folder), asyncio.get_running_loop()

    def session():
        return SMTP(sink, data_size_limit=LARGEST, enable_SMTPUTF8=True, hostname="localhost")

    server = await loop.create_server(session, "127.0.0.1", port)
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    async with server:
        await ended.wait()
    os._exit(0)  # sessions of a client that stays silent would hold us back


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
