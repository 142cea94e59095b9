"""Newsletters, from a signed message to its sender's server: what the account's page says of them,
accepting one, and the one-click request over real TLS; in English and in French."""

import http.server
import pathlib
import ssl
import tempfile
import threading
import time
import unittest

import messages
from axe_case import AxeCase
from page_case import PageCase
from private_site import folder as folders
from private_site.authority import Authority
from private_site.browser import Browser
from private_site.sender_site import SHOP, SenderSite
from site_case import Run
from test_report import LINK
from test_sign_in import GOOD
from test_sign_in import LINK as PASSWORD_LINK

AUTHOR = f"letter@{SHOP}"
LIST = f"winter.{SHOP}"
STRANGER = "bounces@else.example"
WORDS = {"en": {"page": "Newsletters", "asked": "the sender answered 200", "held": "Held until",
                "enough": "it needs your password", "accepted": "Accepted: it is delivered."},
         "fr": {"page": "Newsletters", "asked": "l’expéditeur a répondu 200", "held": "Retenue",
                "enough": "mot de passe", "accepted": "Acceptée : elle est remise."}}


class Sender:
    """The server of a newsletter: what it was asked, and how it answers, path by path."""

    def __init__(self, authority):
        self.asked = []
        asked = self.asked

        class Answers(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                size = int(self.headers.get("Content-Length", 0))
                asked.append((self.path, self.rfile.read(size), dict(self.headers)))
                if self.path.startswith("/elsewhere"):
                    self.send_response(302)
                    self.send_header("Location", "/followed")
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                body = b"x" * (1 << 20) if self.path.startswith("/endless") else b"bye"
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    pass  # it was too much for whoever asked

            def do_GET(self):
                asked.append((self.path, None, {}))
                self.send_error(405)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*authority.certify("newsletter", "IP:127.0.0.1"))
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def address(self, path):
        return f"https://127.0.0.1:{self.server.server_port}/{path}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Newsletters(PageCase, AxeCase):
    @classmethod
    def setUpClass(cls):
        folder = folders.make_folder("newsletters")
        own = tempfile.TemporaryDirectory(prefix="lazaret-newsletters-own-")
        cls.addClassCleanup(own.cleanup)
        authority = Authority(pathlib.Path(own.name) / "ca")
        cls.sender = Sender(authority.create())
        cls.addClassCleanup(cls.sender.close)
        cls.site = SenderSite(Run.programs, folder, {
            "portal": {"unsubscribe_networks": ["127.0.0.0/8"],
                       "unsubscribe_ca_file": str(authority.file)}}).start()
        cls.addClassCleanup(cls.site.remove)
        cls.lazaret = cls.site.lazaret
        cls.lazaret.start_portal()
        cls.browser = Browser(pathlib.Path(own.name) / "profile")
        cls.addClassCleanup(cls.browser.close)
        cls.url = f"http://127.0.0.1:{cls.lazaret.portal_port}"

    def newsletter(self, recipient, path, signed=True, subject="Prices of the winter"):
        extra = (f"List-Id: <{LIST}>\nList-Unsubscribe: <{self.sender.address(path)}>\n"
                 "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n")
        letter = messages.letter(AUTHOR, subject=subject, extra=extra)
        if signed:
            letter = self.site.signed(letter, AUTHOR, "one-click")
        # Whose MAIL FROM passes SPF for the author's domain has proved it as well.
        answer = self.site.send(letter, AUTHOR if signed else STRANGER, recipient)
        self.assertTrue(answer.accepted, answer)

    def enter(self, recipient):
        """By the link at the head of a report."""
        self.browser.driver.delete_all_cookies()
        self.lazaret.ctl("report", "send", recipient)
        found = [link for link in LINK.finditer(self.newest_mail(recipient)) if link[1] == b"a"]
        self.browser.open(found[0][0].decode())
        self.browser.press("form button.first")
        self.browser.open(self.url + "/account/newsletters")

    def newest_mail(self, recipient):
        """With lines as long as they were written."""
        self.site.postfix.wait_for_empty_queue()
        stored = self.site.postfix.delivered_to(recipient)[-1].stored
        return stored.replace(b"=\r\n", b"").replace(b"=\n", b"")

    def sign_in(self, recipient):
        """By a password that is chosen by a link."""
        self.browser.driver.delete_all_cookies()
        self.browser.open(self.url + "/account/sign-in")
        self.write(address=recipient)
        self.browser.press("button[formaction$='/account/link']")
        self.assertEqual(self.lazaret.send_reports().returncode, 0)
        link = PASSWORD_LINK.search(self.newest_mail(recipient).decode())
        self.browser.open(link[0])
        self.browser.press("form button.first")
        self.write(password=GOOD)
        self.browser.press("form button.first")
        self.browser.open(self.url + "/account/newsletters")

    def press(self, deed):
        self.browser.press(f"form[action$='/{deed}'] button")

    def state(self, recipient):
        return sorted(copy["state"] for copy in self.lazaret.held(recipient, state="all"))

    def eventually(self, condition, what):
        end = time.monotonic() + 30
        while not condition():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.2)

    def unsubscribe(self, recipient, path):
        self.newsletter(recipient, path)
        self.sign_in(recipient)
        self.press("unsubscribe")
        self.press("unsubscribe")

    def test_unsubscribe_for_me(self):
        for language, words in WORDS.items():
            with self.subTest(language):
                self.speak(language)
                recipient = f"leaves-{language}@inbox.example"
                path = f"leave/{language}?u=1"
                self.lazaret.ctl("settings", "set", recipient, "language", language)
                self.newsletter(recipient, path)
                self.enter(recipient)
                self.assertIn(words["held"], self.browser.text())
                self.press("unsubscribe")
                self.assertIn(words["enough"], self.browser.text())
                self.sign_in(recipient)
                self.press("unsubscribe")
                self.assertEqual([one for one in self.sender.asked if one[0] == "/" + path], [])
                self.see("newsletter-asks", language)
                self.check(f"the question, {language}")
                self.press("unsubscribe")
                asked = [one for one in self.sender.asked if one[0] == "/" + path]
                self.assertEqual([one[1] for one in asked], [b"List-Unsubscribe=One-Click"])
                self.assertEqual(asked[0][2]["Content-Type"], "application/x-www-form-urlencoded")
                self.assertNotIn("Cookie", asked[0][2])
                self.assertIn(words["asked"], self.browser.text())
                self.see("newsletters", language)
                self.check(f"newsletters, {language}")
        self.speak("en")

    def test_a_redirection_is_not_followed(self):
        self.unsubscribe("redirected@inbox.example", "elsewhere/1")
        self.assertIn("the sender answered 302", self.browser.text())
        self.assertFalse([one for one in self.sender.asked if "followed" in one[0]])

    def test_an_endless_answer_is_none(self):
        self.unsubscribe("endless@inbox.example", "endless/1")
        self.assertIn("there was no answer", self.browser.text())

    def test_without_a_signature_nobody_is_asked(self):
        recipient = "unsigned@inbox.example"
        self.newsletter(recipient, "never", signed=False)
        self.enter(recipient)
        self.assertIn("nobody proved that it is from there", self.browser.text())
        self.assertFalse(self.browser.driver.find_elements("css selector",
                                                           "form[action$='/unsubscribe']"))

    def test_let_through_by_the_setting_is_counted(self):
        recipient = "lets-through@inbox.example"
        self.newsletter(recipient, "1")
        self.lazaret.ctl("settings", "set", recipient, "action.newsletter", "deliver")
        self.site.settle()
        for path in ("2", "3"):
            self.newsletter(recipient, path)
        self.eventually(lambda: self.site.database.rows(
            "select sum(messages) from lazaret.newsletter_counter "
            f"where mailbox = '{recipient}'") == [["2"]], "the count")
        self.sign_in(recipient)
        self.assertIn("3 messages since", self.browser.text())
        self.assertIn("Delivered by your setting: 2.", self.browser.text())

    def test_accepted_for_the_proved_alone(self):
        recipient = "accepts@inbox.example"
        self.newsletter(recipient, "1", subject="the first")
        self.newsletter(recipient, "2", subject="the second")
        self.enter(recipient)
        self.assertIn("2 messages since", self.browser.text())
        self.press("accept")
        self.eventually(lambda: self.state(recipient) == ["released", "released"], "the release")
        self.assertIn(WORDS["en"]["accepted"], self.browser.text())
        self.site.settle()
        self.newsletter(recipient, "3", subject="the third")
        self.newsletter(recipient, "4", signed=False, subject="a forgery")
        self.assertEqual(self.state(recipient), ["held", "released", "released"])
        held = [copy for copy in self.lazaret.held(recipient) if copy["state"] == "held"]
        self.assertEqual(held[0]["subject"], "a forgery")
        self.browser.driver.refresh()
        self.press("stop")
        self.newsletter(recipient, "5", subject="the fifth")
        self.eventually(lambda: "Held until" in self.browser.text(), "the page")


if __name__ == "__main__":
    unittest.main()
