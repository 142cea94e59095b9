"""What tests share that walk through the pages as a person does."""

import os
import pathlib

from private_site.browser import WINDOWS


def keep_picture(browser, name, window, dark):
    """Where somebody wants to look at the pages: LAZARET_PICTURES names a folder."""
    if "LAZARET_PICTURES" in os.environ:
        file = f"{name}-{window}-{'dark' if dark else 'light'}.png".replace(" ", "-")
        browser.picture(pathlib.Path(os.environ["LAZARET_PICTURES"]) / file)


class PageCase:
    """Of tests that have a `browser`."""

    def speak(self, language):
        agent = self.browser.command("Browser.getVersion")["userAgent"]
        self.browser.command("Emulation.setUserAgentOverride", userAgent=agent,
                             acceptLanguage=language)

    def see(self, name, language):
        """Checks that the page fits into a phone's width; keeps pictures of it."""
        for window in WINDOWS:
            for dark in (False, True):
                self.browser.show_as(window, dark)
                size = self.browser.command("Page.getLayoutMetrics")
                self.assertLessEqual(size["cssContentSize"]["width"], WINDOWS[window][0],
                                     f"{name} is wider than the {window}")
                keep_picture(self.browser, f"{name}-{language}", window, dark)
        self.browser.show_as()

    def write(self, **fields):
        for name, text in fields.items():
            field = self.browser.driver.find_element("css selector", f"input[name={name}]")
            field.clear()
            field.send_keys(text)
