"""The daily report as its reader gets it, and what its links do: nothing but by POST, once."""

import concurrent.futures
import email
import email.policy
import html
import re
import urllib.error
import urllib.parse
import urllib.request

import messages
from site_case import SiteCase

SENDER = "news@shop.example"
LINK = re.compile(rb"http://127\.0\.0\.1:\d+/([mau])/([A-Za-z0-9_.-]+)(/[a-z]+)?")


class NotFollowed(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Page:
    """An answer of the portal."""

    def __init__(self, answer):
        self.code = answer.status if hasattr(answer, "status") else answer.code
        self.headers = answer.headers
        self.text = answer.read().decode("utf-8", "replace")

    def forms(self):
        """Where the page's buttons go, and what they send along."""
        found = {}
        for form in re.findall(r"<form[^>]*>.*?</form>", self.text, re.S):
            action = html.unescape(re.search(r'action="([^"]*)"', form)[1])
            fields = {html.unescape(name): html.unescape(value) for name, value in
                      re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)}
            found[action.rsplit("/", 1)[-1]] = (action, fields)
        return found


def fetch(url, method="GET", form=None, follow=True, headers=None):
    data = urllib.parse.urlencode(form or {}).encode() if method == "POST" else None
    request = urllib.request.Request(url, data=data, headers=headers or {}, method=method)
    openers = [] if follow else [NotFollowed]
    try:
        return Page(urllib.request.build_opener(*openers).open(request, timeout=30))
    except urllib.error.HTTPError as error:
        return Page(error)


class ReportCase(SiteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.lazaret.portal is None:
            cls.lazaret.start_portal()

    def hold(self, recipient, **letter):
        self.accepted(self.site.send(messages.letter(SENDER, **letter), SENDER, recipient))
        return self.held_once(recipient)["reference"]

    def report_of(self, recipient):
        """The report that `report send` brings, as a parsed mail."""
        self.lazaret.ctl("report", "send", recipient)
        stored = self.delivered_once(recipient).stored
        return email.message_from_bytes(stored, policy=email.policy.default)

    def links_of(self, report, form="html"):
        """URL by what it does: release, look, ..., and `account`, `unsubscribe`."""
        content = report.get_body((form,)).get_content()
        if form == "html":
            content = html.unescape(content)
        found = {}
        for match in re.finditer(LINK.pattern.decode(), content):
            found[(match[3] or "/account")[1:]] = match[0]
        return found

    def state(self, reference):
        return self.site.database.rows(
            f"select state from lazaret.held_copy where reference = '{reference}'")[0][0]


class Mail(ReportCase):
    def test_both_forms_have_the_same_links_and_the_fields_say_what_it_is(self):
        recipient = "report-forms@strict.example"
        self.hold(recipient, subject="Prices of the winter")
        report = self.report_of(recipient)
        self.assertEqual(report.get_content_type(), "multipart/alternative")
        links = self.links_of(report)
        self.assertEqual(links, self.links_of(report, "plain"))
        self.assertLessEqual({"release", "look", "adjust", "account"}, set(links))
        self.assertEqual(report["Auto-Submitted"], "auto-generated")
        self.assertEqual(report["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        self.assertNotIn("X-Lazaret-Seal", report)
        self.assertIn("Prices of the winter", report.get_body(("plain",)).get_content())
        self.assertEqual(len(self.held_copies(recipient)), 1, "the report itself was held")

    def test_french_and_right_to_left(self):
        recipient = "report-fr@strict.example"
        self.lazaret.ctl("settings", "set", recipient, "language", "fr")
        self.lazaret.ctl("settings", "set", recipient, "time_zone", "Europe/Paris")
        self.hold(recipient, subject="=?utf-8?b?16nXnNeV150g4oCu16LXldec150=?=")
        content = self.report_of(recipient).get_body(("html",)).get_content()
        self.assertIn('lang="fr"', content)
        self.assertIn("En quarantaine", content)
        self.assertIn("שלום", content)
        self.assertNotIn("\u202e", content)

    def test_a_run_reports_what_is_due_once(self):
        recipient = "report-due@strict.example"
        reference = self.hold(recipient)
        self.site.database.rows(
            "update lazaret.held_copy set received = received - interval '2 days' "
            f"where reference = '{reference}' returning 1")
        first = self.lazaret.send_reports()
        self.assertEqual(first.returncode, 0, first.stderr)
        self.delivered_once(recipient)
        second = self.lazaret.send_reports()
        self.assertEqual(second.returncode, 0, second.stderr)
        self.delivered_once(recipient)


    def test_a_mail_server_that_is_away_leaves_all_to_the_next_run(self):
        recipients = [f"report-away{number}@strict.example" for number in range(3)]
        for recipient in recipients:
            reference = self.hold(recipient)
            self.site.database.rows(
                "update lazaret.held_copy set received = received - interval '2 days' "
                f"where reference = '{reference}' returning 1")
        settings = self.lazaret.report_file.read_text(encoding="utf-8")
        away = self.lazaret.folder / "away.toml"
        away.write_text(re.sub(r"smtp://[0-9.]+:[0-9]+", "smtp://127.0.0.1:1", settings),
                        encoding="utf-8")
        away.chmod(self.lazaret.report_file.stat().st_mode)
        first = self.lazaret.send_reports(away)
        self.assertEqual(first.returncode, 75, first.stderr)
        status = self.lazaret.ctl("report", "status")
        for recipient in recipients:
            self.assertRegex(status, rf"{recipient}.* failed ")
        second = self.lazaret.send_reports()
        self.assertEqual(second.returncode, 0, second.stderr)
        for recipient in recipients:
            self.delivered_once(recipient)


class Links(ReportCase):
    def press(self, url, deed):
        page = fetch(url)
        self.assertEqual(page.code, 200, page.text)
        action, fields = page.forms()[deed]
        return fetch(urllib.parse.urljoin(url, action), "POST", fields)

    def test_scanners_change_nothing_and_the_person_releases_once(self):
        recipient = "link-release@strict.example"
        reference = self.hold(recipient)
        links = self.links_of(self.report_of(recipient))
        for url in links.values():
            for method in ("GET", "HEAD", "OPTIONS", "GET"):
                self.assertLess(fetch(url, method).code, 300, url)
        self.assertEqual(self.state(reference), "held")
        # Ten presses of the button on one page that is open; a page opened later has no button.
        action, fields = fetch(links["release"]).forms()["release"]
        button = urllib.parse.urljoin(links["release"], action)
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            pages = list(pool.map(lambda _: fetch(button, "POST", fields), range(10)))
        for page in pages:
            self.assertEqual(page.code, 200, page.text)
        self.eventually(lambda: self.state(reference) == "released", "the release")
        self.site.postfix.wait_for_empty_queue()
        letters = [mail for mail in self.site.postfix.delivered_to(recipient, least=2)
                   if b"Minutes of Tuesday" in mail.stored and b"quarantine@" not in mail.stored]
        self.assertEqual(len(letters), 1)
        again = fetch(links["release"])
        self.assertEqual(again.code, 200)
        self.assertNotIn("release", again.forms())

    def test_a_changed_or_foreign_claim_opens_nothing(self):
        recipient = "link-forged@strict.example"
        reference = self.hold(recipient)
        url = self.links_of(self.report_of(recipient))["release"]
        claim = urllib.parse.urlsplit(url).path.split("/")[2]
        for changed in (claim[:-1], claim + "A", claim.swapcase(), "x", claim[:-1] + "_"):
            for method in ("GET", "POST"):
                page = fetch(url.replace(claim, changed), method)
                self.assertIn(page.code, (400, 403, 404), changed)
        self.assertEqual(self.state(reference), "held")
        self.assertNotIn(claim[4:], (self.lazaret.folder / "portal.log").read_text())

    def test_every_page_forbids_scripts_frames_and_leaks(self):
        recipient = "link-headers@strict.example"
        self.hold(recipient)
        for url in self.links_of(self.report_of(recipient)).values():
            headers = fetch(url).headers
            self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
            self.assertNotIn("script-src", headers["Content-Security-Policy"])
            self.assertEqual(headers["Referrer-Policy"], "same-origin")
            self.assertIn("no-store", headers["Cache-Control"])
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")

    def test_allow_block_and_ask(self):
        for deed, listed in (("allow", "allow"), ("block", "deny")):
            with self.subTest(deed):
                recipient = f"link-{deed}@strict.example"
                self.hold(recipient)
                url = self.links_of(self.report_of(recipient))["look"]
                page = self.press(url.replace("/look", f"/{deed}"), deed)
                self.assertEqual(page.code, 200, page.text)
                entries = self.lazaret.ctl(listed, "list", recipient)
                self.assertIn(SENDER, entries)
        recipient = "link-adjust@strict.example"
        reference = self.hold(recipient)
        self.press(self.links_of(self.report_of(recipient))["adjust"], "adjust")
        requests = [one for one in self.lazaret.ctl("requests", "list").splitlines()
                    if reference in one]
        self.assertEqual(len(requests), 1)
        number = requests[0].split()[0]
        self.lazaret.ctl("requests", "accept", number, "--words", "done")
        self.assertIn("accepted", self.lazaret.ctl("requests", "show", number))

    def test_reports_are_turned_off_by_post_only(self):
        recipient = "link-off@strict.example"
        self.hold(recipient)
        report = self.report_of(recipient)
        url = report["List-Unsubscribe"].strip("<>")
        get = self.lazaret.ctl("settings", "get", recipient)
        fetch(url)
        self.assertEqual(self.lazaret.ctl("settings", "get", recipient), get)
        page = fetch(url, "POST", {"List-Unsubscribe": "One-Click"})
        self.assertEqual(page.code, 200, page.text)
        self.assertRegex(self.lazaret.ctl("settings", "get", recipient),
                         r"report\.frequency\s+none")
        # Also where the address itself chose otherwise.
        self.lazaret.ctl("settings", "set", recipient, "report.frequency", "weekly")
        self.assertEqual(fetch(url, "POST").code, 200)
        self.assertRegex(self.lazaret.ctl("settings", "get", recipient),
                         r"report\.frequency\s+none")
