"""A small DNS server on the loopback interface, for tests of what reads the DNS."""

import contextlib
import socket
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


@contextlib.contextmanager
def name_server(zone, silent=False):
    """Answer questions from ``zone``: ``{(name, type): [text of a record]}``.

    :param silent: swallow every question, as a firewall does
    :returns: ``host:port``
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(0.1)
        stopped = threading.Event()

        def serve():
            while not stopped.is_set():
                with contextlib.suppress(TimeoutError):
                    wire, client = listener.recvfrom(4096)
                    if not silent:
                        listener.sendto(answer(zone, wire), client)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stopped.set()
            thread.join()


def answer(zone, wire):
    query = dns.message.from_wire(wire)
    response = dns.message.make_response(query)
    response.flags |= dns.flags.AA | dns.flags.RA
    question = query.question[0]
    name = question.name.to_text(omit_final_dot=True).lower()
    kind = dns.rdatatype.to_text(question.rdtype)
    if records := zone.get((name, kind)):
        response.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, records))
    elif not any(known == name for known, _kind in zone):
        response.set_rcode(dns.rcode.NXDOMAIN)
    return response.to_wire()
