"""The disk is full while mail is being stored (THREATS 34): nothing is flagged or lost, and it is said why."""

import os
import subprocess

import pytest

from tests.e2e.test_mailboxes import count, fetch, flags
from tools.database import FILESTORE

MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def database(place):
    with place.databases.temporary(place.databases.installed(), "e2e_disk_full") as copy:
        yield copy


def order(name, number, size):
    return (
        f"From: Carl <{name}@acme.example>\r\nTo: sales@example.com\r\nSubject: {name} {number}\r\n"
        f"Message-ID: <{name}-{number}@acme.example>\r\n\r\n{number} boxes, please.\r\n"
    ).encode() + (b"x" * 76 + b"\r\n") * (size // 78)


class SmallDisk:
    """A filestore on a disk of its own (root may mount one), which fills up before a mail of three megabytes."""

    words = "no space left to store mail"

    def __init__(self, database):
        self.folder = FILESTORE / database
        self.folder.mkdir(parents=True, exist_ok=True)
        self._mount("size=1m,mode=0777")

    def fetch(self, odoo, server):
        return fetch(odoo, server)

    def enlarge(self):
        self._mount("remount,size=64m")

    def close(self):
        subprocess.run(["umount", self.folder], check=True)

    def _mount(self, options):
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.folder], check=True)


class FileLimit:
    """A limit on the size of files (setrlimit(2), RLIMIT_FSIZE): a write beyond it stops half-way."""

    words = "File too large"

    def __init__(self, _database):
        self.limit = MEGABYTE

    def fetch(self, odoo, server):
        return odoo.call("tests.e2e.inside_mailbox:fetch_limited", server=server, limit=self.limit)

    def enlarge(self):
        self.limit = 64 * MEGABYTE

    def close(self):
        pass


def _may_mount():
    return os.geteuid() == 0 and subprocess.run(["unshare", "-m", "true"], check=False).returncode == 0


@pytest.mark.parametrize("kind", [FileLimit, SmallDisk] if _may_mount() else [FileLimit])
@pytest.mark.parametrize("protocol", ["imap", "pop"])
def test_a_full_disk_loses_nothing_and_is_explained(odoo, database, account, kind, protocol):
    mails = [order(account.user, number, size) for number, size in enumerate((10, 3 * MEGABYTE, 10))]
    account.deliver(*mails)
    values = account.server_values(intake_mode="gateway", server_type=protocol)
    values["port"] = account.port({"imap": "imaps", "pop": "pop3s"}[protocol])
    server = odoo.call("tests.e2e.inside:create_server", **values)
    disk = kind(database)
    try:
        failed = disk.fetch(odoo, server)
        assert disk.words in failed["error"]
        assert count(account) == 3, "still on the server"
        taken = {copy["state"] for copy in failed["ledger"]}
        assert taken <= {"stored"}
        if protocol == "imap":
            assert flags(account).count("\\Seen") == len(failed["ledger"]), "flagged is what is stored, no more"
        disk.enlarge()
        result = disk.fetch(odoo, server)
        assert not result["error"]
        assert sorted(result["subjects"]) == [f"{account.user} {number}" for number in range(3)]
        assert odoo.call("tests.e2e.inside_mailbox:sources_intact", server=server)
        assert count(account) == (3 if protocol == "imap" else 0)
        assert protocol == "pop" or flags(account) == ["\\Seen"] * 3
    finally:
        disk.close()
