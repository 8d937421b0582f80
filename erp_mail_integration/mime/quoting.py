"""Own text and quoted text, apart.

Four ways of quoting are known, each looked for line by line with bounded look-ahead:

1. `>` before every line (Thunderbird, Apple Mail, Gmail; bottom posting included), with the
   attribution above it;
2. an attribution that names a moment, alone: `On ... wrote:`, after which everything is quoted;
3. `-----Original Message-----` and its relatives;
4. Outlook's block of `From: / Sent: / To: / Subject:` lines.
"""

import re
from dataclasses import dataclass

_FROM = "From|Von|De|Da|Van|Från|Fra|Od|От|差出人|送信元|寄件者|发件人|보낸 사람|Lähettäjä|Feladó|Kimden|Gönderen"
_OTHER = (
    "Sent|Date|To|Cc|Subject|Gesendet|Datum|An|Kopie|Betreff|Envoyé|Envoyé le|À|A|Objet|Enviado|Enviado el|Fecha|Para|"
    "Asunto|CC|Inviato|Data|Oggetto|Verzonden|Aan|Onderwerp|Enviada em|Enviado em|Assunto|Wysłano|Wysłane|Do|DW|Temat|"
    "送信日時|日付|日時|宛先|件名|发送时间|收件人|主题|Skickat|Till|Ämne|Sendt|Til|Emne|Дата|Кому|Тема|"
    "Отправлено|Reply-To|Importance|Attachments|Odesláno|Komu|Předmět"
)
BLOCK_FROM = re.compile(rf"[\s*_>]{{0,6}}(?:{_FROM})\s?[*_]{{0,2}}\s?[:：]", re.IGNORECASE)
BLOCK_OTHER = re.compile(rf"[\s*_>]{{0,6}}(?:{_OTHER})\s?[*_]{{0,2}}\s?[:：]", re.IGNORECASE)

SEPARATOR = re.compile(
    r"\s{0,4}(?:-{2,20}\s{0,3}|_{2,20}\s{0,3})"
    r"(?:Original Message|Original Appointment|Forwarded message|Forwarded Message|Begin forwarded message|"
    r"Ursprüngliche Nachricht|Originalnachricht|Original-Nachricht|Weitergeleitete Nachricht|Message d'origine|"
    r"Message original|Message transféré|Message d’origine|Mensaje original|Mensaje reenviado|Messaggio originale|"
    r"Messaggio inoltrato|Oorspronkelijk bericht|Doorgestuurd bericht|Mensagem original|Mensagem encaminhada|"
    r"Wiadomość oryginalna|Wiadomość przekazana|Oryginalna wiadomość|元のメッセージ|転送メッセージ|Original Mail|"
    r"Original|Ursprungligt meddelande|Oprindelig meddelelse|Исходное сообщение|Пересылаемое сообщение)"
    r"\s?[-_:]{0,20}\s{0,4}$",
    re.IGNORECASE,
)
BEGIN_FORWARDED = re.compile(
    r"\s{0,4}(?:Begin forwarded message|Anfang der weitergeleiteten Nachricht|Début du message réexpédié|"
    r"Inizio messaggio inoltrato|Inicio del mensaje reenviado|Begin doorgestuurd bericht|"
    r"Início da mensagem reencaminhada|Początek przekazywanej wiadomości|転送されたメッセージ)\s?[:：]\s*$",
    re.IGNORECASE,
)
RULE = re.compile(r"\s{0,4}_{20,}\s*$|\s{0,4}-{10,}\s*$")

# An attribution names a moment or an address, and ends in one of four ways.
MOMENT = re.compile(r"\d{4}|\d[./:-]\d|@")
ATTRIBUTION_START = re.compile(
    r"\s{0,4}(?:(?:On|Am|Le|El|Il|Op|Em|A|W|Dnia|Den|På|Dne|Wiadomość)\s|-{2,10}\sOn\s)|.{0,24}?\d{1,4}[\s./:年-]",
    re.IGNORECASE,
)
_VERB = (
    "wrote|writes|said|schrieb|a écrit|escribió|escribe|ha scritto|scrive|schreef|geschreven|escreveu|napisał|napisała|napisał\\(a\\)|"
    "pisze|skrev|napsal|napsala|написал|написала|написал\\(а\\)|пишет|kirjoitti|írta|yazdı|写道|寫道|のメール|書きました"
)
ATTRIBUTION_END = re.compile(
    rf"(?:(?:{_VERB})"
    r"|\b(?:schrieb|schreef|skrev|napisana przez|napsal\(a\))\s[^?!]{2,160}"
    r"|\b(?:wrote on|schrieb am|a écrit le)\s.{4,80}"
    r"|<[^<>\s]{3,300}@[^<>\s]{3,300}>)\s?(?:[:：]|-{2,10})$",
    re.IGNORECASE,
)
PHONE_SIGNATURE = re.compile(
    r"\s{0,4}(?:Sent from my \S.{0,60}|Sent from (?:Mail|Outlook|Samsung|Yahoo|Proton).{0,60}|Get Outlook for (?:iOS|Android).{0,60}|"
    r"Von meinem \S.{0,60}gesendet|Gesendet von \S.{0,60}|Envoyé de(?:puis)? mon \S.{0,60}|Enviado desde mi \S.{0,60}|"
    r"Inviato da(?:l mio)? \S.{0,60}|Verzonden vanaf mijn \S.{0,60}|Enviado do meu \S.{0,60}|Wysłane z \S.{0,60}|"
    r"Outlook für (?:iOS|Android) (?:beziehen|herunterladen).{0,60}|Télécharger Outlook pour .{0,60}|\S{1,20}から送信)\s*$",
    re.IGNORECASE,
)
MAX_ATTRIBUTION_LINES = 4
MAX_BLOCK_LINES = 8


@dataclass(frozen=True, slots=True)
class Split:
    """A body cut in two; line order is kept in both."""

    own: str
    quoted: str


def split_quoted(text: str) -> Split:
    """Tell what the author wrote from what the mail quotes.

    :param text: plain text with LF line ends
    :return: both parts. A forwarded mail without comment has no own text. Lines that a phone adds by itself
        are in neither.
    """
    lines = text.split("\n")
    own: list[str] = []
    quoted: list[str] = []
    position = 0
    while position < len(lines):
        line = lines[position]
        if not line or line.isspace():
            own.append("")
            position += 1
            continue
        if line.lstrip(" ").startswith(">"):
            quoted.append(line)
            position += 1
            continue
        if _starts_quote(lines, position):
            quoted += lines[position:]
            break
        length = _attribution_length(lines, position)
        if length:
            following = _next_text(lines, position + length)
            if following < len(lines) and lines[following].lstrip().startswith(">"):
                quoted += lines[position:following]
                position = following
                continue
            if MOMENT.search(" ".join(lines[position : position + length])):
                quoted += lines[position:]
                break
        if not PHONE_SIGNATURE.match(line[:200]):
            own.append(line)
        position += 1
    return Split("\n".join(own).strip(), "\n".join(quoted).strip())


def _starts_quote(lines: list[str], position: int) -> bool:
    """Whether everything from this line on is quoted, whatever it looks like."""
    line = lines[position][:300]
    if SEPARATOR.match(line) or BEGIN_FORWARDED.match(line):
        return True
    if RULE.match(line):
        following = _next_text(lines, position + 1)
        return following < min(position + 4, len(lines)) and _is_header_block(lines, following)
    return _is_header_block(lines, position)


def _is_header_block(lines: list[str], position: int) -> bool:
    """Outlook's block: `From:` and at least two of its fellows among the next lines."""
    if not BLOCK_FROM.match(lines[position][:100]) or lines[position].lstrip().startswith(">"):
        return False
    fellows = 0
    for line in lines[position + 1 : position + 1 + MAX_BLOCK_LINES]:
        fellows += bool(BLOCK_OTHER.match(line[:100]))
    return fellows >= 2


def _next_text(lines: list[str], position: int) -> int:
    """The next line that is not empty, looking ahead at most three."""
    stop = min(position + 3, len(lines))
    while position < stop and not lines[position].strip():
        position += 1
    return position


def _attribution_length(lines: list[str], position: int) -> int:
    """Number of lines of the attribution that begins here, 0 if there is none. Long ones get wrapped."""
    joined = lines[position].strip()
    if len(joined) > 600:
        return 0
    if joined.endswith((":", "：", "--")) and ATTRIBUTION_END.search(joined):
        return 1
    if not ATTRIBUTION_START.match(joined):
        return 0
    for length in range(2, MAX_ATTRIBUTION_LINES + 1):
        line = lines[position + length - 1].strip() if position + length <= len(lines) else ""
        if not line or line.startswith(">") or len(joined) + len(line) > 600:
            return 0
        joined = f"{joined} {line}"
        if line.endswith((":", "：", "--")) and ATTRIBUTION_END.search(joined) and MOMENT.search(joined):
            return length
    return 0
