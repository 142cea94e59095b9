"""A real Chromium without a window, which reaches nothing but this host."""

import base64
import contextlib
import hashlib
import os
import socket
import subprocess
import threading

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

WINDOWS = {"desktop": (1100, 1400), "phone": (390, 844)}


# Where Chromium goes by itself; the browser's own business is no fault of a page.
OWN_HOSTS = (b"google.com", b"googleapis.com", b"gstatic.com", b"gvt1.com", b"duckduckgo.com")


class Trap:
    """Where every host name leads: it notes what was asked for, and answers nothing."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.port = self.listener.getsockname()[1]
        self.caught = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._note, args=(connection,), daemon=True).start()

    def _note(self, connection):
        with connection, contextlib.suppress(OSError):
            connection.settimeout(5)
            start = connection.recv(4000)  # a request with its Host, or a TLS hello with its SNI
            if start and not any(host in start for host in OWN_HOSTS):
                self.caught.append(start)

    def close(self):
        # close() alone does not wake accept().
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def _fingerprint(certificate):
    """Of its public key, as Chromium takes it."""
    key = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-pubkey"], check=True,
                         capture_output=True).stdout
    raw = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=key, check=True,
                         capture_output=True).stdout
    return base64.b64encode(hashlib.sha256(raw).digest()).decode()


class Browser:
    """One Chromium with a profile of its own. Every host name and address but 127.0.0.1 leads into
    a trap; what fell into it stands in `trap.caught`. `trusted` is a certificate that it believes."""

    def __init__(self, folder, scripts=True, dark=False, window="desktop", trusted=None):
        self.trap = Trap()
        options = Options()
        for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage",
                     "--disable-background-networking", "--disable-component-update",
                     "--no-first-run", "--disable-sync", "--disable-gpu",
                     f"--host-resolver-rules=MAP * 127.0.0.1:{self.trap.port} , EXCLUDE 127.0.0.1",
                     f"--user-data-dir={folder}"):
            options.add_argument(word)
        if trusted:
            options.add_argument(f"--ignore-certificate-errors-spki-list={_fingerprint(trusted)}")
        if not scripts:
            options.add_experimental_option(
                "prefs", {"profile.managed_default_content_settings.javascript": 2})
        options.binary_location = "/usr/bin/chromium"
        # Chromium writes below HOME, which a build user need not have.
        service = Service("/usr/bin/chromedriver", env={**os.environ, "HOME": str(folder)})
        try:
            self.driver = webdriver.Chrome(service=service, options=options)
        except BaseException:
            self.trap.close()
            raise
        self.driver.set_page_load_timeout(60)
        self.show_as(window, dark)

    def show_as(self, window="desktop", dark=False):
        width, height = WINDOWS[window]
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height,
                     deviceScaleFactor=1, mobile=window == "phone")
        self.command("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def command(self, name, **parameters):
        """A command of the DevTools protocol."""
        return self.driver.execute_cdp_cmd(name, parameters)

    def open(self, url):
        self.driver.get(url)

    def press(self, selector):
        """Presses the one button of that CSS selector, and waits for the page that answers."""
        buttons = self.driver.find_elements("css selector", selector)
        if len(buttons) != 1:
            raise AssertionError(f"{len(buttons)} of {selector} on the page:\n{self.text()}")
        self.press_button(buttons[0])

    def press_button(self, button):
        """The same for one that was found."""
        button.click()
        # click() may return before the old page has gone; a question about a page that is just
        # going may be answered with an error of the browser's own.
        gone = WebDriverWait(self.driver, 30, poll_frequency=0.05,
                             ignored_exceptions=(WebDriverException,))
        gone.until(staleness_of(button))

    def text(self):
        """What a person reads on the page."""
        return self.driver.find_element("tag name", "body").text

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def picture(self, file):
        self.driver.save_screenshot(str(file))

    def close(self):
        self.driver.quit()
        self.trap.close()


@contextlib.contextmanager
def browser(folder, **options):
    one = Browser(folder, **options)
    try:
        yield one
    finally:
        one.close()
