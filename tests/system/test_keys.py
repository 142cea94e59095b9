"""A new key for links and seals, while mail and links of the old one are on their way."""

import re
import signal

from test_report import ReportCase, fetch


class Keys(ReportCase):
    def ids(self):
        return [line.split()[0] for line in self.lazaret.ctl("key", "list").splitlines()]

    def reload(self):
        """The milter and the portal, and waits until both have said that they did."""
        logs = (self.lazaret.log_file, self.lazaret.folder / "portal.log")
        before = [log.read_text().count("read again") for log in logs]
        self.lazaret.reload()
        self.lazaret.portal.send_signal(signal.SIGHUP)
        for log, count in zip(logs, before):
            self.eventually(lambda: log.read_text().count("read again") > count, f"{log.name}")

    def claim_key(self, url):
        return re.search(r"/m/([^.]+)\.", url)[1]

    def test_rotation(self):
        recipient = "keys@strict.example"
        self.hold(recipient)
        first = self.links_of(self.report_of(recipient))["release"]
        old = self.claim_key(first)
        said = self.lazaret.ctl("key", "add", "--use")
        # Not before List-Unsubscribe of the last report that was made with it has ended.
        self.assertIn(f"After 365 days: lazaretctl key remove {old}", said)
        self.reload()
        self.assertEqual(fetch(first).code, 200)

        other = "keys-new@strict.example"
        reference = self.hold(other)
        second = self.links_of(self.report_of(other))["release"]
        self.assertNotEqual(self.claim_key(second), old)
        self.lazaret.ctl("key", "remove", old)
        self.assertNotIn(old, self.ids())
        self.reload()
        self.assertEqual(fetch(first).code, 403)
        page = fetch(second)
        self.assertEqual(page.code, 200)
        # A release is sealed with the new key, and the milter believes it.
        fetch(second, "POST")
        self.eventually(lambda: self.state(reference) == "released", "the release")

    def test_a_key_file_with_a_mistake_changes_nothing(self):
        recipient = "keys-mistake@strict.example"
        self.hold(recipient)
        url = self.links_of(self.report_of(recipient))["release"]
        file = self.lazaret.folder / "link.key"
        good = file.read_bytes()
        file.write_bytes(b"k9 mistake\n")
        try:
            self.lazaret.portal.send_signal(signal.SIGHUP)
            log = self.lazaret.folder / "portal.log"
            self.eventually(lambda: "not read again" in log.read_text(), "the portal's refusal")
            self.assertEqual(fetch(url).code, 200)
            self.assertNotEqual(self.lazaret.run("key", "add").returncode, 0)
            self.assertEqual(file.read_bytes(), b"k9 mistake\n")
        finally:
            file.write_bytes(good)
