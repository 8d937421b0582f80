"""A mailbox server that greets and checks a password or token, for tests of what knocks at it."""

import base64
import contextlib
import socketserver
import threading

PASSWORD = "secret"


class _Imap(socketserver.StreamRequestHandler):
    """IMAP4rev1 as far as a login needs it (RFC 3501, 6.1.3 and 6.2.3)."""

    def handle(self):
        self.wfile.write(b"* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] ready\r\n")
        for line in self.rfile:
            tag, command, *arguments = line.decode().split(None, 2)
            if command.upper() == "CAPABILITY":
                self.wfile.write(b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n")
            if command.upper() == "AUTHENTICATE":
                self.wfile.write(b"+ \r\n")
                arguments = [base64.b64decode(self.rfile.readline()).decode()]
            if command.upper() in ("LOGIN", "AUTHENTICATE") and PASSWORD not in arguments[0]:
                self.wfile.write(f"{tag} NO [AUTHENTICATIONFAILED] wrong password\r\n".encode())
            else:
                self.wfile.write(f"{tag} OK done\r\n".encode())
            if command.upper() == "LOGOUT":
                return


@contextlib.contextmanager
def imap_host(tls_context=None):
    """Run the server.

    :param tls_context: speak TLS from the start, with this certificate
    :returns: its port
    """
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Imap) as server:
        if tls_context:
            server.socket = tls_context.wrap_socket(server.socket, server_side=True)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
