"""What a person says by what he does with his mail, up to what another milter makes of the next
mail, and back again."""

import json
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys

import messages
from private_site import folder as folders
from private_site.lazaret import environment_of_programs
from test_browser import BrowserCase
from test_report import SENDER

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "milter"))

from milter_client import Connection  # noqa: E402


class SecondMilter:
    """Another milter on the same database: a port, a state and a process of its own."""

    def __init__(self, lazaret):
        self.address = ("127.0.0.1", folders.free_port())
        self.folder = lazaret.folder / "second"
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "state").mkdir(parents=True)
        settings = lazaret.settings_file.read_text(encoding="utf-8")
        for old, new in ((f"unix:{lazaret.socket}", f"inet:{self.address[1]}@127.0.0.1"),
                         (json.dumps(str(lazaret.state)), json.dumps(str(self.folder / "state")))):
            assert old in settings, old
            settings = settings.replace(old, new)
        file = self.folder / "lazaret.toml"
        file.write_text(settings, encoding="utf-8")
        file.chmod(0o640)
        with open(self.folder / "milter.log", "ab") as log:
            self.process = subprocess.Popen(
                [lazaret.programs / "lazaret-milter", "--config", file], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, cwd=self.folder, start_new_session=True,
                env=environment_of_programs())
        folders.note_process(lazaret.site, "2-second-milter", self.process.pid, signal.SIGKILL)
        folders.wait_until(self.answers, "the second milter to listen", 60)

    def answers(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the second milter ended:\n{self.log()[-3000:]}")
        with socket.socket() as probe:
            return probe.connect_ex(self.address) == 0

    def log(self):
        return (self.folder / "milter.log").read_text(errors="replace")

    def version(self):
        """Of the model that it judges by."""
        found = re.findall(r"model changed.*?version=(\d+)", self.log())
        return int(found[-1]) if found else 0

    def judge(self, recipient, letter):
        """Hands it a message as an MTA does."""
        head, _, body = letter.partition(b"\r\n\r\n")
        fields = [(name, value) for name, _, value in
                  (line.partition(":") for line in head.decode().split("\r\n"))]
        with Connection(self.address) as connection:
            assert connection.greet() == "c"
            return connection.message([f"<{recipient}>"], fields, body, sender=f"<{SENDER}>")

    def stop(self):
        self.process.terminate()
        return self.process.wait(60)


class Learning(BrowserCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for kind, words in (("spam", "Win watches and pills without prescription today"),
                            ("ham", "The minutes of the board are attached, see you on Monday")):
            mail = messages.letter("someone@else.example", subject=words, body=words + "\n")
            done = cls.lazaret.run("learn", kind, "-", given=mail)
            assert done.returncode == 0, done.stderr
        cls.second = SecondMilter(cls.lazaret)
        cls.addClassCleanup(cls.second.stop)

    def learn(self):
        done = json.loads(self.lazaret.ctl("learn", "--pending", "--json"))
        self.assertEqual(done["refused"], "")
        self.eventually(lambda: self.second.version() == done["version"],
                        "the second milter to have the new version", 10)
        return done

    def next_mail(self, recipient):
        """What the second milter makes of the sender's next mail: its score, and the points that
        the recipient's own votes give."""
        before = {copy["reference"] for copy in self.lazaret.held(recipient)}
        # Who did not prove that he is the sender would get nothing of the recipient's good will.
        letter = (b"Authentication-Results: mx.inbox.example; dkim=pass header.d=shop.example\r\n"
                  + messages.letter(SENDER, subject="Winter prices", body="Our prices\n"))
        reply = self.second.judge(recipient, letter)
        self.assertEqual(reply.dropped, [f"<{recipient}>"])
        new = [copy for copy in self.lazaret.held(recipient) if copy["reference"] not in before]
        self.assertEqual(len(new), 1)
        shown = json.loads(self.lazaret.ctl("held", "show", "--json", new[0]["reference"]))
        own = [hit["points"] for hit in shown["hits"] if hit["name"] == "LEARNED_OWN"]
        return new[0]["score"], own

    def differing(self, first, second):
        return json.loads(self.lazaret.ctl("learn", "compare", "--json", str(first),
                                           str(second)))["differing_weights"]

    def test_a_release_reaches_another_milter_and_is_unlearned_with_the_vote(self):
        recipient = "learning@strict.example"
        first = self.learn()["version"]
        reference = self.hold(recipient, subject="Winter prices")
        report = self.report_of(recipient)
        page = self.links_of(report)["look"]
        score, own = self.next_mail(recipient)
        self.assertEqual(own, [])

        self.open_report(report)
        self.follow("release")
        self.press("release")
        self.eventually(lambda: self.state(reference) == "released", "the release")
        done = self.learn()
        self.assertEqual((done["learned"], done["version"]), (1, first + 1))
        self.assertGreater(self.differing(first, first + 1), 0)
        lower, own = self.next_mail(recipient)
        self.assertLess(lower, score - 0.1)
        self.assertEqual(len(own), 1)
        self.assertLess(own[0], 0)

        # The other mind: its sender blocked, then not any more.
        self.browser.open(page)
        self.press("block")
        done = self.learn()
        self.assertEqual((done["learned"], done["taken_back"]), (1, 1))
        self.browser.open(page)
        self.press("forget")
        done = self.learn()
        self.assertEqual((done["learned"], done["taken_back"]), (0, 1))
        self.assertEqual(self.differing(first, done["version"]), 0)
        again, own = self.next_mail(recipient)
        self.assertEqual(own, [])
        self.assertAlmostEqual(again, score, delta=0.1)
