from datetime import datetime, timedelta

from odoo.tests import TransactionCase, tagged
from odoo.tests.common import new_test_user

MORNING = datetime(2026, 3, 2, 8)


@tagged("post_install", "-at_install")
class TestTab(TransactionCase):
    """What the Email tab is told: pages, conversations, search and filters, detached and put back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.partner"].create({"name": "Acme", "is_company": True})
        cls.anna, cls.bob = cls.env["res.partner"].create(
            [{"name": "Anna", "parent_id": cls.company.id}, {"name": "Bob", "parent_id": cls.company.id}]
        )
        cls.user = new_test_user(cls.env, "tab_reader", groups="base.group_user,base.group_partner_manager")
        cls.Email = cls.env["erp.email"].with_user(cls.user)

    def store(self, count, *partners, **values):
        """Mails an hour apart, three with each date, linked to the contacts."""
        number = self.env["erp.email"].search_count([])
        emails = self.env["erp.email"].create(
            [
                {
                    "fingerprint": f"tab-{number + step}",
                    "subject": f"Mail {number + step}",
                    "date": MORNING + timedelta(hours=step // 3),
                    "from_address": "anna@acme.example",
                }
                | values
                for step in range(count)
            ]
        )
        self.env["erp.email.link"].create(
            [
                {
                    "email_id": email.id,
                    "res_model": "res.partner",
                    "res_id": partner.id,
                    "date": email.date,
                    "rule": "contact",
                    "evidence": "anna@acme.example",
                    "score": 90,
                }
                for email in emails
                for partner in partners
            ]
        )
        self.env.flush_all()
        return emails

    def page(self, record=None, **options):
        return self.Email.tab_page("res.partner", (record or self.anna).id, **options)

    def ids(self, *args, **options):
        return [row["id"] for row in self.page(*args, **options)["rows"]]

    def test_pages_follow_each_other_newest_first_and_name_each_mail_once(self):
        emails = self.store(50, self.anna)
        found, cursor = [], None
        while True:
            page = self.page(cursor=cursor, limit=7)
            found += [row["id"] for row in page["rows"]]
            cursor = page["next"]
            if not cursor:
                break
        self.assertEqual(found, emails.sorted(lambda email: (email.date, email.id), reverse=True).ids)

    def test_a_mail_that_arrives_between_two_pages_moves_nothing(self):
        emails = self.store(9, self.anna)
        first = self.page(limit=3)
        self.store(3, self.anna, date=MORNING + timedelta(days=1))
        second = self.page(limit=6, cursor=first["next"])
        self.assertEqual({row["id"] for row in first["rows"] + second["rows"]}, set(emails.ids))

    def test_a_page_takes_as_many_queries_however_many_mails_there_are(self):
        def queries():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.page(limit=20, grouped=True)
            return self.env.cr.sql_log_count - before

        self.store(20, self.anna)
        queries()
        few = queries()
        self.store(300, self.anna)
        self.assertEqual(queries(), few)

    def test_the_number_of_a_page_is_bounded(self):
        self.store(250, self.anna)
        self.assertEqual(len(self.ids(limit=100_000)), 200)
        self.assertEqual(len(self.ids(limit=-1)), 1)

    def test_a_company_shows_the_mail_of_its_people_once(self):
        both = self.store(1, self.anna, self.bob, self.company)
        annas = self.store(1, self.anna, date=MORNING - timedelta(days=1))
        self.assertEqual(self.ids(self.company), (both | annas).ids)
        self.assertEqual(self.ids(self.bob), both.ids)
        self.assertEqual(self.Email.tab_summary("res.partner", self.company.id)["count"], 2)

    def test_a_conversation_is_counted_on_this_document_and_read_from_its_beginning(self):
        here = self.store(3, self.anna, thread_key="<root@x>")
        self.store(2, self.bob, thread_key="<root@x>")
        row = self.page(grouped=True)["rows"][0]
        self.assertEqual((row["thread"], row["thread_count"]), ("<root@x>", 3))
        rows = self.Email.tab_conversation("res.partner", self.anna.id, "<root@x>")
        self.assertEqual([row["id"] for row in rows], here.ids)

    def test_words_are_found_in_addresses_subject_and_text_from_their_beginning(self):
        mail = self.store(
            1, self.anna, subject="Grüße aus Köln", participants="Dora dora@beta.example", body="About the WORKBENCH"
        )
        self.store(5, self.anna)
        for words in ("grüß", "köln aus", "workb", "dora", "beta.example", "dora@beta", "workbench köln"):
            self.assertEqual(self.ids(search=words), mail.ids, words)
        for words in ("bench", "köln zebra", "orkbench"):
            self.assertEqual(self.ids(search=words), [], words)

    def test_the_list_of_all_mails_is_searched_by_words_too(self):
        mail = self.store(1, self.anna, body="About the workbench", participants="Dora dora@beta.example")
        both = mail | self.store(1, self.anna)
        for words, found in (("workb dora", mail), ("orkbench", mail.browse()), ("'; --", both)):
            with self.subTest(words):
                self.assertEqual(self.Email.search([("words", "ilike", words), ("id", "in", both.ids)]), found.sorted())
        self.assertNotIn(mail, self.Email.search([("words", "not ilike", "workbench")]))

    def test_filters(self):
        sent = self.store(1, self.anna, direction="out")
        file = self.store(1, self.anna, attachment_count=2)
        self.assertEqual(self.ids(filters=["out"]), sent.ids)
        self.assertEqual(self.ids(filters=["attachments", "in"]), file.ids)
        self.assertEqual(self.ids(filters=["attachments", "out"]), [])
        self.assertEqual(set(self.ids(filters=["no such filter"])), set((sent | file).ids))

    def test_what_was_detached_comes_back_with_its_reason(self):
        mail = self.store(1, self.anna)
        self.Email.tab_detach("res.partner", self.anna.id, mail.ids)
        self.assertEqual(self.ids(), [])
        self.assertEqual(
            (mail.link_ids.state, mail.link_ids.user_id, mail.state), ("detached", self.user, "unassociated")
        )
        self.Email.tab_restore("res.partner", self.anna.id, mail.ids)
        why = self.page()["rows"][0]["why"]
        self.assertEqual((why["rule"], why["evidence"]), ("Contact", "anna@acme.example"))
        self.assertEqual(mail.state, "linked")

    def test_detaching_from_a_company_takes_the_mail_off_its_people(self):
        mail = self.store(1, self.anna, self.bob)
        self.Email.tab_detach("res.partner", self.company.id, mail.ids)
        self.assertEqual(set(mail.link_ids.mapped("state")), {"detached"})
        self.Email.tab_restore("res.partner", self.company.id, mail.ids)
        self.assertEqual(self.ids(self.bob), mail.ids)
