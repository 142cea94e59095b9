"""Mistakes in the settings, missing signatures, a full disk: said clearly, and no mail is lost."""

import os
import resource
import subprocess

import messages
from site_case import SiteCase

SENDER = "ada@partner.example"


class SettingsFile(SiteCase):
    def check(self, text):
        file = self.site.folder / "mistakes.toml"
        file.write_text(text)
        return subprocess.run([self.lazaret.programs / "lazaret-milter", "--config", file,
                               "--check"], capture_output=True, text=True, timeout=60)

    def test_all_mistakes_are_listed_with_their_lines(self):
        done = self.check('[milter]\nsocket = 5\nsessions = 0\nreload_intervall = "1s"\n'
                          '[antivirus]\nbudget = "a while"\n[antivirs]\n')
        self.assertEqual(done.returncode, 78, done)
        for line, what in ((2, "socket"), (3, "sessions"), (4, "reload_intervall"),
                           (6, "budget"), (7, "antivirs")):
            found = [said for said in done.stderr.splitlines()
                     if f"line {line}:" in said and what in said]
            self.assertTrue(found, (line, what, done.stderr))

    def test_what_is_no_toml_is_said_with_its_line(self):
        done = self.check("[milter]\nsocket = \n")
        self.assertEqual(done.returncode, 78, done)
        self.assertIn("line 2", done.stderr)

    def test_a_file_that_is_not_there(self):
        done = subprocess.run([self.lazaret.programs / "lazaret-milter", "--config",
                               "/nonexistent/lazaret.toml", "--check"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 78, done)
        self.assertIn("/nonexistent/lazaret.toml", done.stderr)

    def test_a_good_file_passes_the_check(self):
        done = subprocess.run([self.lazaret.programs / "lazaret-milter", "--config",
                               self.lazaret.settings_file, "--check"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done)


class WithoutSignatures(SiteCase):
    def setUp(self):
        super().setUp()
        self.lazaret.stop()
        (self.lazaret.signatures / "test.ndb").unlink()
        self.addCleanup(self.put_back)

    def put_back(self):
        if self.lazaret.is_alive():
            self.lazaret.stop()
        self.lazaret.write_signatures()
        self.lazaret.write_settings()
        self.lazaret.start()

    def test_it_does_not_start_unless_told_to(self):
        self.lazaret.start(wait=False)
        self.assertEqual(self.lazaret.process.wait(60), 75)
        self.assertIn("signature", self.lazaret.log()[-1000:])

    def test_mail_waits_for_a_while_and_is_then_held(self):
        self.lazaret.write_settings(milter={"require_antivirus": False,
                                            "unscanned_delay": "2s"})
        self.lazaret.start()
        recipient = "unscanned@inbox.example"
        mail = messages.letter()
        self.told_later(self.site.send(mail, SENDER, recipient))
        self.not_held(recipient)

        self.accepted(self.site.send_until_answered(mail, SENDER, recipient))
        self.held_once(recipient)
        self.not_delivered(recipient)

        self.lazaret.write_signatures()

        def passes():
            return self.site.send(messages.letter(), SENDER, "scanned@inbox.example").accepted
        self.eventually(passes, "the new signatures to be in use")


class FullDisk(SiteCase):
    """A message above memory_per_message goes to a temporary file, and the disk is full."""

    def test_told_later_and_accepted_when_there_is_room(self):
        recipient = "roomy@inbox.example"
        mail = messages.letter(body="A line of a large report.\n" * 150_000)
        place = self.lazaret.temporary
        mounted = os.geteuid() == 0 and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=512k,mode=0777", "none", place],
            stderr=subprocess.DEVNULL).returncode == 0
        try:
            self.lazaret.restart(limits=None if mounted else few_bytes)
            self.told_later(self.site.send(mail, SENDER, recipient))
            self.assertTrue(self.lazaret.is_alive())
            self.accepted(self.site.send(messages.letter(), SENDER, "small@inbox.example"))
        finally:
            self.lazaret.stop()
            if mounted:
                subprocess.run(["umount", place], check=True)
            self.lazaret.start()
        self.accepted(self.site.send(mail, SENDER, recipient))
        self.delivered_once(recipient)


def few_bytes():
    """Where nothing can be mounted: no file of the process may grow beyond this."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (512 << 10, 512 << 10))
