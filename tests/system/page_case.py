"""What tests share that walk through the pages as a person does."""

import os
import pathlib

from private_site.browser import WINDOWS


class PageCase:
    """Of tests that have a `browser`."""

    def speak(self, language):
        agent = self.browser.command("Browser.getVersion")["userAgent"]
        self.browser.command("Emulation.setUserAgentOverride", userAgent=agent,
                             acceptLanguage=language)

    def see(self, name, language):
        """Checks that the page fits into a phone's width; keeps pictures where somebody wants to
        look at them: LAZARET_PICTURES names a folder."""
        for window in WINDOWS:
            for dark in (False, True):
                self.browser.show_as(window, dark)
                size = self.browser.command("Page.getLayoutMetrics")
                self.assertLessEqual(size["cssContentSize"]["width"], WINDOWS[window][0],
                                     f"{name} is wider than the {window}")
                if "LAZARET_PICTURES" in os.environ:
                    shade = "dark" if dark else "light"
                    self.browser.picture(pathlib.Path(os.environ["LAZARET_PICTURES"]) /
                                         f"{name}-{language}-{window}-{shade}.png")
        self.browser.show_as()

    def write(self, **fields):
        for name, text in fields.items():
            field = self.browser.driver.find_element("css selector", f"input[name={name}]")
            field.clear()
            field.send_keys(text)
