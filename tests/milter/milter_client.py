"""The MTA's side of the milter protocol, as much of it as the tests need beyond miltertest."""

import socket
import struct

HEADER_LEADING_SPACE = 0x00100000
NO_REPLIES = {"H": 0x2000, "M": 0x4000, "R": 0x8000, "L": 0x80, "N": 0x40000, "B": 0x80000}
CONTENT = 65_535  # bytes of the largest body chunk

class Refused(Exception):
    """The milter ended the connection."""


class Reply:
    """What came back at the end of a message."""

    def __init__(self):
        self.code = ""     # 'c' continue, 'y' with words, 't' temporary failure, ...
        self.words = ""
        self.dropped = []
        self.added = {}
        self.progress = 0

    @property
    def accepted(self):
        return self.code in "ac"

    @property
    def later(self):
        return self.code == "t" or (self.code == "y" and self.words.startswith("4"))


class Connection:
    """One connection to a milter, negotiated like Postfix does: on a unix socket, or on (host,
    port)."""

    def __init__(self, place, timeout=60):
        over_tcp = isinstance(place, tuple)
        self.socket = socket.socket(socket.AF_INET if over_tcp else socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(place if over_tcp else str(place))
        self.buffer = self.socket.makefile("rb")
        self.steps = 0
        self._send("O", struct.pack("!III", 6, 0x1FF, 0x1FFFFF))
        code, data = self._receive()
        assert code == "O", code
        self.steps = struct.unpack("!III", data[:12])[2]

    def close(self):
        self.buffer.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def greet(self, ip="192.0.2.7"):
        """The answer to the connection: 'c', or how it was turned away."""
        self._send("C", b"mail.partner.example\0004" + struct.pack("!H", 25) + ip.encode() + b"\0")
        code, data = self._receive()
        if code == "c":
            self._step("H", b"mail.partner.example\0")
        return code if code != "y" else data.rstrip(b"\0").decode()

    def begin(self, recipients, sender="<ada@partner.example>", queue="Q1"):
        self._send("D", b"Mi\0" + queue.encode() + b"\0")
        self._step("M", sender.encode() + b"\0")
        for recipient in recipients:
            self._step("R", recipient.encode() + b"\0")

    def header(self, fields):
        for name, value in fields:
            self._step("L", name.encode() + b"\0" + value.encode() + b"\0")
        self._step("N", b"")

    def body(self, content):
        for begin in range(0, len(content), CONTENT):
            self._step("B", content[begin:begin + CONTENT])

    def send_end(self):
        self._send("E", b"")

    def read_reply(self):
        reply = Reply()
        while True:
            code, data = self._receive()
            if code == "-":
                reply.dropped.append(data.rstrip(b"\0").decode())
            elif code == "p":
                reply.progress += 1
            elif code in "him":
                name, value = data.rstrip(b"\0").rsplit(b"\0", 1)
                reply.added[name.decode()[0 if code == "h" else 4:]] = value.decode().strip()
            elif code in "acdrty":
                reply.code = code
                reply.words = data.rstrip(b"\0").decode()
                return reply

    def message(self, recipients, fields, content=b"Hello.\r\n", **how):
        """One whole message and its reply."""
        self.begin(recipients, **how)
        self.header(fields)
        self.body(content)
        self.send_end()
        return self.read_reply()

    def _step(self, code, data):
        self._send(code, data)
        if not self.steps & NO_REPLIES.get(code, 0):
            got, _ = self._receive()
            assert got == "c", f"{code}: {got}"

    def _send(self, code, data):
        self.socket.sendall(struct.pack("!I", len(data) + 1) + code.encode() + data)

    def _receive(self):
        size = self.buffer.read(4)
        if len(size) < 4:
            raise Refused("the milter closed the connection")
        data = self.buffer.read(struct.unpack("!I", size)[0])
        return chr(data[0]), data[1:]
