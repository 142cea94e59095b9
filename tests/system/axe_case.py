"""Pages as axe-core sees them, light and dark, on a phone and on a desk, and as html-validate reads
them."""

import functools
import json
import pathlib
import subprocess
import tempfile

from private_site.browser import WINDOWS
from page_case import keep_picture
from site_case import Run
from test_browser import BrowserCase
from test_report import fetch


def npm_folder():
    """What tests/run installs beside the build folders, from tests/browser/package-lock.json."""
    folder = Run.programs.parent.parent / "browser"
    if not (folder / "node_modules").is_dir():
        raise FileNotFoundError(f"{folder} is not there: tests/browser/install gets it from npm")
    return folder


def faults_of(source):
    """What html-validate says of a page, a line each."""
    with tempfile.NamedTemporaryFile("w", suffix=".html", encoding="utf-8") as file:
        file.write(source)
        file.flush()
        script = pathlib.Path(__file__).resolve().parent.parent / "browser/html_pages.mjs"
        done = subprocess.run(["node", script, file.name], cwd=npm_folder(), capture_output=True,
                              text=True, check=True)
    return json.loads(done.stdout)


@functools.cache
def axe_core():
    return (npm_folder() / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


class AxeEyes:
    """For a test case that has a `browser` which runs scripts."""

    def violations(self):
        """A line each: the rule, and the first element that breaks it."""
        self.browser.run(axe_core())
        found = self.browser.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "axe.run(document, {iframes: false}).then(r => done(r.violations), e => done(String(e)))")
        self.assertIsInstance(found, list, found)
        return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in found]

    def assert_readable(self, name):
        """The page that is open, on a phone, light and dark."""
        for dark in (False, True):
            self.browser.show_as("phone", dark)
            self.assertEqual(self.violations(), [], name)
        self.browser.show_as()


class AxeCase(AxeEyes, BrowserCase):
    @classmethod
    def setUpClass(cls):
        axe_core()  # is there, before a site is started
        super().setUpClass()

    def as_sent(self, url):
        """The page as the portal sends it to this browser, before that mends it. It is asked for
        anew: a browser keeps none of what is not to be stored."""
        cookies = "; ".join(f"{one['name']}={one['value']}"
                            for one in self.browser.driver.get_cookies())
        return fetch(url, headers={"Cookie": cookies})

    def html_faults(self):
        """What is wrong in the bytes of the page that is at this address."""
        url = self.browser.driver.current_url
        return faults_of(self.as_sent(url).text) if url.startswith("http") else []

    def check(self, name):
        """The page that is open, as each reader has it."""
        with self.subTest(name):
            self.assertEqual(self.html_faults(), [])
        for window in WINDOWS:
            for dark in (False, True):
                with self.subTest(name, window=window, dark=dark):
                    self.browser.show_as(window, dark)
                    self.assertEqual(self.violations(), [])
                    width = self.browser.run("return document.documentElement.scrollWidth")
                    self.assertLessEqual(width, WINDOWS[window][0], "it is wider than its window")
                    keep_picture(self.browser, f"{self._testMethodName} {name}", window, dark)
