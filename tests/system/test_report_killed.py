"""lazaret-report is killed with -9 at random moments: nobody is left out, and a kill makes at most
one report come twice, under the same Message-ID.

In the tests with a few hundred accounts; LAZARET_REPORT_KILLS="ACCOUNTS KILLS" asks for more.
"""

import collections
import os
import random
import re
import signal
import time

from sink_case import SinkCase
from private_site.report_site import DOMAIN

ACCOUNTS, KILLS = map(int, os.environ.get("LAZARET_REPORT_KILLS", "600 12").split())
LIMIT = 30  # tries for each kill, in case a run ends before it is killed
MESSAGE_ID = re.compile(rb"^message-id: *(<[^>\r]+>)\r$", re.IGNORECASE | re.MULTILINE)


class ReportKilled(SinkCase):
    def setUp(self):
        super().setUp()
        self.site.hold(ACCOUNTS, 2)

    def kill_one(self, quota):
        """Kills a run after a random number of reports, up to `quota`, and at a random moment of
        the next; false when it ended before."""
        report = self.site.start_report()
        goal = len(self.sink.letters) + random.randint(0, quota)
        while len(self.sink.letters) < goal and report.poll() is None:
            time.sleep(0.002)
        time.sleep(random.uniform(0, 0.02))
        report.kill()
        killed = report.wait() == -signal.SIGKILL
        self.wait_for_its_sessions()
        # What it had taken on comes back after half an hour: so much time goes by.
        self.site.database.rows("update lazaret.report_sent set claimed = claimed - "
                                "interval '40 minutes' where state = 'sending'")
        return killed

    def wait_for_its_sessions(self):
        """PostgreSQL finishes the statement that the killed run sent last."""
        busy = "select 1 from pg_stat_activity where application_name = 'lazaret'"
        while self.site.database.rows(busy):
            time.sleep(0.002)

    def unnoted(self):
        """The Message-IDs that the server has taken and the ledger does not call sent: these will
        come once more."""
        noted = {f"<{row[0]}>".encode() for row in self.site.database.rows(
            "select message_id from lazaret.report_sent where state = 'sent'")}
        return {ids[0] for ids in self.taken().values()} - noted

    def taken(self):
        """The Message-IDs of what the server said 250 to, by recipient: whether or not the sender
        lived to hear it."""
        ids = collections.defaultdict(list)
        for _, (recipient,), message in self.sink.letters:
            ids[recipient].append(MESSAGE_ID.search(message)[1])
        return ids

    def twice(self):
        return sum(len(ids) - 1 for ids in self.taken().values())

    def test_minus_nine_at_random_moments(self):
        # Half of them, since a run sends some more in the moment before it is killed.
        quota = max(1, ACCOUNTS // (2 * KILLS))
        kills, tries = 0, 0
        while kills < KILLS and tries < KILLS * LIMIT:
            before = self.unnoted()
            kills += self.kill_one(quota)
            tries += 1
            new = self.unnoted() - before
            self.assertLessEqual(len(new), 1, "one kill, more than one to be sent again")
        self.assertEqual(kills, KILLS, "the runs ended before they could be killed")
        self.assertLess(len(self.taken()), ACCOUNTS, "all was sent before the last kill")
        self.assertEqual(self.site.start_report().wait(300), 0, self.site.log()[-2000:])

        taken = self.taken()
        self.assertEqual(set(taken), {f"reader{n}@{DOMAIN}" for n in range(ACCOUNTS)})
        self.assertEqual([ids for ids in taken.values() if len(set(ids)) != 1], [])
        self.assertEqual(len({ids[0] for ids in taken.values()}), ACCOUNTS)
        self.assertLessEqual(self.twice(), kills)
        self.assertEqual(self.site.states(), {"sent": ACCOUNTS})
        print(f"{ACCOUNTS} accounts, {kills} kills: {self.twice()} sent twice, "
              "each under its own Message-ID", flush=True)
