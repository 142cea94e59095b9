"""The cookie of a portal that a browser reaches over TLS, as at a site."""

import pathlib
import tempfile

from connector_case import GOOD, ConnectorCase
from page_case import PageCase
from private_site.authority import Authority
from private_site.browser import Browser
from private_site.tls_front import TlsFront


class Cookie(PageCase, ConnectorCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        certificate, key = Authority(cls.folder / "front").create().certify(
            "portal", "IP:127.0.0.1")
        front = TlsFront(certificate, key, cls.lazaret.portal_port)
        cls.addClassCleanup(front.close)
        cls.url = f"https://127.0.0.1:{front.port}"
        cls.lazaret.write_settings(report={"portal_url": cls.url})
        cls.lazaret.portal.terminate()
        cls.lazaret.portal.wait(60)
        cls.lazaret.start_portal()
        scratch = tempfile.TemporaryDirectory(prefix="lazaret-browser-")
        cls.addClassCleanup(scratch.cleanup)
        cls.browser = Browser(pathlib.Path(scratch.name) / "profile", trusted=certificate)
        cls.addClassCleanup(cls.browser.close)

    def test_a_browser_keeps_the_cookie_to_the_host_and_from_scripts(self):
        self.browser.open(self.url + "/account/sign-in")
        self.write(address="ann@imaps.example", password=GOOD)
        self.browser.press("form button.first")
        self.browser.open(self.url + "/account")
        self.assertNotIn("Your visit is over", self.browser.text())
        kept, = self.browser.command("Storage.getCookies")["cookies"]
        self.assertEqual(
            {key: kept[key] for key in ("name", "domain", "path", "secure", "httpOnly", "sameSite")},
            {"name": "__Host-lazaret", "domain": "127.0.0.1", "path": "/", "secure": True,
             "httpOnly": True, "sameSite": "Lax"})
        self.assertEqual(self.browser.run("return document.cookie"), "")
        self.assertEqual(self.browser.trap.caught, [], "something else was loaded")
