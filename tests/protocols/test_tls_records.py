"""The reader that looks at a handshake as it passes by: real flights of OpenSSL, lies made by hand, noise."""

import contextlib
import datetime as dt
from collections.abc import Iterator

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from OpenSSL import SSL

from mailtrust.core.protocols.tls_records import (
    CERTIFICATE_LIMIT,
    HANDSHAKE_LIMIT,
    Alert,
    ClearText,
    RecordReader,
    ServerFlight,
    begins_record,
)

STAPLE = b"0\x03\x0a\x01\x06"  # OCSPResponse: unauthorized (RFC 6960 4.2.1)


def certificate(name: str) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(begin).not_valid_after(begin + dt.timedelta(days=90))
    return key, builder.sign(key, hashes.SHA256())


KEY, LEAF = certificate("mail.example.test")
OTHER = certificate("other.example.test")[1]
CHAIN = tuple(each.public_bytes(Encoding.DER) for each in (LEAF, OTHER, LEAF))


def server_octets(version: int, *, ask_for_certificate: bool = False) -> Iterator[bytes]:
    """What OpenSSL's server sends, flight by flight."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_VERSION)
    context.set_cipher_list(b"ALL:@SECLEVEL=0")
    context.use_certificate(LEAF)
    context.use_privatekey(KEY)
    for extra in (OTHER, LEAF):
        context.add_extra_chain_cert(extra)
    if ask_for_certificate:
        context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
    server = SSL.Connection(context)
    server.set_accept_state()

    other = SSL.Context(SSL.TLS_CLIENT_METHOD)
    other.set_min_proto_version(SSL.TLS1_VERSION)
    other.set_max_proto_version(version)
    other.set_cipher_list(b"ALL:@SECLEVEL=0")
    client = SSL.Connection(other)
    client.set_connect_state()
    for _ in range(4):
        for sender, receiver in ((client, server), (server, client)):
            with contextlib.suppress(SSL.WantReadError):
                sender.do_handshake()
            try:
                data = sender.bio_read(1 << 16)
            except SSL.WantReadError:
                continue
            if sender is server:
                yield data
            receiver.bio_write(data)


def read(*fragments: bytes) -> ServerFlight:
    reader = RecordReader()
    for fragment in fragments:
        reader.receive(fragment)
    return reader.flight


VERSIONS = {SSL.TLS1_VERSION: 0x0301, SSL.TLS1_1_VERSION: 0x0302, SSL.TLS1_2_VERSION: 0x0303}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_real_flight_in_clear(version: int) -> None:
    flight = read(*server_octets(version))
    assert flight.certificates == CHAIN
    assert flight.version == VERSIONS[version]
    assert flight.signed_key_exchange
    assert flight.hello_done
    assert not flight.wants_client_certificate
    assert not flight.cut_short
    assert flight.alert is None


def test_a_real_flight_byte_by_byte() -> None:
    data = b"".join(server_octets(SSL.TLS1_2_VERSION))
    assert read(*(bytes((octet,)) for octet in data)) == read(data)


def test_a_request_for_a_client_certificate_is_seen() -> None:
    assert read(*server_octets(SSL.TLS1_2_VERSION, ask_for_certificate=True)).wants_client_certificate


def test_of_tls_13_only_the_version_is_in_clear() -> None:
    flight = read(*server_octets(SSL.TLS1_3_VERSION))
    assert flight.version == 0x0304
    assert flight.certificates is None


def vector(octets: int, data: bytes) -> bytes:
    return len(data).to_bytes(octets, "big") + data


def message(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + vector(3, body)


def record(kind: int, data: bytes) -> bytes:
    return bytes((kind, 3, 3)) + vector(2, data)


def test_the_certificate_message_of_tls_13() -> None:
    """RFC 8446 4.4.2: a context, and extensions behind each certificate."""
    status = b"\x00\x05" + vector(2, b"\x01" + vector(3, STAPLE))
    other = b"\x00\x12" + vector(2, b"sct")
    entries = vector(3, b"leaf") + vector(2, other + status) + vector(3, b"issuer") + vector(2, b"")
    flight = ServerFlight(version=0x0304)
    flight.read_message(message(11, vector(1, b"context") + vector(3, entries)))
    assert flight.certificates == (b"leaf", b"issuer")
    assert flight.ocsp_staple == STAPLE
    assert not flight.cut_short


@pytest.mark.parametrize(
    ("body", "staple"),
    [
        (b"\x01" + vector(3, STAPLE), STAPLE),
        (b"\x02" + vector(3, STAPLE), None),
        (b"\x01" + vector(3, b""), None),
        (b"\x01\x00\x00\x63" + STAPLE, STAPLE),
        (b"", None),
    ],
    ids=["good", "of another type", "empty", "too long by its own account", "nothing"],
)
def test_the_staple_of_tls_12(body: bytes, staple: bytes | None) -> None:
    """RFC 6066 8: a message of its own."""
    assert read(record(22, message(22, body))).ocsp_staple == staple


def test_messages_over_record_borders() -> None:
    body = message(11, vector(3, vector(3, b"leaf") + vector(3, b"issuer"))) + message(14, b"")
    flight = read(*(record(22, body[place : place + 3]) for place in range(0, len(body), 3)))
    assert flight.certificates == (b"leaf", b"issuer")
    assert flight.hello_done


@pytest.mark.parametrize(
    ("list_of_certificates", "readable"),
    [
        (vector(3, vector(3, b"leaf") + b"\x00\x00\x09issuer"), (b"leaf", b"issuer")),
        (b"\x00\x00\x63" + vector(3, b"leaf"), (b"leaf",)),
        (vector(3, vector(3, b"x") * (CERTIFICATE_LIMIT + 1)), (b"x",) * CERTIFICATE_LIMIT),
        (b"\x00", ()),
    ],
    ids=["entry too long", "list too long", "too many", "no length"],
)
def test_a_list_that_lies_is_read_as_far_as_it_goes(list_of_certificates: bytes, readable: tuple[bytes, ...]) -> None:
    flight = read(record(22, message(11, list_of_certificates)))
    assert flight.certificates == readable
    assert flight.cut_short


def test_the_first_list_counts() -> None:
    first, second = (message(11, vector(3, vector(3, name))) for name in (b"first", b"second"))
    assert read(record(22, first + second)).certificates == (b"first",)


@pytest.mark.parametrize(
    ("octets", "name"),
    [(b"\x02\x28", "handshake_failure"), (b"\x01\x28", "handshake_failure"), (b"\x02\x70", "unrecognized_name"),
     (b"\x01\x00", "close_notify"), (b"\x02\xfe", "alert 254")],
)  # fmt: skip
def test_an_alert_that_ends_it(octets: bytes, name: str) -> None:
    alert = read(record(21, octets)).alert
    assert alert is not None
    assert alert.name == name


def test_a_warning_does_not_end_it() -> None:
    """RFC 6066 3: a server that does not know the name may warn and go on."""
    flight = read(record(21, b"\x01\x70"), record(21, b"\x02\x50"))
    assert flight.alert == Alert(2, 80)


def test_nothing_is_read_after_encryption_begins() -> None:
    assert read(record(20, b"\x01"), record(21, b"\x02\x28")).alert is None


def test_a_handshake_without_end_is_given_up() -> None:
    reader = RecordReader()
    flood = record(22, b"\x0b\xff\xff\xff" + bytes(16_000))
    for _ in range(2 * HANDSHAKE_LIMIT // len(flood)):
        reader.receive(flood)
    assert reader.done
    assert reader.flight.certificates is None


@given(st.lists(st.binary(max_size=300)))
def test_noise_never_raises(fragments: list[bytes]) -> None:
    read(*fragments)


@given(
    st.lists(
        st.tuples(st.sampled_from([2, 11, 12, 13, 14, 22, 99]), st.binary(max_size=80)).map(lambda m: message(*m))
        | st.binary(max_size=40)
    ),
    st.sampled_from([0, 0x0303, 0x0304]),
)
def test_noise_in_messages_never_raises(messages: list[bytes], version: int) -> None:
    flight = ServerFlight(version=version)
    for each in messages:
        flight.read_message(each)
        flight.read_alert(each)
    assert flight.certificates is None or len(flight.certificates) <= CERTIFICATE_LIMIT


HELLO = record(22, message(2, b"\x03\x03" + bytes(32)))


@pytest.mark.parametrize(
    "clear", [b"", b"250 injected\r\n", b"\x16 no record\r\n", b"\x16\x03", b"\x16\x03\x03\xff\xff"]
)
def test_clear_text_before_tls_cut_at_every_place(clear: bytes) -> None:
    data = clear + HELLO
    for cut in range(len(data) + 1):
        guard = ClearText()
        assert guard.pass_on(data[:cut]) + guard.pass_on(data[cut:]) == HELLO
        assert guard.words == clear
        assert guard.tls_began
        assert guard.pass_on(b"anything") == b"anything"


def test_clear_text_without_tls_is_bounded() -> None:
    guard = ClearText()
    for _ in range(100):
        assert guard.pass_on(b"HTTP/1.1 400 Bad Request\r\n" * 10) == b""
    assert not guard.tls_began
    assert len(guard.words) == 4_096


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_no_octet_is_lost_between_clear_text_and_tls(first: bytes, second: bytes) -> None:
    guard = ClearText()
    tls = guard.pass_on(first) + guard.pass_on(second)
    if guard.tls_began:
        assert guard.words + tls == first + second
        assert begins_record(tls)
    else:
        assert tls == b""
        assert (first + second).startswith(guard.words)
