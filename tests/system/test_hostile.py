"""Hostile mail in report and preview, in a browser that runs scripts: nothing runs, nothing is
loaded, nothing stands outside its frame."""

import pathlib
import re

from private_site.hostile import Looker, harmless, letter
from test_browser import BrowserCase

HERE = pathlib.Path(__file__).resolve().parent / "hostile"
ESCAPES = {r"\n": "\n", r"\t": "\t", r"\0": "\0", r"\x01": "\x01"}


def vectors(name):
    """The rows of a file, with what is escaped in them."""
    rows = []
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        line = re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), line)
        for escape, character in ESCAPES.items():
            if escape != r"\t":
                line = line.replace(escape, character)
        rows.append([field.replace(r"\t", "\t") for field in line.split("\t")])
    return rows


class Hostile(BrowserCase):
    batches = 0  # of all tests here: recipients are numbered

    def look(self, mails):
        looker = Looker(self.site, self.browser, self.folder.name)
        looker.batches = Hostile.batches
        looker.learn(harmless())
        looker.look(mails)
        Hostile.batches = looker.batches
        return looker

    def test_the_browser_sees_what_is_not_sanitised(self):
        looker = Looker(self.site, self.browser, self.folder.name)
        looker.known = {"frame": set()}
        page = pathlib.Path(self.folder.name) / "as-it-came.html"
        for markup, fault in (("<script>top.hit=1</script>", "a script ran"),
                              ("<script>alert(1)</script>", "opened a dialog"),
                              ("<img src=https://evil.example/a.png>", "it asked for"),
                              ("<img src=x onerror=1>", "a strange element img"),
                              ("<a href='https://evil.example/'>x</a>", "a strange element a[href]"),
                              ("<meta http-equiv=refresh content='0;url=about:blank'>", "it went to"),
                              ("<p style='position:fixed'>x", "it has style="),
                              ("<iframe srcdoc=x></iframe>", "a strange element iframe")):
            with self.subTest(markup):
                page.write_text(f"<!doctype html><title>x</title>{markup}", encoding="utf-8")
                looker.faults.clear()
                looker.open("frame", "as it came", page.as_uri(), looker.judge)
                self.assertIn(fault, " ".join(looker.faults))
        self.browser.trap.caught.clear()

    def test_html(self):
        rows = vectors("html.tsv")
        self.assertGreaterEqual(len(rows), 60)
        looker = self.look([(name, letter(number, markup))
                            for number, (name, markup) in enumerate(rows)])
        self.assertEqual(looker.faults, [])
        self.assertGreaterEqual(looker.looked, len(rows) * 9 // 10)

    def test_header_fields(self):
        looker = self.look([(name, letter(f"h{number}", "<p>x</p>", [(field, value)]))
                            for number, (name, field, value) in enumerate(vectors("headers.tsv"))])
        self.assertEqual(looker.faults, [])
        self.assertGreater(looker.looked, 0)
