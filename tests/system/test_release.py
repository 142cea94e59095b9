"""What is held can be freed, unchanged, once; and what may not be freed stays."""

import concurrent.futures

import messages
from private_site import opendkim
from private_site.smtp import OURS, STRANGER, crlf
from site_case import SiteCase

SENDER = "news@shop.example"


class Signature(SiteCase):
    def verify(self, message):
        good, said = opendkim.verifies(self.site.keys, message, self.site.folder / "scratch")
        self.assertTrue(good, said)

    def test_a_dkim_signature_survives_hold_export_and_release(self):
        # Odd white space, a folded header and blank lines at the end: what "simple" minds.
        text = messages.letter(
            SENDER, "Prices\n  of  the   winter", "Hello,  \n\n.dot\n trailing \t\nÄpfel\n\n\n",
            extra="X-Odd:no space\nx-CASE:   three\n")
        for how in ("relaxed", "simple"):
            with self.subTest(how):
                recipient = f"dkim-{how}@strict.example"
                mail = self.site.signed(text, SENDER, how)
                self.verify(mail)

                self.accepted(self.site.send(mail, SENDER, recipient))
                copy = self.held_once(recipient)
                exported = self.site.folder / f"exported-{how}.eml"
                exported.write_bytes(self.lazaret.run("held", "export", copy["reference"]).stdout)
                self.verify(exported.read_bytes())

                self.lazaret.ctl("held", "release", copy["reference"])
                freed = self.delivered_once(recipient)
                self.verify(freed.as_sent())
                self.assertEqual(freed.sender, SENDER)
                self.assertNotIn(b"X-Lazaret-Seal", freed.stored)
                self.assertTrue(freed.as_sent().endswith(mail), freed.stored.decode())

    def test_the_check_can_fail(self):
        mail = self.site.signed(messages.letter(SENDER), SENDER, "relaxed")
        good, _ = opendkim.verifies(self.site.keys, mail.replace(b"Hello", b"Hallo"),
                                    self.site.folder / "scratch")
        self.assertFalse(good)


class WithoutMessageId(SiteCase):
    def test_sent_twice_is_one_copy_and_is_delivered_once(self):
        for name, source in (("ours", OURS), ("stranger", STRANGER)):
            with self.subTest(name):
                recipient = f"bare-{name}@strict.example"
                mail = messages.bare(f"reading of the {name} meter: 17.4")
                for _ in range(2):
                    self.accepted(self.site.send(mail, "meter@partner.example", recipient, source))
                copy = self.held_once(recipient)
                self.lazaret.ctl("held", "release", copy["reference"])
                self.assertIn(b"meter: 17.4", self.delivered_once(recipient).stored)
                self.not_held(recipient)

    def test_sent_again_after_release_is_a_new_copy(self):
        recipient = "again@strict.example"
        mail = messages.letter()
        self.accepted(self.site.send(mail, SENDER, recipient))
        first = self.held_once(recipient)
        self.lazaret.ctl("held", "release", first["reference"])
        self.delivered_once(recipient)

        self.accepted(self.site.send(mail, SENDER, recipient))
        second = self.held_once(recipient)
        self.assertNotEqual(first["reference"], second["reference"])


class Release(SiteCase):
    def hold(self, recipient):
        self.accepted(self.site.send(messages.letter(), SENDER, recipient))
        return self.held_once(recipient)["reference"]

    def test_two_at_once_send_one_mail(self):
        recipient = "twice@strict.example"
        reference = self.hold(recipient)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            runs = list(pool.map(lambda _: self.lazaret.run("held", "release", reference),
                                 range(4)))
        self.delivered_once(recipient)
        self.assertIn(0, [run.returncode for run in runs])
        for run in runs:
            self.assertIn(run.returncode, (0, 69, 75), run)
            self.assertTrue(run.stdout + run.stderr)

    def test_a_released_copy_says_so(self):
        recipient = "released@strict.example"
        reference = self.hold(recipient)
        self.lazaret.ctl("held", "release", reference)
        self.delivered_once(recipient)
        again = self.lazaret.run("held", "release", reference)
        self.assertIn(b"released", again.stdout + again.stderr)
        self.assertIn(again.returncode, (0, 69))
        self.delivered_once(recipient)

    def test_an_unknown_copy(self):
        done = self.lazaret.run("held", "release", "0000zzzz0000")
        self.assertEqual(done.returncode, 69, done)
        self.assertIn(b"0000zzzz0000", done.stderr)
        done = self.lazaret.run("held", "release", "no reference at all")
        self.assertEqual(done.returncode, 64, done)

    def test_a_virus_is_never_released(self):
        recipient = "keeper@inbox.example"
        self.lazaret.ctl("settings", "set", recipient, "action.virus", "refuse-keep")
        self.site.settle()
        answer = self.site.send(messages.with_virus(), SENDER, recipient)
        self.assertTrue(answer.refused, answer)
        copy = self.held_once(recipient, **{"class": "virus"})

        done = self.lazaret.run("held", "release", copy["reference"])

        self.assertEqual(done.returncode, 69, done)
        self.assertIn(b"virus", done.stderr)
        self.not_delivered(recipient)

    def test_a_stranger_cannot_seal(self):
        recipient = "sealed@strict.example"
        forged = crlf("X-Lazaret-Seal: k1 99999999999 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n")
        self.accepted(self.site.send(forged + messages.letter(), SENDER, recipient))
        self.held_once(recipient)
        self.not_delivered(recipient)

    def test_with_the_mail_server_away_nothing_is_lost(self):
        recipient = "later@strict.example"
        reference = self.hold(recipient)
        self.lazaret.write_settings(submission={"url": "smtp://127.0.0.1:1"})
        try:
            done = self.lazaret.run("held", "release", reference)
        finally:
            self.lazaret.write_settings()
        self.assertEqual(done.returncode, 75, done)
        self.not_delivered(recipient)

        def released():
            return self.lazaret.run("held", "release", reference).returncode == 0
        if not released():  # it stays "releasing" until the sweeper or a second try takes it up
            self.lazaret.ctl("expire")
        self.delivered_once(recipient)
