"""Who sent a message: SPF, DKIM and DMARC of mail that comes through Postfix, by a real DNS."""

import json
import pathlib
import re
import smtplib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import messages
from private_site import folder as folders
from private_site.sender_site import (BAD_CLIENT, BANK, LISTED, PARTNER, PLAIN, SHOP, SIGNERS,
                                      SenderSite)
from private_site.smtp import STRANGER
from site_case import Run


class Sender(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = SenderSite(Run.programs, folders.make_folder("sender")).start()
        cls.addClassCleanup(cls.site.remove)

    def setUp(self):
        self.recipient = f"{self._testMethodName.replace('_', '-')}@inbox.example"

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            print(f"--- end of the milter's log\n{self.site.lazaret.log()[-3000:]}",
                  file=sys.stderr)

    def results(self, message, sender, to=None):
        """What our Authentication-Results says of the delivered message, by method."""
        to = to or self.recipient
        answer = self.site.send(message, sender, to)
        self.assertTrue(answer.accepted, answer)
        self.site.postfix.wait_for_empty_queue()
        fields = [value for name, value in self.site.postfix.delivered_to(to)[-1].fields().items()
                  if name.lower() == "authentication-results"]
        self.assertEqual(len(fields), 1, fields)
        text = re.sub(r"\s+", " ", fields[0]).strip()
        self.assertTrue(text.startswith("lazaret.inbox.example;"), text)
        return text

    def test_signatures_of_all_kinds_verify_and_do_not_after_a_changed_byte(self):
        for how in SIGNERS:
            with self.subTest(how):
                signed = self.site.signed(messages.letter(f"ada@{SHOP}"), f"ada@{SHOP}", how)
                good = self.results(signed, f"ada@{SHOP}")
                self.assertIn("dkim=pass", good)
                self.assertIn(f"header.d={SHOP}", good)
                self.assertIn("dmarc=pass", good)
                changed = signed.replace(b"drawings", b"drawjngs", 1)
                self.assertNotEqual(changed, signed)
                bad = self.results(changed, f"ada@{PARTNER}")
                self.assertIn("dkim=fail", bad)
                self.assertNotIn("dkim=pass", bad)
                self.assertIn("dmarc=fail", bad)

    def test_many_signatures(self):
        letter = messages.letter(f"ada@{SHOP}")
        for how in ("relaxed", "ed25519", "simple"):
            letter = self.site.signed(letter, f"ada@{SHOP}", how)
        self.assertEqual(self.results(letter, f"ada@{SHOP}").count("dkim=pass"), 3)

    def test_spf_through_an_include(self):
        text = self.results(messages.letter(f"ada@{PARTNER}"), f"ada@{PARTNER}")
        self.assertIn("spf=pass", text)
        self.assertIn(f"smtp.mailfrom={PARTNER}", text)

    def test_forged(self):
        text = self.results(messages.letter(f"ada@{BANK}"), f"ada@{BANK}")
        self.assertIn("spf=fail", text)
        self.assertIn("dmarc=fail", text)

    def held_hits(self, recipient):
        held = self.site.lazaret.held(recipient)
        self.assertEqual(len(held), 1, held)
        return self.site.lazaret.run("why", held[0]["reference"]).stdout.decode()

    def test_a_block_list_is_asked_about_links(self):
        letter = messages.letter(f"ada@{PLAIN}", body=f"Look at http://www.{LISTED}/now\n")
        answer = self.site.send(letter, f"ada@{PLAIN}", self.recipient)
        self.assertTrue(answer.accepted, answer)
        self.assertIn("LINK_LISTED", self.held_hits(self.recipient))

    def test_a_listed_client_is_refused_before_data_and_each_recipient_can_see_it(self):
        held = "holds-what-is-certain@inbox.example"
        self.site.lazaret.ctl("settings", "set", held, "action.spam-certain", "hold")
        self.site.lazaret.ctl("allow", "add", "friend@inbox.example", f"ada@{SHOP}",
                              "--unproven-from", BAD_CLIENT)
        self.site.settle()

        def answer(recipient, source=BAD_CLIENT):
            with smtplib.SMTP("127.0.0.1", self.site.postfix.port("mx"),
                              source_address=(source, 0)) as client:
                client.ehlo()
                client.mail(f"ada@{SHOP}")
                code, text = client.rcpt(recipient)
                return code, text.decode()

        code, text = answer(self.recipient)
        self.assertEqual(code, 550, text)
        self.assertIn("Bad Clients", text)
        self.assertNotIn("key.clients", text)
        for others in ((held,), ("friend@inbox.example",), (self.recipient, "127.0.0.4")):
            self.assertEqual(answer(*others)[0], 250, others)
        reference = re.search(r"reference (\w+)", text)[1]
        folders.wait_until(
            lambda: reference in self.site.lazaret.run("trace", self.recipient).stdout.decode(),
            "the refusal on record")
        why = self.site.lazaret.run("why", reference).stdout.decode()
        self.assertIn("is on a block list (Bad Clients)", why)

    def test_an_allowed_sender_is_let_through_and_who_forges_him_is_not(self):
        for sender in (SHOP, BANK):
            self.site.lazaret.ctl("allow", "add", self.recipient, f"ada@{sender}")
        self.site.lazaret.ctl("settings", "set", self.recipient, "hold_at", "-50")
        self.site.settle()
        signed = self.site.signed(messages.letter(f"ada@{SHOP}"), f"ada@{SHOP}", "relaxed")
        self.results(signed, f"ada@{SHOP}")  # delivered
        answer = self.site.send(messages.letter(f"ada@{BANK}"), f"ada@{BANK}", self.recipient)
        self.assertTrue(answer.accepted, answer)
        self.assertIn("the sender was not proven", self.held_hits(self.recipient))

    def test_scan_says_what_was_found_out(self):
        file = self.site.folder / "scanned.eml"
        file.write_bytes(self.site.signed(messages.letter(f"ada@{SHOP}"), f"ada@{SHOP}", "relaxed"))
        said = json.loads(self.site.lazaret.ctl(
            "scan", "--json", "--client", STRANGER, "--helo", f"mx.{SHOP}", "--from",
            f"ada@{PARTNER}", file))["authentication"]
        self.assertEqual((said["spf"]["result"], said["spf"]["domain"]), ("pass", PARTNER))
        self.assertEqual([(one["result"], one["domain"]) for one in said["dkim"]],
                         [("pass", SHOP)])
        self.assertEqual((said["dmarc"]["result"], said["dmarc"]["policy"]), ("pass", "reject"))
        self.assertEqual((said["dmarc"]["spf_aligned"], said["dmarc"]["dkim_aligned"]),
                         (False, True))
        self.assertEqual(said["arc"]["result"], "none")

    def test_nothing_published(self):
        text = self.results(messages.letter(f"ada@{PLAIN}"), f"ada@{PLAIN}")
        self.assertIn("spf=none", text)
        self.assertIn("dmarc=none", text)

    def test_forged_results_of_our_name_are_taken_off_and_others_stay(self):
        letter = messages.letter(
            f"ada@{PLAIN}",
            extra=f"Authentication-Results: lazaret.inbox.example; dkim=pass header.d={PLAIN}\n"
                  "Authentication-Results: other.example; dkim=pass header.d=other.example\n")
        answer = self.site.send(letter, f"ada@{PLAIN}", self.recipient)
        self.assertTrue(answer.accepted, answer)
        self.site.postfix.wait_for_empty_queue()
        found = [value for name, value in self.site.postfix.delivered_to(
                     self.recipient)[0].fields().items()
                 if name.lower() == "authentication-results"]
        self.assertEqual(len(found), 2, found)
        self.assertIn("spf=none", found[0])  # ours stands on top
        self.assertIn("other.example", found[1])

    def test_without_a_name_server_mail_flows(self):
        self.site.names.stop()
        self.addCleanup(self.site.names.start)
        for number in range(3):
            answer = self.site.send(messages.letter(f"ada{number}@unseen{number}.example"),
                                    f"ada{number}@unseen{number}.example", self.recipient)
            self.assertTrue(answer.accepted, answer)


if __name__ == "__main__":
    unittest.main()
