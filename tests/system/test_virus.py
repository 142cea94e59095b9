"""A virus is refused while the sender waits, in few words; the administrator can ask why."""

import re

import messages
from site_case import SiteCase


class Virus(SiteCase):
    def test_refused_with_a_reference_and_no_detail(self):
        both = ["viktor@inbox.example", "wanda@elsewhere.example"]

        answer = self.site.send(messages.with_virus(), "ada@partner.example", both)

        self.assertTrue(answer.refused, answer)
        for detail in ("eicar", "clam", "/", "signature"):
            self.assertNotIn(detail, answer.text.lower())
        reference = re.search(r"\b[0-9a-hjkmnp-tv-z]{12}\b", answer.text)
        self.assertTrue(reference, answer)
        for recipient in both:
            self.not_delivered(recipient)
        self.not_held(both[0])

        def explained():
            done = self.lazaret.run("why", reference.group())
            return done.returncode == 0 and done.stdout.decode()
        why = self.eventually(explained, "the refusal to be recorded (written in batches)")
        self.assertIn("Eicar-Test-Signature", why)
        self.assertIn("virus", why.lower())

    def test_refused_from_a_sender_who_is_allowed_and_proves_himself(self):
        sender, recipient = "offers@shop.example", "xenia@strict.example"
        self.lazaret.ctl("allow", "add", recipient, sender)
        self.site.settle()
        wanted = self.site.signed(messages.letter(sender), sender, "relaxed")
        infected = self.site.signed(messages.with_virus(sender), sender, "relaxed")

        self.accepted(self.site.send(wanted, sender, recipient))
        self.delivered_once(recipient)  # all other mail is held there: the entry counts
        answer = self.site.send(infected, sender, recipient)

        self.assertTrue(answer.refused, answer)
        self.delivered_once(recipient)
        self.not_held(recipient)

    def test_an_unknown_reference_is_said_to_be_unknown(self):
        done = self.lazaret.run("why", "0000zzzz0000")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"0000zzzz0000", done.stderr)
