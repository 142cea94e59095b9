"""`lazaretctl scan` and the milter say the same of the same message, envelope and settings."""

import json

import messages
from private_site.smtp import STRANGER
from site_case import OUTBOUND, SiteCase

SENDER = "ada@partner.example"
DENIED = "pushy@partner.example"

NEWSLETTER = "List-Id: <prices.partner.example>\nList-Unsubscribe: <https://partner.example/off>\n" \
             "Precedence: bulk\n"


class ScanAgreesWithTheMilter(SiteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lazaret.ctl("deny", "add", "@inbox.example", DENIED)
        cls.lazaret.ctl("settings", "set", "picky@inbox.example", "action.newsletter", "refuse")
        cls.lazaret.ctl("settings", "set", "easy@inbox.example", "action.newsletter", "deliver")
        cls.site.settle()

    def scanned(self, message, client, sender, recipient):
        file = self.site.folder / "scanned.eml"
        file.write_bytes(message)
        return json.loads(self.lazaret.ctl("scan", "--json", "--client", client, "--from", sender,
                                           "--rcpt", recipient, file))

    def traced(self, recipient):
        def noted():
            rows = json.loads(self.lazaret.ctl("trace", "--json", recipient))
            return [row for row in rows if row["recipient"] == recipient]
        return self.eventually(noted, f"a passage to {recipient}")[0]

    def test_of_mail_from_strangers(self):
        for says, message, sender, recipient in (
                ("a letter", messages.letter(), SENDER, "scan-1@inbox.example"),
                ("a letter where all is spam", messages.letter(), SENDER, "scan-2@strict.example"),
                ("a newsletter", messages.letter(extra=NEWSLETTER), SENDER, "scan-3@inbox.example"),
                ("one that is refused", messages.letter(extra=NEWSLETTER), SENDER,
                 "picky@inbox.example"),
                ("one that is wanted", messages.letter(extra=NEWSLETTER), SENDER,
                 "easy@inbox.example"),
                ("a denied sender", messages.letter(DENIED), DENIED, "scan-4@inbox.example"),
                ("a virus", messages.with_virus(), SENDER, "scan-5@inbox.example")):
            with self.subTest(says):
                before = self.scanned(message, STRANGER, sender, recipient)
                self.site.send(message, sender, recipient)
                row = self.traced(recipient)
                self.assertEqual((row["class"], row["action"]), (before["class"], before["action"]))
                self.assertEqual(row["explanation"], before["explanation"])
                self.assertEqual([hit["name"] for hit in row["hits"]],
                                 [hit["name"] for hit in before["hits"]])

    def test_of_mail_from_our_own_networks(self):
        recipient = "scan-6@strict.example"
        message = messages.letter(extra=NEWSLETTER)
        said = self.scanned(message, OUTBOUND, SENDER, recipient)
        self.assertEqual((said["class"], said["action"], said["outbound"]),
                         ("clean", "deliver", True))
        self.accepted(self.site.send(message, SENDER, recipient, source=OUTBOUND))
        self.delivered_once(recipient)
        self.not_held(recipient)

        virus = messages.with_virus()
        said = self.scanned(virus, OUTBOUND, SENDER, recipient)
        self.assertEqual((said["class"], said["action"]), ("virus", "refuse"))
        self.assertTrue(self.site.send(virus, SENDER, recipient, source=OUTBOUND).refused)

    def test_a_refusal_is_explained(self):
        recipient = "picky@inbox.example"
        answer = self.site.send(messages.letter(extra=NEWSLETTER), SENDER, recipient)
        self.assertTrue(answer.refused, answer)
        row = self.traced(recipient)
        shown = self.eventually(lambda: self.lazaret.ctl("why", row["reference"]), "the refusal")
        self.assertIn(f"Setting action.newsletter was chosen by the address {recipient}", shown)
