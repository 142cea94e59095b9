"""A database that is frozen, as by a hanging disk: whoever waits for it comes to an end."""

import concurrent.futures
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request

from sink_case import SinkCase
from private_site.folder import wait_until
from private_site.report_site import DOMAIN

# Far longer than the deadlines, for a machine that is busy; without them nothing would end.
BOUND = 120


def code_of(link):
    """The code of an answer, or what became of the connection when it ended without one."""
    try:
        with urllib.request.urlopen(link, timeout=BOUND) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError as error:
        return str(error)


class Frozen(SinkCase):
    settings = {"database": {"statement_timeout": "1s"}}

    def setUp(self):
        super().setUp()
        self.stopped = []
        self.addCleanup(self.thaw)

    def freeze(self):
        """Stops the server's processes of all sessions."""
        found = subprocess.run(["pgrep", "-P", str(self.site.database.pid())],
                               capture_output=True, text=True, check=True).stdout.split()
        for pid in map(int, found):
            with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as words:
                if "[local]" in words.read():
                    os.kill(pid, signal.SIGSTOP)
                    self.stopped.append(pid)
        self.assertTrue(self.stopped)

    def thaw(self):
        for pid in self.stopped:
            os.kill(pid, signal.SIGCONT)
        self.stopped.clear()

    def test_a_run_of_reports_ends(self):
        self.site.hold(300, 1)
        report = self.site.start_report()
        self.addCleanup(report.kill)
        while not self.sink.letters and report.poll() is None:
            pass
        self.freeze()
        self.assertEqual(report.wait(BOUND), 75, self.site.log())
        self.thaw()

    def link(self):
        """A page for which the database is asked."""
        self.site.hold(1, 1)
        self.site.lazaret.start_portal()
        preview = self.site.lazaret.ctl("report", "preview", f"reader0@{DOMAIN}")
        link = re.search(r"http://127\.0\.0\.1:\d+/m/[A-Za-z0-9_.-]+", preview)[0]
        self.assertEqual(code_of(link), 200, self.site.lazaret.portal_log())
        return link

    def test_the_portal_answers_all(self):
        link = self.link()
        self.freeze()
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            codes = set(pool.map(code_of, [link] * 10))
        # A connection that is made anew is served.
        self.assertIn(503, codes)
        self.assertLessEqual(codes, {200, 503})
        wait_until(lambda: code_of(link) == 200, "a page", BOUND)

    def test_the_portal_stops_when_it_is_told_to(self):
        self.site.lazaret.settings["database"] = {"statement_timeout": "5min"}
        self.site.lazaret.write_settings()
        link = self.link()
        self.freeze()
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(code_of, link)
            time.sleep(1)  # when it does not wait yet by then, the test only shows less
            self.site.lazaret.portal.terminate()
            self.assertEqual(self.site.lazaret.portal.wait(BOUND), 0)
            waiting.result()
