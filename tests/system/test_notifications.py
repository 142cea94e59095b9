"""What lazaret-report mails apart from the reports: requests, their outcome, a report on request."""

import email
import email.policy
import re

import messages
from test_browser import BrowserCase
from test_report import SENDER, ReportCase, fetch


class NotificationCase(ReportCase):
    def letters_to(self, recipient, subject, least=1):
        """The mails to somebody whose subject has these words."""
        def arrived():
            found = [email.message_from_bytes(mail.stored, policy=email.policy.default)
                     for mail in self.site.postfix.delivered() if mail.recipient == recipient]
            found = [mail for mail in found if subject in mail["Subject"]]
            return found if len(found) >= least else None
        self.run_reports()
        return self.eventually(arrived, f"mail to {recipient}")

    def run_reports(self):
        run = self.lazaret.send_reports()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.site.postfix.wait_for_empty_queue()

    def ask(self, recipient, deed):
        """Asks an administrator; the request's number."""
        reference = self.hold(recipient)
        url = self.links_of(self.report_of(recipient))["look"].replace("/look", f"/{deed}")
        page = fetch(url, "POST", {"comment": "It is from my bank"})
        self.assertEqual(page.code, 200, page.text)
        lines = [line for line in self.lazaret.ctl("requests", "list").splitlines()
                 if reference in line]
        self.assertEqual(len(lines), 1)
        return lines[0].split()[0]

    def learned(self):
        self.lazaret.ctl("learn", "--pending")
        return int(self.site.database.rows("select count(*) from lazaret.vote where told = 'ham' "
                                           "and origin = 'request'")[0][0])


class Requests(NotificationCase):
    def test_an_administrator_is_told_and_his_answer_reaches_the_person(self):
        recipient = "ask-adjust@strict.example"
        self.lazaret.ctl("settings", "set", recipient, "language", "de")
        number = self.ask(recipient, "adjust")
        letter = self.letters_to("postmaster@inbox.example", recipient)[0]
        self.assertIn(f"Request {number}:", letter["Subject"])
        text = letter.get_body(("plain",)).get_content()
        self.assertIn("It is from my bank", text)
        commands = re.findall(r"^  lazaretctl (.*accept.*)$", text, re.M)
        self.assertEqual(len(commands), 1)
        before = self.learned()
        self.lazaret.ctl(*commands[0].split(), "--words", "You are right.")
        self.assertEqual(self.learned(), before + 1, "the filter did not learn")

        answer = self.letters_to(recipient, "Anfrage wurde angenommen")[0]
        self.assertIn("You are right.", answer.get_body(("plain",)).get_content())
        self.assertEqual(fetch(self.links_of(answer)["account"]).code, 200)
        # Each of them once, however many runs follow.
        self.letters_to(recipient, "Anfrage wurde angenommen")
        self.assertEqual(len(self.letters_to(recipient, "Anfrage")), 1)
        self.assertEqual(len(self.letters_to("postmaster@inbox.example", recipient)), 1)
        self.assertNotIn(recipient, self.lazaret.ctl("report", "status"))

    def test_a_decline_is_told_too(self):
        recipient = "ask-declined@strict.example"
        self.lazaret.ctl("requests", "decline", self.ask(recipient, "adjust"),
                         "--words", "It is a known fraud.")
        answer = self.letters_to(recipient, "declined")[0]
        self.assertIn("It is a known fraud.", answer.get_body(("html",)).get_content())


class Reports(NotificationCase):
    def test_a_report_that_was_asked_for_comes_once(self):
        recipient = "ask-report@strict.example"
        self.hold(recipient)
        links = self.links_of(self.report_of(recipient))
        for url in (links["look"].replace("/look", "/fresh"), links["account"] + "/fresh"):
            self.assertEqual(fetch(url, "POST").code, 200)
        self.assertEqual(len(self.letters_to(recipient, "Quarantine report", least=2)), 2)
        self.assertEqual(len(self.letters_to(recipient, "Quarantine report", least=2)), 2)

    def test_who_turned_reports_off_is_told_once_that_mail_is_held(self):
        recipient = "ask-off@strict.example"
        self.hold(recipient)
        report = self.report_of(recipient)
        fetch(report["List-Unsubscribe"].strip("<>"), "POST", {"List-Unsubscribe": "One-Click"})
        self.run_reports()
        self.delivered_once(recipient)
        self.accepted(self.site.send(messages.letter(SENDER, subject="Another one"), SENDER, recipient))
        self.eventually(lambda: len(self.held_copies(recipient)) == 2, "the second copy")
        told = self.letters_to(recipient, "your reports are off")
        self.assertIn("account", self.links_of(told[0]))
        self.assertEqual(len(self.letters_to(recipient, "your reports are off")), 1)


class Undo(BrowserCase):
    def test_a_list_entry_is_in_the_next_report_and_taken_back_in_the_account(self):
        recipient = "undo@strict.example"
        self.hold(recipient)
        self.open_report(self.report_of(recipient))
        self.follow("look")
        self.press("block")
        self.assertIn(SENDER, self.lazaret.ctl("deny", "list", recipient))
        self.lazaret.ctl("report", "send", recipient)
        reports = self.eventually(
            lambda: (found := self.site.postfix.delivered_to(recipient, least=2)) and found,
            "the second report")
        newest = max(reports, key=lambda mail: mail.path.stat().st_mtime_ns)
        report = email.message_from_bytes(newest.stored, policy=email.policy.default)
        self.open_report(report)
        self.assertIn("You block this sender", self.browser.text())
        self.browser.open(self.links_of(report)["account"])
        self.browser.press("form button")
        self.browser.open(self.browser.driver.current_url + "/lists")
        self.press("lists/remove")
        self.assertNotIn(SENDER, self.lazaret.ctl("deny", "list", recipient))
