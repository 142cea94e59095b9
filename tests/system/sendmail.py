#!/usr/bin/env python3
"""A real Sendmail sends mail through the milter: one clean, one held and released, one refused.

    tests/system/sendmail.py [PROGRAMS]     PROGRAMS: folder of the binaries, build/release/bin

Sendmail's packages are unpacked into a folder, never installed: they would remove Postfix. Needs
root, for a host name and a hosts file of its own.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "tests/system")]

import messages                                                  # noqa: E402
from private_site import folder as folders                       # noqa: E402
from private_site.lazaret import Lazaret                         # noqa: E402
from private_site.postgresql import PostgreSQL                   # noqa: E402
from private_site.sink import Sink                               # noqa: E402
from private_site.smtp import crlf, send                         # noqa: E402

PACKAGES = ("sendmail-bin", "sendmail-base", "sendmail-cf", "libwrap0")
PROTECTED, STRICT = "inbox.example", "strict.example"

# No DNS: names come from the hosts file. What is accepted goes to the sink's port.
MACROS = """\
OSTYPE(`linux')dnl
FEATURE(`nocanonify')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`no_default_msa')dnl
DAEMON_OPTIONS(`Name=MTA, Family=inet, Addr=127.0.0.1, Port={port}')dnl
RELAY_DOMAIN(`{protected}')dnl
RELAY_DOMAIN(`{strict}')dnl
define(`SMART_HOST', `relay:[127.0.0.1]')dnl
define(`RELAY_MAILER_ARGS', `TCP $h {sink}')dnl
define(`QUEUE_DIR', `{folder}/queue')dnl
define(`STATUS_FILE', `{folder}/statistics')dnl
define(`HELP_FILE', `{folder}/help')dnl
define(`ALIAS_FILE', `')dnl
define(`confPID_FILE', `{folder}/pid')dnl
define(`confSERVICE_SWITCH_FILE', `{folder}/service.switch')dnl
define(`confCONTROL_SOCKET_NAME', `')dnl
define(`confDONT_PROBE_INTERFACES', `True')dnl
define(`confDOMAIN_NAME', `mx.inbox.example')dnl
dnl the tests stand below /tmp, which everybody may write to
define(`confDONT_BLAME_SENDMAIL', `TrustStickyBit')dnl
INPUT_MAIL_FILTER(`lazaret', `S=unix:{socket}, F=T, T=S:4m;R:5m;E:10m')dnl
MAILER(`smtp')dnl
"""

# Its own view of the machine: a host name with a dot (else it waits a minute), and no name server.
START = """\
mount --make-rprivate /
mount --bind "$1/hosts" /etc/hosts
mount --bind "$1/resolv.conf" /etc/resolv.conf
hostname mx.inbox.example
LD_LIBRARY_PATH=$2 exec "$3" -bD -C "$1/sendmail.cf" -q1m -X "$1/traffic"
"""


def unpacked():
    """The folder with Sendmail's files; fetched once by apt."""
    folder = ROOT / "build/sendmail"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        subprocess.run(["apt-get", "-q", "download", *PACKAGES], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for package in folder.glob("*.deb"):
            subprocess.run(["dpkg", "-x", package, folder], check=True)
        (folder / "complete").touch()
    return folder


class Sendmail:
    """One daemon on a port of the loopback, with the milter in front of everything."""

    def __init__(self, site, milter_socket, sink):
        self.site, self.sink = site, sink
        self.folder = site / "sendmail"
        self.milter_socket = milter_socket
        self.port = folders.free_port()
        self.process = None

    def start(self):
        files = unpacked()
        self.folder.mkdir()
        (self.folder / "queue").mkdir(mode=0o700)
        for name, text in (("hosts", "127.0.0.1 mx.inbox.example localhost\n"
                                     "127.0.0.2 client.example.net\n"),
                           ("resolv.conf", "nameserver 127.0.0.1\n"),
                           ("service.switch", "hosts files\naliases files\n"),
                           ("sendmail.mc", MACROS.format(
                               folder=self.folder, port=self.port, sink=self.sink.port,
                               socket=self.milter_socket, protected=PROTECTED, strict=STRICT))):
            (self.folder / name).write_text(text)
        macros = files / "usr/share/sendmail/cf"
        with open(self.folder / "sendmail.cf", "wb") as settings:
            subprocess.run(["m4", f"-D_CF_DIR_={macros}/", macros / "m4/cf.m4",
                            self.folder / "sendmail.mc"], stdout=settings, check=True)
        # Its set-group bit would make the loader pass over our library folder.
        program = next(files.glob("usr/lib*/**/sendmail/sendmail"))
        program.chmod(0o755)
        libraries = ":".join(sorted({str(found.parent) for found in files.rglob("libwrap.so.0")}))
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                ["unshare", "--uts", "--mount", "sh", "-euc", START, "sh", self.folder, libraries,
                 program], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        folders.note_process(self.site, "3-sendmail", self.process.pid, signal.SIGTERM)
        folders.wait_until(self.answers, "Sendmail to listen", 30)

    def answers(self):
        if self.process.poll() is not None:
            raise RuntimeError("Sendmail ended:\n" + (self.folder / "log").read_text())
        with folders.socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class BehindSendmail(unittest.TestCase):
    programs = ROOT / "build/release/bin"

    @classmethod
    def setUpClass(cls):
        folders.remove_abandoned("sendmail")
        cls.site = folders.make_folder("sendmail")
        cls.addClassCleanup(folders.remove, cls.site)
        cls.sink = Sink()
        cls.addClassCleanup(cls.sink.shutdown)
        database = PostgreSQL(cls.site)
        database.create()
        socket = cls.site / "lazaret/milter.sock"
        cls.sendmail = Sendmail(cls.site, socket, cls.sink)
        cls.lazaret = Lazaret(cls.site, cls.programs, database, cls.sendmail.port)
        cls.lazaret.create()
        cls.lazaret.ctl("schema", "upgrade")
        cls.lazaret.ctl("domain", "add", PROTECTED, STRICT)
        # Everything that nobody allowed is spam there.
        cls.lazaret.ctl("settings", "set", f"@{STRICT}", "hold_at", "-50")
        cls.lazaret.start()
        cls.sendmail.start()

    def send(self, message, recipient):
        return send(self.sendmail.port, message, "ada@partner.example", recipient)

    def arrived(self, recipient):
        folders.wait_until(lambda: self.sink.for_recipient(recipient), f"mail for {recipient}", 30)
        letters = self.sink.for_recipient(recipient)
        self.assertEqual(len(letters), 1)
        return letters[0]

    def test_clean_mail_arrives(self):
        answer = self.send(messages.letter(subject="Clean"), f"anna@{PROTECTED}")

        self.assertTrue(answer.accepted, answer)
        self.assertIn(b"Subject: Clean\r\n", self.arrived(f"anna@{PROTECTED}"))

    def test_doubtful_mail_is_held_and_can_be_released(self):
        recipient = f"bert@{STRICT}"
        message = messages.letter(subject="Doubtful")

        answer = self.send(message, recipient)

        self.assertTrue(answer.accepted, answer)
        held = self.lazaret.held(recipient)
        self.assertEqual(len(held), 1, held)
        self.assertEqual(self.sink.for_recipient(recipient), [])

        self.lazaret.ctl("held", "release", held[0]["reference"])

        letter = self.arrived(recipient)
        self.assertEqual(body_of(letter), body_of(crlf(message)))
        self.assertEqual(len(self.sink.for_recipient(recipient)), 1)

    def test_a_virus_is_refused(self):
        recipient = f"carl@{PROTECTED}"

        answer = self.send(messages.with_virus(), recipient)

        self.assertTrue(answer.refused, answer)
        self.assertEqual(self.lazaret.held(recipient), [])
        self.assertEqual(self.sink.for_recipient(recipient), [])


def body_of(message):
    return message.split(b"\r\n\r\n", 1)[1]


if __name__ == "__main__":
    if os.geteuid() != 0:
        sys.exit(77)
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        BehindSendmail.programs = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=2)
