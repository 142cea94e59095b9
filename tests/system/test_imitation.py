"""A mail that looks like our report and is not: whoever is used to press, would."""

import messages
from test_report import ReportCase, fetch


class Imitation(ReportCase):
    def test_a_forged_report_is_held_as_dangerous(self):
        recipient = "imitation@inbox.example"
        victim = "imitation-source@strict.example"
        self.hold(victim)
        report = self.report_of(victim)
        link = self.links_of(report)["release"]
        forged = link.replace("http://127.0.0.1", "https://quarantine-inbox.example")
        sender = "office@evil.example"
        self.accepted(self.site.send(
            messages.letter(sender, subject="Mail for you", body=f"Please press {forged}\n"),
            sender, recipient))
        held = self.held_once(recipient, **{"class": "dangerous"})
        self.assertIn("REPORT_IMITATION", self.lazaret.ctl("why", held["reference"]))
        self.not_delivered(recipient)

        # In his own report he can look, and ask an administrator, and no more.
        links = self.links_of(self.report_of(recipient))
        self.assertLessEqual({"look", "ask"}, set(links))
        self.assertNotIn("release", links)
        self.assertEqual(fetch(links["look"].replace("/look", "/release"), "POST").code, 403)

    def test_a_forwarded_report_of_ours_is_mail_like_any_other(self):
        victim = "imitation-forward@strict.example"
        recipient = "imitation-colleague@inbox.example"
        self.hold(victim)
        link = self.links_of(self.report_of(victim))["release"]
        self.accepted(self.site.send(
            messages.letter(victim, subject="Fwd: Quarantine report: 1 message",
                            body=f"Is this one yours? {link}\n"), victim, recipient))
        self.delivered_once(recipient)

    def test_our_own_report_that_a_server_redirects_is_not_dangerous(self):
        victim = "imitation-redirect@strict.example"
        recipient = "imitation-redirected@inbox.example"
        self.hold(victim)
        report = self.report_of(victim)
        # As it was delivered: the milter has taken its seal off.
        self.accepted(self.site.send(report.as_bytes(policy=report.policy.clone(linesep="\r\n")),
                                     "bounces@strict.example", recipient))
        # It has List-Unsubscribe, so it is a newsletter like others: he may accept it, once.
        held = self.held_once(recipient, **{"class": "newsletter"})
        self.assertNotIn("REPORT_", self.lazaret.ctl("why", held["reference"]))
