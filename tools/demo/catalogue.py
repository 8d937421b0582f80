"""Where each demo mail lies, when it came, and what should become of it."""

from dataclasses import dataclass

SALES, SUPPORT, ANNA = ("sales", "INBOX"), ("support", "INBOX"), ("anna", "INBOX")
ANNA_SENT = ("anna", "Sent")
SEEN = ("\\Seen",)


@dataclass(frozen=True)
class Entry:
    """One mail of the demo."""

    name: str
    """Template in `mails/`, without suffix."""
    days_ago: int
    at: str
    """Time of day in the company's zone."""
    places: tuple[tuple[str, str], ...]
    """(account, folder) of each copy."""
    links: tuple[tuple[str, str], ...] = ()
    """(record, rule) that must be linked; records are named as in `records.py`. Others may be too."""
    suggested: tuple[str, ...] = ()
    """Records that must only be suggested: the sender has no right to name them."""
    flags: tuple[str, ...] = ()
    verdict: str = "pass"
    """What the company's own server found of SPF, DKIM and DMARC."""
    null_path: bool = False
    """Sent with an empty Return-Path, as bounces and automatic replies are."""

    @property
    def unassociated(self) -> bool:
        """It belongs to no record at all."""
        return not self.links and not self.suggested


CATALOGUE = (
    # Acme, in German, with Outlook
    Entry("first-order-outlook-html-with-logo-and-pdf", 29, "09:12", (SALES,), links=(("contact_petra", "contact"),)),
    Entry("reply-to-odoo-message-by-thread", 27, "10:40", (SALES, ANNA), links=(("order_acme", "thread"),)),
    Entry("change-of-order-tag-in-encoded-subject", 25, "14:05", (SALES, ANNA), links=(("order_acme", "tag_subject"),)),
    Entry(
        "answer-from-thunderbird-in-sent-folder",
        25,
        "15:31",
        (SALES, ANNA_SENT),
        links=(("order_acme", "thread"),),
    ),
    Entry("thanks-the-first", 25, "15:40", (ANNA,), links=(("order_acme", "thread"),)),
    Entry("thanks-the-second-is-another-mail", 18, "08:02", (ANNA,), links=(("contact_jonas", "contact"),)),
    Entry(
        "two-orders-named-in-subject-and-text",
        11,
        "11:20",
        (SALES,),
        links=(("order_acme", "tag_subject"), ("order_acme_spring", "tag_body")),
    ),
    Entry("no-message-id-from-a-scanner", 6, "13:13", (SALES,), links=(("order_acme", "tag_subject"),)),
    Entry("out-of-office", 28, "16:03", (ANNA,), links=(("order_acme", "thread"),), null_path=True),
    # Blue Heron Café: Gmail and telephones
    Entry("complaint-from-iphone-with-pictures", 16, "21:48", (SUPPORT,), links=(("contact_maria", "contact"),)),
    Entry("incident-reply-from-gmail", 14, "19:05", (SUPPORT,), links=(("ticket_lamp", "tag_subject"),)),
    Entry("short-answer-from-android", 14, "19:22", (SUPPORT,), links=(("ticket_lamp", "thread"),)),
    Entry("tag-only-in-quoted-text-gmail", 23, "07:55", (SALES,), links=(("order_heron", "tag_quoted"),)),
    Entry("project-plans-with-pdf-and-inline-plan", 10, "18:30", (SALES,), links=(("project_refit", "tag_subject"),)),
    Entry(
        "reply-all-to-the-plans-two-copies",
        9,
        "09:48",
        (SALES, ANNA),
        links=(("project_refit", "thread"), ("task_drawings", "tag_body")),
    ),
    Entry("forwarded-mail-as-attachment-holds-a-tag", 19, "12:10", (SALES,), links=(("contact_maria", "contact"),)),
    Entry("emoji-in-subject", 3, "20:15", (ANNA,), links=(("contact_maria", "contact"),)),
    # Delta Workshops: Outlook on a Mac
    Entry("tag-in-capitals-in-the-text", 8, "09:30", (SALES,), links=(("order_delta", "tag_body"),)),
    Entry("bent-leg-reply-to-incident-by-thread", 6, "10:02", (SUPPORT, ANNA), links=(("ticket_bench", "thread"),)),
    Entry(
        "incident-and-order-both-in-subject",
        5,
        "17:45",
        (SUPPORT, SALES),
        links=(("ticket_bench", "tag_subject"), ("order_delta", "tag_subject")),
    ),
    Entry("order-accepted-reply-to-odoo", 8, "16:20", (ANNA,), links=(("order_delta_lamps", "thread"),)),
    Entry("no-date", 4, "12:00", (SALES,), links=(("contact_sean", "contact"),)),
    Entry("date-in-the-year-2126", 4, "09:30", (SALES,), links=(("contact_priya", "contact"),)),
    # Charsets and scripts
    Entry("japanese-iso-2022-jp-full-width-brackets", 17, "02:31", (SALES,), links=(("order_sakura", "tag_subject"),)),
    Entry("french-windows-1252-with-euro", 13, "10:15", (SALES,), links=(("order_dupont", "tag_subject"),)),
    Entry("broken-mime-boundary-never-closed", 7, "11:11", (SUPPORT,), links=(("ticket_invoice", "tag_subject"),)),
    Entry("arabic-right-to-left-html", 12, "08:44", (SALES,), links=(("order_noor", "tag_body"),)),
    Entry("hebrew-subject-with-direction-marks", 12, "13:02", (SALES,), links=(("order_beitor", "tag_subject"),)),
    # Vendors and the rest of the world
    Entry("vendor-offer-with-pdf", 10, "08:00", (SALES,), links=(("contact_giulia", "contact"),)),
    Entry("delay-names-purchase-and-sale", 9, "07:30", (ANNA,), links=(("purchase_timber", "tag_subject"),)),
    Entry("already-seen-by-a-person", 10, "14:30", (ANNA,), links=(("lead_riverside", "thread"),), flags=SEEN),
    Entry("newsletter", 11, "06:00", (SALES,)),
    Entry("bounce-delivery-status", 10, "11:15", (ANNA,), null_path=True),
    Entry("stranger-guesses-a-tag", 9, "07:15", (SALES,), suggested=("order_delta",), verdict="none"),
    Entry(
        "spoofed-display-name-asks-for-other-account",
        5,
        "23:41",
        (ANNA,),
        suggested=("order_acme",),
        verdict="none",
    ),
    Entry("stranger-who-names-nothing", 2, "19:00", (SALES,)),
)
