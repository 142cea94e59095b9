"""Getting in with an address and a password, in a browser that runs no scripts: a link by mail, a
password, out, in again, the list of sessions; in two languages, on a desk and on a phone."""

import pathlib
import re
import tempfile
import urllib.request

from page_case import PageCase
from private_site.browser import Browser
from test_notifications import NotificationCase

LINK = re.compile(r"http://127\.0\.0\.1:\d+/p/[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")
GOOD = "three green umbrellas"

WORDS = {
    "en": {"wrong": "Address and password do not belong together", "look": "Look into your mailbox",
           "subject": "Choose a password for your quarantine", "sessions": "Where you are signed in",
           "out": "You are signed out everywhere", "dead": "This link does not work"},
    "fr": {"wrong": "Cette adresse et ce mot de passe ne vont pas ensemble",
           "look": "Consultez votre messagerie",
           "subject": "Choisissez un mot de passe pour votre quarantaine",
           "sessions": "Où vous êtes connecté",
           "out": "Vous êtes déconnecté partout", "dead": "Ce lien ne fonctionne pas"},
}


class SignInCase(PageCase, NotificationCase):
    scripts = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.TemporaryDirectory(prefix="lazaret-browser-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.browser = Browser(pathlib.Path(cls.folder.name) / "profile", scripts=cls.scripts)
        cls.addClassCleanup(cls.browser.close)
        cls.url = f"http://127.0.0.1:{cls.lazaret.portal_port}"

    def tearDown(self):
        self.assertEqual(self.browser.trap.caught, [], "something else was loaded")

    def sign_in(self, recipient, password):
        self.browser.open(self.url + "/account/sign-in")
        self.write(address=recipient, password=password)
        self.browser.press("form button.first")

    def is_in(self):
        self.browser.open(self.url + "/account")
        return "Minutes" in self.browser.text()

    def link_by_mail(self, recipient, words):
        self.browser.open(self.url + "/account/sign-in")
        self.write(address=recipient)
        self.browser.press("button[formaction$='/account/link']")
        self.assertIn(words["look"], self.browser.text())
        letter = self.letters_to(recipient, words["subject"])[-1]
        found = {form: LINK.findall(letter.get_body((form,)).get_content())
                 for form in ("html", "plain")}
        self.assertEqual(found["html"], found["plain"])
        self.assertEqual(len(found["html"]), 1)
        # Of the portal's own address, whatever host a browser named when it asked.
        self.assertTrue(found["html"][0].startswith(self.url + "/"))
        return found["html"][0]

    def choose_password(self, recipient, words):
        """From a link by mail to a session."""
        self.browser.open(self.link_by_mail(recipient, words))
        self.browser.press("form button.first")
        self.write(password=GOOD)
        self.browser.press("form button.first")
        self.assertTrue(self.is_in())


class SignIn(SignInCase):
    def the_whole_way(self, language):
        words = WORDS[language]
        recipient = f"sign-in-{language}@strict.example"
        self.lazaret.ctl("settings", "set", recipient, "language", language)
        self.hold(recipient, subject="Minutes of the meeting")
        self.speak(language)
        self.assertFalse(self.is_in())
        self.see("not-in", language)
        self.sign_in(recipient, GOOD)
        self.assertIn(words["wrong"], self.browser.text())
        self.see("sign-in", language)

        link = self.link_by_mail(recipient, words)
        self.see("asked", language)
        self.browser.open(link)
        self.browser.driver.refresh()
        self.see("link", language)
        self.browser.press("form button.first")
        self.write(password="short")
        self.browser.press("form button.first")
        self.see("choose", language)
        self.write(password=GOOD)
        self.browser.press("form button.first")
        self.assertTrue(self.is_in())
        self.browser.open(link)
        self.assertIn(words["dead"], self.browser.text())
        self.see("dead-link", language)

        cookies = [one for one in self.browser.command("Storage.getCookies")["cookies"]
                   if one["domain"] == "127.0.0.1"]
        self.assertEqual(len(cookies), 1)
        self.assertTrue(cookies[0]["httpOnly"])
        self.assertEqual(cookies[0]["sameSite"], "Lax")

        self.browser.open(self.url + "/account")
        self.browser.press("form[action$='/account/leave'] button")
        self.assertFalse(self.is_in())
        self.sign_in(recipient, GOOD)
        self.assertTrue(self.is_in())
        self.browser.open(self.url + "/account/password")
        self.see("change", language)
        self.browser.open(self.url + "/account/sessions")
        self.assertIn(words["sessions"], self.browser.text())
        self.assertIn("Chrome, Linux", self.browser.text())
        self.see("sessions", language)
        self.browser.press("form[action$='/end-all'] button")
        self.assertIn(words["out"], self.browser.text())
        self.assertFalse(self.is_in())

    def test_in_english(self):
        self.the_whole_way("en")

    def test_in_french(self):
        self.the_whole_way("fr")

    def test_nobody_is_told_whether_an_address_exists(self):
        self.speak("en")
        stranger = "sign-in-nobody@strict.example"
        self.browser.open(self.url + "/account/sign-in")
        self.write(address=stranger)
        self.browser.press("button[formaction$='/account/link']")
        self.assertIn(WORDS["en"]["look"], self.browser.text())
        self.run_reports()
        self.assertEqual([mail for mail in self.site.postfix.delivered()
                          if mail.recipient == stranger], [])

    def test_a_host_that_a_browser_names_is_in_no_mail(self):
        recipient = "sign-in-host@strict.example"
        self.hold(recipient)
        request = urllib.request.Request(self.url + "/account/link", method="POST",
                                         data=f"address={recipient}".encode(),
                                         headers={"Host": "evil.example",
                                                  "X-Forwarded-Host": "evil.example"})
        self.assertEqual(urllib.request.urlopen(request, timeout=30).status, 200)
        letter = self.letters_to(recipient, WORDS["en"]["subject"])[0]
        content = letter.get_body(("plain",)).get_content()
        self.assertNotIn("evil.example", letter.as_string())
        self.assertTrue(LINK.search(content)[0].startswith(self.url + "/"))
