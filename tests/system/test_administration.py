"""An administrator's pages over a whole tenant, in a browser: quarantine, lists, settings, statistics; by
axe-core, html-validate and keyboard, in English and French, on a phone and on a desk."""

import messages
from site_case import PROTECTED
from test_account import AccountCase
from test_report import SENDER

WORDS = {
    "en": {"quarantine": "Quarantine of main", "lists": "Lists of main",
           "statistics": "For whom most came", "confirm": "Go back, and change nothing",
           "reason": "Why you look into it", "listed": "senders and subjects",
           "all": "Quarantine of all tenants", "settings": "Settings of main",
           "refused": "This cannot stand here", "saved": "The settings were saved."},
    "fr": {"quarantine": "Quarantaine de main", "lists": "Listes de main",
           "statistics": "Pour qui il est arrivé le plus", "confirm": "Revenir, sans rien changer",
           "reason": "Pourquoi vous la consultez", "listed": "expéditeurs et objets",
           "all": "Quarantaine de toutes les organisations", "settings": "Réglages de main",
           "refused": "Cela ne peut pas être mis ici", "saved": "Les réglages ont été enregistrés."},
}
TENANT = "/account/tenant"


class Administration(AccountCase):
    def tick_only(self):
        boxes = self.browser.driver.find_elements("css selector", "input[type=checkbox][name^=c]")
        self.assertEqual(len(boxes), 1)
        boxes[0].click()

    def press_for_many(self, deed):
        self.browser.press(f"button[name=deed][value={deed}]")

    def look_through(self, person, administrator, language, references):
        words = WORDS[language]
        self.walk("tenant", TENANT, words["quarantine"], language)
        page = self.as_sent(self.url + TENANT).text
        for reference in references:
            self.assertIn(reference, page)
        self.walk("tenant-nothing", f"{TENANT}?recipient=nobody", words["quarantine"], language)
        for deed, reference, state in zip(("delete", "release"), references,
                                          ("deleted", "released")):
            subject = f"The {state} one"
            self.browser.open(self.url + TENANT)
            self.write(recipient=person, text=subject)
            self.browser.press("form.filter button.first")
            self.assertIn(subject, self.browser.text())
            self.tick_only()
            self.press_for_many(deed)
            self.assertIn(words["confirm"], self.browser.text())
            self.see(f"account-tenant-{deed}", language)
            self.check(f"tenant {deed}")
            self.assertEqual(self.state(reference), "held")
            self.browser.press("form[action$='/tenant/act'] button")
            self.eventually(lambda: self.state(reference) == state, state)
        self.assertEqual(len(self.letters_to(person, "The released one")), 1)
        self.walk("tenant-past", f"{TENANT}?state=all&recipient={person}", administrator, language)

    def open_one(self, person, language):
        """With a reason, from the list."""
        self.browser.open(f"{self.url}{TENANT}?recipient={person}")
        self.browser.driver.find_element("css selector", ".copies .subject a").click()
        self.assertIn(WORDS[language]["reason"], self.browser.text())
        self.check("the reason")
        self.write(reason="He called about it")
        self.press("visit")
        self.assertIn("The third one", self.browser.text())
        self.assertIn("He called about it", self.browser.text())
        self.browser.open(self.url + "/account")
        self.press("visit/end")

    def keep_lists(self, language):
        enemy = f"enemy-{language}@shop.example"
        self.walk("tenant-lists-empty", f"{TENANT}/lists", WORDS[language]["lists"], language)
        self.write(sender=enemy, comment="Too many offers")
        self.browser.driver.find_element(
            "css selector", "form[action$='/add'] input[value='deny']").click()
        self.press("lists/add")
        self.walk("tenant-lists", f"{TENANT}/lists", enemy, language)
        self.assertIn(enemy, self.lazaret.ctl("deny", "list", "tenant:1"))
        # The milter goes by it.
        self.site.settle()
        recipient = f"denied-{language}@{PROTECTED}"
        self.accepted(self.site.send(messages.letter(enemy, subject="An offer"), enemy, recipient))
        self.held_once(recipient, **{"class": "denied"})
        self.press("lists/disable")
        self.press("lists/remove")
        self.assertNotIn(enemy, self.browser.text())
        self.write(sender="no sender at all")
        self.press("lists/add")
        self.see("account-tenant-lists-mistake", language)
        self.check("a mistake in the lists of a tenant")

    def choose_settings(self, language):
        words = WORDS[language]
        self.walk("tenant-settings", f"{TENANT}/settings", words["settings"], language)
        self.browser.driver.find_element(
            "css selector", f"#owner option[value='domain:{PROTECTED}']").click()
        self.browser.press("form.owners button")
        field = self.browser.driver.find_element("css selector", "#retention-spam")
        field.send_keys("four weeks")
        self.browser.press("form.settings button.first")
        self.assertIn(words["refused"], self.browser.text())
        self.see("account-tenant-settings-mistake", language)
        self.check("a mistake in the settings of a domain")
        field = self.browser.driver.find_element("css selector", "#retention-spam")
        field.clear()
        field.send_keys("28")
        self.browser.press("form.settings button.first")
        self.assertIn(words["saved"], self.browser.text())
        self.assertIn("28", self.lazaret.ctl("settings", "get", f"@{PROTECTED}",
                                             "retention.spam"))
        field = self.browser.driver.find_element("css selector", "#retention-spam")
        field.clear()
        self.browser.press("form.settings button.first")
        self.assertIn("14", self.lazaret.ctl("settings", "get", f"@{PROTECTED}",
                                             "retention.spam"))

    def an_administrator(self, language):
        words = WORDS[language]
        person, administrator = (f"{who}-{language}@strict.example" for who in ("ward", "keeper"))
        for one in (person, administrator):
            self.lazaret.ctl("settings", "set", one, "language", language)
        self.hold(administrator, subject="The keeper's own")
        references = [self.hold_another(person, f"The {state} one")
                      for state in ("deleted", "released", "third")]
        self.lazaret.ctl("admin", "add", administrator)
        self.sign_in(person)
        self.sign_in(administrator)
        self.assertIn(TENANT, self.as_sent(self.url + "/account").text)
        self.look_through(person, administrator, language, references[:2])
        self.open_one(person, language)
        self.keep_lists(language)
        self.choose_settings(language)
        self.eventually(lambda: words["statistics"] in self.as_sent(
            f"{self.url}{TENANT}/statistics").text, "the counters")
        for name, path in (("tenant-statistics", ""), ("tenant-statistics-months", "/months")):
            self.walk(name, f"{TENANT}/statistics{path}", words["statistics"], language)
        # Of all tenants, and a choice of one.
        self.lazaret.ctl("admin", "add", administrator, "--of", "*")
        self.walk("tenant-site", TENANT, words["all"], language)
        self.browser.driver.find_element(
            "css selector", "#realm option[value='tenant.1']").click()
        self.browser.press("nav.realm form button")
        self.assertIn(words["quarantine"], self.browser.text())

        self.come_back(person)
        self.browser.open(self.url + "/account/delegates")
        self.assertIn(words["listed"], self.browser.text())
        self.browser.open(self.url + TENANT)
        self.assertNotIn(words["quarantine"], self.browser.text())

    def hold_another(self, recipient, subject):
        before = {copy["reference"] for copy in self.held_copies(recipient)}
        self.accepted(self.site.send(messages.letter(SENDER, subject=subject), SENDER, recipient))
        new = {copy["reference"] for copy in self.held_copies(recipient)} - before
        self.assertEqual(len(new), 1)
        return new.pop()

    def test_in_english(self):
        self.an_administrator("en")

    def test_in_french(self):
        self.an_administrator("fr")
