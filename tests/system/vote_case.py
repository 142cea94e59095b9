"""What the tests of votes by mail share: a site whose people may say what delivered mail was."""

import json
import secrets
import unittest

import messages
from private_site import folder as folders
from private_site.site import PROTECTED, Site
from site_case import OUTBOUND, Run

SENDER = "office@shop.example"
ANN, BEN, CAT, DAN, EVE, FAY, GUS, HUB = (
    f"{name}@{PROTECTED}" for name in ("ann", "ben", "cat", "dan", "eve", "fay", "gus", "hub"))
SPAM, HAM = f"spam@{PROTECTED}", f"ham@{PROTECTED}"
KEY = secrets.token_hex(24)


class VoteCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folders.remove_abandoned("votes")
        cls.folder = folders.make_folder("votes")
        cls.addClassCleanup(folders.remove, cls.folder)
        key = cls.folder / "vote.key"
        key.write_text(KEY + "\n")
        key.chmod(0o640)
        cls.site = Site(Run.programs, cls.folder, settings={
            "milter": {"trusted_networks": [f"{OUTBOUND}/32"]},
            "votes": {"key_file": str(key), "spam_address": SPAM, "ham_address": HAM}})
        cls.site.start()
        cls.lazaret = cls.site.lazaret
        for kind, words in (("spam", "Win watches and pills without prescription today"),
                            ("ham", "The minutes of the board are attached, see you on Monday")):
            mail = messages.letter("someone@else.example", subject=words, body=words + "\n")
            done = cls.lazaret.run("learn", kind, "-", given=mail)
            assert done.returncode == 0, done.stderr

    def receive(self, recipient, **how):
        """A stranger's letter as it was delivered."""
        before = self.passages(recipient)
        answer = self.site.send(messages.letter(SENDER, **how), SENDER, recipient)
        self.assertTrue(answer.accepted, answer)
        self.site.postfix.wait_for_empty_queue()
        mail = self.site.postfix.delivered_to(recipient, least=before + 1)[-1]
        # The milter notes in batches whose it was.
        self.eventually(lambda: self.passages(recipient) > before, "the passage")
        return mail.stored

    def passages(self, recipient):
        return self.number(f"passage where mailbox = '{recipient}'")

    def votes_of(self, address):
        """What was said, what the model was told, and how it was said; the newest first."""
        return self.site.database.rows(
            "select coalesce(v.says, '-'), coalesce(v.told, '-'), v.origin from lazaret.vote v "
            "join lazaret.address a on a.tenant_id = v.tenant_id and a.account_id = v.account_id "
            f"where a.address = '{address}' order by v.at desc")

    def kept_of(self, address):
        return self.number("vote_mail k join lazaret.address a using (tenant_id, account_id) "
                           f"where a.address = '{address}'")

    def number(self, rows):
        return int(self.site.database.rows(f"select count(*) from lazaret.{rows}")[0][0])

    def learn(self):
        done = json.loads(self.lazaret.ctl("learn", "--pending", "--json"))
        self.assertEqual(done["refused"], "")
        return done

    def differing(self, first, second):
        return json.loads(self.lazaret.ctl("learn", "compare", "--json", str(first),
                                           str(second)))["differing_weights"]

    def eventually(self, condition, what):
        return folders.wait_until(condition, what, 20)
