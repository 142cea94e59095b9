"""The report and the pages in a real browser: what a person does with them, and what programs do
that open every link before he does."""

import contextlib
import html
import pathlib
import tempfile
import time
import urllib.parse

import messages
from private_site.browser import Browser
from test_report import SENDER, ReportCase

NEWSLETTER = ("List-Id: Winter prices <winter.shop.example>\n"
              "List-Unsubscribe: <https://shop.example/off>\n")


class BrowserCase(ReportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.TemporaryDirectory(prefix="lazaret-browser-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.browser = Browser(pathlib.Path(cls.folder.name) / "profile")
        cls.addClassCleanup(cls.browser.close)

    def open_report(self, report):
        """The HTML part, as a mail program shows it: a page of its own, without base."""
        file = pathlib.Path(self.folder.name) / "report.html"
        file.write_text(report.get_body(("html",)).get_content(), encoding="utf-8")
        self.browser.open(file.as_uri())

    def follow(self, deed):
        """Presses an action of the first row of the report that is open."""
        links = self.browser.driver.find_elements("css selector", f"a[href$='/{deed}']")
        self.assertTrue(links, self.browser.text())
        self.browser.open(links[0].get_attribute("href"))

    def press(self, deed):
        self.browser.press(f"form[action$='/{deed}'] button")

    def tearDown(self):
        self.assertEqual(self.browser.trap.caught, [], "something else was loaded")


class Person(BrowserCase):
    def test_release(self):
        recipient = "browser-release@strict.example"
        reference = self.hold(recipient, subject="Prices of the winter")
        self.open_report(self.report_of(recipient))
        self.assertIn("Prices of the winter", self.browser.text())
        self.assertIn("In quarantine: 1 message", self.browser.text())
        self.follow("release")
        self.assertIn("Prices of the winter", self.browser.text())
        self.assertEqual(self.state(reference), "held")
        self.press("release")
        self.eventually(lambda: self.state(reference) == "released", "the release")
        self.browser.driver.refresh()
        self.eventually(lambda: "Sent again to you at" in self.browser.text(), "the answer")
        self.site.postfix.wait_for_empty_queue()
        letters = [mail for mail in self.site.postfix.delivered_to(recipient, least=2)
                   if b"here are the minutes" in mail.stored and b"quarantine@" not in mail.stored]
        self.assertEqual(len(letters), 1)

    def test_accept_a_newsletter(self):
        recipient = "browser-news@inbox.example"
        self.accepted(self.site.send(messages.letter(SENDER, extra=NEWSLETTER), SENDER, recipient))
        self.held_once(recipient, **{"class": "newsletter"})
        self.open_report(self.report_of(recipient))
        self.follow("newsletter")
        self.press("newsletter")
        self.assertIn("winter.shop.example", self.lazaret.ctl("newsletter", "list", recipient))

    def test_adjust_allow_and_block(self):
        recipient = "browser-adjust@strict.example"
        reference = self.hold(recipient)
        self.open_report(self.report_of(recipient))
        self.follow("adjust")
        comment = self.browser.driver.find_element("css selector",
                                                   "form[action$='/adjust'] textarea")
        comment.send_keys("These minutes <b>are</b> wanted & not spam")
        self.press("adjust")
        self.assertIn("You asked for the filter to be adjusted", self.browser.text())
        numbers = [line.split()[0] for line in self.lazaret.ctl("requests", "list").splitlines()
                   if reference in line]
        self.assertEqual(len(numbers), 1)
        self.assertIn("These minutes <b>are</b> wanted & not spam",
                      self.lazaret.ctl("requests", "show", numbers[0]))
        for deed, listed in (("allow", "allow"), ("block", "deny")):
            with self.subTest(deed):
                recipient = f"browser-{deed}@strict.example"
                self.hold(recipient)
                self.open_report(self.report_of(recipient))
                self.follow("look")
                self.press(deed)
                self.assertIn(SENDER, self.lazaret.ctl(listed, "list", recipient))

    def test_french_with_a_right_to_left_subject(self):
        recipient = "browser-fr@strict.example"
        self.lazaret.ctl("settings", "set", recipient, "language", "fr")
        self.hold(recipient, subject="=?utf-8?b?16nXnNeV150g4oCu16LXldec150=?=")
        self.open_report(self.report_of(recipient))
        self.assertEqual(self.browser.run("return document.documentElement.lang"), "fr")
        self.assertIn("En quarantaine", self.browser.text())
        self.assertIn("שלום", self.browser.text())
        self.follow("look")
        self.assertEqual(self.browser.run("return document.documentElement.lang"), "fr")
        # The page goes on from left to right beside a subject that does not.
        self.assertEqual(self.browser.run(
            "return [...document.querySelectorAll('bdi')].some(e => e.innerText.includes('שלום'))"),
            True)
        self.assertEqual(self.browser.run(
            "return getComputedStyle(document.querySelector('main')).direction"), "ltr")

    def test_the_account_page(self):
        recipient = "browser-account@strict.example"
        reference = self.hold(recipient, subject="First of two")
        self.accepted(self.site.send(messages.letter(SENDER, subject="Second of two"), SENDER,
                                     recipient))
        self.eventually(lambda: len(self.held_copies(recipient)) == 2, "the second copy")
        links = self.links_of(self.report_of(recipient))
        self.browser.open(links["account"])
        self.browser.press("form button")
        self.assertIn("First of two", self.browser.text())
        self.assertIn("Second of two", self.browser.text())
        self.assertNotIn(urllib.parse.urlsplit(links["account"]).path.split("/")[2],
                         self.browser.driver.current_url)
        self.assertEqual(self.state(reference), "held")


class Scanner(BrowserCase):
    def test_a_browser_that_loads_ahead_runs_scripts_and_waits_changes_nothing(self):
        recipient = "browser-scan@strict.example"
        reference = self.hold(recipient)
        links = self.links_of(self.report_of(recipient))
        # The milter notes in batches what it did with the message.
        self.eventually(lambda: self.site.database.rows(
            f"select 1 from lazaret.passage where mailbox = '{recipient}'"), "the milter's note")
        before = self.site.database.everything()
        page = pathlib.Path(self.folder.name) / "ahead.html"
        urls = [html.escape(url) for url in links.values()]
        page.write_text("<!doctype html>" + "".join(
            f'<link rel="{kind}" href="{url}">' for url in urls
            for kind in ("prefetch", "prerender", "preload", "dns-prefetch")) + "".join(
            f'<img src="{url}"><iframe src="{url}"></iframe>' for url in urls))
        self.browser.open(page.as_uri())
        time.sleep(1)
        for url in links.values():
            self.browser.open(url)
            # What a sandbox does: move, scroll, press keys, wait.
            self.browser.run("window.scrollTo(0, document.body.scrollHeight);"
                             "for (const e of document.querySelectorAll('button, a, input'))"
                             " e.dispatchEvent(new MouseEvent('mouseover', {bubbles: true}));")
            time.sleep(0.3)
        self.assertEqual(self.state(reference), "held")
        self.assertEqual(self.site.database.everything(), before)
        # Then the person comes.
        self.browser.open(links["release"])
        self.press("release")
        self.eventually(lambda: self.state(reference) == "released", "the release")

    def test_two_windows_press_at_once(self):
        recipient = "browser-twice@strict.example"
        reference = self.hold(recipient)
        url = self.links_of(self.report_of(recipient))["release"]
        with contextlib.ExitStack() as stack:
            driver = self.browser.driver
            first = driver.current_window_handle
            driver.switch_to.new_window("tab")
            stack.callback(driver.switch_to.window, first)
            stack.callback(driver.close)
            for window in driver.window_handles:
                driver.switch_to.window(window)
                self.browser.open(url)
            for window in driver.window_handles:
                driver.switch_to.window(window)
                self.browser.run("document.querySelector(\"form[action$='/release']\").submit()")
            self.eventually(lambda: self.state(reference) == "released", "the release")
        self.site.postfix.wait_for_empty_queue()
        letters = [mail for mail in self.site.postfix.delivered_to(recipient, least=2)
                   if b"here are the minutes" in mail.stored and b"quarantine@" not in mail.stored]
        self.assertEqual(len(letters), 1)
