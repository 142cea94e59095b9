"""The database goes away and comes back: wanted mail flows on, what must be held waits."""

import collections
import concurrent.futures
import threading
import time

import messages
from private_site.smtp import OURS, STRANGER
from site_case import SiteCase

SENDER = "ada@partner.example"


class DatabaseAway(SiteCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.database_is_up)

    def database_is_up(self):
        try:
            self.site.database.rows("select 1")
        except Exception:
            self.site.database.start()

    def test_stopped_and_started_under_load(self):
        clean_tries, later = [], collections.Counter()
        stop = threading.Event()

        def client(number):
            for turn in range(1000):
                if stop.is_set():
                    return turn
                clean = f"clean-{number}-{turn}@inbox.example"
                answer = self.site.send(messages.letter(), SENDER, clean)
                clean_tries.append(answer)
                held = f"held-{number}-{turn}@strict.example"
                answer = self.site.send_until_answered(
                    messages.letter(), SENDER, held,
                    on_later=lambda answer: later.update([answer.code]))
                self.accepted(answer)
            return turn

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            clients = [pool.submit(client, number) for number in range(4)]
            time.sleep(2)
            self.site.database.stop()
            time.sleep(4)
            self.site.database.start()
            time.sleep(3)
            stop.set()
            turns = [client.result() for client in clients]

        self.assertGreater(sum(turns), 20)
        self.assertEqual([answer for answer in clean_tries if not answer.accepted], [])
        self.assertGreater(sum(later.values()), 0, "nothing had to wait: the test saw no outage")
        self.site.postfix.wait_for_empty_queue()
        copies = collections.Counter(copy["recipient"] for copy in self.lazaret.held()
                                     if copy["recipient"].startswith("held-"))
        expected = {f"held-{number}-{turn}@strict.example"
                    for number in range(4) for turn in range(turns[number])}
        self.assertEqual(copies, collections.Counter(expected))
        delivered = collections.Counter(mail.recipient for mail in self.site.postfix.delivered()
                                        if mail.recipient.startswith("clean-"))
        self.assertEqual(delivered, collections.Counter(
            f"clean-{number}-{turn}@inbox.example"
            for number in range(4) for turn in range(turns[number])))

    def test_without_message_id_the_retry_finds_its_copy(self):
        for name, source in (("ours", OURS), ("stranger", STRANGER)):
            with self.subTest(name):
                recipient = f"retry-{name}@strict.example"
                mail = messages.bare(f"the {name} alarm of the cellar")
                self.site.database.stop()
                self.told_later(self.site.send(mail, SENDER, recipient, source))
                self.site.database.start()
                for _ in range(2):
                    self.accepted(self.site.send_until_answered(mail, SENDER, recipient, source))
                self.lazaret.ctl("held", "release", self.held_once(recipient)["reference"])
                self.delivered_once(recipient)

    def test_the_milter_restarts_without_it(self):
        self.site.database.stop()
        self.assertEqual(self.lazaret.restart(), 0)

        self.accepted(self.site.send(messages.letter(), SENDER, "snapshot@inbox.example"))
        self.told_later(self.site.send(messages.letter(), SENDER, "snapshot@strict.example"))
        self.assertTrue(self.site.send(messages.with_virus(), SENDER,
                                       "snapshot@inbox.example").refused)
        self.delivered_once("snapshot@inbox.example")

        self.site.database.start()
        self.accepted(self.site.send_until_answered(messages.letter(), SENDER,
                                                    "snapshot@strict.example"))
        self.held_once("snapshot@strict.example")

    def test_with_neither_database_nor_snapshot_it_does_not_start(self):
        self.site.database.stop()
        self.lazaret.stop()
        snapshots = [file for file in self.lazaret.state.iterdir() if file.is_file()]
        self.assertTrue(snapshots)
        for file in snapshots:
            file.rename(self.lazaret.folder / f"aside-{file.name}")
        try:
            self.lazaret.start(wait=False)
            self.assertEqual(self.lazaret.process.wait(60), 75, self.lazaret.log()[-2000:])
        finally:
            for file in snapshots:
                (self.lazaret.folder / f"aside-{file.name}").rename(file)
