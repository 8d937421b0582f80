"""The parts of the set-up that other machines and other clones depend on."""

import json
import socket
import subprocess
import sys

import pytest

from tools import console, locks, packages, ports, service


@pytest.fixture
def local(tmp_path, monkeypatch):
    """A `.local` of our own."""
    monkeypatch.setattr(ports, "FILE", tmp_path / "ports.json")
    monkeypatch.setattr(service, "LOCAL", tmp_path)
    monkeypatch.setattr(console.paths, "LOG", tmp_path / "log")
    return tmp_path


def test_port_is_remembered_while_it_is_free(local):
    port = ports.claim("imap")
    assert ports.claim("imap") == port
    assert json.loads(ports.FILE.read_text())["imap"] == port


def test_port_taken_by_somebody_else_is_replaced(local):
    port = ports.claim("imap")
    with socket.create_server((ports.LOOPBACK, port)):
        assert ports.claim("imap") != port


def test_password_is_made_once_and_is_ours_alone(local):
    assert service.secret("dovecot") == service.secret("dovecot") != service.secret("postgres")
    assert (local / "secrets.json").stat().st_mode & 0o077 == 0


def test_folder_of_a_clone_with_a_long_path_is_linked_from_elsewhere(local, monkeypatch):
    deep = local / ("deep" * 20)
    monkeypatch.setattr(service, "LOCAL", deep)
    place = service.folder("dovecot", None)
    assert len(str(place)) < service.LONGEST_FOLDER
    assert service.folder("dovecot", None) == place
    service.remove("dovecot")
    assert not place.exists() and not (deep / "dovecot").exists()


def test_without_root_the_packages_to_install_are_named(monkeypatch):
    missing = packages.Need("dovecot-imapd", lambda: None)
    browser = packages.Need("chromium", lambda: None, only_tests=True)
    monkeypatch.setattr(packages, "NEEDS", (missing, browser))
    monkeypatch.setattr(packages.os, "geteuid", lambda: 1000)
    with pytest.raises(console.Failure, match=r"sudo apt-get install dovecot-imapd\n"):
        packages.ensure()
    with pytest.raises(console.Failure, match="dovecot-imapd chromium"):
        packages.ensure(tests=True)


def test_only_the_last_user_of_the_servers_is_alone(tmp_path):
    first, second = locks.Shared(tmp_path / "users"), locks.Shared(tmp_path / "users")
    assert not first.alone()
    second.release()
    assert first.alone()
    first.release()


def test_failed_command_shows_the_end_of_its_log(local):
    with pytest.raises(console.CommandFailed, match=r"code 3(?s:.*)broken"):
        console.run([sys.executable, "-c", "print('broken'); raise SystemExit(3)"], "some")


def test_command_that_ignores_the_signal_is_ended_with_its_children():
    script = "import signal, subprocess, time; signal.signal(15, signal.SIG_IGN);"
    script += "child = subprocess.Popen(['sleep', '60']); print(child.pid, flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, start_new_session=True)
    child = int(process.stdout.readline())
    console.end_group(process, patience=0.2)
    assert process.returncode == -9
    with open(f"/proc/{child}/stat") if _exists(child) else open("/dev/null") as stat:
        assert stat.read().split()[2:3] in ([], ["Z"])


def _exists(pid):
    return subprocess.run(["test", "-e", f"/proc/{pid}"], check=False).returncode == 0
