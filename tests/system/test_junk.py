"""Mail that people move to Junk and back, in a real Dovecot: what comes of it up to the model."""

import contextlib
import json
import socket
import subprocess

import messages
from private_site.authority import Authority
from private_site.dovecot import Dovecot
from private_site.sink import Sink
from vote_case import ANN, BEN, CAT, DAN, EVE, FAY, GUS, HUB, KEY, SENDER, VoteCase


class Junk(VoteCase):
    """Dovecot might be on another host: it knows a URL and a key."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lazaret.start_portal()
        authority = Authority(cls.folder / "authority").create()
        cls.dovecot = Dovecot(cls.folder, *authority.certify("imap", "DNS:localhost"),
                              {name: "three green umbrellas" for name in (ANN, BEN, CAT, DAN, FAY, GUS, HUB)},
                              votes={"KEY": KEY,
                                     "URL": f"http://127.0.0.1:{cls.lazaret.portal_port}"})
        cls.dovecot.start()

    def eventually(self, condition, what):
        try:
            return super().eventually(condition, what)
        except Exception:
            portal = self.lazaret.portal_log()
            print(f"--- Dovecot\n{self.dovecot.log()[-3000:]}\n--- portal\n{portal[-3000:]}")
            raise

    def move(self, name, source, target):
        """Moves all messages of a folder as a mail program does. @return how many."""
        client = self.dovecot.sign_in(name)
        try:
            client.create(f'"{target}"')
            self.assertEqual(client.select(source)[0], "OK")
            numbers = client.search(None, "ALL")[1][0].split()
            if numbers:
                status, answer = client._simple_command("MOVE", "1:*", f'"{target}"')
                self.assertEqual(status, "OK", answer)
            return len(numbers)
        finally:
            client.logout()

    def count(self, name, folder):
        client = self.dovecot.sign_in(name)
        try:
            return int(client.select(folder, readonly=True)[1][0])
        finally:
            client.logout()

    def test_moved_to_junk_teaches_and_moved_back_unlearns(self):
        first = self.learn()["version"]
        mail = self.receive(ANN, subject="Winter prices")
        self.assertIn(b"\nX-Lazaret-Reference: ", mail)
        self.dovecot.deliver(ANN, mail)
        self.assertEqual(self.move(ANN, "INBOX", "Junk"), 1)
        self.eventually(lambda: self.votes_of(ANN) == [["spam", "-", "junk"]], "the vote")
        self.assertEqual(self.kept_of(ANN), 1)
        done = self.learn()
        self.assertEqual((done["learned"], done["taken_back"]), (1, 0))
        self.assertEqual(self.votes_of(ANN), [["spam", "spam", "junk"]])
        self.assertGreater(self.differing(first, done["version"]), 0)

        self.assertEqual(self.move(ANN, "Junk", "INBOX"), 1)
        self.eventually(lambda: self.votes_of(ANN) == [["-", "spam", "junk"]], "the change")
        done = self.learn()
        self.assertEqual((done["learned"], done["taken_back"]), (0, 1))
        self.assertEqual(self.differing(first, done["version"]), 0)
        self.lazaret.ctl("expire")
        self.assertEqual(self.kept_of(ANN), 0)

    def test_what_the_server_put_there_is_wanted_when_it_comes_out(self):
        mail = self.receive(BEN, subject="Summer prices")
        self.dovecot.deliver(BEN, mail, folder="Junk")
        self.assertEqual(self.votes_of(BEN), [])
        self.move(BEN, "Junk", "Trash")
        self.move(BEN, "Trash", "Archive")  # Junk has no part in it
        for folder in ("Trash.2026", "INBOX.Trash", "Deleted Items", "Corbeille", "Papierkorb",
                       "&AMk-l&AOk-ments supprim&AOk-s", "Away", "Junk.Old"):
            with self.subTest(folder):
                self.dovecot.deliver(BEN, mail, folder="Junk")
                self.assertEqual(self.move(BEN, "Junk", folder), 1)
                self.assertEqual(self.votes_of(BEN), [])
        self.dovecot.deliver(BEN, mail, folder="Junk")
        self.move(BEN, "Junk", "Not spam")
        self.eventually(lambda: self.votes_of(BEN) == [["ham", "-", "junk"]], "the vote")

    def test_what_was_marked_as_spam_is_known_without_the_mark(self):
        for name, value in (("action.spam", "tag"), ("hold_at", "-50"), ("refuse_at", "100")):
            self.lazaret.ctl("settings", "set", FAY, name, value)
        self.site.settle()
        mail = self.receive(FAY, subject="Prices of\n the spring")
        self.assertIn(b"\nSubject: [Spam?] Prices of\n the spring\n", mail)
        self.dovecot.deliver(FAY, mail, folder="Junk")
        self.move(FAY, "Junk", "INBOX")
        self.eventually(lambda: self.votes_of(FAY) == [["ham", "-", "junk"]], "the vote")
        self.learn()
        self.assertEqual(self.votes_of(FAY), [["ham", "ham", "junk"]])

    def test_lines_that_the_mail_server_broke_are_as_they_were(self):
        """Postfix breaks long ones where it hands mail on to a server of mailboxes."""
        sink = Sink()
        self.addCleanup(sink.server_close)
        self.addCleanup(sink.shutdown)
        self.site.postfix.hand_on(GUS, sink.port)
        letter = messages.letter(SENDER, subject="word " * 300,
                                 body=f"<p>{'prices ' * 400}</p>\n" + "x" * 2500 + "\n")
        self.assertTrue(self.site.send(letter, SENDER, GUS).accepted)
        mail = self.eventually(lambda: sink.for_recipient(GUS), "the mail")[0]
        self.assertEqual(max(len(line) for line in mail.split(b"\r\n")), 998)
        self.eventually(lambda: self.passages(GUS) > 0, "the passage")
        self.dovecot.deliver(GUS, mail)
        self.move(GUS, "INBOX", "Junk")
        self.eventually(lambda: self.votes_of(GUS) == [["spam", "-", "junk"]], "the vote")

    def test_doctor_says_what_keeps_votes_from_being_believed(self):
        def found():
            said = json.loads(self.lazaret.run("doctor", "--json").stdout)["findings"]
            return [one for one in said if one["part"] == "votes"]
        self.assertEqual([one["health"] for one in found()], ["ok"])
        file = self.lazaret.administrator_file
        text = file.read_text()
        try:
            file.write_text(text.replace("[milter]", "[milter]\npassages = false"))
            self.assertEqual([one["health"] for one in found()], ["ok", "problem"])
            file.write_text(text.replace("vote.key", "none.key"))
            self.assertEqual([one["health"] for one in found()], ["problem"])
        finally:
            file.write_text(text)

    def test_what_is_not_believed_stays_where_it_was_moved_to(self):
        theirs = self.receive(BEN, subject="For Ben alone")
        self.dovecot.deliver(CAT, theirs)
        self.dovecot.deliver(CAT, messages.letter(SENDER, subject="Never came through us"))
        self.dovecot.deliver(CAT, theirs.replace(b"Subject: For Ben", b"Subject: For Cat"))
        self.assertEqual(self.move(CAT, "INBOX", "Junk"), 3)
        self.assertEqual(self.count(CAT, "Junk"), 3)
        self.assertEqual(self.votes_of(CAT), [])

    def test_a_portal_that_is_away_keeps_nobody_from_moving_mail(self):
        self.dovecot.deliver(DAN, self.receive(DAN, subject="Nobody listens"))
        self.lazaret.portal.terminate()
        self.lazaret.portal.wait(60)
        try:
            self.assertEqual(self.move(DAN, "INBOX", "Junk"), 1)
            self.assertEqual(self.count(DAN, "Junk"), 1)
        finally:
            self.lazaret.start_portal()
        # Dovecot tells it with the next move.
        self.assertEqual(self.move(DAN, "Junk", "INBOX"), 1)
        self.move(DAN, "INBOX", "Junk")
        self.eventually(lambda: self.votes_of(DAN) == [["spam", "-", "junk"]], "the vote")

    def test_a_portal_that_does_not_answer_is_asked_once_for_many_messages(self):
        conf = self.dovecot.folder / "lazaret" / "vote.conf"
        good = conf.read_text()
        for number in range(12):
            self.dovecot.deliver(HUB, messages.letter(SENDER, subject=f"Number {number}"))
        with socket.create_server(("127.0.0.1", 0), backlog=50) as silent:
            conf.write_text(f"{good}URL=http://127.0.0.1:{silent.getsockname()[1]}\n"
                            "SECONDS_AT_MOST=3\n")
            self.assertEqual(self.move(HUB, "INBOX", "Junk"), 12)
            self.assertEqual(self.count(HUB, "Junk"), 12)
            silent.settimeout(0)
            asked = 0
            with contextlib.suppress(BlockingIOError):
                while silent.accept():
                    asked += 1
        self.assertIn(asked, (1, 2))
        # That is over after a time, here after none.
        mail = self.receive(HUB, subject="Later")
        self.dovecot.deliver(HUB, mail)
        conf.write_text(good)
        self.move(HUB, "INBOX", "Junk")
        self.assertEqual(self.votes_of(HUB), [])
        conf.write_text(f"{good}SECONDS_OF_SILENCE=0\n")
        self.move(HUB, "Junk", "INBOX")
        conf.write_text(good)
        self.assertEqual(self.votes_of(HUB), [["ham", "-", "junk"]])

    def test_the_program_that_dovecot_runs_never_fails(self):
        # Longer than a pipe holds: whoever does not read it to the end breaks it.
        mail = self.receive(EVE, subject="By hand", body="Prices of the winter.\n" * 5000)
        before = self.votes_of(EVE)
        here = self.dovecot.folder / "lazaret"
        good = (here / "vote.conf").read_text()
        other, opened = self.folder / "other.key", self.folder / "open.key"
        for key, mode in ((other, 0o600), (opened, 0o644)):
            key.write_text(KEY[::-1] + "\n" if key is other else KEY + "\n")
            key.chmod(mode)
        for change, says, user in (("URL=\n", "spam", EVE), (f"KEY={other}\n", "spam", EVE),
                                   (f"KEY={opened}\n", "spam", EVE),
                                   (f"KEY={self.folder}/none\n", "spam", EVE),
                                   ("URL=http://127.0.0.1:1\n", "spam", EVE), ("", "eggs", EVE),
                                   ("DOMAIN=\n", "spam", "eve"),
                                   ("BYTES_AT_MOST=1000\n", "spam", EVE),
                                   ("if then\n", "spam", EVE)):
            (self.folder / "vote.conf").write_text(good + change)
            with self.subTest(change=change):
                done = subprocess.run([here / "shipped", says, user], input=mail, timeout=60,
                                      env={"LAZARET_VOTE_CONF": str(self.folder / "vote.conf"),
                                           "PATH": "/usr/bin:/bin"})
                self.assertEqual(done.returncode, 0)
                self.assertEqual(self.votes_of(EVE), before)
        (self.folder / "vote.conf").write_text(
            good + "address_of() { [ \"$1\" = number-5 ] && echo " + EVE + "; }\n")
        subprocess.run([here / "shipped", "spam", "number-5"], input=mail, timeout=60, check=True,
                       env={"LAZARET_VOTE_CONF": str(self.folder / "vote.conf"),
                            "PATH": "/usr/bin:/bin"})
        self.assertEqual(self.votes_of(EVE), [["spam", "-", "junk"]])
