#!/usr/bin/env python3
"""Take one mail from standard input and hand it to the running ``odoo erp_mail_lmtp``.

For mail servers that deliver by running a command. Starting Odoo takes seconds; this takes one connection, and needs
Python's standard library alone. The exit status is the mail server's answer (sysexits.h): 0 when the mail is committed to
Odoo's ledger, 75 (EX_TEMPFAIL) whatever else happens, so that the mail server keeps the mail and comes again. A mail that
was committed just before the line broke comes twice and is stored once.

Postfix, master.cf (pipe(8))::

    odoo  unix  -  n  n  -  4  pipe
      flags=DRhu user=nobody argv=/usr/bin/python3 -I /path/to/erp_mail_pipe.py --sender ${sender} -- ${recipient}

main.cf::

    transport_maps = inline:{ { sales@example.com = odoo: } }
    odoo_destination_recipient_limit = 1

or, for one address, aliases(5)::

    sales: "|/usr/bin/python3 -I /path/to/erp_mail_pipe.py"
"""

import argparse
import os
import re
import smtplib
import sys

TIMEOUT = 300
"""Seconds in which the listener has to answer."""


class Parser(argparse.ArgumentParser):
    """A mistake in the command line is no reason to return mail to its senders."""

    def error(self, message):
        self.exit(os.EX_TEMPFAIL, f"{self.prog}: {message}\n")


def deliver(source, host, port, sender, recipient):
    """Hand the mail over.

    :param source: binary file
    :raises OSError: (also as its subclass SMTPException) the mail is not stored
    """
    with smtplib.LMTP(host, port, timeout=TIMEOUT) as client:
        client.ehlo()
        limit = int(client.esmtp_features["size"])
        raw = source.read(limit + 1)
        if len(raw) > limit:
            raise OSError(f"larger than {limit} octets")
        utf8 = [] if f"{sender}{recipient}".isascii() else ["SMTPUTF8"]
        client.sendmail(sender, [recipient], on_the_wire(raw), ["BODY=8BITMIME", *utf8])


def on_the_wire(raw):
    """The mail as RFC 5321 sends it: mail servers hand it to commands with bare line feeds, local(8) after an mbox line.

    :type raw: bytes
    """
    if raw.startswith(b"From "):
        raw = raw.partition(b"\n")[2]
    return re.sub(rb"\r?\n", b"\r\n", raw)


def main():
    parser = Parser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lmtp", default="127.0.0.1:2424", help="HOST:PORT of the listener, by default %(default)s")
    parser.add_argument("--sender", default="", help="envelope sender")
    parser.add_argument("recipient", nargs="?", default="odoo@localhost", help="envelope recipient")
    options = parser.parse_args()
    host, _colon, port = options.lmtp.rpartition(":")
    try:
        deliver(sys.stdin.buffer, host, int(port), options.sender, options.recipient)
    except Exception as error:
        sys.stderr.write(f"Not stored, please try again: {error}\n")
        return os.EX_TEMPFAIL
    return os.EX_OK


if __name__ == "__main__":
    sys.exit(main())
