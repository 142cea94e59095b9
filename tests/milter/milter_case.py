"""What the milter's tests share: a database, a milter, and a name for each message."""

import base64
import itertools
import unittest

from milter_client import Connection
from private_site import folder as folders
from private_site.lazaret import Lazaret
from private_site.postgresql import PostgreSQL

PROTECTED = "inbox.example"
STRICT = "strict.example"  # all mail to it is held: no score is low enough
_numbers = itertools.count(1)


class Run:
    """The database of this run, made by the first test that asks; and a milter on it."""

    programs = None
    folder = None
    database = None
    lazaret = None

    @classmethod
    def milter(cls):
        """The milter, running with the settings of these tests."""
        if cls.lazaret is None:
            folders.remove_abandoned("milter")
            cls.folder = folders.make_folder("milter")
            cls.database = PostgreSQL(cls.folder)
            cls.database.create()
            cls.lazaret = Lazaret(cls.folder, cls.programs, cls.database, folders.free_port(),
                                  {"milter": {"memory_per_message": 65_536,
                                              "max_message": 1 << 20}})
            cls.lazaret.create()
            cls.lazaret.ctl("schema", "upgrade")
            for domain in (PROTECTED, STRICT):
                cls.lazaret.ctl("domain", "add", domain)
            cls.lazaret.ctl("settings", "set", f"@{STRICT}", "refuse_at", "100")
            cls.lazaret.ctl("settings", "set", f"@{STRICT}", "hold_at", "-100")
        if cls.lazaret.process is None or not cls.lazaret.is_alive():
            cls.lazaret.start()
        return cls.lazaret

    @classmethod
    def end(cls):
        if cls.folder is not None:
            folders.remove(cls.folder)


def letter(subject="Minutes of Tuesday"):
    number = next(_numbers)
    return [("From", " Ada <ada@partner.example>"), ("To", " ben@inbox.example"),
            ("Subject", f" {subject}"), ("Message-ID", f" <{number}.letter@partner.example>"),
            ("Date", " Mon, 23 Nov 2026 09:00:00 +0100")]


def stored(recipient):
    """The bytes of each copy that is held for a recipient."""
    rows = Run.database.rows(
        "select replace(encode(m.bytes, 'base64'), E'\\n', '') from lazaret.held_mail m "
        "join lazaret.held_copy c using (tenant_id, digest, expires) "
        f"where c.recipient = '{recipient}'")
    return [base64.b64decode(row[0]) for row in rows]


class MilterCase(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self.lazaret = Run.milter()
        self.log_begin = len(self.lazaret.log())

    def log(self):
        """What the milter wrote since this test began."""
        return self.lazaret.log()[self.log_begin:]

    def connect(self, greet=True, **how):
        connection = Connection(self.lazaret.socket, **how)
        self.addCleanup(connection.close)
        if greet:
            self.assertEqual(connection.greet(), "c")
        return connection
