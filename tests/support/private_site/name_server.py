"""A name server of a private site: NSD with one zone, the root, that holds all the test needs."""

import signal
import socket
import struct
import subprocess

from .folder import free_port, note_process, stop_process, wait_until

SOA = ". 60 IN SOA ns.test. hostmaster.test. 1 60 60 60 5\n. 60 IN NS ns.test.\nns.test. A 127.0.0.1\n"


def text_record(name, text):
    """A TXT record; strings of at most 255 bytes, as the DNS has them."""
    parts = [text[at:at + 250] for at in range(0, len(text), 250)] or [""]
    escaped = " ".join('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"'
                       for part in parts)
    return f"{name}. 60 IN TXT {escaped}\n"


class NameServer:
    """One nsd process in FOLDER/dns, on a port of 127.0.0.1.

    `records` are lines of a zone file with absolute names; everything else does not exist. Of the
    domain `broken`, where one is named, nothing can be looked up: SERVFAIL.
    """

    def __init__(self, site, records, broken=None):
        self.site = site
        self.folder = site / "dns"
        self.records = records
        self.broken = broken
        self.port = free_port()
        self.process = None

    def server(self):
        """As dns.servers names it."""
        return f"127.0.0.1@{self.port}"

    def start(self):
        self.folder.mkdir(exist_ok=True)
        (self.folder / "zone").write_text("$ORIGIN .\n$TTL 60\n" + SOA + "".join(self.records))
        settings = self.folder / "nsd.conf"
        settings.write_text(
            f'server:\n  ip-address: 127.0.0.1@{self.port}\n  username: ""\n'
            f'  zonesdir: "{self.folder}"\n  database: ""\n  pidfile: "{self.folder}/pid"\n'
            f'  xfrdfile: "{self.folder}/xfrd"\n  zonelistfile: "{self.folder}/zones"\n'
            f'  xfrdir: "{self.folder}"\n  server-count: 1\n  hide-version: yes\n'
            "  rrl-ratelimit: 0\n  rrl-whitelist-ratelimit: 0\n"
            "remote-control:\n  control-enable: no\n"
            'zone:\n  name: "."\n  zonefile: "zone"\n'
            # A zone whose file is not there.
            + (f'zone:\n  name: "{self.broken}"\n  zonefile: "none"\n' if self.broken else ""))
        with open(self.folder / "log", "ab") as log:
            # It visits every descriptor that it might have, and some hosts allow a million.
            self.process = subprocess.Popen(["prlimit", "--nofile=1024", "nsd", "-d", "-c",
                                             settings],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        note_process(self.site, "3-nsd", self.process.pid, signal.SIGTERM)
        wait_until(self._answers, "nsd to answer", 10)

    def stop(self):
        if self.process:
            stop_process(self.process.pid, signal.SIGTERM)
            self.process.wait()
            self.process = None

    def _answers(self):
        """Whether it answers a question for the SOA record of the root."""
        question = struct.pack(">6H", 1, 0, 1, 0, 0, 0) + b"\0" + struct.pack(">2H", 6, 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(1)
            try:
                client.sendto(question, ("127.0.0.1", self.port))
                return client.recv(512)[3] & 15 == 0
            except OSError:
                return False
