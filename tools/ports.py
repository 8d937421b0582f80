"""Free loopback ports, chosen by the operating system and remembered for the next run."""

import json
import socket

from .paths import LOCAL

LOOPBACK = "127.0.0.1"
FILE = LOCAL / "ports.json"


def claim(name, again=False):
    """Return the port of the service `name`: the one it had, if that is still free, else a new one.

    :param again: take a new one in any case, because the remembered one turned out to be taken.
    """
    ports = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    if name not in ports or again or not _free(ports[name]):
        ports[name] = _new(exclude=set(ports.values()))
        FILE.parent.mkdir(parents=True, exist_ok=True)
        FILE.write_text(json.dumps(ports, indent=2), encoding="utf-8")
    return ports[name]


def remembered(name):
    """Return the port that `claim` gave to a service which runs already."""
    return json.loads(FILE.read_text(encoding="utf-8"))[name]


def free():
    """Return a free port for something short-lived."""
    return _new(exclude=set())


def answers(port):
    """Tell whether somebody listens on this loopback port."""
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex((LOOPBACK, port)) == 0


def _free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _new(exclude):
    while True:
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            port = probe.getsockname()[1]
        if port not in exclude:
            return port
