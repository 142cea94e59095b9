"""lazaret-report --stay: what somebody waits for comes within seconds; and the warn list, of whose
held mail its recipient is told at once."""

import email
import email.policy
import re
import signal
import subprocess

import messages
from private_site.folder import note_process
from private_site.lazaret import environment_of_programs
from test_report import SENDER, ReportCase, fetch

LINK = re.compile(r"http://127\.0\.0\.1:\d+/p/[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")


class StayCase(ReportCase):
    """With a lazaret-report that stays, and nobody who runs it by a timer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.log_file = cls.lazaret.folder / "stay.log"
        cls.service = None
        cls.begin()

    @classmethod
    def tearDownClass(cls):
        cls.end()
        super().tearDownClass()

    @classmethod
    def begin(cls):
        with open(cls.log_file, "ab") as log:
            cls.service = subprocess.Popen(
                [cls.lazaret.programs / "lazaret-report", "--config",
                 cls.lazaret.report_file, "--stay"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=cls.lazaret.folder,
                start_new_session=True, env=environment_of_programs())
        note_process(cls.site.folder, "2-stay", cls.service.pid, signal.SIGKILL)

    @classmethod
    def end(cls):
        """Asks it to stop as systemd does; its exit code."""
        cls.service.terminate()
        return cls.service.wait(30)

    def letters(self, recipient, subject):
        found = [email.message_from_bytes(mail.stored, policy=email.policy.default)
                 for mail in self.site.postfix.delivered() if mail.recipient == recipient]
        return [mail for mail in found if subject in mail["Subject"]]

    def letter(self, recipient, subject):
        """The one that comes by itself: seconds, where the timer would take a quarter of an hour.
        Less than the minute after which it looks anyway, so it was woken."""
        try:
            return self.eventually(lambda: self.letters(recipient, subject), subject, 30.0)[0]
        except Exception:
            print(self.log_file.read_text()[-2000:])
            raise

    def ask_for_link(self, recipient):
        page = fetch(f"http://127.0.0.1:{self.lazaret.portal_port}/account/link", "POST",
                     {"address": recipient})
        self.assertEqual(page.code, 200, page.text)


class Waiting(StayCase):
    def test_a_link_for_a_password_comes_at_once(self):
        recipient = "stay-link@strict.example"
        self.hold(recipient)
        self.ask_for_link(recipient)
        letter = self.letter(recipient, "Choose a password")
        self.assertEqual(len(LINK.findall(letter.get_body(("plain",)).get_content())), 1)

    def test_a_run_of_the_timer_beside_it_sends_nothing_twice(self):
        recipients = [f"stay-beside{number}@strict.example" for number in range(4)]
        for recipient in recipients:
            self.hold(recipient)
        for recipient in recipients:
            self.ask_for_link(recipient)
            run = self.lazaret.send_reports()
            self.assertEqual(run.returncode, 0, run.stderr)
        for recipient in recipients:
            self.letter(recipient, "Choose a password")
        self.site.postfix.wait_for_empty_queue()
        for recipient in recipients:
            self.assertEqual(len(self.letters(recipient, "Choose a password")), 1)

    def test_it_ends_when_it_is_told_to_and_what_is_wanted_meanwhile_waits(self):
        recipient = "stay-end@strict.example"
        self.hold(recipient)
        self.assertEqual(self.end(), 0)
        self.ask_for_link(recipient)
        self.site.postfix.wait_for_empty_queue()
        self.assertEqual(self.letters(recipient, "Choose"), [])
        self.begin()
        self.letter(recipient, "Choose a password")


class Away(StayCase):
    def test_a_database_that_goes_and_comes_back_is_waited_for(self):
        recipient = "stay-away@strict.example"
        self.hold(recipient)
        before = self.log_file.read_text().count("notifications wait")
        self.site.database.stop()
        try:
            self.eventually(
                lambda: self.log_file.read_text().count("notifications wait") > before,
                "a line in its log", 60.0)
        finally:
            self.site.database.start()
        self.eventually(lambda: "sending notifications again" in self.log_file.read_text(),
                        "it to come back", 60.0)
        self.assertIsNone(self.service.poll())
        # It says so once, not at each try.
        self.assertLessEqual(self.log_file.read_text().count("notifications wait"), before + 3)
        self.eventually(lambda: self.ask_and_see(recipient), "the portal", 30.0)
        self.letter(recipient, "Choose a password")

    def ask_and_see(self, recipient):
        return fetch(f"http://127.0.0.1:{self.lazaret.portal_port}/account/link", "POST",
                     {"address": recipient}).code == 200


class WarnList(StayCase):
    def test_held_mail_of_a_listed_sender_is_told_at_once_and_released_by_the_link(self):
        recipient = "warn@strict.example"
        self.lazaret.ctl("warn", "add", recipient, "@shop.example")
        self.site.settle()
        self.accepted(self.site.send(messages.letter("ada@partner.example", subject="Not listed"),
                                     "ada@partner.example", recipient))
        self.accepted(self.site.send(messages.letter(SENDER, subject="Your order"),
                                     SENDER, recipient))
        told = self.letter(recipient, "is held for you")
        self.assertEqual(told["Subject"], f"Mail from {SENDER} is held for you")
        text = told.get_body(("plain",)).get_content()
        self.assertIn("Your order", text)
        self.assertIn("it looks like spam", text)
        links = self.links_of(told)
        self.assertEqual(links, self.links_of(told, "plain"))
        self.assertEqual(set(links), {"look", "release", "adjust", "account"})
        page = fetch(links["release"])
        self.assertIn("Your order", page.text)
        action, fields = page.forms()["release"]
        pressed = fetch(f"http://127.0.0.1:{self.lazaret.portal_port}{action}", "POST", fields)
        self.assertEqual(pressed.code, 200, pressed.text)
        self.eventually(lambda: [mail for mail in self.letters(recipient, "Your order")],
                        "the released mail")

        copies = {copy["subject"]: copy["reference"]
                  for copy in self.lazaret.held(recipient, state="all")}
        why = self.lazaret.ctl("why", copies["Your order"])
        self.assertIn("Told at once, by entry", why)
        self.site.postfix.wait_for_empty_queue()
        self.assertEqual(len(self.letters(recipient, "is held for you")), 1)
        self.assertIn("Not listed", copies)
        self.eventually(lambda: self.hits(recipient) == 1, "the entry's hits")

    def test_nothing_is_told_of_what_is_delivered_or_blocked(self):
        delivered, blocked = "warn-clean@inbox.example", "warn-blocked@strict.example"
        for recipient in (delivered, blocked):
            self.lazaret.ctl("warn", "add", recipient, SENDER)
        self.lazaret.ctl("deny", "add", blocked, SENDER)
        self.site.settle()
        for recipient in (delivered, blocked):
            self.accepted(self.site.send(messages.letter(SENDER), SENDER, recipient))
        self.delivered_once(delivered)
        self.held_once(blocked, **{"class": "denied"})
        # Whoever is told after them is told last.
        after = "warn-after@strict.example"
        self.lazaret.ctl("warn", "add", after, SENDER)
        self.site.settle()
        self.accepted(self.site.send(messages.letter(SENDER), SENDER, after))
        self.letter(after, "is held for you")
        self.site.postfix.wait_for_empty_queue()
        self.assertEqual(self.letters(blocked, "is held for you"), [])
        self.assertEqual(len(self.letters(delivered, "")), 1)

    def hits(self, recipient):
        return int(self.site.database.rows(
            "select e.hits from lazaret.list_entry e join lazaret.address a "
            f"on e.owner = 'account:' || a.account_id where a.address = '{recipient}' "
            "and e.kind = 'warn'")[0][0])
