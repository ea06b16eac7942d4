"""Each dialogue as a play: what the server says, what we answer, how it ends; the same however the bytes are cut."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.model.observation import FailureKind, Stage
from mailtrust.core.protocols import DIALOGUES, dialogue_for
from mailtrust.core.protocols.ber import encode
from mailtrust.core.protocols.dialogue import Dialogue, Event, Failed, NeedData, Send, StartTls
from mailtrust.core.protocols.lines import TOTAL_LIMIT

GO = "go"
"""The play ends in TLS."""


@dataclass(frozen=True)
class Play:
    title: str
    protocol: Protocol
    server: bytes
    client: tuple[bytes, ...]
    end: str | tuple[Stage, FailureKind]
    words: str = ""
    """Stands in the failure's detail."""
    farewell: bytes | None = None
    """What we say before leaving; None: the play does not care."""
    leftover: bytes = b""
    ends: bool = False
    """The server closes behind its last byte."""


def extended_response(code: int, *, message_id: int = 1, words: bytes = b"", long_form: bool = False) -> bytes:
    def element(tag: int, content: bytes) -> bytes:
        if long_form and tag in (0x30, 0x78):
            return bytes((tag, 0x84)) + len(content).to_bytes(4, "big") + content
        return encode(tag, content)

    result = encode(0x0A, bytes((code,))) + encode(0x04, b"") + encode(0x04, words)
    return element(0x30, encode(0x02, bytes((message_id,))) + element(0x78, result))


EHLO = b"EHLO [192.0.2.9]\r\n"
START_TLS_REQUEST = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"

PLAYS = [
    # --- SMTP
    Play(
        "smtp, several lines each",
        Protocol.SMTP,
        b"220-mx.test ESMTP\r\n220 hello\r\n250-mx.test\r\n250-SIZE 1\r\n250 starttls\r\n220 go\r\n",
        (EHLO, b"STARTTLS\r\n"),
        GO,
        farewell=b"QUIT\r\n",
    ),
    Play(
        "smtp, bare line feeds and codes without text",
        Protocol.SUBMISSION,
        b"220\n250-x\n250 STARTTLS\n220\n",
        (EHLO, b"STARTTLS\r\n"),
        GO,
    ),
    Play(
        "smtp, more words after the go-ahead",
        Protocol.SMTP,
        b"220 x\r\n250-x\r\n250 STARTTLS\r\n220 go\r\n250 injected\r\n",
        (EHLO, b"STARTTLS\r\n"),
        GO,
        leftover=b"250 injected\r\n",
    ),
    Play(
        "smtp, 421 at the door",
        Protocol.SMTP,
        b"421 4.7.0 too many connections\r\n",
        (),
        (Stage.GREETING, FailureKind.BUSY),
        "421 4.7.0 too many",
        farewell=b"",
    ),
    Play(
        "smtp, greylisted",
        Protocol.SMTP,
        b"450 4.2.0 greylisted\r\n",
        (),
        (Stage.GREETING, FailureKind.GREYLISTED),
        farewell=b"QUIT\r\n",
    ),
    Play("smtp, another 4xx", Protocol.SMTP, b"432 later\r\n", (), (Stage.GREETING, FailureKind.BUSY)),
    Play(
        "smtp, 451 to EHLO",
        Protocol.SMTP,
        b"220 x\r\n451 not now\r\n",
        (EHLO,),
        (Stage.CAPABILITY, FailureKind.GREYLISTED),
    ),
    Play(
        "smtp, 554 at the door",
        Protocol.SMTP,
        b"554-no\r\n554 SMTP here\r\n",
        (),
        (Stage.GREETING, FailureKind.REJECTED),
        "no / SMTP here",
        farewell=b"QUIT\r\n",
    ),
    Play(
        "smtp, no STARTTLS, though the greeting line speaks of it",
        Protocol.SMTP,
        b"220 x\r\n250-STARTTLS\r\n250-XXXXXXXA\r\n250 SIZE 2\r\n",
        (EHLO,),
        (Stage.CAPABILITY, FailureKind.TLS_NOT_OFFERED),
        "XXXXXXXA SIZE",
        farewell=b"QUIT\r\n",
    ),
    Play(
        "smtp, EHLO unknown",
        Protocol.SMTP,
        b"220 x\r\n502 what?\r\n",
        (EHLO,),
        (Stage.CAPABILITY, FailureKind.TLS_NOT_OFFERED),
        "502 what?",
    ),
    Play(
        "smtp, our name is not liked",
        Protocol.SMTP,
        b"220 x\r\n550 bad name\r\n",
        (EHLO,),
        (Stage.CAPABILITY, FailureKind.REJECTED),
        "550 bad name",
    ),
    Play(
        "smtp, 454 that speaks of 2206",
        Protocol.SMTP,
        b"220 x\r\n250-x\r\n250 STARTTLS\r\n454 try 2206 later\r\n",
        (EHLO, b"STARTTLS\r\n"),
        (Stage.STARTTLS, FailureKind.TLS_REFUSED),
        "454 try 2206 later",
        farewell=b"QUIT\r\n",
    ),
    Play(
        "smtp, 421 to STARTTLS",
        Protocol.SMTP,
        b"220 x\r\n250-x\r\n250 STARTTLS\r\n421 bye\r\n",
        (EHLO, b"STARTTLS\r\n"),
        (Stage.STARTTLS, FailureKind.BUSY),
        farewell=b"",
    ),
    Play(
        "smtp, it is an IMAP server",
        Protocol.SMTP,
        b"* OK IMAP4rev1\r\n",
        (),
        (Stage.GREETING, FailureKind.NOT_THIS_PROTOCOL),
        "* OK IMAP4rev1",
        farewell=b"",
    ),
    Play(
        "smtp, terminal escapes",
        Protocol.SMTP,
        b"\x1b[2Jhello\r\n",
        (),
        (Stage.GREETING, FailureKind.NOT_THIS_PROTOCOL),
        "\\x1b[2Jhello",
    ),
    Play(
        "smtp, garbled in the middle",
        Protocol.SMTP,
        b"220 x\r\n250-x\r\nwhat\r\n",
        (EHLO,),
        (Stage.CAPABILITY, FailureKind.PROTOCOL_ERROR),
    ),
    Play("smtp, silence", Protocol.SMTP, b"", (), (Stage.GREETING, FailureKind.CLOSED), farewell=b"", ends=True),
    Play(
        "smtp, closed in the middle",
        Protocol.SMTP,
        b"220 x\r\n250-a",
        (EHLO,),
        (Stage.CAPABILITY, FailureKind.CLOSED),
        "250-a",
        ends=True,
    ),
    # --- LMTP
    Play(
        "lmtp",
        Protocol.LMTP,
        b"220 x\r\n250-x\r\n250-PIPELINING\r\n250 STARTTLS\r\n220 go\r\n",
        (b"LHLO [192.0.2.9]\r\n", b"STARTTLS\r\n"),
        GO,
        farewell=b"QUIT\r\n",
    ),
    Play(
        "lmtp, it is an SMTP server",
        Protocol.LMTP,
        b"220 x\r\n500 unknown\r\n",
        (b"LHLO [192.0.2.9]\r\n",),
        (Stage.CAPABILITY, FailureKind.NOT_THIS_PROTOCOL),
    ),
    # --- IMAP
    Play(
        "imap, offered in the greeting",
        Protocol.IMAP,
        b"* OK [CAPABILITY IMAP4rev1 STARTTLS ID] ready\r\na002 OK go\r\n",
        (b"a002 STARTTLS\r\n",),
        GO,
        farewell=b"a003 LOGOUT\r\n",
    ),
    Play(
        "imap, asked, with other responses between",
        Protocol.IMAP,
        b"* ok hi\r\n* 3 EXISTS\r\n* CAPABILITY IMAP4rev1 starttls\r\na001 OK\r\n* OK x\r\na002 OK\r\n",
        (b"a001 CAPABILITY\r\n", b"a002 STARTTLS\r\n"),
        GO,
    ),
    Play(
        "imap, the list stands in the tagged answer",
        Protocol.IMAP,
        b"* OK hi\r\na001 OK [CAPABILITY STARTTLS] done\r\na002 OK\r\n* BYE injected\r\n",
        (b"a001 CAPABILITY\r\n", b"a002 STARTTLS\r\n"),
        GO,
        leftover=b"* BYE injected\r\n",
    ),
    Play(
        "imap, literals hide what looks like an answer",
        Protocol.IMAP,
        b'* OK [X {8}\r\n* BYE x\n] hi\r\n* ID ("" {11}\r\na001 OK no\n)\r\n'
        b"* CAPABILITY STARTTLS\r\na001 OK\r\na002 OK\r\n",
        (b"a001 CAPABILITY\r\n", b"a002 STARTTLS\r\n"),
        GO,
    ),
    Play(
        "imap, a greeting that ends in braces is no literal",
        Protocol.IMAP,
        b"* OK ready {9999}\r\n* CAPABILITY STARTTLS\r\na001 OK\r\na002 OK\r\n",
        (b"a001 CAPABILITY\r\n", b"a002 STARTTLS\r\n"),
        GO,
    ),
    Play(
        "imap, a literal too large",
        Protocol.IMAP,
        b"* OK hi\r\n* X {999999}\r\n",
        (b"a001 CAPABILITY\r\n",),
        (Stage.CAPABILITY, FailureKind.LIMIT),
        "999999 octets",
    ),
    Play(
        "imap, not offered",
        Protocol.IMAP,
        b"* OK hi\r\n* CAPABILITY IMAP4rev1 LOGIN\r\na001 OK\r\n",
        (b"a001 CAPABILITY\r\n",),
        (Stage.CAPABILITY, FailureKind.TLS_NOT_OFFERED),
        "IMAP4REV1 LOGIN",
        farewell=b"a003 LOGOUT\r\n",
    ),
    Play(
        "imap, preauthenticated",
        Protocol.IMAP,
        b"* PREAUTH [CAPABILITY STARTTLS] you\r\n",
        (),
        (Stage.GREETING, FailureKind.TLS_NOT_OFFERED),
        "PREAUTH",
    ),
    Play(
        "imap, bye",
        Protocol.IMAP,
        b"* BYE no\r\n",
        (),
        (Stage.GREETING, FailureKind.REJECTED),
        farewell=b"",
    ),
    Play(
        "imap, bye for now",
        Protocol.IMAP,
        b"* OK x\r\n* BYE [UNAVAILABLE] later\r\n",
        (b"a001 CAPABILITY\r\n",),
        (Stage.CAPABILITY, FailureKind.BUSY),
    ),
    Play(
        "imap, refused",
        Protocol.IMAP,
        b"* OK [CAPABILITY STARTTLS]\r\na002 BAD no certificate\r\n",
        (b"a002 STARTTLS\r\n",),
        (Stage.STARTTLS, FailureKind.TLS_REFUSED),
        "BAD no certificate",
        farewell=b"a003 LOGOUT\r\n",
    ),
    Play(
        "imap, another's tag",
        Protocol.IMAP,
        b"* OK [CAPABILITY STARTTLS]\r\nb7 OK\r\n",
        (b"a002 STARTTLS\r\n",),
        (Stage.STARTTLS, FailureKind.PROTOCOL_ERROR),
    ),
    Play(
        "imap, CAPABILITY unknown",
        Protocol.IMAP,
        b"* OK hi\r\na001 BAD what\r\n",
        (b"a001 CAPABILITY\r\n",),
        (Stage.CAPABILITY, FailureKind.PROTOCOL_ERROR),
    ),
    Play("imap, it is SMTP", Protocol.IMAP, b"220 mx\r\n", (), (Stage.GREETING, FailureKind.NOT_THIS_PROTOCOL)),
    # --- POP3
    Play(
        "pop3",
        Protocol.POP3,
        b"+OK hi\r\n+OK\r\nTOP\r\n..dot\r\nstls\r\n.\r\n+OK go\r\n",
        (b"CAPA\r\n", b"STLS\r\n"),
        GO,
        farewell=b"QUIT\r\n",
    ),
    Play(
        "pop3, no CAPA",
        Protocol.POP3,
        b"+OK hi\r\n-ERR what\r\n",
        (b"CAPA\r\n",),
        (Stage.CAPABILITY, FailureKind.TLS_NOT_OFFERED),
        "-ERR what",
        farewell=b"QUIT\r\n",
    ),
    Play(
        "pop3, not offered",
        Protocol.POP3,
        b"+OK hi\r\n+OK\r\nXSTLS\r\nUIDL\r\n.\r\n",
        (b"CAPA\r\n",),
        (Stage.CAPABILITY, FailureKind.TLS_NOT_OFFERED),
        "XSTLS UIDL",
    ),
    Play(
        "pop3, refused",
        Protocol.POP3,
        b"+OK hi\r\n+OK\r\nSTLS\r\n.\r\n-ERR no\r\n",
        (b"CAPA\r\n", b"STLS\r\n"),
        (Stage.STARTTLS, FailureKind.TLS_REFUSED),
    ),
    Play(
        "pop3, not now",
        Protocol.POP3,
        b"-ERR [SYS/TEMP] x\r\n",
        (),
        (Stage.GREETING, FailureKind.BUSY),
        farewell=b"",
    ),
    Play("pop3, not you", Protocol.POP3, b"-ERR go\r\n", (), (Stage.GREETING, FailureKind.REJECTED)),
    Play("pop3, +OKAY", Protocol.POP3, b"+OKAY\r\n", (), (Stage.GREETING, FailureKind.NOT_THIS_PROTOCOL)),
    Play(
        "pop3, garbled",
        Protocol.POP3,
        b"+OK\r\n250 x\r\n",
        (b"CAPA\r\n",),
        (Stage.CAPABILITY, FailureKind.PROTOCOL_ERROR),
    ),
    # --- ManageSieve
    Play(
        "sieve",
        Protocol.SIEVE,
        b'"IMPLEMENTATION" "a \\" b"\r\n"SIEVE" ""\r\n"starttls"\r\nOK "ready"\r\nOK "go"\r\n',
        (b"STARTTLS\r\n",),
        GO,
        farewell=b"LOGOUT\r\n",
    ),
    Play(
        "sieve, literals hide what looks like an answer",
        Protocol.SIEVE,
        b'"IMPLEMENTATION" {7}\r\nOK "x"\n\r\n{8}\r\nSTARTTLS\r\nOK (TAG {3}\r\nNO\n) "r"\r\nOK\r\n"INJECTED"\r\n',
        (b"STARTTLS\r\n",),
        GO,
        leftover=b'"INJECTED"\r\n',
    ),
    Play(
        "sieve, offered only as somebody's value",
        Protocol.SIEVE,
        b'"SASL" "STARTTLS"\r\nOK\r\n',
        (),
        (Stage.GREETING, FailureKind.TLS_NOT_OFFERED),
        "offered: SASL",
        farewell=b"LOGOUT\r\n",
    ),
    Play(
        "sieve, later",
        Protocol.SIEVE,
        b'BYE (TRYLATER) "full"\r\n',
        (),
        (Stage.GREETING, FailureKind.BUSY),
        farewell=b"",
    ),
    Play("sieve, no", Protocol.SIEVE, b'BYE "no"\r\n', (), (Stage.GREETING, FailureKind.REJECTED), '"no"'),
    Play(
        "sieve, refused in a literal",
        Protocol.SIEVE,
        b'"STARTTLS"\r\nOK\r\nNO {7}\r\nno cert\r\n',
        (b"STARTTLS\r\n",),
        (Stage.STARTTLS, FailureKind.TLS_REFUSED),
        "no cert",
    ),
    Play(
        "sieve, a literal too large",
        Protocol.SIEVE,
        b'"X" {88888}\r\n',
        (),
        (Stage.GREETING, FailureKind.LIMIT),
    ),
    Play("sieve, it is POP3", Protocol.SIEVE, b"+OK hi\r\n", (), (Stage.GREETING, FailureKind.NOT_THIS_PROTOCOL)),
    Play(
        "sieve, data instead of an answer",
        Protocol.SIEVE,
        b'"STARTTLS"\r\nOK\r\n"X"\r\n',
        (b"STARTTLS\r\n",),
        (Stage.STARTTLS, FailureKind.PROTOCOL_ERROR),
    ),
    # --- LDAP
    Play(
        "ldap",
        Protocol.LDAP,
        extended_response(0) + b"\x30\x00",
        (START_TLS_REQUEST,),
        GO,
        farewell=bytes.fromhex("30050201024200"),
        leftover=b"\x30\x00",
    ),
    Play(
        "ldap, Active Directory's long lengths",
        Protocol.LDAP,
        extended_response(0, long_form=True),
        (START_TLS_REQUEST,),
        GO,
    ),
    Play(
        "ldap, a domain controller without certificate",
        Protocol.LDAP,
        extended_response(52, words=b"00000000: LdapErr\x00", long_form=True),
        (START_TLS_REQUEST,),
        (Stage.STARTTLS, FailureKind.TLS_REFUSED),
        "resultCode 52 (unavailable) 00000000: LdapErr\\x00",
        farewell=bytes.fromhex("30050201024200"),
    ),
    Play(
        "ldap, no TLS",
        Protocol.LDAP,
        extended_response(2, words=b"unsupported extended operation"),
        (START_TLS_REQUEST,),
        (Stage.STARTTLS, FailureKind.TLS_NOT_OFFERED),
        "protocolError",
    ),
    Play(
        "ldap, busy",
        Protocol.LDAP,
        extended_response(51),
        (START_TLS_REQUEST,),
        (Stage.STARTTLS, FailureKind.BUSY),
    ),
    Play(
        "ldap, disconnected, after an answer to nobody",
        Protocol.LDAP,
        encode(0x30, encode(0x02, b"\x09") + encode(0x64, b"xx")) + extended_response(52, message_id=0),
        (START_TLS_REQUEST,),
        (Stage.STARTTLS, FailureKind.BUSY),
        farewell=b"",
    ),
    Play(
        "ldap, another answer",
        Protocol.LDAP,
        encode(0x30, encode(0x02, b"\x01") + encode(0x61, b"")),
        (START_TLS_REQUEST,),
        (Stage.STARTTLS, FailureKind.PROTOCOL_ERROR),
        "0x61",
    ),
    Play(
        "ldap, an enormous result code",
        Protocol.LDAP,
        encode(0x30, encode(0x02, b"\x01") + encode(0x78, encode(0x0A, b"\x7f" * 120) + b"\x04\x00\x04\x00")),
        (START_TLS_REQUEST,),
        (Stage.STARTTLS, FailureKind.PROTOCOL_ERROR),
        "an integer of 120 octets",
    ),
    Play(
        "ldap, an inner length that lies",
        Protocol.LDAP,
        bytes.fromhex("3007020101780a0a01"),
        (START_TLS_REQUEST,),
        (Stage.STARTTLS, FailureKind.PROTOCOL_ERROR),
        "ends early",
    ),
    Play(
        "ldap, too much announced",
        Protocol.LDAP,
        bytes.fromhex("308400ffffff"),
        (START_TLS_REQUEST,),
        (Stage.STARTTLS, FailureKind.LIMIT),
    ),
    Play(
        "ldap, it is SMTP",
        Protocol.LDAP,
        b"220 mx\r\n",
        (START_TLS_REQUEST,),
        (Stage.STARTTLS, FailureKind.NOT_THIS_PROTOCOL),
        "220 mx",
    ),
    Play(
        "ldap, it is TLS from the first byte",
        Protocol.LDAP,
        bytes.fromhex("15030100020246"),
        (START_TLS_REQUEST,),
        (Stage.STARTTLS, FailureKind.NOT_THIS_PROTOCOL),
        "\\x15\\x03",
        ends=True,
    ),
]


def begin(play: Play) -> Dialogue:
    return dialogue_for(play.protocol, TlsMode.STARTTLS, "[192.0.2.9]")


def perform(play: Play, *fragments: bytes) -> tuple[list[Event], tuple[str, ...], bytes]:
    """Feed the fragments; the events but for waiting, what follows the go-ahead joined to its leftover."""
    dialogue = begin(play)
    events: list[Event] = []

    def drain() -> None:
        while not isinstance(event := dialogue.next_event(), NeedData):
            events.append(event)
            if isinstance(event, StartTls | Failed):
                return

    drain()
    for fragment in (*fragments, *((b"",) if play.ends else ())):
        match events[-1] if events else None:
            case StartTls(leftover=leftover):
                events[-1] = StartTls(leftover + fragment)
            case Failed():
                break
            case _:
                dialogue.receive(fragment)
                drain()
    return events, dialogue.transcript, dialogue.farewell()


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.title)
def test_play(play: Play) -> None:
    events, transcript, farewell = perform(play, play.server)
    *said, end = events
    assert tuple(event.data for event in said if isinstance(event, Send)) == play.client
    if play.end == GO:
        assert end == StartTls(play.leftover)
    else:
        assert isinstance(end, Failed)
        assert (end.failure.stage, end.failure.kind) == play.end
        assert play.words in end.failure.detail
    if play.farewell is not None:
        assert farewell == play.farewell
    assert all(line[:2] in ("> ", "< ") and line.isprintable() for line in transcript)


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.title)
def test_cut_at_every_pair_of_places(play: Play) -> None:
    """One fragment, two, three: nothing changes."""
    whole = perform(play, play.server)
    length = len(play.server)
    for first in range(length + 1):
        for second in range(first, length + 1):
            cut = (play.server[:first], play.server[first:second], play.server[second:])
            assert perform(play, *filter(None, cut)) == whole, (first, second)


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.title)
def test_byte_by_byte(play: Play) -> None:
    assert perform(play, *(bytes((octet,)) for octet in play.server)) == perform(play, play.server)


@pytest.mark.parametrize("play", [play for play in PLAYS if play.server], ids=lambda play: play.title)
def test_cut_off_at_every_place_it_is_closed_or_the_same(play: Play) -> None:
    """A server that hangs up early is never taken for one that agreed."""
    whole = perform(play, play.server)[0][-1]
    for length in range(len(play.server)):
        dialogue = begin(play)
        dialogue.next_event()
        dialogue.receive(play.server[:length])
        dialogue.receive(b"")
        while isinstance(event := dialogue.next_event(), Send):
            pass
        if isinstance(event, StartTls):
            assert isinstance(whole, StartTls)
            assert whole.leftover.startswith(event.leftover)
        else:
            assert isinstance(event, Failed)
            same_kind = isinstance(whole, Failed) and event.failure.kind is whole.failure.kind
            assert same_kind or event.failure.kind is FailureKind.CLOSED


PROTOCOLS_WITH_UPGRADE = [p for p in Protocol if p not in (Protocol.HTTPS, Protocol.TLS)]
OPENINGS = sorted({play.server[:cut] for play in PLAYS for cut in (0, len(play.server) // 2, len(play.server))})


@given(
    protocol=st.sampled_from(PROTOCOLS_WITH_UPGRADE),
    opening=st.sampled_from(OPENINGS),
    garbage=st.lists(st.binary(max_size=200) | st.sampled_from([b"\r\n", b"{9}\r\n", b'"', b"220 x\r\n", b"OK\r\n"])),
    hangs_up=st.booleans(),
)
def test_garbage_never_raises(protocol: Protocol, opening: bytes, garbage: list[bytes], hangs_up: bool) -> None:
    dialogue = dialogue_for(protocol, TlsMode.STARTTLS, "client.test")
    sent = 0
    event: Event = NeedData()
    for fragment in (opening, *garbage, *((b"",) if hangs_up else ())):
        dialogue.receive(fragment) if fragment or hangs_up else None
        while isinstance(event := dialogue.next_event(), Send):
            sent += 1
    assert isinstance(event, NeedData | StartTls | Failed)
    assert sent <= 2
    assert not (hangs_up and isinstance(event, NeedData))
    assert all(line.isprintable() and len(line) <= 502 for line in dialogue.transcript)
    if isinstance(event, Failed):
        assert event.failure.detail.isprintable()
        assert len(event.failure.detail) <= 500


@pytest.mark.parametrize(
    ("protocol", "start", "flood"),
    [
        (Protocol.SMTP, b"", b"220-x\r\n"),
        (Protocol.SMTP, b"", b"2"),
        (Protocol.SMTP, b"220 x\r\n", b"250-AUTH\r\n"),
        (Protocol.IMAP, b"* OK x\r\n", b"* OK still here\r\n"),
        (Protocol.IMAP, b"* OK x\r\n", b"* X {7}\r\n1234567\r\n"),
        (Protocol.POP3, b"+OK x\r\n+OK\r\n", b"UIDL\r\n"),
        (Protocol.SIEVE, b"", b'"X" "y"\r\n'),
        (Protocol.SIEVE, b"", b'"\\'),
        (Protocol.LDAP, b"", encode(0x30, encode(0x02, b"\x09") + encode(0x64, b"xx"))),
    ],
)
def test_flood_ends_at_the_limit(protocol: Protocol, start: bytes, flood: bytes) -> None:
    dialogue = dialogue_for(protocol, TlsMode.STARTTLS, "client.test")
    data = start + flood * (2 * TOTAL_LIMIT // len(flood))
    for place in range(0, len(data), 1000):
        dialogue.receive(data[place : place + 1000])
        while isinstance(event := dialogue.next_event(), Send):
            pass
        if isinstance(event, Failed):
            break
    assert isinstance(event, Failed)
    assert event.failure.kind is FailureKind.LIMIT
    assert place <= TOTAL_LIMIT + 1000
    assert len(dialogue.transcript) <= 100
    assert dialogue.farewell() == b""


@pytest.mark.parametrize("protocol", Protocol)
def test_implicit_tls_begins_at_once(protocol: Protocol) -> None:
    dialogue = dialogue_for(protocol, TlsMode.IMPLICIT, "client.test")
    assert dialogue.next_event() == StartTls(b"")
    assert dialogue.transcript == ()


@pytest.mark.parametrize(
    ("protocol", "tls_mode", "whole", "farewell"),
    [
        (Protocol.SMTP, TlsMode.IMPLICIT, b"220-mx\r\n220 hello\r\n", b"QUIT\r\n"),
        (Protocol.SUBMISSION, TlsMode.IMPLICIT, b"554-no\r\n554\r\n", b"QUIT\r\n"),
        (Protocol.LMTP, TlsMode.IMPLICIT, b"220 mx\r\n", b"QUIT\r\n"),
        (Protocol.IMAP, TlsMode.IMPLICIT, b"* OK hi\r\n", b"a003 LOGOUT\r\n"),
        (Protocol.POP3, TlsMode.IMPLICIT, b"+OK hi\r\n", b"QUIT\r\n"),
        (Protocol.SIEVE, TlsMode.IMPLICIT, b'"SIEVE" "x"\r\nOK "hi"\r\n', b"LOGOUT\r\n"),
    ],
)
def test_the_farewell_waits_for_the_greeting_inside(
    protocol: Protocol, tls_mode: TlsMode, whole: bytes, farewell: bytes
) -> None:
    dialogue = dialogue_for(protocol, tls_mode, "client.test")
    assert [cut for cut in range(len(whole) + 1) if dialogue.greeted(whole[:cut])] == [len(whole)]
    assert dialogue.farewell() == farewell


def test_managesieve_speaks_first_after_its_upgrade_too() -> None:
    """RFC 5804 2.2: the capabilities come once more."""
    upgraded = dialogue_for(Protocol.SIEVE, TlsMode.STARTTLS, "client.test")
    assert not upgraded.greeted(b'"SIEVE" "fileinto"\r\n')
    assert upgraded.greeted(b'"SIEVE" "fileinto"\r\nOK "TLS"\r\n')


@pytest.mark.parametrize("protocol", [Protocol.SMTP, Protocol.IMAP, Protocol.POP3, Protocol.LDAP, Protocol.HTTPS])
def test_after_an_upgrade_the_server_waits_for_us(protocol: Protocol) -> None:
    assert dialogue_for(protocol, TlsMode.STARTTLS, "client.test").greeted(b"")


def test_nothing_is_said_before_the_greeting_is_whole() -> None:
    dialogue = dialogue_for(Protocol.SMTP, TlsMode.STARTTLS, "client.test")
    dialogue.receive(b"220-wait for it\r\n")
    assert dialogue.next_event() == NeedData()
    assert dialogue.farewell() == b""


def test_every_protocol_has_one_dialogue() -> None:
    assert sorted(DIALOGUES) == sorted(Protocol)


@pytest.mark.parametrize("name", ["", "a b", "x\r\nRCPT TO:<a@b>", "é.test", "a" * 256])
def test_a_client_name_that_is_none(name: str) -> None:
    with pytest.raises(ValueError, match="neither a domain name"):
        dialogue_for(Protocol.SMTP, TlsMode.STARTTLS, name)


@pytest.mark.parametrize("name", ["client.test", "[192.0.2.9]", "[IPv6:2001:db8::9]"])
def test_the_client_name_is_said(name: str) -> None:
    dialogue = dialogue_for(Protocol.SMTP, TlsMode.STARTTLS, name)
    dialogue.receive(b"220 x\r\n")
    assert dialogue.next_event() == Send(f"EHLO {name}\r\n".encode())
    assert dialogue.transcript == ("< 220 x", f"> EHLO {name}")
