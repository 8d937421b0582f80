"""Own text and quoted text, as the mail programs of several countries part them."""

import pytest
from erp_mail_plain.mime.quoting import split_quoted

ATTRIBUTIONS = [
    "On Mon, Jan 1, 2024 at 10:00 AM Bob <bob@x.example> wrote:",
    "On Jan 1, 2024, at 10:00, Bob Smith <bob@x.example> wrote:",
    "On 1/1/24 10:00 AM, Bob wrote:",
    "On Monday, January 1, 2024 at 10:00:00 AM GMT+1, Bob <b@x.example> wrote:",
    "Bob <bob@x.example> wrote on 01/01/2024 10:00:00 AM:",
    "Am Mo., 1. Jan. 2024 um 10:00 Uhr schrieb Bob <bob@x.example>:",
    'Am 01.01.24, 10:00 schrieb "Bob" <bob@x.example>:',
    "Bob schrieb am 01.01.2024:",
    "Le lun. 1 janv. 2024 à 10:00, Bob <bob@x.example> a écrit :",
    "lun. 1 janv. 2024 à 10:00, Bob <b@x.example> a écrit :",
    "El lun, 1 ene 2024 a las 10:00, Bob (<bob@x.example>) escribió:",
    "Il giorno lun 1 gen 2024 alle ore 10:00 Bob <bob@x.example> ha scritto:",
    "Il 01/01/2024 10:00, Bob ha scritto:",
    "Op ma 1 jan 2024 om 10:00 schreef Bob <bob@x.example>:",
    "Op 1 jan. 2024, om 10:00 heeft Bob <bob@x.example> het volgende geschreven:",
    "Em seg., 1 de jan. de 2024 às 10:00, Bob <bob@x.example> escreveu:",
    "pon., 1 sty 2024 o 10:00 Bob <bob@x.example> napisał(a):",
    "W dniu 1.01.2024 o 10:00, Bob pisze:",
    "Wiadomość napisana przez Bob <bob@x.example> w dniu 1 sty 2024, o godz. 10:00:",
    "2024年1月1日(月) 10:00 Bob <bob@x.example>:",
    "2024/01/01 10:00、Bob <bob@x.example>のメール:",
    "2024年1月1日 10:00、Bob <bob@x.example>のメール：",
    "Den mån 1 jan. 2024 kl 10:00 skrev Bob <bob@x.example>:",
    "пн, 1 янв. 2024 г. в 10:00, Bob <bob@x.example>:",
    "---- On Mon, 01 Jan 2024 10:00:00 +0100 Bob <b@x.example> wrote ----",
]

BLOCKS = [
    "-----Original Message-----\nFrom: Bob\nSent: Monday",
    "-----Ursprüngliche Nachricht-----\nVon: Bob",
    "-------- Weitergeleitete Nachricht --------\nBetreff: x",
    "-------- Message transféré --------\nSujet : x",
    "-------- 元のメッセージ --------",
    "---------- Forwarded message ---------\nFrom: Bob",
    "Begin forwarded message:\n\nFrom: Bob",
    "------------------ Original ------------------\nFrom: x",
    "From: Bob\nSent: Monday\nTo: x\nSubject: y",
    "*From:* Bob <b@x.example>\n*Sent:* Monday\n*To:* A\n*Subject:* x",
    "Von: Bob <b@x.example>\nGesendet: Montag\nAn: A\nBetreff: x",
    "De : Bob\nEnvoyé : lundi\nÀ : A\nObjet : x",
    "De: Bob\nEnviado el: lunes\nPara: A\nAsunto: x",
    "Da: Bob\nInviato: lun\nA: x\nOggetto: y",
    "Van: Bob\nVerzonden: ma\nAan: x\nOnderwerp: y",
    "De: Bob\nEnviada em: x\nPara: y\nAssunto: z",
    "Od: Bob\nWysłano: x\nDo: y\nTemat: z",
    "差出人: Bob\n送信日時: x\n宛先: y\n件名: z",
    "________________________________\nFrom: Bob\nSent: x\nTo: y\nSubject: z",
    "________________________________________\nVon: Bob\nGesendet: x\nAn: y",
]

PHONES = [
    "Sent from my iPhone",
    "Get Outlook for iOS",
    "Von meinem iPhone gesendet",
    "Gesendet von Outlook für Android",
    "Envoyé de mon iPhone",
    "Enviado desde mi iPhone",
    "Inviato da iPhone",
    "Verzonden vanaf mijn iPhone",
    "iPhoneから送信",
]

PERSONS = [
    "Please note:\nwe met on Monday.",
    "Am Montag kommt er.\nEr schrieb nichts:\nGar nichts.",
    "2 boxes of apples:\n10 kg",
    "From: here to there\nand back",
    "From: Berlin\nTo: Paris\nby train",
    "On the list you wrote:\n- item",
    "On arrival he wrote:\nhello",
    "Le chat:\nfoo",
    "12:30:\nfoo",
    "Date: tomorrow\nTo: everybody",
    "1 > 0 and\n2 > 1",
    "--\nAnna",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_an_attribution_belongs_to_the_quote_and_bottom_posting_to_the_author(attribution):
    split = split_quoted(f"Hello\n\n{attribution}\n\n> old\n> older\n\nbottom")
    assert split.own == "Hello\n\n\nbottom"
    assert split.quoted == f"{attribution}\n\n> old\n> older"


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_everything_after_a_bare_attribution_is_quoted(attribution):
    split = split_quoted(f"Hello\n\n{attribution}\n\nold\nolder")
    assert (split.own, split.quoted) == ("Hello", f"{attribution}\n\nold\nolder")


@pytest.mark.parametrize("attribution", [each for each in ATTRIBUTIONS if " <" in each and " wrote on " not in each])
def test_an_attribution_is_known_when_it_was_wrapped(attribution):
    split = split_quoted("Hello\n\n" + attribution.replace(" <", "\n<") + "\n> old")
    assert split.own == "Hello"


@pytest.mark.parametrize("block", BLOCKS)
def test_everything_from_a_programs_marker_on_is_quoted(block):
    split = split_quoted(f"Hello\n\n{block}\n\nold")
    assert (split.own, split.quoted) == ("Hello", f"{block}\n\nold")


@pytest.mark.parametrize("phone", PHONES)
def test_what_a_phone_adds_is_nobodys_text(phone):
    split = split_quoted(f"Hello\n\n{phone}\n\n> old")
    assert (split.own, split.quoted) == ("Hello", "> old")


@pytest.mark.parametrize("text", PERSONS)
def test_what_a_person_wrote_is_not_taken_for_a_quote(text):
    split = split_quoted(f"Hello\n{text}\nend")
    assert (split.own, split.quoted) == (f"Hello\n{text}\nend", "")


def test_answers_between_the_quotes_are_own_text():
    split = split_quoted("> first?\nyes\n> second?\nno")
    assert (split.own, split.quoted) == ("yes\nno", "> first?\n> second?")


def test_a_weak_attribution_counts_when_quotes_follow():
    assert split_quoted("Bob wrote:\n> old\nnew").own == "new"
    assert split_quoted("Bob wrote:\nold\nnew").own == "Bob wrote:\nold\nnew"
