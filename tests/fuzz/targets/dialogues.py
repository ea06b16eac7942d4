"""Every dialogue up to TLS, and the talk with a directory, however the network cuts what the server says."""

from collections.abc import Callable
from functools import cache, partial
from hashlib import sha256
from random import Random

from tests.fuzz.mutation.talk import mutate_talk
from tests.fuzz.target import Target
from tests.protocols.directory_server import OTHER_POINT, URL_POINT, WITHOUT_LOGIN, answers
from tests.protocols.test_dialogues import PLAYS

from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.model.walk import ScpAnswer
from mailtrust.core.protocols import dialogue_for
from mailtrust.core.protocols.dialogue import LEFTOVER_LIMIT, Event, Failed, NeedData, Send, StartTls
from mailtrust.core.protocols.directory_search import DirectorySearch, Login

INPUTS = 2_000
"""Of each protocol."""


@cache
def _said(protocol: Protocol) -> tuple[bytes, ...]:
    """What servers say in this protocol, and a little of what they say in others."""
    own = [play.server for play in PLAYS if play.protocol is protocol]
    return tuple(own * 3 + [play.server for play in PLAYS if play.protocol is not protocol and play.server])


def fragments(octets: bytes) -> list[bytes]:
    """The octets cut somewhere, in a way that they decide themselves; an empty one at the end hangs up."""
    chance = Random(sha256(octets).digest())
    if len(octets) < 2000 and chance.random() < 0.3:
        cut = [octets[at : at + 1] for at in range(len(octets))]
    else:
        places = sorted(chance.randrange(len(octets) + 1) for _ in range(chance.choice((0, 1, 3, 12))))
        cut = [octets[a:b] for a, b in zip([0, *places], [*places, len(octets)], strict=True)]
    return [one for one in cut if one]


def _converse(protocol: Protocol, cut: list[bytes]) -> tuple[Event, tuple[bytes, ...], tuple[str, ...], bytes]:
    dialogue = dialogue_for(protocol, TlsMode.STARTTLS, "client.test")
    sent: list[bytes] = []
    event: Event = NeedData()
    for fragment in (*cut, b""):
        while isinstance(event := dialogue.next_event(), Send):
            sent.append(event.data)
        if not isinstance(event, NeedData):
            break
        dialogue.receive(fragment)
    while isinstance(event := dialogue.next_event(), Send):
        sent.append(event.data)
    assert dialogue.next_event() == event, "the end is the end"
    return event, tuple(sent), dialogue.transcript, dialogue.farewell()


def _try_dialogue(octets: bytes, protocol: Protocol) -> bytes:
    event, sent, transcript, farewell = whole = _converse(protocol, [octets] if octets else [])
    cut = _converse(protocol, fragments(octets))
    if isinstance(event, StartTls) and isinstance(cut[0], StartTls):
        # What else was there when TLS began depends on what had arrived.
        assert event.leftover.startswith(cut[0].leftover)
        assert cut[1:] == whole[1:]
    else:
        assert cut == whole, "another fragmentation, another answer"
    assert len(sent) <= 2
    assert len(transcript) <= 100
    assert all(line.isprintable() and len(line) <= 502 for line in transcript)
    if isinstance(event, Failed):
        assert event.failure.detail.isprintable()
        assert len(event.failure.detail) <= 500
    else:
        assert isinstance(event, StartTls), "a server that hung up is not waited for"
        assert len(event.leftover) <= LEFTOVER_LIMIT
    inside = dialogue_for(protocol, TlsMode.IMPLICIT, "client.test")
    inside.greeted(octets)
    return repr((event, sent, transcript, farewell)).encode()


def _target(protocol: Protocol) -> Target:
    said: Callable[[], tuple[bytes, ...]] = partial(_said, protocol)
    return Target(
        protocol.value, said, mutate_talk, partial(_try_dialogue, protocol=protocol), inputs=INPUTS, bounded=60
    )


SMTP, LMTP, IMAP, POP3, SIEVE, LDAP = map(
    _target, (Protocol.SMTP, Protocol.LMTP, Protocol.IMAP, Protocol.POP3, Protocol.SIEVE, Protocol.LDAP)
)


def _ask_directory(cut: list[bytes], login: Login | None) -> tuple[ScpAnswer, tuple[bytes, ...]]:
    search = DirectorySearch(login)
    sent: list[bytes] = []
    for fragment in (*cut, b""):
        while isinstance(event := search.next_event(), Send):
            sent.append(event.data)
        if not isinstance(event, NeedData):
            break
        search.receive(fragment)
    while isinstance(event := search.next_event(), Send):
        sent.append(event.data)
    assert isinstance(event, ScpAnswer), "a directory that hung up is not waited for"
    return event, tuple(sent)


def _try_directory(octets: bytes) -> bytes:
    told = []
    for login in (None, Login("u@b.test", b"secret")):
        answer, sent = whole = _ask_directory([octets] if octets else [], login)
        assert _ask_directory(fragments(octets), login) == whole, "another fragmentation, another answer"
        assert str(answer.why).isprintable()
        assert len(str(answer.why)) <= 10_000
        assert all(word.isprintable() for point in answer.points for word in (*point.keywords, *point.binding))
        told.append((answer, sent))
    return repr(told).encode()


DIRECTORY = Target(
    "directory",
    lambda: (*WITHOUT_LOGIN, answers((URL_POINT, OTHER_POINT), login=True)),
    mutate_talk,
    _try_directory,
    inputs=INPUTS,
    bounded=60,
)
