"""Shared by the tests of this add-on."""

from odoo.tests import HttpCase
from odoo.tests.common import ChromeBrowser


class ScreenshotCase(HttpCase):
    """Tours whose last screen is kept as a picture, also when they succeed.

    Odoo takes a screenshot of a failed tour only. The folder is that of Odoo's option ``screenshots``.
    """

    browser_size = "1600x1000"
    picture = ""
    """Part of the pictures' names: what they show."""

    def setUp(self):
        super().setUp()
        wait_code_ok = ChromeBrowser._wait_code_ok

        def wait_and_look(browser, *args, **kwargs):
            wait_code_ok(browser, *args, **kwargs)
            browser.take_screenshot(prefix=f"{self._testMethodName}_{self.picture}_").result(timeout=10)

        self.patch(ChromeBrowser, "_wait_code_ok", wait_and_look)
