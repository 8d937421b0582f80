"""Where each demo mail lies, when it came, and what should become of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    links: Mapping[str, str] = field(default_factory=dict)
    """Record that the mail must be linked to -> the rule that links it. Records are named as in `records.py`."""
    suggested: tuple[str, ...] = ()
    """Records that must only be suggested: the sender has no right to name them."""
    never: tuple[str, ...] = ()
    """Records that must be neither linked nor suggested, though a part of the mail names them."""
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
    # Acme Gartencenter: German, Outlook, a scanner
    Entry("first-order-outlook-html-with-logo-and-pdf", 29, "09:12", (SALES,), links={"contact_petra": "contact"}),
    Entry("out-of-office", 28, "16:03", (ANNA,), links={"order_acme": "thread"}, null_path=True),
    Entry("reply-to-odoo-message-by-thread", 27, "10:40", (SALES, ANNA), links={"order_acme": "thread"}),
    Entry("change-of-order-tag-in-encoded-subject", 25, "14:05", (SALES, ANNA), links={"order_acme": "tag_subject"}),
    Entry("answer-from-thunderbird-in-sent-folder", 25, "15:31", (SALES, ANNA_SENT), links={"order_acme": "thread"}),
    Entry("thanks-the-first", 25, "15:40", (ANNA,), links={"order_acme": "thread"}),
    Entry("thanks-the-second-is-another-mail", 18, "08:02", (ANNA,), links={"contact_jonas": "contact"}),
    Entry("quotation-request-outlook-two-addresses", 13, "15:20", (SALES, ANNA), links={"contact_petra": "contact"}),
    Entry(
        "two-orders-named-in-subject-and-text",
        11,
        "11:20",
        (SALES,),
        links={"order_acme": "tag_subject", "order_acme_spring": "tag_body"},
    ),
    Entry("tag-split-over-spans-in-outlook-html", 8, "10:11", (SALES,), links={"order_acme_spring": "tag_body"}),
    Entry(
        "plant-tubs-forwarded-with-prefixes", 8, "11:30", (SALES, ANNA_SENT), links={"order_acme_spring": "tag_subject"}
    ),
    Entry("vendor-answers-the-forward", 7, "08:12", (SALES, ANNA), links={"order_acme_spring": "thread"}),
    Entry("no-message-id-from-a-scanner", 6, "13:13", (SALES,), links={"order_acme": "tag_subject"}),
    Entry("file-name-in-rfc-2231-pieces", 6, "13:40", (SALES,), links={"order_acme": "tag_subject"}),
    # Blue Heron Café: Gmail, telephones, a contact form; the refit of the café
    Entry("tag-only-in-quoted-text-gmail", 23, "07:55", (SALES,), links={"order_heron": "tag_quoted"}),
    Entry("gmail-breaks-the-tag-with-wbr", 20, "22:10", (SALES,), links={"order_heron": "tag_body"}),
    Entry(
        "forwarded-mail-as-attachment-holds-a-tag",
        19,
        "12:10",
        (SALES,),
        links={"contact_maria": "contact"},
        never=("order_dupont",),
    ),
    Entry("complaint-from-iphone-with-pictures", 16, "21:48", (SUPPORT,), links={"contact_maria": "contact"}),
    Entry("incident-reply-from-gmail", 14, "19:05", (SUPPORT,), links={"ticket_lamp": "tag_subject"}),
    Entry("short-answer-from-android", 14, "19:22", (SUPPORT,), links={"ticket_lamp": "thread"}),
    Entry("archive-address-in-copy", 13, "18:47", (SUPPORT,), links={"ticket_lamp": "tag_subject"}),
    Entry("long-thread-with-deep-quotes", 11, "12:33", (SUPPORT,), links={"ticket_lamp": "thread"}),
    Entry("project-plans-with-pdf-and-inline-plan", 10, "18:30", (SALES,), links={"project_refit": "tag_subject"}),
    Entry(
        "reply-all-to-the-plans-two-copies",
        9,
        "09:48",
        (SALES, ANNA),
        links={"project_refit": "thread", "task_drawings": "tag_body"},
    ),
    Entry("meeting-invitation-for-the-project", 8, "14:00", (SALES,), links={"project_refit": "tag_subject"}),
    Entry(
        "counter-drawings-task-by-tag-and-nested-attachment",
        6,
        "17:20",
        (SALES,),
        links={"task_drawings": "tag_subject"},
    ),
    Entry("order-form-of-a-web-shop-html-only", 5, "00:41", (SALES,), links={"order_heron": "tag_body"}),
    Entry("emoji-in-subject", 3, "20:15", (ANNA,), links={"contact_maria": "contact"}),
    # The trade fair
    Entry(
        "trade-fair-stand-apple-mail-tag-in-signature-line",
        15,
        "10:25",
        (SALES,),
        links={"project_fair": "tag_body", "task_stand": "tag_body"},
    ),
    Entry(
        "stand-booked-reply-by-references-only",
        14,
        "08:05",
        (SALES,),
        links={"project_fair": "thread", "task_stand": "thread"},
    ),
    # Delta Workshops: Outlook on a Mac, a director on the telephone
    Entry("order-accepted-reply-to-odoo", 8, "16:20", (ANNA,), links={"order_delta_lamps": "thread"}),
    Entry("read-receipt", 8, "16:02", (ANNA,), links={"order_delta_lamps": "thread"}, null_path=True),
    Entry("tag-in-capitals-in-the-text", 8, "09:30", (SALES,), links={"order_delta": "tag_body"}),
    Entry("bent-leg-reply-to-incident-by-thread", 6, "10:02", (SUPPORT, ANNA), links={"ticket_bench": "thread"}),
    Entry(
        "incident-and-order-both-in-subject",
        5,
        "17:45",
        (SUPPORT, SALES),
        links={"ticket_bench": "tag_subject", "order_delta": "tag_subject"},
    ),
    Entry(
        "colleague-about-an-order-and-an-incident",
        4,
        "08:20",
        (ANNA,),
        links={"ticket_bench": "tag_body", "order_delta": "tag_body"},
    ),
    Entry("no-date", 4, "12:00", (SALES,), links={"contact_sean": "contact"}),
    Entry("date-in-the-year-2126", 4, "09:30", (SALES,), links={"contact_priya": "contact"}),
    Entry("contact-card-and-new-colleague", 3, "10:00", (ANNA,), links={"contact_priya": "contact"}),
    Entry("unknown-colleague-of-a-customer-quotes-a-tag", 2, "09:06", (SALES,), suggested=("order_delta_lamps",)),
    # Tokyo, Lyon, Amman, Haifa: charsets and directions
    Entry("japanese-iso-2022-jp-full-width-brackets", 17, "02:31", (SALES,), links={"order_sakura": "tag_subject"}),
    Entry("japanese-utf-8-tag-in-text", 7, "10:22", (SUPPORT,), links={"ticket_manual": "tag_body"}),
    Entry("french-windows-1252-with-euro", 13, "10:15", (SALES,), links={"order_dupont": "tag_subject"}),
    Entry("same-mail-delivered-twice", 12, "16:16", (SALES, SALES), links={"order_dupont": "tag_subject"}),
    Entry("broken-mime-boundary-never-closed", 7, "11:11", (SUPPORT,), links={"ticket_invoice": "tag_subject"}),
    Entry("latin-1-eight-bit-thread-reply", 5, "09:09", (SUPPORT,), links={"ticket_invoice": "thread"}),
    Entry("tag-in-a-file-name-only", 2, "17:30", (SALES,), links={"contact_luc": "contact"}, never=("order_sakura",)),
    Entry("arabic-right-to-left-html", 12, "08:44", (SALES,), links={"order_noor": "tag_body"}),
    Entry("arabic-reply-quoted-printable-thread", 4, "07:50", (SALES,), links={"order_noor": "thread"}),
    Entry("hebrew-subject-with-direction-marks", 12, "13:02", (SALES,), links={"order_beitor": "tag_subject"}),
    Entry("charset-that-nobody-knows", 10, "12:12", (SALES,), links={"contact_dana": "contact"}),
    # Vendors, a school, a colleague
    Entry("vendor-invoice-with-pdf", 10, "08:00", (SALES,), links={"contact_giulia": "contact"}),
    Entry(
        "delay-names-purchase-and-sale",
        9,
        "07:30",
        (ANNA,),
        links={"purchase_timber": "tag_subject"},
        suggested=("order_dupont",),
    ),
    Entry("signed-with-s-mime", 16, "11:55", (SALES,), links={"purchase_timber": "tag_subject"}),
    Entry("already-seen-by-a-person", 10, "14:30", (ANNA,), links={"lead_riverside": "thread"}, flags=SEEN),
    Entry("lead-school-attachments-without-names", 4, "11:44", (ANNA,), links={"lead_riverside": "tag_subject"}),
    Entry("sick-note-of-an-employee", 5, "06:50", (ANNA,), links={"employee_tomas": "tag_subject"}),
    # Machines, strangers and worse
    Entry("newsletter", 11, "06:00", (SALES,)),
    Entry("bounce-delivery-status", 10, "11:15", (ANNA,), null_path=True),
    Entry("carrier-notice-with-order-number-only", 8, "15:55", (SALES,)),
    Entry("stranger-guesses-a-tag", 9, "07:15", (SALES,), suggested=("order_delta",), verdict="none"),
    Entry(
        "spoofed-display-name-asks-for-other-account", 5, "23:41", (ANNA,), suggested=("order_acme",), verdict="none"
    ),
    Entry("same-message-id-as-another-mail", 6, "03:03", (SALES,), verdict="fail"),
    Entry("invitation-to-connect-spam", 7, "21:21", (ANNA,), verdict="none"),
    Entry("job-application-with-pdf", 3, "09:00", (SALES,)),
    Entry("stranger-who-names-nothing", 2, "19:00", (SALES,)),
)
