"""Hostile mail, sent on the real path and looked at in a real browser: in the report, on the page
of its copy, and in the frame that shows it."""

import email
import email.policy
import html
import pathlib
import re
import time
import urllib.parse

from selenium.common.exceptions import UnexpectedAlertPresentException

from .folder import wait_until
from .smtp import crlf

SENDER = "eve@evil.example"
AT_ONCE = 15  # in one report: all of its rows fit

# The elements of a document and their attributes, without their values, but for what leads or loads.
SHAPE = """
return [...document.querySelectorAll('*')].map(e => e.localName + '[' +
    [...e.attributes].map(a => a.name).sort().join(' ') + ']');
"""
LEADS = """
return [...document.querySelectorAll('*')].flatMap(e => [...e.attributes]
    .filter(a => /^(.*href|src|srcset|action|formaction|poster|data|background|ping|style)$/
        .test(a.name))
    .map(a => a.name + '=' + a.value));
"""
# What the frame may be made of: no element that runs, loads, leads or is filled in.
FORBIDDEN = re.compile(
    r"(script|iframe|frame|frameset|object|embed|applet|form|input|button|textarea|select|base|link"
    r"|svg|math|video|audio|source|portal|fencedframe|dialog|template)\[")


def letter(number, markup, extra=()):
    """A mail with that HTML; `extra` are fields, which come before the usual ones of their name."""
    fields = dict((("Subject", f"Hostile {number}"), ("From", f"Eve <{SENDER}>"), *extra))
    head = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return crlf(f"{head}To: team@strict.example\nDate: Mon, 23 Nov 2026 09:00:00 +0100\n"
                f"Message-ID: <hostile{number}@evil.example>\nMIME-Version: 1.0\n"
                f"Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
                f"<p>Vector {number}</p>\n{markup}\n")


def harmless():
    """Mails that use all that report and pages have: HTML, a list, an attachment, text alone."""
    rich = ("<h1>Winter</h1><p>All <a href='https://shop.example/'>prices</a> and a "
            "<b style='color:#123456'>table</b></p><table><tr><td>1</td></tr></table>"
            "<ul><li>x</li></ul><img src='https://shop.example/a.png' alt='a'>")
    head = (f"From: Ada <{SENDER}>\nTo: team@strict.example\nSubject: {{0}}\n"
            "Message-ID: <{0}@evil.example>\nMIME-Version: 1.0\n")
    return [
        ("rich", letter("rich", rich, [("Subject", "Minutes"),
                                       ("List-Id", "Minutes <minutes.shop.example>")])),
        ("bare", letter("bare", "")),
        ("text", crlf(head.format("text") + "Content-Type: text/plain\n\nHello\n")),
        ("attached", crlf(head.format("attached")
                          + 'Content-Type: multipart/mixed; boundary="cut"\n\n--cut\n\nHello\n'
                          '--cut\nContent-Type: application/pdf; name="a.pdf"\n'
                          'Content-Disposition: attachment; filename="a.pdf"\n\n%PDF-1.4\n'
                          '--cut--\n')),
        ("empty", crlf(head.format("empty") + "Content-Type: text/plain\n\n\n")),
    ]


class Looker:
    """Holds mails for recipients of its own, and looks at each as its reader would."""

    def __init__(self, site, browser, folder):
        self.site = site
        self.browser = browser
        self.file = pathlib.Path(folder) / "report.html"
        self.batches = 0
        self.known = {"report": set(), "page": set()}
        self.looked = 0
        self.faults = []

    def learn(self, mails):
        """What report and pages are made of, from harmless mails."""
        self._look(mails, self._learn)
        self.looked = 0

    def look(self, mails):
        """Looks at mails, pairs of name and bytes; what is wrong is added to `faults`."""
        mails = list(mails)
        for begin in range(0, len(mails), AT_ONCE):
            self._look(mails[begin:begin + AT_ONCE], self.judge)

    def _look(self, mails, see):
        self.batches += 1
        recipient = f"hostile{self.batches}@strict.example"
        accepted = sum(self.site.send(content, SENDER, recipient).accepted for _, content in mails)
        if not accepted:
            return
        lazaret = self.site.lazaret
        wait_until(lambda: len(lazaret.held(recipient)) == accepted,
                   f"{accepted} held copies of {recipient}")
        lazaret.ctl("report", "send", recipient)
        stored = self.site.postfix.delivered_to(recipient)[0].stored
        content = email.message_from_bytes(stored, policy=email.policy.default)
        text = content.get_body(("html",)).get_content()
        self.file.write_text(text, encoding="utf-8")
        names = ", ".join(name for name, _ in mails)
        self.open("report", f"report of: {names}", self.file.as_uri(), see)
        for url in sorted(set(re.findall(r'href="([^"]*/look)"', text))):
            self._page(html.unescape(url), names, see)

    def _page(self, url, names, see):
        self.looked += 1
        self.open("page", f"one of: {names}", url, see)
        name = f"{self.browser.run('return document.title')!r}, one of: {names}"
        frames = self.browser.run(
            "return [...document.querySelectorAll('iframe')].map(f => [f.src, f.sandbox.value])")
        for source, sandbox in frames:
            if sandbox:
                self.faults.append(f"{name}: the frame may {sandbox}")
            self.open("frame", name, source, see)

    def open(self, kind, name, url, see):
        """Opens a document with scripts switched on, and waits for what it might do."""
        try:
            self.browser.open(url)
            time.sleep(0.15)
            hit = self.browser.run("return window.hit")
            here = self.browser.driver.current_url
            shape, leads = self.browser.run(SHAPE), self.browser.run(LEADS)
        except UnexpectedAlertPresentException:
            self.faults.append(f"{kind} {name}: a script ran, and opened a dialog")
            return
        if hit is not None:
            self.faults.append(f"{kind} {name}: a script ran")
        if here != url:
            self.faults.append(f"{kind} {name}: it went to {here}")
        if self.browser.trap.caught:
            self.faults.append(f"{kind} {name}: it asked for {self.browser.trap.caught[0][:200]}")
            self.browser.trap.caught.clear()
        see(kind, name, set(shape), leads, urllib.parse.urlsplit(url))

    def _learn(self, kind, _name, shape, _leads, _url):
        self.known.setdefault(kind, set()).update(shape)

    def judge(self, kind, name, shape, leads, url):
        if kind == "frame":
            strange = {one for one in shape if FORBIDDEN.match(one) or re.search(r"[\[ ]on", one)
                       or "href" in one} - self.known["frame"]
        else:
            strange = shape - self.known[kind]
        for one in sorted(strange):
            self.faults.append(f"{kind} {name}: a strange element {one}")
        for one in leads:
            if not self._leads_home(kind, one, url):
                self.faults.append(f"{kind} {name}: it has {one[:200]}")

    def _leads_home(self, kind, attribute, url):
        name, _, value = attribute.partition("=")
        if name == "style":
            # The report's own are in its template; the frame's are what the sanitiser let through.
            return kind != "frame" or not re.search(r"url\s*\(|expression|position|import|\\",
                                                    value, re.I)
        if kind == "frame":
            return value.startswith("data:image/") or value.startswith("/")
        if kind == "page":
            return value.startswith("/")
        host = urllib.parse.urlsplit(value).netloc
        return host == f"127.0.0.1:{self.site.lazaret.portal_port}"
