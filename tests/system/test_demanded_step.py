"""A second step that an administrator demands, in a browser that runs no scripts: set up before anything
opens, then asked for, and not to be switched off; in two languages, on a desk and on a phone."""

import base64
import json

from axe_case import AxeEyes
from test_second_step import code_of
from test_sign_in import GOOD, SignInCase
from test_sign_in import WORDS as SIGN_IN_WORDS

WORDS = {
    "en": {"why": "Everybody here signs in with a second step", "wrong": "This code is not right",
           "one more": "One more step", "stays": "Your administrator demands it"},
    "fr": {"why": "Ici, tout le monde se connecte avec une seconde étape",
           "wrong": "Ce code n’est pas le bon", "one more": "Encore une étape",
           "stays": "Votre administrateur l’exige"},
}


class DemandedStepCase(SignInCase):
    def elements(self, selector):
        return self.browser.driver.find_elements("css selector", selector)

    def without(self):
        listed = json.loads(self.lazaret.ctl("second-step", "list", "--json"))
        return [one["address"] for one in listed["without"] if one["demanded"]]

    def set_up(self, words, language):
        """From the page that a right password leads to, to a session; the app's secret."""
        self.assertIn(words["why"], self.browser.text())
        self.see("demanded", language)
        secret = base64.b32decode(self.elements("code")[0].text.replace(" ", ""))
        self.write(code="000000")
        self.browser.press("form button.first")
        self.assertIn(words["wrong"], self.browser.text())
        self.see("demanded-wrong", language)
        self.write(code=code_of(secret))
        self.browser.press("form button.first")
        self.assertEqual(len(self.elements(".recovery-codes code")), 10)
        self.see("demanded-done", language)
        return secret

    def the_whole_way(self, language, name="demanded"):
        words = WORDS[language]
        recipient = f"{name}-{language}@strict.example"
        self.lazaret.ctl("settings", "set", recipient, "language", language)
        self.hold(recipient, subject="Minutes of the meeting")
        self.speak(language)
        self.choose_password(recipient, SIGN_IN_WORDS[language])
        self.lazaret.ctl("second-step", "demand", "@strict.example")
        self.addCleanup(self.lazaret.ctl, "second-step", "free", "@strict.example")
        self.assertFalse(self.is_in())
        self.assertIn(recipient, self.without())
        self.sign_in(recipient, GOOD)
        self.assertFalse(self.is_in())
        self.sign_in(recipient, GOOD)
        secret = self.set_up(words, language)
        self.assertTrue(self.is_in())
        self.assertNotIn(recipient, self.without())

        self.browser.open(self.url + "/account/factor")
        self.assertIn(words["stays"], self.browser.text())
        self.assertEqual(self.elements("form[action$='/factor/remove']"), [])
        self.see("demanded-on", language)
        self.browser.open(self.url + "/account")
        self.browser.press("form[action$='/account/leave'] button")
        self.sign_in(recipient, GOOD)
        self.assertIn(words["one more"], self.browser.text())
        self.write(code=code_of(secret, 1))
        self.browser.press("form button.first")
        self.assertTrue(self.is_in())


class DemandedStep(DemandedStepCase):
    def test_a_demanded_step_in_english(self):
        self.the_whole_way("en")

    def test_a_demanded_step_in_french(self):
        self.the_whole_way("fr")


class Accessible(AxeEyes, DemandedStepCase):
    """The same as axe-core sees it, which is a script."""

    scripts = True

    def see(self, name, language):
        self.assert_readable(name)

    def test_no_page_keeps_anybody_out(self):
        self.the_whole_way("en", "demanded-axe")
