"""Report and pages as axe-core sees them, light and dark, on a phone and on a desk; the pages as
html-validate reads them; and the report as mail programs draw it, by what caniemail.com knows."""

import html
import json
import pathlib
import re
import subprocess
import tempfile

import messages
from axe_case import AxeCase, faults_of, npm_folder
from test_browser import NEWSLETTER
from test_notifications import NotificationCase
from test_report import SENDER, ReportCase


MAIL_PROGRAMS = ("gmail.*", "outlook.windows", "apple-mail.*", "thunderbird.*")

# What some of them do not know, and what stands in the report for it there.
FALLBACKS = {
    "<bdi> element": "the isolates U+2068 and U+2069 around the same value",
    "aria-label attribute": "the title of the same words, and the score in figures",
    "@media": "the colours and columns that stand in the elements themselves",
    "Type selector": "the link's colour is the program's own",
    "white-space": "a score that is broken over two lines",
}


class MailPrograms(ReportCase):
    def unknown(self, content):
        """What the programs do not know of an HTML text, without their names."""
        folder = npm_folder()
        with tempfile.NamedTemporaryFile("w", suffix=".html", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            script = pathlib.Path(__file__).resolve().parent.parent / "browser/mail_programs.mjs"
            done = subprocess.run(["node", script, file.name, *MAIL_PROGRAMS], cwd=folder,
                                  capture_output=True, text=True, check=True)
        return {sentence.split("`")[1] for sentence in json.loads(done.stdout)}

    def test_the_lint_finds_what_they_do_not_know(self):
        self.assertIn("display:grid", " ".join(self.unknown(
            '<p style="display:grid">x</p>')).replace(": ", ":"))

    def test_nothing_is_used_without_a_fallback(self):
        recipient = "programs@strict.example"
        self.hold(recipient)
        content = self.report_of(recipient).get_body(("html",)).get_content()
        self.assertLessEqual(self.unknown(content), set(FALLBACKS))
        # Each bdi has its fallback.
        bdis = re.findall("<bdi[^>]*>(.*?)</bdi>", content)
        self.assertTrue(bdis)
        for text in bdis:
            self.assertRegex(html.unescape(text), "^\u2068.*\u2069$")


class Accessible(AxeCase, NotificationCase):
    def test_the_check_finds_what_is_wrong(self):
        page = pathlib.Path(self.folder.name) / "wrong.html"
        page.write_text('<!doctype html><title>x</title><img src="data:,"><a href="#"></a>'
                        '<p style="color:#bbb;background:#fff">hard to read</p>')
        self.browser.open(page.as_uri())
        rules = {line.partition(":")[0] for line in self.violations()}
        self.assertEqual({line.split(": ")[1] for line in faults_of(
            '<!doctype html>\n<html lang="en"><head><title>x</title></head>'
            '<body><p id="a"><div id="a"></div></p></body></html>')}, {"close-order", "no-dup-id"})
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
        self.lazaret.ctl("deny", "add", recipient, "someone@shop.example")
        self.browser.open(links["account"])
        self.browser.press("form button")
        self.check("held copies and lists")
        self.browser.open(links["release"])
        self.press("release")
        self.check("released")
        self.browser.open(links["release"].replace("/release", "x"))
        self.check("no such link")

    def test_notifications(self):
        recipient = "axe-told@strict.example"
        number = self.ask(recipient, "adjust")
        self.open_report(self.letters_to("postmaster@inbox.example", recipient)[0])
        self.check("to the administrator")
        self.lazaret.ctl("requests", "accept", number, "--words", "Thank you.")
        self.open_report(self.letters_to(recipient, "accepted")[0])
        self.check("to who asked")

    def sign_in_by_mail(self, recipient):
        url = f"http://127.0.0.1:{self.lazaret.portal_port}/account"
        self.browser.open(url + "/sign-in")
        self.browser.driver.find_element("id", "address").send_keys(recipient)
        self.browser.press("button[formaction$='/account/link']")
        letter = self.letters_to(recipient, "Choose a password")[0]
        self.browser.open(re.search(r"http://\S+/p/\S+",
                                    letter.get_body(("plain",)).get_content())[0])
        self.browser.press("form button.first")
        self.browser.driver.find_element("id", "password").send_keys("three green umbrellas")
        self.browser.press("form button.first")
        return url

    def test_settings(self):
        recipient, other = "axe-settings@strict.example", "axe-other@strict.example"
        self.hold(recipient)
        url = self.sign_in_by_mail(recipient)
        self.browser.open(url + "/settings")
        self.check("settings")
        self.browser.driver.find_element("id", "address").send_keys("x@elsewhere.example")
        self.browser.press("form[action$='/address/add'] button")
        self.check("a domain of others")
        field = self.browser.driver.find_element("id", "address")
        field.clear()
        field.send_keys(other)
        self.browser.press("form[action$='/address/add'] button")
        self.check("a link was sent")
        letter = self.letters_to(other, "Add this address")[0]
        link = re.search(r"http://\S+/address/\S+", letter.get_body(("plain",)).get_content())[0]
        self.open_report(letter)
        self.check("the mail with the link")
        self.browser.open(link)
        self.check("the offer")
        self.browser.press("form.deed button")
        for details in self.browser.driver.find_elements("css selector", "summary"):
            details.click()
        self.check("two addresses")
        self.browser.run("document.querySelector('#report-hour').options[3].value = '99';"
                         "document.querySelector('#report-hour').selectedIndex = 3;")
        self.browser.press("form.settings button")
        self.check("what cannot be chosen")

    def test_a_site_with_colours_of_its_own(self):
        recipient = "axe-look@strict.example"
        for name, value in (("name", "Post of Example"), ("colour", "#ffd500"),
                            ("help_url", "https://help.example.org/"),
                            ("footer", "Town hall, first floor")):
            self.lazaret.ctl("settings", "set", recipient, f"report.{name}", value)
        self.hold(recipient)
        report = self.report_of(recipient)
        self.open_report(report)
        self.check("report")
        self.browser.open(self.links_of(report)["look"])
        self.assertIn("Post of Example", self.browser.text())
        self.check("page")
