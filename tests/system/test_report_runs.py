"""Whom a run of lazaret-report reaches, and what it refuses to begin."""

import subprocess

from site_case import Run
from sink_case import SinkCase
from private_site.lazaret import environment_of_programs
from private_site.report_site import DOMAIN


def readers(*numbers):
    return {f"reader{number}@{DOMAIN}" for number in numbers}


class ReportRuns(SinkCase):
    def run_once(self):
        """Who got a report in this run."""
        before = len(self.sink.letters)
        self.site.lazaret.send_reports()
        return {recipients[0] for _, recipients, _ in self.sink.letters[before:]}

    def report(self, *words):
        return subprocess.run(
            [Run.programs / "lazaret-report", "--config", self.site.lazaret.report_file,
             *words], capture_output=True, timeout=120, env=environment_of_programs())

    def test_those_that_were_only_given_back_come_first(self):
        # More than one batch, and the three that come first in it break the connection.
        self.site.hold(120, 1)
        self.sink.hangs_up_on = readers(0, 1, 2)
        self.assertEqual(self.run_once(), set())
        # The rest of what was taken on was given back, as if nobody had touched it.
        self.assertEqual(self.tried(), 3)
        self.assertEqual(self.run_once(), readers(*range(3, 120)))
        self.assertEqual(self.tried(), 3)
        # What was tried most often comes last, also among those that failed before.
        self.sink.hangs_up_on = set()
        self.assertEqual(self.run_once(), readers(0, 1, 2))

    def test_who_alone_is_refused_does_not_fail_the_run(self):
        self.site.hold(3, 1)
        self.sink.refused = readers(1)
        done = self.report()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual({recipients[0] for _, recipients, _ in self.sink.letters}, readers(0, 2))

    def test_a_server_that_refuses_all_does(self):
        self.site.hold(2, 1)
        self.sink.refused = readers(0, 1)
        done = self.report()
        self.assertEqual(done.returncode, 75, done.stderr)

    def test_a_refusal_between_shows_that_the_server_is_there(self):
        self.site.hold(12, 1)
        self.sink.hangs_up_on = readers(0, 2, 4)
        self.sink.refused = readers(1, 3, 5)
        self.assertEqual(self.run_once(), readers(*range(6, 12)))
        self.assertEqual(self.tried(), 6)
        # Those that were refused for good are left for half an hour.
        self.sink.hangs_up_on, self.sink.refused = set(), set()
        self.assertEqual(self.run_once(), readers(0, 2, 4))
        self.assertEqual(self.run_once(), set())

    def test_a_notification_that_breaks_the_connection_keeps_none_waiting(self):
        self.site.hold(60, 1)
        self.site.database.rows(
            "select count(lazaret.notify_of(tenant_id, account_id, 'report-now', address, null, "
            "now())) from (select * from lazaret.address order by account_id) a")
        self.sink.hangs_up_on = readers(0, 1, 2)
        self.run_once()
        self.assertEqual(self.notifications(), {"waiting": 57, "failed": 3})
        self.run_once()
        self.assertEqual(self.notifications(), {"sent": 57, "failed": 3})
        self.sink.hangs_up_on = set()
        self.run_once()
        self.assertEqual(self.notifications(), {"sent": 60})

    def test_an_empty_address_is_not_everybody(self):
        self.site.hold(2, 1)
        for words in (("--send", ""), ("--preview", "")):
            done = self.report(*words)
            self.assertEqual(done.returncode, 64, done.stderr)
        done = self.report("--send", "a\r\nBcc: b@c")
        self.assertEqual(done.returncode, 64)
        self.assertIn(rb'"a\r\nBcc: b@c"', done.stderr)
        self.assertEqual(self.sink.letters, [])

    def test_the_check_asks_for_what_a_run_needs(self):
        self.assertEqual(self.report("--check").returncode, 0)
        templates = self.site.lazaret.folder / "templates" / "report"
        templates.mkdir(parents=True)
        (templates / "mail_head.html").write_text("x" * 60_000)
        done = self.report("--check")
        self.assertEqual(done.returncode, 78)
        self.assertIn(b"mail_head.html: is larger than 48 kB", done.stderr)
        (templates / "mail_head.html").unlink()
        (self.site.lazaret.folder / "link.key").unlink()
        done = self.report("--check")
        self.assertEqual(done.returncode, 78)
        self.assertIn(b"link.key", done.stderr)

    def notifications(self):
        rows = self.site.database.rows("select state, count(*) from lazaret.notification group by 1")
        return {state: int(count) for state, count in rows}

    def tried(self):
        """How many reports failed, other than by being given back."""
        rows = self.site.database.rows("select count(*) from lazaret.report_sent "
                                       "where state = 'failed' and attempts > 0")
        return int(rows[0][0])
