"""An SMTP server in this process that keeps what it gets."""

import socketserver
import threading


class Sink(socketserver.ThreadingTCPServer):
    """On a port of the loopback. `letters` has (sender, recipients, message) for all that it took;
    what was cut off in the middle is none. A recipient in `refused` is answered 550, at one in
    `hangs_up_on` the connection ends without a word."""

    daemon_threads = True
    request_queue_size = 50

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Session)
        self.port = self.server_address[1]
        self.letters = []
        self.refused, self.hangs_up_on = set(), set()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def for_recipient(self, address):
        return [message for _, recipients, message in self.letters if address in recipients]


class _Session(socketserver.StreamRequestHandler):
    def handle(self):
        try:
            self._talk()
        except OSError:
            pass  # the sender is gone

    def _talk(self):
        sender, recipients = "", []
        self._say("220 sink.example")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"MAIL":
                sender, recipients = _address_in(line), []
            elif verb == b"RCPT":
                address = _address_in(line)
                if address in self.server.hangs_up_on:
                    return
                if address in self.server.refused:
                    self._say("550 no such person")
                    continue
                recipients.append(address)
            elif verb == b"DATA":
                self._say("354 go on")
                message = self._message()
                if message is None:
                    return
                self.server.letters.append((sender, recipients, message))
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            self._say("250 done")

    def _message(self):
        lines = []
        while line := self.rfile.readline():
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)
        return None

    def _say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


def _address_in(line):
    return line.partition(b"<")[2].partition(b">")[0].decode()
