"""The second step of signing in, in a browser that runs no scripts: set up, asked for, removed; in two
languages, on a desk and on a phone. An IMAP server knows the password."""

import base64
import hmac
import pathlib
import tempfile
import time

from axe_case import AxeEyes
from connector_case import GOOD, ConnectorCase
from page_case import PageCase
from private_site.browser import Browser

WORDS = {
    "en": {"title": "A second step when you sign in", "one more": "One more step",
           "wrong": "This code is not right", "off": "It is switched off",
           "away": "does not answer at the moment", "elsewhere": "Your password is kept elsewhere"},
    "fr": {"title": "Une seconde étape à la connexion", "one more": "Encore une étape",
           "wrong": "Ce code n’est pas le bon", "off": "Elle est désactivée",
           "away": "ne répond pas pour le moment",
           "elsewhere": "Votre mot de passe est conservé ailleurs"},
}


def code_of(secret, later=0):
    """What an app shows, `later` half minutes from now (RFC 6238)."""
    step = int(time.time()) // 30 + later
    mac = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    start = mac[-1] & 15
    return f"{(int.from_bytes(mac[start:start + 4], 'big') & 0x7fffffff) % 1000000:06}"


class SecondStepCase(PageCase, ConnectorCase):
    scripts = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        scratch = tempfile.TemporaryDirectory(prefix="lazaret-browser-")
        cls.addClassCleanup(scratch.cleanup)
        cls.browser = Browser(pathlib.Path(scratch.name) / "profile", scripts=cls.scripts)
        cls.addClassCleanup(cls.browser.close)

    def tearDown(self):
        self.assertEqual(self.browser.trap.caught, [], "something else was loaded")

    def sign_in(self, address):
        self.browser.open(self.url + "/account/sign-in")
        self.write(address=address, password=GOOD)
        self.browser.press("form button.first")

    def is_in(self):
        self.browser.open(self.url + "/account/sessions")
        return "Chrome, Linux" in self.browser.text()

    def elements(self, selector):
        return self.browser.driver.find_elements("css selector", selector)

    def the_whole_way(self, language, address):
        words = WORDS[language]
        self.lazaret.ctl("settings", "set", address, "language", language)
        self.speak(language)
        self.sign_in(address)
        self.assertTrue(self.is_in())
        self.browser.press("a[href$='/account/factor']")
        self.assertIn(words["title"], self.browser.text())
        self.see("factor-off", language)
        self.write(password=GOOD)
        self.browser.press("form button.first")
        secret = base64.b32decode(self.elements("code")[0].text.replace(" ", ""))
        self.see("factor-offer", language)
        picture = self.elements("svg.code-picture")[0].size
        self.assertGreater(min(picture.values()), 180, "no camera could read it")
        link = self.elements("a[href^='otpauth:']")[0].get_attribute("href")
        self.assertIn(base64.b32encode(secret).decode(), link)
        self.write(code="000000")
        self.browser.press("form button.first")
        self.assertIn(words["wrong"], self.browser.text())
        self.write(code=code_of(secret))
        self.browser.press("form button.first")
        recovery = [one.text for one in self.elements(".recovery-codes code")]
        self.assertEqual(len(recovery), 10)
        self.see("factor-done", language)

        self.browser.open(self.url + "/account")
        self.browser.press("form[action$='/account/leave'] button")
        self.assertFalse(self.is_in())
        self.sign_in(address)
        self.assertIn(words["one more"], self.browser.text())
        self.see("code", language)
        self.assertFalse(self.is_in())
        self.sign_in(address)
        self.write(code="123456")
        self.browser.press("form button.first")
        self.see("code-wrong", language)
        self.write(code=code_of(secret, 1))
        self.browser.press("form button.first")
        self.assertTrue(self.is_in())

        self.browser.open(self.url + "/account/factor")
        self.see("factor-on", language)
        self.write(password=GOOD, code=recovery[0].lower())
        self.browser.press("form button.other")
        self.assertIn(words["off"], self.browser.text())
        self.see("factor-removed", language)


class SecondStep(SecondStepCase):
    def test_in_english(self):
        self.the_whole_way("en", "ann@imaps.example")

    def test_in_french(self):
        self.the_whole_way("fr", "ann@search.example")

    def test_what_people_read_where_the_password_is_elsewhere(self):
        for language, words in WORDS.items():
            self.speak(language)
            self.browser.open(self.url + "/account/sign-in")
            self.write(address="ann@imaps.example")
            self.browser.press("button[formaction$='/account/link']")
            self.assertIn(words["elsewhere"], self.browser.text())
            self.see("kept-elsewhere", language)
            self.sign_in("ann@nobodythere.example")
            self.assertIn(words["away"], self.browser.text())
            self.see("server-away", language)


class Accessible(AxeEyes, SecondStepCase):
    """The same as axe-core sees it, which is a script."""

    scripts = True

    def see(self, name, language):
        self.assert_readable(name)

    def test_no_page_keeps_anybody_out(self):
        self.the_whole_way("en", "ann@imaps.example")
