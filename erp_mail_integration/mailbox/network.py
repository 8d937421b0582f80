"""Where mail may be fetched from, and how the connection is secured.

A user who may enter a host name could otherwise make the ERP server talk to machines that only it can reach: the
cloud provider's metadata service (169.254.169.254), a database on loopback, a printer in the office. The rule is
applied to the addresses that the name resolves to, and the connection goes to one of exactly these addresses: a
name that resolves to another address a second later (DNS rebinding) gains nothing.
"""

import ipaddress
import socket
import ssl
from collections.abc import Collection, Iterable

from .errors import HostRefused

CONNECT_TIME = 15
"""Seconds. An address that has not answered by then is behind a firewall that says nothing."""


def address_kind(address: str) -> str:
    """Why an address is not one of the public Internet, or nothing where it is.

    IPv4 addresses inside IPv6 ones (mapped, 6to4, NAT64 and Teredo) count as what they lead to.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])  # fe80::1%eth0
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if not inner and ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner:
            return address_kind(str(inner))
    for kind in ("loopback", "link_local", "multicast", "unspecified", "private", "reserved"):
        if getattr(ip, f"is_{kind}"):
            return kind.replace("_", "-")
    # What is left over that is not public: carrier-grade NAT (RFC 6598), site-local (RFC 3879).
    return "" if ip.is_global else "private"


def permitted(host: str, addresses: Iterable[str], allowed: Collection[str] = ()) -> list[str]:
    """The addresses of a host that mail may be fetched from.

    :param host: the name as it was entered.
    :param addresses: what the name resolves to.
    :param allowed: what an administrator has allowed besides the public Internet: host names, addresses and
        networks (``mail.lan``, ``10.1.2.3``, ``10.0.0.0/8``). Link-local addresses, where the clouds keep their
        credentials, must be allowed by address, never by name.
    :raises HostRefused: when a single address is not permitted: a name that leads inside as well as outside is a
        trick, or a mistake.
    """
    names = {entry.strip().rstrip(".").lower() for entry in allowed}
    addresses = list(addresses)
    for address in addresses:
        kind = address_kind(address)
        by_name = kind != "link-local" and host.rstrip(".").lower() in names
        if kind and not by_name and not _in_networks(address, names):
            raise HostRefused(host, address, kind)
    return addresses


def _in_networks(address: str, entries: Iterable[str]) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    for entry in entries:
        try:
            if ip in ipaddress.ip_network(entry, strict=False):
                return True
        except ValueError:  # a name
            continue
    return False


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, in the order the system prefers (RFC 6724), each once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(entry[4][0] for entry in found))


def connect(host: str, port: int, timeout: float, allowed: Collection[str] = ()) -> socket.socket:
    """A TCP connection to a permitted address of ``host``, trying one after the other.

    :param timeout: seconds of silence that are borne with later; to connect, no more than :data:`CONNECT_TIME`.
    :raises HostRefused: see :func:`permitted`.
    :raises OSError: of the last address tried.
    """
    error: OSError | None = None
    for address in permitted(host, resolve(host, port), allowed):
        try:
            connection = socket.create_connection((address, port), min(timeout, CONNECT_TIME))
        except OSError as failed:
            error = failed
        else:
            connection.settimeout(timeout)
            return connection
    raise error or OSError(f"{host} has no address")


def tls_context(verify: bool = True) -> ssl.SSLContext:
    """TLS 1.2 or later, the certificate checked against the system's authorities and the host name.

    :param verify: False for a server whose certificate the administrator has accepted as it is; the traffic is
        still encrypted, but anybody in between could be the server.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
