"""What the system tests share: one private site a run, and the questions they ask it."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

from private_site import folder as folders  # noqa: E402
from private_site.site import PROTECTED, Site  # noqa: E402

# Protected too; everything that nobody allowed is spam there.
STRICT = "strict.example"

# Mail from here is outbound. 127.0.0.1, which Postfix calls ours, is a sender like others for
# Lazaret: so what Postfix does for local clients meets what Lazaret does for strangers.
OUTBOUND = "127.0.0.3"


class Run:
    """The site of this run, made by the first test that asks for it."""

    programs = None
    _site = None

    @classmethod
    def site(cls):
        if cls._site is None:
            folders.remove_abandoned("system")
            site = Site(cls.programs, folders.make_folder("system"), with_dkim=True,
                        protected=[PROTECTED, STRICT],
                        settings={"milter": {"trusted_networks": [f"{OUTBOUND}/32"]}})
            cls._site = site.start()
            site.lazaret.ctl("settings", "set", f"@{STRICT}", "refuse_at", "100")
            site.lazaret.ctl("settings", "set", f"@{STRICT}", "hold_at", "-50")
            site.settle()
        return cls._site

    @classmethod
    def end(cls):
        if cls._site is not None:
            cls._site.remove()
            cls._site = None


class SiteCase(unittest.TestCase):
    """A test on the private site. On failure it shows the ends of the logs."""

    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.site = Run.site()
        cls.lazaret = cls.site.lazaret

    def setUp(self):
        if not self.lazaret.is_alive():
            self.lazaret.start()

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before and Run._site is not None:
            print(f"--- end of the milter's log\n{self.lazaret.log()[-3000:]}\n"
                  f"--- end of Postfix's log\n{self.site.postfix.log()[-3000:]}", file=sys.stderr)

    def accepted(self, answer):
        self.assertTrue(answer.accepted, answer)

    def told_later(self, answer):
        self.assertTrue(400 <= answer.code < 500, answer)

    def held_once(self, recipient, **expected):
        """The only held copy of a recipient; fails when there are none or more."""
        copies = self.held_copies(recipient)
        self.assertEqual(len(copies), 1, copies)
        for key, value in expected.items():
            self.assertEqual(copies[0][key], value, copies[0])
        return copies[0]

    def not_held(self, recipient):
        self.assertEqual(self.held_copies(recipient), [])

    def held_copies(self, recipient):
        """Those of exactly this recipient: lazaretctl shows the account's, other tags too."""
        return [copy for copy in self.lazaret.held(recipient) if copy["recipient"] == recipient]

    def delivered_once(self, recipient):
        """The only message of a recipient in the Maildir, once nothing is under way any more."""
        found = self.site.postfix.delivered_to(recipient)
        self.site.postfix.wait_for_empty_queue()
        found = self.site.postfix.delivered_to(recipient)
        self.assertEqual(len(found), 1, [mail.path for mail in found])
        return found[0]

    def not_delivered(self, recipient):
        self.site.postfix.wait_for_empty_queue()
        self.assertEqual([mail.path for mail in self.site.postfix.delivered()
                          if mail.recipient == recipient], [])

    def eventually(self, condition, what, patience=20.0):
        return folders.wait_until(condition, what, patience)
