from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestJs(HttpCase):
    def test_plain_functions_of_the_tab(self):
        """The tests in ``static/tests/tab``; what needs the whole page is in the tours."""
        with self.assertLogs(__name__, "INFO") as log:
            self.browser_js(
                "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&filter=%22@erp_mail_integration/tab%22",
                "",
                "",
                login="admin",
                timeout=300,
                success_signal="[HOOT] Test suite succeeded",
            )
        # Hoot calls a run without any test a success.
        self.assertRegex("\n".join(log.output), r"\[HOOT] Passed [1-9]")
