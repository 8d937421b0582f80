"""A mailbox server that greets and checks a password, for tests of what knocks at it."""

import contextlib
import socketserver
import threading

PASSWORD = "secret"


class _Imap(socketserver.StreamRequestHandler):
    """IMAP4rev1 as far as a login needs it (RFC 3501, 6.1.3 and 6.2.3)."""

    def handle(self):
        self.wfile.write(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
        for line in self.rfile:
            tag, command, *arguments = line.decode().split(None, 2)
            if command.upper() == "CAPABILITY":
                self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n")
            if command.upper() == "LOGIN" and PASSWORD not in arguments[0]:
                self.wfile.write(f"{tag} NO [AUTHENTICATIONFAILED] wrong password\r\n".encode())
            else:
                self.wfile.write(f"{tag} OK done\r\n".encode())
            if command.upper() == "LOGOUT":
                return


@contextlib.contextmanager
def imap_host():
    """Run the server.

    :returns: its port
    """
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Imap) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
