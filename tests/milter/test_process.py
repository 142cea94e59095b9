"""The process: start, stop, signals, bounds, and what it does when a part is away."""

import os
import pathlib
import signal
import socket
import stat
import subprocess
import threading
import time
from unittest import mock

from milter_case import MilterCase, Run, letter, stored
from milter_client import Connection, Refused
from private_site.folder import wait_until
from private_site.lazaret import eicar

HELD = "<held@strict.example>"
CLEAN = "<ben@inbox.example>"
MIB = 1 << 20


class Stop(MilterCase):
    def test_a_message_in_hand_is_finished(self):
        """SIGTERM: what has begun is judged, held and answered; what begins gets 451."""
        in_hand, idle = self.connect(), self.connect()
        in_hand.begin(["<in-hand@strict.example>"])
        in_hand.header(letter())
        in_hand.body(b"The first half,\r\n")
        # A step without a reply may still be on its way; a message that has one comes after it.
        self.assertTrue(idle.message([CLEAN], letter()).accepted)
        time.sleep(0.2)
        self.lazaret.process.send_signal(signal.SIGTERM)
        wait_until(lambda: "event=stopping" in self.log(), "the milter to stop", 10)
        self.assertTrue(idle.message([CLEAN], letter()).later)
        self.assertTrue(self.lazaret.is_alive())

        in_hand.body(b"and the second.\r\n")
        in_hand.send_end()
        reply = in_hand.read_reply()
        self.assertTrue(reply.accepted, reply.words)
        self.assertEqual(reply.dropped, ["<in-hand@strict.example>"])
        self.assertEqual(self.lazaret.process.wait(30), 0, self.log())
        (kept,) = stored("in-hand@strict.example")
        self.assertTrue(kept.endswith(b"\r\n\r\nThe first half,\r\nand the second.\r\n"))

    def test_mail_that_does_not_cease_gets_451_to_the_end(self):
        """What it works with goes while libmilter's threads still answer."""
        replies = []

        def go_on(connection):
            try:
                while True:
                    replies.append(connection.message([CLEAN], letter()))
            except (OSError, Refused):
                pass  # the process is gone

        connections = [self.connect() for _ in range(30)]
        self.lazaret.process.send_signal(signal.SIGTERM)
        wait_until(lambda: "event=stopping" in self.log(), "the milter to stop", 10)
        senders = [threading.Thread(target=go_on, args=(one,)) for one in connections]
        for sender in senders:
            sender.start()
        self.assertEqual(self.lazaret.process.wait(60), 0, self.log())
        for sender in senders:
            sender.join()
        self.assertTrue(replies)
        self.assertTrue(all(reply.later for reply in replies), {reply.words for reply in replies})

    def test_it_stops_with_idle_connections(self):
        self.connect()
        self.connect(greet=False)
        begun = time.monotonic()
        self.assertEqual(self.lazaret.stop(), 0, self.log())
        self.assertLess(time.monotonic() - begun, 15)

    def test_systemd_hears_of_start_life_and_stop(self):
        path = Run.folder / "notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.bind(str(path))
            systemd.settimeout(30)
            self.addCleanup(path.unlink)
            with mock.patch.dict(os.environ, {"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "900000"}):
                self.lazaret.restart()
            self.assertEqual(systemd.recv(100), b"READY=1")
            begun = time.monotonic()
            self.assertEqual([systemd.recv(100) for _ in range(5)], [b"WATCHDOG=1"] * 5)
            self.assertLess(time.monotonic() - begun, 5 * 0.9)
            self.lazaret.process.send_signal(signal.SIGTERM)
            heard = b""
            while heard in (b"", b"WATCHDOG=1"):
                heard = systemd.recv(100)
            self.assertEqual(heard, b"STOPPING=1")
            self.assertEqual(self.lazaret.process.wait(30), 0)

    def test_a_socket_that_a_crash_left_is_removed(self):
        self.lazaret.kill()
        self.assertTrue(stat.S_ISSOCK(self.lazaret.socket.lstat().st_mode))
        self.lazaret.start()
        self.assertTrue(self.connect().message([CLEAN], letter()).accepted)
        self.assertEqual(stat.S_IMODE(self.lazaret.socket.stat().st_mode), 0o666)

    def test_a_second_one_on_the_same_socket_is_refused(self):
        done = subprocess.run([Run.programs / "lazaret-milter", "-c", self.lazaret.settings_file],
                              capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 75, done.stderr)
        self.assertIn(b"somebody listens there", done.stderr)
        self.assertTrue(self.connect().message([CLEAN], letter()).accepted)


class Reload(MilterCase):
    def tearDown(self):
        self.lazaret.write_settings()

    def test_hangup_reads_the_settings_again_and_stops_nothing(self):
        """libmilter takes SIGHUP for a stop, when it gets it: here it never does."""
        connection = self.connect()
        self.lazaret.write_settings(milter={"trusted_networks": ["192.0.2.7/32"]})
        for sent in range(1, 26):
            self.lazaret.process.send_signal(signal.SIGHUP if sent % 5 else signal.SIGUSR1)
            wait_until(lambda wanted=sent: self.log().count("settings read again") >= wanted,
                       "the settings to be read again", 10)
        self.assertTrue(self.lazaret.is_alive())
        reply = connection.message([HELD], letter())
        self.assertTrue(reply.accepted)
        self.assertEqual(reply.dropped, [], "192.0.2.7 should count as outbound now")
        self.assertNotIn("event=stopping", self.log())

    def test_hangups_without_pause_stop_nothing(self):
        for _ in range(300):
            self.lazaret.process.send_signal(signal.SIGHUP)
            self.lazaret.process.send_signal(signal.SIGUSR1)
        wait_until(lambda: "settings read again" in self.log(), "the settings to be read again", 10)
        time.sleep(0.5)
        self.assertTrue(self.lazaret.is_alive())
        self.assertNotIn("stop", self.log())
        self.assertTrue(self.connect().message([CLEAN], letter()).accepted)

    def test_mistakes_leave_everything_as_it_is(self):
        self.lazaret.settings_file.write_text("[milter]\nsokcet = 'x'\nsessions = 'many'\n")
        self.lazaret.reload()
        wait_until(lambda: "settings not read again" in self.log(), "the mistakes to be found", 10)
        self.assertEqual(self.connect().message([HELD], letter()).dropped, [HELD])

    def test_check_lists_all_mistakes(self):
        self.lazaret.settings_file.write_text(
            "[milter]\nsokcet = 'x'\nsessions = 'many'\n\n[learned]\nmost_points = 1000\n")
        done = subprocess.run([Run.programs / "lazaret-milter", "--check", "-c",
                               self.lazaret.settings_file], capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 78)
        for line in (b"line 2", b"line 3", b"line 6"):
            self.assertIn(line, done.stderr)
        self.lazaret.write_settings()
        done = subprocess.run([Run.programs / "lazaret-milter", "--check", "-c",
                               self.lazaret.settings_file], capture_output=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_check_reads_what_the_start_would_read(self):
        for wrong, said in (({"link": {"key_file": "/nonexistent/link.key"}},
                             b"/nonexistent/link.key"),
                            ({"dns": {"enabled": True, "servers": ["not an address"]}},
                             b"dns.servers")):
            with self.subTest(said):
                self.lazaret.write_settings(**wrong)
                done = subprocess.run([Run.programs / "lazaret-milter", "--check", "-c",
                                       self.lazaret.settings_file], capture_output=True,
                                      timeout=60)
                self.assertEqual(done.returncode, 78)
                self.assertIn(said, done.stderr)


class Bounds(MilterCase):
    def tearDown(self):
        self.lazaret.write_settings()
        self.lazaret.stop()

    def test_a_session_too_many_is_told_to_come_later(self):
        self.lazaret.write_settings(milter={"sessions": 2})
        self.lazaret.restart()
        first, second = self.connect(), self.connect()
        third = self.connect(greet=False)
        self.assertTrue(third.greet().startswith("451 4.3.2 "))
        self.assertTrue(first.message([CLEAN], letter()).accepted)
        second.close()
        wait_until(lambda: self.connect(greet=False).greet() == "c", "the place to be free", 10)

    def test_memory_stays_bounded(self):
        """30 connections at once with a body of 10 MB each: all go to files."""
        # AddressSanitizer keeps what was freed for a while, which is not our memory.
        with mock.patch.dict(os.environ, {"ASAN_OPTIONS": "quarantine_size_mb=1"}):
            self.lazaret.restart()
        connections = [self.connect() for _ in range(30)]
        before = memory_of(self.lazaret.process.pid)
        for number, connection in enumerate(connections):
            connection.begin([f"<big{number}@elsewhere.example>"])
            connection.header(letter())
        chunk = b"0123456789abcdef0123456789abcdef0123456789abcdef012345678\r\n" * 1000
        senders = [threading.Thread(target=lambda c=connection: [c.body(chunk) for _ in range(170)])
                   for connection in connections]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        for connection in connections:  # all of it has arrived when this one is answered
            connection.send_end()
        replies = [connection.read_reply() for connection in connections]
        self.assertTrue(all(reply.accepted for reply in replies), [r.words for r in replies])
        grown = memory_of(self.lazaret.process.pid) - before
        self.assertLess(grown, 120 * MIB, "30 bodies of 10 MB are 300 MB")
        files = [one for one in self.lazaret.temporary.iterdir() if one.is_file()]
        self.assertEqual(files, [], "the files have no names")

    def test_a_full_disk_is_answered_451(self):
        def small_files():
            import resource
            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        self.lazaret.stop()
        self.lazaret.log_file.write_text("")
        self.log_begin = 0
        self.lazaret.start(limits=small_files)
        connection = self.connect()
        self.assertTrue(connection.message([CLEAN], letter(), b"x" * MIB).later)
        self.assertTrue(connection.message([CLEAN], letter()).accepted, "a small one needs no disk")

    def test_more_than_the_judges_can_do_gets_an_answer(self):
        """In time they judge it; else it is told to come later. Then all goes on as before."""
        self.lazaret.write_settings(milter={"judgements": 1, "judgement_budget": "1s",
                                            "progress_interval": "1s"})
        self.lazaret.restart()
        busy = [self.connect() for _ in range(8)]
        for connection in busy:
            connection.begin([CLEAN])
            connection.header(letter())
            connection.body(b"http://example.org/ <b>x</b>\r\n" * 30_000)
        for connection in busy:
            connection.send_end()
        replies = [connection.read_reply() for connection in busy]
        self.assertTrue(all(reply.accepted or reply.later for reply in replies))
        # What took too long is finished all the same, though nobody waits for it.
        wait_until(lambda: self.connect().message([CLEAN], letter()).accepted, "a free judge", 60)


class Away(MilterCase):
    def tearDown(self):
        self.lazaret.write_settings()
        self.lazaret.write_signatures()
        self.lazaret.stop()

    def test_without_database_wanted_mail_flows(self):
        """Also after a restart; what must be held waits, and is then held exactly once."""
        recipient = "<away@strict.example>"
        self.lazaret.restart()  # has saved what it knows
        message = letter("while the database is away")
        connection = self.connect()
        Run.database.stop()
        try:
            self.assertTrue(connection.message([CLEAN], letter()).accepted)
            self.assertTrue(connection.message([recipient], message).later)
            self.lazaret.restart()
            connection = self.connect()
            self.assertTrue(connection.message([CLEAN], letter()).accepted)
            self.assertTrue(connection.message([recipient], message).later)
        finally:
            Run.database.start()
        wait_until(lambda: connection.message([recipient], message).accepted, "the hold", 30)
        self.assertEqual(connection.message([recipient], message).dropped, [recipient])
        self.assertEqual(len(stored("away@strict.example")), 1)
        wait_until(lambda: "database is back" in self.log(), "the reload thread to go on", 30)

    def test_with_neither_database_nor_snapshot_it_does_not_start(self):
        self.lazaret.stop()
        self.lazaret.write_settings(
            database={"connection": f"host={Run.folder}/nowhere dbname=lazaret"},
            milter={"state_directory": str(self.lazaret.temporary)})
        done = subprocess.run([Run.programs / "lazaret-milter", "-c", self.lazaret.settings_file],
                              capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 75, done.stderr)
        self.assertIn(b"hint:", done.stderr)
        self.lazaret.start(wait=False)  # for tearDown
        self.lazaret.process.wait(30)

    def test_without_signatures(self):
        """It does not start; or, where a setting says so, mail waits, and then is held."""
        self.lazaret.stop()
        for file in self.lazaret.signatures.iterdir():
            file.unlink()
        done = subprocess.run([Run.programs / "lazaret-milter", "-c", self.lazaret.settings_file],
                              capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 75, done.stderr)

        self.lazaret.write_settings(milter={"require_antivirus": False, "unscanned_delay": "3s"})
        self.lazaret.start()
        connection = self.connect()
        message = letter("nobody looked at this")
        reply = connection.message(["<unscanned@inbox.example>"], message)
        self.assertTrue(reply.later, reply.words)
        self.assertTrue(connection.message(["<who@elsewhere.example>"], letter()).accepted)
        time.sleep(3)
        reply = connection.message(["<unscanned@inbox.example>"], message)
        self.assertEqual(reply.dropped, ["<unscanned@inbox.example>"])

        self.lazaret.write_signatures()
        wait_until(lambda: "event=\"new signatures\"" in self.log(), "the signatures", 30)
        self.assertTrue(connection.message([CLEAN], letter()).accepted)
        self.assertTrue(connection.message([CLEAN], letter(), eicar()).words.startswith("550 5.7.1"))


class Replies(MilterCase):
    def test_a_refusal_says_little_and_names_a_reference(self):
        reply = self.connect().message([CLEAN], letter(), eicar(), queue="VIRUS1")
        self.assertRegex(reply.words, r"^550 5\.7\.1 Message refused: it carries a virus "
                                      r"\(reference [0-9a-z]{12}\)$")
        self.assertRegex(self.log(), r"level=info queue=VIRUS1 event=judged class=virus "
                                     r"score=[0-9.]+ hits=VIRUS:[0-9.]+\S* rcpts=1 hold=0 "
                                     r"reply=refuse reference=[0-9a-z]{12} ms=\d+")

    def test_each_byte_of_a_body_is_kept(self):
        every = bytes(range(256)) * 300
        reply = self.connect().message(["<bytes@strict.example>"], letter(), every)
        self.assertTrue(reply.accepted)
        (kept,) = stored("bytes@strict.example")
        self.assertEqual(kept.partition(b"\r\n\r\n")[2], every)

    def test_each_byte_of_a_header_is_kept(self):
        """miltertest always puts a space in front of a value; mail does not always have one."""
        fields = [("Subject", "no space"), ("X-Tab", "\ttab"), ("X-Two", "  two "), ("X-Empty", ""),
                  ("X-Fold", " one\n\ttwo\n three"), ("X-Fold-First", "\n one"), ("x-TAB", " 2"),
                  ("Message-ID", " <header@partner.example>")]
        reply = self.connect().message(["<header@strict.example>"], fields, b"")
        self.assertTrue(reply.accepted)
        self.assertEqual(stored("header@strict.example"), [
            b"Subject:no space\r\nX-Tab:\ttab\r\nX-Two:  two \r\nX-Empty:\r\n"
            b"X-Fold: one\r\n\ttwo\r\n three\r\nX-Fold-First:\r\n one\r\nx-TAB: 2\r\n"
            b"Message-ID: <header@partner.example>\r\n\r\n"])

    def test_a_message_of_nothing_is_held_as_such(self):
        reply = self.connect().message(["<empty@strict.example>"], [], b"")
        self.assertEqual(reply.dropped, ["<empty@strict.example>"])
        self.assertEqual(stored("empty@strict.example"), [b"\r\n"])

    def test_odd_headers_get_an_answer(self):
        """Some of what miltertest itself does not survive."""
        connection = self.connect()
        for fields in ([], [("Subject", " " + "x" * 1_000_000)],
                       [("\u00e9", "\u00ff")] * 3000, [(" ", " "), (":", ":")]):
            with self.subTest(fields=str(fields[:1])[:40]):
                self.assertTrue(connection.message([CLEAN], fields, b"\0\r\n").accepted)

    def test_a_step_that_is_no_step_ends_only_its_connection(self):
        broken = socket.socket(socket.AF_UNIX)
        broken.connect(str(self.lazaret.socket))
        broken.sendall(b"\xff\xff\xff\xffgarbage" * 100)
        broken.close()
        self.assertTrue(self.connect().message([CLEAN], letter()).accepted)

    def test_an_mta_that_lets_us_change_nothing_is_turned_away(self):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(self.lazaret.socket))
        connection.sendall(b"\0\0\0\x0dO\0\0\0\x06\0\0\0\x01\0\x1f\xff\xff")
        connection.settimeout(10)
        self.assertEqual(connection.recv(100), b"")
        self.assertIn("does not let us change", self.log())


def memory_of(pid):
    """Private memory of a process in bytes; pages of its files can be had back."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise ValueError("no RssAnon")
