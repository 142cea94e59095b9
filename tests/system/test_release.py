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

    def test_a_server_that_offers_tls_is_used_as_the_settings_say(self):
        # Its certificate is signed by nobody, and names no loopback address.
        for tls, code in (("auto", 0), ("off", 0), ("try", 0), ("require", 75)):
            with self.subTest(tls):
                recipient = f"tls-{tls}@strict.example"
                reference = self.hold(recipient)
                port = self.site.postfix.port("release")
                self.lazaret.write_settings(submission={"url": f"smtp://127.0.0.1:{port}",
                                                        "tls": tls})
                try:
                    done = self.lazaret.run("held", "release", reference)
                finally:
                    self.lazaret.write_settings()
                self.assertEqual(done.returncode, code, done)
                if code:
                    self.assertIn(b"certificate", done.stderr)
                    self.lazaret.ctl("held", "release", reference)
                trace = self.delivered_once(recipient).stored.split(b"\n\n", 1)[0]
                self.assertEqual(b"ESMTPS" in trace, tls == "try", trace)

    def test_with_another_key_it_comes_back_and_is_not_called_released(self):
        recipient = "key@strict.example"
        reference = self.hold(recipient)
        key = self.lazaret.folder / "link.key"
        before = key.read_text()
        key.write_text("k2 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n")
        try:
            done = self.lazaret.run("held", "release", reference)
        finally:
            key.write_text(before)
        self.assertEqual(done.returncode, 69, done)
        self.assertIn(b"link.key", done.stderr)
        self.assertNotIn(b"was released", done.stdout + done.stderr)
        self.not_delivered(recipient)
        copy = self.held_once(recipient, reference=reference)
        self.assertIn("seal was not believed", copy["last_error"])

        self.lazaret.ctl("held", "release", reference)
        self.delivered_once(recipient)

    def test_changed_on_its_way_it_comes_back_and_is_not_called_released(self):
        recipient = "changed@strict.example"
        reference = self.hold(recipient)
        port = self.site.postfix.port("changing")
        self.lazaret.write_settings(submission={"url": f"smtp://127.0.0.1:{port}"})
        try:
            done = self.lazaret.run("held", "release", reference)
        finally:
            self.lazaret.write_settings()
        self.assertEqual(done.returncode, 69, done)
        self.not_delivered(recipient)
        # Both are there: what came back, and what was to be released.
        copies = self.held_copies(recipient)
        self.assertEqual(len(copies), 2, copies)
        self.assertIn(reference, [copy["reference"] for copy in copies])
        other = [copy["reference"] for copy in copies if copy["reference"] != reference][0]
        self.assertIn(other, done.stderr.decode())

    def test_each_recipient_keeps_the_sender_that_wrote_to_him(self):
        message = messages.letter()
        for name in ("verp-bob", "verp-eve"):
            self.accepted(self.site.send(message, f"bounces+{name}@shop.example",
                                         f"{name}@strict.example"))
        for name in ("verp-bob", "verp-eve"):
            copy = self.held_once(f"{name}@strict.example")
            self.assertEqual(copy["sender"], f"bounces+{name}@shop.example")
            self.lazaret.ctl("held", "release", copy["reference"])
            self.assertEqual(self.delivered_once(f"{name}@strict.example").sender,
                             f"bounces+{name}@shop.example")

    def test_what_postfix_completes_for_local_clients_is_released_all_the_same(self):
        recipient = "nofrom@strict.example"
        mail = crlf("Message-ID: <reading-17@shop.example>\nSubject: reading\n\n17.4\n")
        self.accepted(self.site.send(mail, SENDER, recipient, STRANGER))
        reference = self.held_once(recipient)["reference"]
        # Straight to port 25, where Postfix adds From and Date.
        port = self.site.postfix.port("mx")
        self.lazaret.write_settings(submission={"url": f"smtp://127.0.0.1:{port}"})
        try:
            self.lazaret.ctl("held", "release", reference)
        finally:
            self.lazaret.write_settings()
        self.assertIn(b"\nFrom: ", self.delivered_once(recipient).stored)
        self.not_held(recipient)

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
