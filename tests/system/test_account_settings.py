"""The page of settings, in a browser that runs no scripts, and a second address that is added by a
link in a real mail; in two languages, on a desk and on a phone."""

import contextlib
import re

import messages
from selenium.common.exceptions import NoSuchElementException
from selenium.webdriver.support.select import Select

from test_report import SENDER
from test_sign_in import WORDS as SIGN_IN_WORDS
from test_sign_in import SignInCase

LINK = re.compile(r"http://127\.0\.0\.1:\d+/account/address/[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")

WORDS = {
    "en": {"title": "Settings", "saved": "Your settings were saved.", "never": "never",
           "asked": "Look into the mailbox of that address", "foreign": "not held here",
           "subject": "Add this address to a quarantine", "offer": "1 message comes along.",
           "ends": "The quarantine that this address had ends", "added": "The address was added.",
           "removed": "The address was removed.", "dead": "This link does not work",
           "held": "In quarantine: 2 messages", "report": "Quarantine report",
           "enough": "it needs your password", "all": "For all addresses", "only": "Only for"},
    "fr": {"title": "Réglages", "saved": "Vos réglages ont été enregistrés.", "never": "jamais",
           "asked": "Consultez la messagerie de cette adresse", "foreign": "ne sont pas retenus ici",
           "subject": "Ajouter cette adresse à une quarantaine", "offer": "1 message suit.",
           "ends": "La quarantaine que cette adresse avait prend fin",
           "added": "L’adresse a été ajoutée.", "removed": "L’adresse a été retirée.",
           "dead": "Ce lien ne fonctionne pas", "held": "En quarantaine\u00a0: 2 messages",
           "report": "Rapport de quarantaine",
           "enough": "mot de passe", "all": "Pour toutes les adresses",
           "only": "Seulement pour"},
}


class AccountSettings(SignInCase):
    def settings(self):
        self.browser.open(self.url + "/account/settings")

    def choose(self, **choices):
        self.settings()
        for name, value in choices.items():
            field = Select(self.browser.driver.find_element("id", name))
            # An option whose text is its value has no attribute that says so.
            with contextlib.suppress(NoSuchElementException):
                field.select_by_value(value)
                continue
            field.select_by_visible_text(value)
        self.browser.press("form.settings button")

    def language_of_page(self):
        return self.browser.driver.find_element("css selector", "html").get_attribute("lang")

    def add(self, address):
        self.settings()
        self.write(address=address)
        self.browser.press("form[action$='/address/add'] button")

    def block_for_one(self, words, language, whose, other):
        """Blocks a sender for one of two addresses, and looks at what becomes of his mail."""
        self.browser.open(self.url + "/account/lists")
        driver = self.browser.driver
        choice = Select(driver.find_element("id", "owner"))
        self.assertEqual([option.text for option in choice.options],
                         [words["all"], f"{words['only']} {whose}", f"{words['only']} {other}"])
        choice.select_by_visible_text(f"{words['only']} {other}")
        driver.find_element("css selector", "form[action$='/lists/add'] input[value=deny]").click()
        self.write(sender=SENDER)
        self.browser.press("form[action$='/lists/add'] button")
        self.assertIn(f"{words['only']} {other}",
                      driver.find_element("css selector", ".entries li").text)
        self.see("lists-two-addresses", language)
        self.site.settle()
        for recipient, expected in ((whose, "spam"), (other, "denied")):
            self.accepted(self.site.send(
                messages.letter(SENDER, subject=f"Once more to {recipient}"), SENDER, recipient))
            self.assertEqual([copy["class"] for copy in self.held_copies(recipient)
                              if copy["subject"] == f"Once more to {recipient}"], [expected])

    def the_whole_way(self, language):
        words = WORDS[language]
        recipient = f"settings-{language}@strict.example"
        other = f"settings-{language}-other@strict.example"
        self.speak(language)
        for whose in (recipient, other):
            self.lazaret.ctl("settings", "set", whose, "language", language)
            self.hold(whose, subject=f"Minutes for {whose.partition('@')[0]}")
        # By a report's link they stay shut.
        self.browser.open(self.links_of(self.report_of(recipient))["account"])
        self.browser.press("form button")
        self.settings()
        self.assertIn(words["enough"], self.browser.text())

        self.choose_password(recipient, SIGN_IN_WORDS[language])
        self.settings()
        self.assertEqual(self.browser.driver.find_element("css selector", "[aria-current]").text,
                         words["title"])
        self.see("settings", language)
        self.choose(language="de")
        self.assertEqual(self.language_of_page(), "de")
        self.choose(language=language, time_zone="America/Toronto",
                    **{"report-frequency": "none", "report-format": "link"})
        self.assertEqual(self.language_of_page(), language)
        self.assertIn(words["saved"], self.browser.text())
        self.see("saved", language)
        chosen = self.lazaret.ctl("settings", "get", recipient)
        self.assertRegex(chosen, r"(?m)^report\.frequency\s+none\b")
        self.assertRegex(chosen, r"(?m)^report\.format\s+link\b")

        self.add("x@elsewhere.example")
        self.assertIn(words["foreign"], self.browser.text())
        self.see("foreign", language)
        self.add(other)
        self.assertIn(words["asked"], self.browser.text())
        self.see("asked-address", language)
        letter = self.letters_to(other, words["subject"])[-1]
        found = {form: LINK.findall(letter.get_body((form,)).get_content())
                 for form in ("html", "plain")}
        self.assertEqual(found["html"], found["plain"])
        self.assertEqual(len(found["html"]), 1)
        self.assertIn(recipient, letter.get_body(("plain",)).get_content())
        link = found["html"][0]
        self.browser.open(link)
        self.browser.driver.refresh()
        self.assertIn(words["offer"], self.browser.text())
        self.assertIn(words["ends"], self.browser.text())
        self.see("offer", language)
        self.browser.press("form.deed button")
        self.assertIn(words["added"], self.browser.text())
        self.see("added", language)
        self.browser.open(link)
        self.assertIn(words["dead"], self.browser.text())
        self.browser.open(self.url + "/account")
        for whose in (recipient, other):
            self.assertIn(f"Minutes for {whose.partition('@')[0]}", self.browser.text())

        # What the report says by its new form, of both addresses: how much and where.
        self.choose(**{"report-frequency": "daily"})
        self.lazaret.ctl("report", "send", recipient)
        report = self.letters_to(recipient, words["report"])[-1]
        for form in ("html", "plain"):
            content = report.get_body((form,)).get_content()
            self.assertIn(words["held"], content)
            self.assertNotIn("Minutes", content)

        self.block_for_one(words, language, recipient, other)
        self.settings()
        for details in self.browser.driver.find_elements("css selector", "summary"):
            details.click()
        self.see("two-addresses", language)
        removals = [form for form in self.browser.driver.find_elements(
            "css selector", "form[action$='/address/remove']") if other in form.text
            or form.find_element("name", "address").get_attribute("value") == other]
        self.assertEqual(len(removals), 1)
        self.browser.press_button(removals[0].find_element("tag name", "button"))
        self.assertIn(words["removed"], self.browser.text())
        self.browser.open(self.url + "/account")
        self.assertNotIn(f"Minutes for settings-{language}-other", self.browser.text())

    def test_in_english(self):
        self.the_whole_way("en")

    def test_in_french(self):
        self.the_whole_way("fr")
