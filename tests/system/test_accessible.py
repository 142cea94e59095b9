"""Report and pages as axe-core sees them: light and dark, on a phone and on a desk."""

import pathlib
import re
import unittest

import messages
from private_site.browser import WINDOWS
from site_case import Run
from test_browser import NEWSLETTER, BrowserCase
from test_report import SENDER


def axe_source():
    """What tests/run installs beside the build folders, from tests/browser/package-lock.json."""
    file = Run.programs.parent.parent / "browser/node_modules/axe-core/axe.min.js"
    if not file.is_file():
        raise unittest.SkipTest("axe-core is not there: tests/run gets it")
    return file.read_text(encoding="utf-8")


class Accessible(BrowserCase):
    @classmethod
    def setUpClass(cls):
        cls.axe = axe_source()
        super().setUpClass()

    def violations(self):
        """A line each: the rule, and the first element that breaks it."""
        self.browser.run(self.axe)
        found = self.browser.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "axe.run(document, {iframes: false}).then(r => done(r.violations), e => done(String(e)))")
        self.assertIsInstance(found, list, found)
        return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in found]

    def check(self, name):
        """The page that is open, as each reader has it."""
        for window in WINDOWS:
            for dark in (False, True):
                with self.subTest(name, window=window, dark=dark):
                    self.browser.show_as(window, dark)
                    self.assertEqual(self.violations(), [])
                    width = self.browser.run("return document.documentElement.scrollWidth")
                    self.assertLessEqual(width, WINDOWS[window][0], "it is wider than its window")

    def test_the_check_finds_what_is_wrong(self):
        page = pathlib.Path(self.folder.name) / "wrong.html"
        page.write_text('<!doctype html><title>x</title><img src="data:,"><a href="#"></a>'
                        '<p style="color:#bbb;background:#fff">hard to read</p>')
        self.browser.open(page.as_uri())
        rules = {line.partition(":")[0] for line in self.violations()}
        self.assertLessEqual({"color-contrast", "html-has-lang", "image-alt", "link-name"}, rules)

    def test_report_and_pages(self):
        recipient = "axe@inbox.example"
        letter = messages.letter(
            SENDER, subject="With a picture", extra=NEWSLETTER,
            body="<h1>Winter</h1><p>All <a href='https://shop.example/'>prices</a>"
                 "<img src='https://shop.example/a.png' alt=''></p>\n")
        self.accepted(self.site.send(re.sub(rb"text/plain", b"text/html", letter), SENDER, recipient))
        self.held_once(recipient, **{"class": "newsletter"})
        self.lazaret.ctl("settings", "set", recipient, "hold_at", "-50")
        self.site.settle()
        self.accepted(self.site.send(messages.letter(SENDER), SENDER, recipient))
        self.eventually(lambda: len(self.held_copies(recipient)) == 2, "the second copy")
        report = self.report_of(recipient)
        links = self.links_of(report)
        self.open_report(report)
        self.check("report")
        for name in ("look", "newsletter", "adjust", "release", "account"):
            self.browser.open(links[name])
            self.check(name)
        self.browser.open(report["List-Unsubscribe"].strip("<>"))
        self.check("unsubscribe")
        self.browser.open(links["account"])
        self.browser.press("form button")
        self.check("held copies")
        self.browser.open(links["release"])
        self.press("release")
        self.check("released")
        self.browser.open(links["release"].replace("/release", "x"))
        self.check("no such link")
