"""IMAP servers as they are in the field: nothing is lost, whatever they send (RFC 3501 5.2 and 7)."""

import imaplib

import pytest
from erp_mail_plain.mailbox import ConnectionLost, ImapMailbox, ProtocolError, explain

from .conftest import mail
from .faults import LOGIN, CuttingProxy, ScriptedServer

SIZES = (
    "rfc822.size\\)",
    b"".join(b"* %d FETCH (UID %d RFC822.SIZE 5)\r\n" % (n, n) for n in (1, 2, 3)) + b"%TAG% OK\x20\r\n",
)


def connect(rules, timeout=5):
    server = ScriptedServer([*rules, *LOGIN])
    connection = imaplib.IMAP4("127.0.0.1", server.port, timeout=timeout)
    connection.login("user", "secret")
    mailbox = ImapMailbox(connection)
    mailbox.select("INBOX")
    return server, mailbox


def bodies(mailbox, uids=(1, 2, 3)):
    return {int(one.uid): one.raw for batch in mailbox.fetch(uids) for one in batch}


def literal(uid, raw=b"12345", seq=None, order="before"):
    head = b"* %d FETCH (" % (seq or uid)
    if order == "before":
        return head + b"UID %d BODY[] {%d}\r\n%s FLAGS (\\Seen))\r\n" % (uid, len(raw), raw)
    return head + b"FLAGS () UID %d BODY[] {%d}\r\n%s)\r\n" % (uid, len(raw), raw)


DONE = b"%TAG% OK done\r\n"


@pytest.mark.parametrize(
    "answer, expected",
    {
        "flags before the body": (b"".join(literal(n, order="after") for n in (1, 2, 3)), {1, 2, 3}),
        "flags after the body": (b"".join(literal(n) for n in (1, 2, 3)), {1, 2, 3}),
        "news about other mails between": (
            literal(1) + b"* 9 FETCH (FLAGS (\\Seen))\r\n* 9 FETCH (UID 900 FLAGS ())\r\n" + literal(2) + literal(3),
            {1, 2, 3},
        ),
        "news without UID about a fetched sequence number": (
            literal(1) + literal(2) + literal(3) + b"* 2 FETCH (FLAGS (\\Deleted))\r\n",
            {1, 2, 3},
        ),
        "mails come in another order": (literal(3) + literal(1) + literal(2), {1, 2, 3}),
        "one mail in two answers": (
            b"* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n" + literal(1) + literal(2) + literal(3),
            {1, 2, 3},
        ),
        "expunge and new mail in the middle": (
            literal(1) + b"* 4 EXPUNGE\r\n* 12 EXISTS\r\n* 1 RECENT\r\n" + literal(2) + literal(3),
            {1, 2, 3},
        ),
        "sequence numbers that are other mails' UIDs": (
            literal(1, seq=3) + literal(2, seq=1) + literal(3, seq=2),
            {1, 2, 3},
        ),
        "a body as quoted string": (b'* 1 FETCH (UID 1 BODY[] "12345")\r\n' + literal(2) + literal(3), {1, 2, 3}),
        "a second literal in the same answer": (
            b"* 1 FETCH (UID 1 X-GM-LABELS ({3}\r\nabc) BODY[] {5}\r\n12345)\r\n" + literal(2) + literal(3),
            {1, 2, 3},
        ),
    }.values(),
    ids=str,
)
def test_answers_are_understood_in_any_shape(answer, expected):
    _server, mailbox = connect([SIZES, ("body.peek", answer + DONE)])
    assert bodies(mailbox) == dict.fromkeys(expected, b"12345")
    assert mailbox.refused == {}


@pytest.mark.parametrize(
    "answer",
    {
        "NIL instead of the text": b"* 2 FETCH (UID 2 BODY[] NIL)\r\n",
        "an empty text for a mail with a size": b"* 2 FETCH (UID 2 RFC822.SIZE 5 BODY[] {0}\r\n)\r\n",
        "a line that is no IMAP": b"* 2 FETCH (UID 2 BODY[ {5}\r\n12345\r\n",
        "no line at all": b"",
    }.values(),
    ids=str,
)
def test_a_mail_the_server_does_not_hand_out_is_named_and_the_others_come(answer):
    def fetch(match):
        wanted = match[1]
        parts = {b"1": literal(1), b"2": answer, b"3": literal(3)}
        return b"".join(part for uid, part in parts.items() if wanted in (b"1:3", uid)) + DONE

    search = ("search", b"* SEARCH 2\r\n" + DONE)
    _server, mailbox = connect([SIZES, (r"fetch (\S+) .*body.peek", fetch), search])
    assert bodies(mailbox) == {1: b"12345", 3: b"12345"}
    assert list(mailbox.refused) == [2]


@pytest.mark.parametrize("word", [b"NO", b"BAD"])
def test_a_fetch_refused_because_of_one_mail_brings_the_others(word):
    def fetch(match):
        wanted = match[1]
        if b"2" in wanted or b":3" in wanted:
            return b"%TAG% " + word + b" Message 2 is damaged\r\n"
        return b"".join(literal(n) for n in (1, 3) if str(n).encode() in wanted) + DONE

    def search(match):
        first, _colon, last = match[1].partition(b":")
        return b"* SEARCH" + b"".join(b" %d" % n for n in range(int(first), int(last or first) + 1)) + b"\r\n" + DONE

    _server, mailbox = connect([SIZES, (r"fetch (\S+) .*body.peek", fetch), (r"uid search uid (\S+)", search)])
    assert bodies(mailbox) == {1: b"12345", 3: b"12345"}
    assert "damaged" in mailbox.refused[2]


def test_the_answers_of_a_refused_fetch_do_not_spill_into_the_next():
    _server, mailbox = connect(
        [
            SIZES,
            (r"fetch 1:3 .*body.peek", literal(2, b"STALE") + b"%TAG% NO later\r\n"),
            (r"fetch \S+ .*body.peek", literal(1) + literal(3) + DONE),
            (r"uid search uid", b"* SEARCH 1 2 3\r\n" + DONE),
        ]
    )
    assert bodies(mailbox) == {1: b"12345", 3: b"12345"}


def test_a_server_that_cannot_tell_sizes_is_read_mail_by_mail():
    _server, mailbox = connect(
        [
            (r"rfc822.size\)", b"%TAG% BAD what?\r\n"),
            (r"fetch (\d) .*body.peek", lambda match: literal(int(match[1])) + DONE),
            ("search", b"* SEARCH 1 2 3\r\n" + DONE),
        ]
    )
    assert set(bodies(mailbox)) == {1, 2, 3}


def test_search_results_in_several_lines_are_one_list():
    _server, mailbox = connect([("search", b"* SEARCH 1\r\n* SEARCH 3 2 (MODSEQ 12)\r\n* SEARCH\r\n" + DONE)])
    assert mailbox.uids() == [1, 2, 3]


def test_a_hundred_thousand_uids_are_read_without_a_line_too_long():
    """imaplib gives up on a line of 1,000,000 octets; 150,000 UIDs of 10 digits are 1,650,000."""
    first = 3_000_000_000
    select = b"* 150000 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT %d]\r\n%%TAG%% OK [READ-WRITE]\x20\r\n" % (
        first + 150_000
    )

    def search(match):
        last = min(int(match[2]), first + 149_999)
        return b"* SEARCH " + b" ".join(b"%d" % n for n in range(int(match[1]), last + 1)) + b"\r\n" + DONE

    _server, mailbox = connect([("select", select), (r"search uid (\d+):(\d+)", search)])
    assert mailbox.uids(since_uid=first - 1) == list(range(first, first + 150_000))


def test_a_gap_of_three_thousand_million_uids_is_leapt_over():
    select = b"* 60000 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 3000000001]\r\n%TAG% OK [READ-WRITE]\x20\r\n"
    server, mailbox = connect(
        [
            ("capability", b"* CAPABILITY IMAP4rev1 ESEARCH\r\n" + DONE),
            ("select", select),
            (r"return \(min\)", b'* ESEARCH (TAG "x") UID MIN 3000000000\r\n' + DONE),
            (r"search uid 1:", b"* SEARCH\r\n" + DONE),
            (r"search uid 3000000000:", b"* SEARCH 3000000000\r\n" + DONE),
        ]
    )
    assert mailbox.uids() == [3_000_000_000]
    assert sum(b"SEARCH" in line.upper() for line in server.lines) == 3


@pytest.mark.parametrize(
    "answer, error, code",
    {
        "stall": (..., ConnectionLost, "timeout"),
        "cut": (None, ConnectionLost, "lost"),
        "BYE": (b"* BYE [UNAVAILABLE] going down\r\n", ConnectionLost, "busy"),
        "garbage": (b"HTTP/1.1 400 Bad Request\r\n\r\n", ProtocolError, "protocol"),
        "bare line end": (b"* 1 FETCH (UID 1\n", ConnectionLost, "lost"),
        "octets that are no text": (bytes(range(128, 256)) + b"\r\n", ProtocolError, "protocol"),
    }.values(),
    ids=str,
)
def test_a_connection_of_no_more_use_is_said_to_be_so(answer, error, code):
    _server, mailbox = connect([SIZES, ("body.peek", answer)], timeout=0.5)
    with pytest.raises(error) as caught:
        bodies(mailbox)
    assert explain(caught.value).code == code


def test_a_folder_name_in_a_literal_is_read():
    answer = b'* LIST (\\HasNoChildren) "/" {9}\r\nsay "hi" \r\n'
    answer += b'* LIST (\\Noselect) NIL 2024\r\n* LIST () "/" "Entw&APw-rfe"\r\n'
    _server, mailbox = connect([("list", answer + DONE)])
    assert [(one.name, one.selectable) for one in mailbox.folders()] == [
        ('say "hi" ', True),
        ("2024", False),
        ("Entwürfe", True),
    ]


@pytest.mark.parametrize("name", [b"Entw\xc3\xbcrfe", b"Entw\xfcrfe", b"&Bad-utf7", b"&", b"caf\x00e"])
def test_folder_names_of_odd_servers_neither_fail_nor_hide_the_others(name):
    _server, mailbox = connect([("list", b'* LIST () "/" "' + name + b'"\r\n* LIST () "/" INBOX\r\n' + DONE)])
    assert "INBOX" in [one.name for one in mailbox.folders()]


def test_a_shared_folder_that_is_read_only_is_opened_read_only():
    answer = b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 4]\r\n%TAG% OK [READ-ONLY] done\r\n"
    _server, mailbox = connect([("select|examine", answer)])
    assert mailbox.select("Shared").readonly


def test_a_folder_without_uidvalidity_is_not_read_with_a_cursor_that_means_nothing():
    with pytest.raises(ProtocolError):
        connect([("select", b"* 3 EXISTS\r\n%TAG% OK done\r\n")])


def test_a_line_cut_at_any_octet_of_a_fetch_gives_whole_mails_or_none(account):
    account.deliver(mail(1), mail(2))
    proxy = CuttingProxy(account.server.port("imap"), after=b"BODY.PEEK")
    whole = {1: mail(1), 2: mail(2)}

    def attempt():
        got = {}
        connection = account.imap(proxy.port)
        mailbox = ImapMailbox(connection)
        mailbox.select("INBOX")
        try:
            for batch in mailbox.fetch([1, 2]):
                got.update((int(one.uid), one.raw) for one in batch)
        finally:
            connection.shutdown()
        return got

    assert attempt() == whole
    length = proxy.passed
    assert length > 2 * len(mail(1))
    # Dovecot ends its answer with the seconds it took, so the length differs: stop before that line.
    for cut in range(1, length - len("completed (0.001 + 0.000 + 0.001 secs).\r\n")):
        proxy.cut = cut
        with pytest.raises(ConnectionLost):
            attempt()
    proxy.cut = None
    assert attempt() == whole
    proxy.close()
