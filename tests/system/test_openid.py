"""Signing in with a real provider of OpenID Connect, which has pages of its own, in a browser."""

import os
import pathlib
import signal
import subprocess
import tempfile
import unittest
import urllib.parse

from page_case import PageCase
from private_site import folder as folders
from private_site.authority import Authority
from private_site.browser import Browser
from private_site.glewlwyd import CLIENT, SECRET, Glewlwyd
from private_site.lazaret import Lazaret, environment_of_programs
from private_site.postgresql import PostgreSQL
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.support.wait import WebDriverWait
from site_case import Run

GOOD = "three green umbrellas"
PEOPLE = [("ann", GOOD, "ann@openid.example", True),
          ("bob", GOOD, "bob@openid.example", False),
          ("carl", GOOD, "carl@elsewhere.example", True),
          ("dora", GOOD, "dora@password.example", True)]


class OpenId(unittest.TestCase, PageCase):
    @classmethod
    def setUpClass(cls):
        folders.remove_abandoned("openid")
        cls.folder = folders.make_folder("openid")
        cls.addClassCleanup(folders.remove, cls.folder)
        authority = Authority(cls.folder / "authority").create()
        other = Authority(cls.folder / "other").create()
        certificate, key = authority.certify("openid", "IP:127.0.0.1")
        cls.provider = Glewlwyd(cls.folder, authority.file, certificate, key, PEOPLE)
        cls.database = PostgreSQL(cls.folder)
        cls.database.create()
        cls.lazaret = Lazaret(cls.folder, Run.programs, cls.database, folders.free_port(),
                              {"sign_in": {"connector": cls.connectors(authority, other)}})
        cls.lazaret.create()
        cls.url = f"http://127.0.0.1:{cls.lazaret.portal_port}"
        cls.back = cls.url + "/account/openid/back"
        cls.provider.start()
        cls.provider.set_up(cls.back)
        cls.lazaret.ctl("schema", "upgrade")
        for domain in ("openid", "password"):
            cls.lazaret.ctl("domain", "add", f"{domain}.example")
        cls.lazaret.start_portal()
        cls.certificate = certificate

    @classmethod
    def connectors(cls, authority, other):
        def one(domain, issuer, trusted=authority):
            return {"domains": [domain], "kind": "openid", "issuer": issuer, "timeout": "10s",
                    "ca_file": str(trusted.file), "client_id": CLIENT, "client_secret": SECRET}
        port = cls.provider.port
        cls.secret_file = cls.folder / "openid.secret"
        cls.secret_file.touch(0o640)
        cls.secret_file.write_text(SECRET + "\n")
        main = {**one("*", cls.provider.issuer), "name": "Example Login",
                "client_secret_file": str(cls.secret_file)}
        del main["client_secret"]
        return [
            main,
            one("otherca.example", f"https://127.0.0.1:{port}/api/other", other),
            one("otherhost.example", f"https://localhost:{port}/api/oidc"),
            one("noprovider.example", f"https://127.0.0.1:{port}/api/nothing"),
            one("nobodythere.example", f"https://127.0.0.1:{folders.free_port()}"),
            {"domains": ["password.example"], "kind": "password"},
        ]

    def setUp(self):
        profile = tempfile.TemporaryDirectory(prefix="lazaret-browser-")
        self.addCleanup(profile.cleanup)
        self.browser = Browser(pathlib.Path(profile.name) / "profile", trusted=self.certificate)
        self.addCleanup(self.browser.close)

    def tearDown(self):
        self.assertEqual(self.browser.trap.caught, [], "something else was loaded")

    def wait_for(self, what):
        # The provider's scripts put new elements in the place of old ones at any time.
        return WebDriverWait(self.browser.driver, 60, poll_frequency=0.2,
                             ignored_exceptions=(StaleElementReferenceException,)).until(
                                 lambda _: what() or None)

    def find(self, selector):
        return self.browser.driver.find_elements("css selector", selector)

    def begin(self):
        self.browser.open(self.url + "/account/sign-in")
        button, = [one for one in self.find("form[action$='/openid'] button")
                   if one.text == "Sign in with Example Login"]
        button.click()
        # No script of ours: the page leads there by itself.
        self.wait_for(lambda: self.find("#username"))

    def sign_in_there(self, name, password=GOOD):
        self.write(username=name, password=password)
        self.find("#loginbut")[0].click()

    def can_go_on(self):
        return [one for one in self.find("button") if one.text == "Continue"]

    def go_on_there(self):
        self.wait_for(lambda: [one.click() or True for one in self.can_go_on()])
        self.wait_for(lambda: self.browser.driver.current_url.startswith(self.url))

    def is_in(self):
        self.browser.open(self.url + "/account")
        return "Your visit is over" not in self.browser.text()

    def addresses(self):
        return self.database.rows("select coalesce(string_agg(address, ' '), '') from "
                                  "lazaret.address where address not like 'ann@%'")[0][0]

    def log(self):
        return (self.lazaret.folder / "portal.log").read_text(errors="replace")

    def test_in_by_the_provider(self):
        self.begin()
        self.sign_in_there("ann")
        self.go_on_there()
        self.wait_for(lambda: self.browser.driver.current_url.endswith("/account"))
        self.assertTrue(self.is_in(), self.log()[-2000:])
        self.browser.open(self.url + "/account/sessions")
        self.assertIn("Where you are signed in", self.browser.text())
        cookies = {one["name"]: one for one in self.browser.driver.get_cookies()}
        self.assertIn("lazaret", cookies)
        self.assertNotIn("lazaret-openid", cookies)
        for secret in (SECRET, "umbrella", "code="):
            self.assertNotIn(secret, self.log())

    def test_by_the_address_that_somebody_types(self):
        self.browser.open(self.url + "/account/sign-in")
        self.write(address="ann@openid.example", password="not to be looked at")
        self.find("form button.first")[0].click()
        self.wait_for(lambda: self.find("#username"))
        self.sign_in_there("ann")
        self.go_on_there()
        self.assertTrue(self.is_in(), self.log()[-2000:])
        self.assertEqual(self.database.rows("select count(*) from lazaret.attempt")[0][0], "0")

    def test_who_is_wrong_there_comes_nowhere(self):
        self.begin()
        self.sign_in_there("ann", GOOD + "!")
        self.wait_for(lambda: "rror" in self.browser.text())
        self.assertFalse(self.is_in())

    def test_whom_the_provider_does_not_know_well_enough(self):
        for name, why in (("bob", "has not verified it"), ("carl", "has no quarantine here"),
                          ("dora", "has no quarantine here")):
            with self.subTest(name):
                self.browser.driver.delete_all_cookies()
                self.browser.open(self.provider.url + "/index.html")
                self.browser.driver.delete_all_cookies()
                self.begin()
                self.sign_in_there(name)
                self.go_on_there()
                self.assertIn(why, self.browser.text())
                self.assertFalse(self.is_in())
        self.assertEqual(self.addresses(), "")

    def test_who_turns_back_there(self):
        self.begin()
        asked = urllib.parse.urlsplit(self.browser.driver.current_url).query
        there = urllib.parse.parse_qs(asked)["callback_url"][0]
        state = urllib.parse.parse_qs(urllib.parse.urlsplit(there).query)["state"][0]
        self.browser.open(f"{self.back}?error=access_denied&state={state}")
        self.assertIn("did not let you in, or you turned back there", self.browser.text())
        self.browser.open(f"{self.back}?error=access_denied&state={state}")
        self.assertIn("Please sign in again", self.browser.text())
        self.assertFalse(self.is_in())

    def test_an_answer_to_another_browser_opens_nothing(self):
        self.begin()
        self.sign_in_there("ann")
        self.wait_for(self.can_go_on)
        # The thief has the address that the browser is to come back to, before it does.
        asked = urllib.parse.urlsplit(self.browser.driver.current_url).query
        there = urllib.parse.parse_qs(asked)["callback_url"][0]
        self.browser.open(self.url + "/account/sign-in")
        self.browser.driver.delete_cookie("lazaret-openid")
        self.browser.driver.get(there + "&g_continue")
        self.assertIn("Please sign in again", self.browser.text())
        self.assertFalse(self.is_in())

    def test_mistakes_of_providers_are_named(self):
        said = subprocess.run([Run.programs / "lazaret-portal", "--config",
                               self.lazaret.portal_file, "--try-servers"],
                              capture_output=True, text=True, timeout=120,
                              env=environment_of_programs())
        lines = said.stdout.splitlines()
        self.assertEqual([line.partition(":")[0] for line in lines],
                         ["ok", "trouble", "trouble", "trouble", "trouble"], said.stdout)
        for line, why in zip(lines[1:], ("certificate", "certificate", "404", "connect")):
            self.assertIn(why, line.lower())

    def test_a_secret_that_everybody_can_read_is_refused(self):
        self.secret_file.chmod(0o644)
        try:
            said = subprocess.run([Run.programs / "lazaret-portal", "--config",
                                   self.lazaret.portal_file, "--check"],
                                  capture_output=True, text=True, timeout=120,
                                  env=environment_of_programs())
        finally:
            self.secret_file.chmod(0o640)
        self.assertEqual(said.returncode, 78, said.stderr)
        self.assertIn(f"client_secret_file: {self.secret_file}: everybody can read it", said.stderr)
        self.assertNotIn(SECRET, said.stderr + said.stdout)

    def test_a_provider_that_says_nothing_is_away_within_its_time(self):
        # A portal that knows nothing of it yet: what one knows it does not ask again.
        self.lazaret.portal.terminate()
        self.lazaret.portal.wait(30)
        self.lazaret.start_portal()
        os.kill(self.provider.process.pid, signal.SIGSTOP)
        try:
            self.browser.open(self.url + "/account/sign-in")
            self.find("form[action$='/openid'] button")[0].click()
            self.wait_for(lambda: "cannot be reached at the moment" in self.browser.text())
        finally:
            os.kill(self.provider.process.pid, signal.SIGCONT)
        self.assertIn("sign-in server away", self.log())
