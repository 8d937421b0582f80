import json

from odoo.tests import HttpCase, tagged

from ..controllers import email_content
from .common import stored
from .hostile_bodies import BODIES

LOOK = """(async () => {
    const wait = async (find) => {
        for (let tries = 0; tries < 200; tries++) {
            const found = find();
            if (found) return found;
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        throw new Error("not found: " + find);
    };
    (await wait(() => document.querySelector(".nav-link[name='erp_email']"))).click();
    (await wait(() => document.querySelector(".o_erp_show_html"))).click();
    const frame = await wait(() => document.querySelector("iframe.o_erp_email_frame"));
    await wait(() => frame.contentDocument?.body?.childNodes.length);
    const place = location.href;
    for (const id of %s) {
        const loaded = new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
        frame.src = `/erp_mail/${id}/body`;
        await loaded;
        await new Promise((resolve) => setTimeout(resolve, 15));
        const problems = [];
        if (window.pwned !== undefined) problems.push("a script ran");
        if (location.href !== place) problems.push("the page went elsewhere");
        if (!frame.contentWindow.location.pathname.endsWith(`/${id}/body`)) problems.push("the frame went elsewhere");
        const asked = frame.contentWindow.performance.getEntriesByType("resource").filter((entry) => entry.transferSize);
        if (asked.length) problems.push("it asked for " + asked[0].name);
        const button = document.querySelector(".o_erp_new");
        const { x, y, width, height } = button.getBoundingClientRect();
        if (!button.contains(document.elementFromPoint(x + width / 2, y + height / 2))) problems.push("it covers the page");
        if (problems.length) {
            console.error(`mail ${id}: ${problems.join(", ")}`);
            return;
        }
    }
    const answer = await fetch("/web/session/check", {
        method: "POST", headers: { "Content-Type": "application/json" }, body: '{"params": {}}',
    });
    if ((await answer.json()).error) console.error("the session has ended");
    else console.log("test successful");
})()"""


@tagged("post_install", "-at_install")
class TestHostileBodies(HttpCase):
    """Nothing that a stranger wrote runs, asks for anything or covers the page, even if the sanitizer lets it through."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.record = cls.env["res.partner"].create({"name": "Acme", "email": "acme@example.com"})
        raws = [
            f"From: evil{number}@evil.example\r\nSubject: {number}\r\nMessage-ID: <{number}@evil.example>\r\n"
            f"Content-Type: text/html; charset=utf-8\r\n\r\n{body}\r\n<p>Text {number}</p>".encode()
            for number, body in enumerate(BODIES)
        ]
        copies = stored(cls.env, *raws)
        cls.emails = copies.email_id
        cls.env["erp.email"]._link_by_hand(cls.record, cls.emails)

    def fetch_proxy(self, url):
        self.outside.append(url)
        return super().fetch_proxy(url)

    def look(self):
        self.outside = []
        self.browser_js(
            f"/odoo/res.partner/{self.record.id}",
            LOOK % json.dumps(self.emails.ids),
            ready="odoo.isReady",
            login="admin",
            timeout=180,
        )
        self.assertFalse([url for url in self.outside if "evil" in url or "a.example" in url])

    def test_there_are_three_hundred(self):
        self.assertEqual(len(BODIES), 300)
        self.assertEqual(len(self.emails), 300)

    def test_hostile_bodies_do_nothing(self):
        self.look()

    def test_frame_and_policy_hold_without_the_sanitizer(self):
        self.patch(
            email_content,
            "display_html",
            lambda mail, *args, **kwargs: f"<!DOCTYPE html><html><body>{mail.html}</body></html>",
        )
        self.look()

    def test_headers_of_a_body(self):
        self.authenticate("admin", "admin")
        for images in ("", "?images=1"):
            headers = self.url_open(f"/erp_mail/{self.emails[0].id}/body{images}").headers
            policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
            self.assertEqual(policy["default-src"], "'none'")
            self.assertNotIn("script-src", policy)
            self.assertNotIn("allow-scripts", policy["sandbox"])
            self.assertEqual(policy["img-src"], "data: https: http:" if images else "data:")
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(headers["Referrer-Policy"], "no-referrer")

    def test_active_attachments_are_saved_or_shown_as_text(self):
        kinds = {
            "image/svg+xml": "a.svg",
            "text/html": "a.html",
            "application/xhtml+xml": "a.xhtml",
            "text/xml": "a.xml",
        }
        parts = "".join(
            f"--b\r\nContent-Type: {mimetype}\r\nContent-Disposition: attachment; filename={name}\r\n\r\n"
            f"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>\r\n"
            for mimetype, name in kinds.items()
        )
        raw = (
            f'From: a@evil.example\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n{parts}--b--\r\n'
        )
        copies = stored(self.env, raw.encode())
        self.env.flush_all()
        self.authenticate("admin", "admin")
        infos = copies.email_id.attachment_info
        self.assertTrue(infos)
        for info in infos:
            for preview in ("", "?preview=1"):
                answer = self.url_open(f"/erp_mail/{copies.email_id.id}/attachment/{info['index']}{preview}")
                kind = answer.headers["Content-Type"]
                self.assertIn(kind, ("application/octet-stream", "text/plain; charset=utf-8"), (info["name"], preview))
                if kind == "application/octet-stream":
                    self.assertTrue(answer.headers["Content-Disposition"].startswith("attachment"))
                self.assertIn("sandbox", answer.headers["Content-Security-Policy"])
                self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
