"""Another's quarantine, in a browser: a delegate, and an administrator with his reason; the pages
that only they have by axe-core, html-validate and keyboard, in English and French."""

import messages
from test_account import AccountCase
from test_report import SENDER

WORDS = {
    "en": {"delegates": "Delegates", "others": "Other quarantines", "requests": "Requests",
           "trace": "Where mail went", "guest": "You see the quarantine of",
           "delivered": "What was delivered to", "said": "You said that this was spam.",
           "by": "said that this was spam."},
    "fr": {"delegates": "Délégués", "others": "Autres quarantaines", "requests": "Demandes",
           "trace": "Où est allé le courrier", "guest": "Vous voyez la quarantaine de",
           "delivered": "Ce qui a été distribué à", "said": "Vous avez dit que c’était du spam.",
           "by": "a dit que c’était du spam."},
}


class Visits(AccountCase):
    def hold_html(self, recipient):
        """A letter in HTML, which is shown in a frame."""
        letter = messages.letter(SENDER, subject="Plans of the house",
                                 body="<p>Here are <b>the plans</b>.</p>")
        self.accepted(self.site.send(letter.replace(b"text/plain", b"text/html"), SENDER,
                                     recipient))
        return self.held_once(recipient)["reference"]

    def hold_dangerous(self, recipient, link):
        """A letter that imitates the report whose link that is."""
        forged = link.replace("http://127.0.0.1", "https://quarantine-inbox.example")
        self.accepted(self.site.send(
            messages.letter(SENDER, subject="Plans of the house", body=f"Press {forged}\n"),
            SENDER, recipient))
        return self.held_once(recipient, **{"class": "dangerous"})["reference"]

    def share(self, owner, guest, language):
        self.sign_in(owner)
        self.browser.open(self.url + "/account/delegates")
        self.write(address=guest)
        self.press("delegates/add")
        self.assertIn(guest, self.browser.text())
        self.press("delegates/reports")
        self.press("delegates/delivered")
        self.walk("delegates", "/account/delegates", WORDS[language]["delegates"], language)

    def a_delegate(self, language):
        owner, guest = (f"{who}-{language}@strict.example" for who in ("owner", "guest"))
        for one in (owner, guest):
            self.lazaret.ctl("settings", "set", one, "language", language)
        reference = self.hold_html(owner)
        self.hold(guest)
        self.share(owner, guest, language)

        self.sign_in(guest)
        self.walk("others", "/account/others", WORDS[language]["others"], language)
        self.press("others/agree")
        self.press("visit")
        self.assertIn(f"{WORDS[language]['guest']} {owner}", self.browser.text())
        self.walk("guest", "/account", WORDS[language]["guest"], language)
        self.browser.driver.find_element("css selector", ".copies .subject a").click()
        # The frame has the visitor's session, too.
        frame = self.browser.driver.find_element("css selector", "iframe")
        self.browser.driver.switch_to.frame(frame)
        self.assertIn("the plans", self.browser.text())
        self.browser.driver.switch_to.default_content()
        self.press("release")
        self.eventually(lambda: self.state(reference) == "released", "the release")
        self.assertEqual(len(self.letters_to(owner, "Plans of the house")), 1)
        self.browser.open(self.url + "/account?state=all")
        self.assertIn(guest, self.browser.text())
        self.call_spam(owner, language)
        self.press("visit/end")
        self.assertNotIn(WORDS[language]["guest"], self.browser.text())
        self.come_back(owner)
        self.browser.open(self.url + "/account/delivered")
        self.assertIn(f"{guest} {WORDS[language]['by']}", self.browser.text())
        self.see("delivered-owner", language)

    def call_spam(self, owner, language):
        """As his guest: of what was delivered to him."""
        self.lazaret.ctl("settings", "set", owner, "hold_at", "90")
        self.site.settle()
        self.accepted(self.site.send(messages.letter(SENDER, subject="Not wanted"), SENDER, owner))
        page = self.url + "/account/delivered"
        self.eventually(lambda: "Not wanted" in self.as_sent(page).text, "the note")
        self.walk("delivered-guest", "/account/delivered", WORDS[language]["delivered"], language)
        self.press("vote")
        self.assertIn(WORDS[language]["said"], self.browser.text())
        self.see("delivered-guest-said", language)

    def test_a_delegate_in_english(self):
        self.a_delegate("en")

    def test_a_delegate_in_french(self):
        self.a_delegate("fr")

    def an_administrator(self, language):
        person, administrator = (f"{who}-{language}@strict.example"
                                 for who in ("person", "administrator"))
        for one in (person, administrator):
            self.lazaret.ctl("settings", "set", one, "language", language)
        self.hold(administrator)
        link = self.links_of(self.report_of(administrator))["release"]
        reference = self.hold_dangerous(person, link)
        self.lazaret.ctl("admin", "add", administrator)
        self.assertIn(administrator, self.lazaret.ctl("admin", "list"))

        self.sign_in(person)
        self.browser.open(self.url + "/account")
        self.browser.driver.find_element("css selector", ".copies .subject a").click()
        self.press("ask")

        self.sign_in(administrator)
        self.walk("requests", "/account/requests", WORDS[language]["requests"], language)
        self.assertIn("Plans of the house", self.browser.text())
        self.walk("others-administrator", "/account/others", WORDS[language]["others"], language)
        self.write(address=person, reason="He called about plans")
        self.press("visit")
        self.assertIn("He called about plans", self.browser.text())
        self.browser.driver.find_element("css selector", ".copies .subject a").click()
        self.check("another's dangerous message")
        self.browser.open(self.url + "/account")
        self.press("visit/end")
        self.walk("trace", f"/account/trace?address={person}", WORDS[language]["trace"], language)
        self.assertIn(reference, self.browser.text())
        self.browser.open(self.url + "/account/requests")
        self.browser.press("button[value=accepted]")
        self.eventually(lambda: self.state(reference) == "released", "the release")

        self.come_back(person)
        self.browser.open(self.url + "/account?state=all")
        self.browser.driver.find_element("css selector", ".copies .subject a").click()
        self.assertIn("He called about plans", self.browser.text())
        self.browser.open(self.url + "/account/delegates")
        self.assertIn("He called about plans", self.browser.text())

    def test_an_administrator_in_english(self):
        self.an_administrator("en")

    def test_an_administrator_in_french(self):
        self.an_administrator("fr")
