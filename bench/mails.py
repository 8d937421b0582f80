"""The mailbox of the benchmark: a trading company's mail, the same bytes on every machine."""

import random
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

SENDERS = 200
REPLIES = 0.3  # share of mails that answer an earlier one of the same sender
HTML = 0.7
ATTACHED = 0.15
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FIRST = ("Ada", "Björn", "Chloé", "Dmitri", "Elif", "Fatima", "Grace", "Hiroshi", "Inés", "Jürgen")
LAST = ("Ångström", "Brandt", "Costa", "Dubois", "Eriksen", "Fischer", "García", "Haddad", "Ito", "Jansen")
WORDS = [
    "order",
    "invoice",
    "delivery",
    "workbench",
    "lamp",
    "pallet",
    "quotation",
    "discount",
    "carton",
    "Friday",
    "warehouse",
    "please",
    "confirm",
    "attached",
    "thank",
    "you",
    "price",
    "stock",
    "transport",
    "damaged",
    "replacement",
    "customs",
    "number",
    "address",
    "account",
    "question",
    "offer",
    "table",
    "birch",
]


def senders():
    """Return (name, address) of everybody who writes."""
    return [
        (f"{FIRST[n % 10]} {LAST[n // 10 % 10]}", f"person{n:03}@company{n // 4:02}.example") for n in range(SENDERS)
    ]


def mailbox(count):
    """Yield the raw bytes of `count` mails, oldest first."""
    chance = random.Random(20260302)
    people, last = senders(), {}
    for number in range(count):
        name, address = chance.choice(people)
        mail = EmailMessage()
        mail["From"] = formataddr((name, address))
        mail["To"] = "Sales <sales@kestrel.example>"
        mail["Date"] = format_datetime(START + timedelta(minutes=7 * number))
        mail["Message-ID"] = f"<bench-{number}@{address.partition('@')[2]}>"
        earlier = last.get(address) if chance.random() < REPLIES else None
        mail["Subject"] = f"Re: {earlier[1]}" if earlier else _sentence(chance, 5)
        if earlier:
            mail["In-Reply-To"] = mail["References"] = earlier[0]
        text = "\n\n".join(_sentence(chance, chance.randint(10, 60)) + "." for _paragraph in range(4))
        if earlier:
            text += f"\n\nOn Monday {name} wrote:\n> " + _sentence(chance, 40)
        mail.set_content(text)
        if chance.random() < HTML:
            paragraphs = "".join(f"<p style='margin:0'>{line}</p>" for line in text.split("\n\n"))
            mail.add_alternative(f"<html><body><div>{paragraphs}</div></body></html>", subtype="html")
        if chance.random() < ATTACHED:
            content = b"%PDF-1.4\n" + chance.randbytes(chance.randint(5_000, 120_000))
            mail.add_attachment(content, maintype="application", subtype="pdf", filename=f"Invoice {number}.pdf")
        last[address] = (mail["Message-ID"], mail["Subject"].removeprefix("Re: "))
        yield mail.as_bytes()


def _sentence(chance, words):
    return " ".join(chance.choices(WORDS, k=words)).capitalize()
