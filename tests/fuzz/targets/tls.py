"""What servers send where TLS should be: records read as they pass by, and a whole handshake in memory."""

from collections.abc import Sequence
from functools import cache
from random import Random

from tests.fuzz import seeds
from tests.fuzz.mutation.octets import mutate_octets
from tests.fuzz.mutation.structure import mutate_der
from tests.fuzz.mutation.talk import mutate_talk
from tests.fuzz.target import Target
from tests.fuzz.targets.dialogues import fragments

from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.observation import Handshake, ProbeFailure
from mailtrust.core.protocols.tls_records import CERTIFICATE_LIMIT, LEFTOVER_LIMIT, ClearText, RecordReader
from mailtrust.edge.probe.glance import Glance
from mailtrust.edge.probe.tls_session import Progress, TlsSession

EC_SUITE = b"\xc0\x2b"
LONGEST_RECORD = 0x4000


def _vector(octets: int, data: bytes) -> bytes:
    return len(data).to_bytes(octets) + data


def flight(certificates: Sequence[bytes], *, version: bytes = b"\x03\x03", staple: bytes = b"") -> bytes:
    """A server's first flight of TLS 1.2 (historic: RFC 5246 7.4), never signed."""
    listed = _vector(3, b"".join(_vector(3, one) for one in certificates))
    hello = version + bytes(32) + b"\0" + EC_SUITE + b"\0" + _vector(2, b"\xff\x01\x00\x01\x00\x00\x05\x00\x00")
    exchange = b"\x03\x00\x1d" + _vector(1, bytes(32)) + b"\x04\x03" + _vector(2, bytes(70))
    messages = [(2, hello), (11, listed), (12, exchange), (14, b"")]
    if staple:
        messages.insert(2, (22, b"\x01" + _vector(3, staple)))
    return records(b"".join(bytes((kind,)) + _vector(3, body) for kind, body in messages))


def records(octets: bytes, kind: int = 22) -> bytes:
    cut = (octets[at : at + LONGEST_RECORD] for at in range(0, len(octets), LONGEST_RECORD))
    return b"".join(bytes((kind,)) + b"\x03\x03" + _vector(2, one) for one in cut)


@cache
def _flights() -> tuple[bytes, ...]:
    chains = seeds.world().chains
    made = [
        flight(chain, staple=seeds.world().ocsp[0] if number % 2 else b"") for number, chain in enumerate(chains[:12])
    ]
    made += [flight([one]) for one in seeds.floods()[:4]]
    made += [flight(chains[0] * 60), flight(()), flight([b""] * 200), flight(chains[0], version=b"\x03\x00")]
    odd = (
        b"\x15\x03\x01\x00\x02\x02\x28",
        b"\x80\x2e\x01\x03\x01",
        b"220 plain words\r\n",
        b"\x14\x03\x03\x00\x01\x01",
    )
    return (*made, *odd, odd[2] + made[0], records(made[0], 23), records(b"\x02\xff\xff\xff" + bytes(60_000)))


def _mutate(chance: Random, seed: bytes, others: Sequence[bytes]) -> bytes:
    """Octets changed; a chain whose certificates are changed inside; lengths that lie; clear words before it."""
    match chance.randrange(5):
        case 0:
            chain = [mutate_der(chance, one, seeds.world().certificates) for one in chance.choice(seeds.world().chains)]
            return flight(chain)
        case 1:
            octets = bytearray(seed)
            at = chance.randrange(max(1, len(octets) - 4))
            octets[at : at + 3] = chance.choice((b"\xff\xff\xff", bytes(3), b"\x00\x00\x01", b"\x7f\xff\xff"))
            return bytes(octets)
        case 2:
            return mutate_talk(chance, b"220 go\r\n", others[-8:])[:5000] + seed
        case _:
            return mutate_octets(chance, seed, others)


def _try_records(octets: bytes) -> bytes:
    """The reader sees the same however it is cut."""
    whole, cut = RecordReader(), RecordReader()
    whole.receive(octets)
    for fragment in fragments(octets):
        cut.receive(fragment)
    assert cut.flight == whole.flight
    assert len(whole.flight.certificates or ()) <= CERTIFICATE_LIMIT
    clear, apart = ClearText(), ClearText()
    tls = clear.pass_on(octets)
    assert b"".join(apart.pass_on(fragment) for fragment in fragments(octets)) == tls
    assert apart.words == clear.words
    assert len(clear.words) <= LEFTOVER_LIMIT
    return repr(whole.flight).encode()


def _try_handshake(octets: bytes) -> bytes:
    """OpenSSL's client and all that watches it; our hello has chance in it, so that only its promises are compared."""
    for offer, name in ((Offer.DEFAULT, "mail.example.com"), (Offer.LEGACY, None)):
        session = TlsSession(offer, name)
        progress = session.handshake()
        session.outgoing()
        for fragment in fragments(octets):
            session.receive(fragment)
            progress = session.handshake()
            session.outgoing()
            if progress is Progress.BROKEN:
                break
        assert progress is not Progress.COMPLETED
        result = session.result()
        assert isinstance(result, Handshake | ProbeFailure)
        if isinstance(result, Handshake):
            assert not result.key_proven, "nobody signed anything"
            assert 0 < len(result.presented_chain) <= CERTIFICATE_LIMIT
        words = result.note if isinstance(result, Handshake) else result.detail
        assert words.isprintable(), ascii(words)
        assert isinstance(session.may_succeed_with_tls12, bool)
        session.send(b"QUIT\r\n")
        session.close()
    return b""


def _try_glance(octets: bytes) -> bytes:
    """A look in passing: what nobody signed is never proven, however it is cut."""
    glance = Glance("mail.example.com")
    for fragment in fragments(octets):
        if glance.receive(fragment):
            break
    assert glance.result() is None, "nobody signed anything"
    return b""


TLS_RECORDS = Target("tls-records", _flights, _mutate, _try_records, inputs=20_000, bounded=100)
HANDSHAKE = Target("tls-handshake", _flights, _mutate, _try_handshake, inputs=4_000, bounded=30)
GLANCE = Target("tls-glance", _flights, _mutate, _try_glance, inputs=20_000, bounded=100)
