"""What stands in front of a portal at every site: a proxy that speaks TLS."""

import contextlib
import select
import socket
import socketserver
import ssl
import threading


class TlsFront(socketserver.ThreadingTCPServer):
    """On a port of the loopback; what is said there goes to another port and back, unchanged."""

    daemon_threads = True
    request_queue_size = 50

    def __init__(self, certificate, key, target):
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(certificate, key)
        self.port = self.server_address[1]
        self.target = target
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()


class _Conversation(socketserver.BaseRequestHandler):
    def handle(self):
        with contextlib.suppress(OSError):  # one of the two is gone
            with self.server.context.wrap_socket(self.request, server_side=True) as client, \
                    socket.create_connection(("127.0.0.1", self.server.target)) as portal:
                self._pass_on(client, portal)

    @staticmethod
    def _pass_on(client, portal):
        while True:
            # What TLS has read already wakes no select().
            ready = [client] if client.pending() else select.select([client, portal], [], [])[0]
            for one in ready:
                block = one.recv(65536)
                if not block:
                    return
                (portal if one is client else client).sendall(block)
