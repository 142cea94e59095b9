"""The account as each reader has it, in English and in French: every page by axe-core, by
html-validate and by keyboard alone; light and dark, on a phone and on a desk; no page has a
script."""

import messages
from axe_case import AxeCase
from page_case import PageCase
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from test_notifications import NotificationCase
from test_report import SENDER, fetch
from test_sign_in import GOOD, LINK

# Below /account; what must be read there.
PAGES = {
    "quarantine": ("", {"en": "Your quarantine", "fr": "Votre quarantaine"}),
    "refused": ("?state=refused", {"en": "Nothing matches", "fr": "Rien ne correspond"}),
    "lists": ("/lists", {"en": "Blocked senders", "fr": "Expéditeurs bloqués"}),
    "newsletters": ("/newsletters", {"en": "Newsletters that you have not accepted",
                                     "fr": "newsletters que vous n’avez pas acceptées"}),
    "delivered": ("/delivered", {"en": "This was spam", "fr": "C’était du spam"}),
    "settings": ("/settings", {"en": "Language", "fr": "Langue"}),
    "factor": ("/factor", {"en": "code", "fr": "code"}),
    "statistics": ("/statistics", {"en": "Received", "fr": "Reçus"}),
    "statistics-weeks": ("/statistics/weeks", {"en": "Received", "fr": "Reçus"}),
    "sessions": ("/sessions", {"en": "Where you are signed in", "fr": "Où vous êtes connecté"}),
    "password": ("/password", {"en": "password", "fr": "mot de passe"}),
    "help": ("/help", {"en": "What the buttons do", "fr": "Ce que font les boutons"}),
}

FOCUSABLE = """return [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea')].filter(e => !e.disabled)"""


class AccountCase(PageCase, AxeCase, NotificationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.url = f"http://127.0.0.1:{cls.lazaret.portal_port}"

    def sign_in(self, recipient):
        """With a password that is chosen by a link, as everybody does the first time."""
        self.browser.driver.delete_all_cookies()
        fetch(self.url + "/account/link", "POST", {"address": recipient})
        texts = [letter.get_body(("plain",)).get_content()
                 for letter in self.letters_to(recipient, "")]
        self.browser.open(next(found[0] for text in texts if (found := LINK.search(text))))
        self.browser.press("form button.first")
        self.write(password=GOOD)
        self.browser.press("form button.first")

    def come_back(self, recipient):
        self.browser.driver.delete_all_cookies()
        self.browser.open(self.url + "/account/sign-in")
        self.write(address=recipient, password=GOOD)
        self.browser.press("form button.first")

    def walk(self, name, path, words, language):
        self.browser.open(self.url + path)
        self.assertIn(words, self.browser.text())
        self.see(f"account-{name}", language)
        self.check(name)
        self.check_keyboard(name)
        self.assertNotIn("<script", self.as_sent(self.url + path).text)

    def check_keyboard(self, name):
        """Tab comes to everything that can be pressed or filled in, and one sees where it is."""
        self.browser.show_as()
        self.browser.run("document.activeElement.blur(); window.scrollTo(0, 0)")
        wanted = len(self.browser.run(FOCUSABLE))
        self.assertGreater(wanted, 0)
        seen = set()
        # Of radio buttons with one name Tab comes to one; the arrows do the rest.
        radios = self.browser.run(
            "const all = [...document.querySelectorAll('input[type=radio]')];"
            "return all.length - new Set(all.map(e => [...document.forms].indexOf(e.form)"
            " + e.name)).size")
        for _ in range(wanted + 5):
            ActionChains(self.browser.driver).send_keys(Keys.TAB).perform()
            at, outline = self.browser.run(
                f"const all = (() => {{ {FOCUSABLE} }})(), e = document.activeElement,"
                "style = getComputedStyle(e);"
                "return [all.indexOf(e), style.outlineStyle + ' ' + style.outlineWidth]")
            if at < 0:
                continue
            seen.add(at)
            self.assertNotIn("none", outline, f"{name}: what has the focus is not seen")
        self.assertEqual(len(seen), wanted - radios, name)


class Account(AccountCase):
    def prepare(self, recipient, language):
        self.lazaret.ctl("settings", "set", recipient, "language", language)
        self.hold(recipient, subject="Minutes of the meeting")
        self.lazaret.ctl("deny", "add", recipient, "someone@shop.example")
        self.lazaret.ctl("settings", "set", recipient, "hold_at", "90")
        self.site.settle()
        self.accepted(self.site.send(messages.letter(SENDER, subject="A delivered one"), SENDER,
                                     recipient))
        self.sign_in(recipient)
        self.eventually(lambda: "A delivered one" in self.as_sent(
            self.url + "/account/delivered").text, "the note of what was delivered")

    def every_page(self, language):
        recipient = f"account-{language}@strict.example"
        self.prepare(recipient, language)
        for name, (path, words) in PAGES.items():
            with self.subTest(name):
                url = f"{self.url}/account{path}"
                self.browser.open(url)
                self.assertIn(words[language], self.browser.text())
                self.see(f"account-{name}", language)
                self.check(name)
                self.check_keyboard(name)
                page = self.as_sent(url)
                self.assertNotIn("<script", page.text)
                self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])
                self.assertNotIn("unsafe", page.headers["Content-Security-Policy"])
                self.assertLess(len(page.text), 50_000)

    def test_every_page_in_english(self):
        self.every_page("en")

    def test_every_page_in_french(self):
        self.every_page("fr")

    def test_lists(self):
        recipient = "account-lists@strict.example"
        self.hold(recipient)
        self.sign_in(recipient)
        self.browser.open(self.url + "/account/lists")
        self.write(sender="no sender at all")
        self.press("lists/add")
        self.assertIn("This is no sender.", self.browser.text())
        self.check("a mistake")
        self.write(sender="shop.example", comment="too many offers")
        self.browser.driver.find_element(
            "css selector", "form[action$='/add'] input[value='deny']").click()
        self.press("lists/add")
        self.assertIn("too many offers", self.browser.text())
        self.assertIn("@shop.example", self.lazaret.ctl("deny", "list", recipient))
        self.press("lists/disable")
        self.assertIn("Switched off.", self.browser.text())
        self.press("lists/remove")
        self.assertNotIn("@shop.example", self.browser.text())

    def test_many_by_keyboard(self):
        recipient = "account-keys@strict.example"
        first = self.hold(recipient, subject="First of two")
        self.accepted(self.site.send(messages.letter(SENDER, subject="Second of two"), SENDER,
                                     recipient))
        self.eventually(lambda: len(self.held_copies(recipient)) == 2, "the second copy")
        self.sign_in(recipient)
        self.browser.open(self.url + "/account")
        driver = self.browser.driver
        boxes = driver.find_elements("css selector", "input[type=checkbox][name^=c]")
        for box in boxes:
            box.send_keys(Keys.SPACE)
        # Enter in a box asks, and releases nothing.
        boxes[0].send_keys(Keys.ENTER)
        self.eventually(lambda: "/confirm" in driver.current_url, "the page that asks")
        self.assertEqual(self.state(first), "held")
        self.browser.open(self.url + "/account")
        for box in driver.find_elements("css selector", "input[type=checkbox][name^=c]"):
            box.send_keys(Keys.SPACE)
        driver.find_element("css selector", "button[value=delete]").send_keys(Keys.ENTER)
        self.eventually(lambda: "/confirm" in driver.current_url, "the page that asks")
        self.check("what will be done")
        self.check_keyboard("what will be done")
        self.assertEqual(self.state(first), "held")
        driver.find_element("css selector", "form[action$='/act'] button").send_keys(Keys.ENTER)
        self.eventually(lambda: self.state(first) == "deleted", "the deed")
        self.assertIn("2 messages were deleted.", self.browser.text())

    def test_this_was_spam(self):
        recipient = "account-spam@strict.example"
        self.hold(recipient)
        self.lazaret.ctl("settings", "set", recipient, "hold_at", "90")
        self.site.settle()
        self.accepted(self.site.send(messages.letter(SENDER, subject="Not wanted"), SENDER,
                                     recipient))
        self.sign_in(recipient)
        page = self.url + "/account/delivered"
        self.eventually(lambda: "Not wanted" in self.as_sent(page).text, "the note")
        self.browser.open(page)
        self.press("vote")
        self.assertIn("You said that this was spam.", self.browser.text())
        self.press("vote")
        self.assertNotIn("You said that this was spam.", self.browser.text())

    def test_what_was_forwarded_as_text_may_be_blocked(self):
        recipient = "account-text@strict.example"
        self.hold(recipient)
        self.lazaret.ctl("settings", "set", recipient, "hold_at", "90")
        self.site.settle()
        self.accepted(self.site.send(messages.letter(SENDER, subject="Sent on"), SENDER,
                                     recipient))
        # As the milter does, where it sees the forward.
        self.eventually(lambda: self.site.database.rows(
            f"select lazaret.forward_as_text('{recipient}', 'spam', null, '{{{SENDER}}}', "
            "'Fwd: Sent on', now() - interval '1 hour', now())") == [["proposed"]], "the note")
        self.sign_in(recipient)
        self.walk("delivered-proposal", "/account/delivered", f"Would be blocked: {SENDER}", "en")
        self.browser.press("button[name=answer][value=block]")
        self.assertNotIn("Would be blocked", self.browser.text())
        self.browser.open(self.url + "/account/lists")
        self.assertIn(SENDER, self.browser.text())
