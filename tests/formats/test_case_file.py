"""A case survives its file; a file from a stranger is refused with the place that is wrong."""

import base64
import json
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from itertools import count
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailtrust.core.formats import case_file
from mailtrust.core.formats.case_file import CaseFileError, decode, encode
from mailtrust.core.model.case_file import CaseFile, Lookup, StoreReference
from mailtrust.core.model.certificate import AnyCertificate, Certificate, UnreadableCertificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.observation import FailureKind, Handshake, Observation, ProbeFailure, Stage
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.model.status import FetchedStatus
from mailtrust.core.model.text import verbatim
from mailtrust.core.model.walk import (
    ConnectionPoint,
    DnsAnswer,
    DnsQuestion,
    HttpAnswer,
    HttpQuestion,
    ScpAnswer,
    ScpQuestion,
    TlsAnswer,
    TlsQuestion,
)
from mailtrust.core.x509.parse import read_certificate


def make(name: str) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
        .sign(key, SHA256())
    )
    read = read_certificate(signed.public_bytes(Encoding.DER))
    assert isinstance(read, Certificate)
    return read


READABLE: list[Certificate] = [make(name) for name in ("mail.example.com", "Example CA", "邮件服务器")]
UNREADABLE = [read_certificate(junk) for junk in (b"", b"\x30\x03\x02\x01", b"no certificate")]
ANY: list[AnyCertificate] = [*READABLE, *UNREADABLE]

LINES = st.text(st.characters(codec="utf-8"), max_size=30)
MOMENTS = st.datetimes(timezones=st.just(UTC)) | st.datetimes(timezones=st.just(timezone(timedelta(hours=-7)))).filter(
    lambda moment: 1 < moment.year < 9999
)
ENDPOINTS = st.builds(
    Endpoint,
    host=LINES,
    port=st.integers(1, 65535),
    protocol=st.sampled_from(Protocol),
    tls_mode=st.sampled_from(TlsMode),
    address=LINES,
    server_name=LINES | st.none(),
    found_by=LINES,
    connect_port=st.integers(1, 65535) | st.none(),
    connect_address=LINES | st.none(),
)
HANDSHAKES = st.builds(
    Handshake,
    tls_version=LINES,
    cipher=LINES,
    presented_chain=st.lists(st.sampled_from(ANY), min_size=1, max_size=5).map(tuple),
    ocsp_staple=st.binary(max_size=20) | st.none(),
    key_proven=st.booleans(),
    completed=st.booleans(),
    note=LINES,
)
FAILURES = st.builds(ProbeFailure, stage=st.sampled_from(Stage), kind=st.sampled_from(FailureKind), detail=LINES)
OBSERVATIONS = st.builds(
    Observation,
    endpoint=ENDPOINTS,
    offer=st.sampled_from(Offer),
    at=MOMENTS,
    result=HANDSHAKES | FAILURES,
    transcript=st.lists(LINES, max_size=4).map(tuple),
    bytes_before_tls=st.binary(max_size=20),
    duration_ms=st.integers(0, 100_000),
)
ENTRIES = st.builds(
    PoolEntry,
    certificate=st.sampled_from(READABLE),
    sources=st.frozensets(st.sampled_from(Source), max_size=4),
    origins=st.lists(LINES, max_size=3).map(tuple),
)
CASES = st.builds(
    CaseFile,
    target=LINES,
    at=MOMENTS,
    version=LINES,
    observations=st.lists(OBSERVATIONS, max_size=4).map(tuple),
    pool=st.lists(ENTRIES, max_size=4).map(lambda entries: Pool(tuple(entries))),
    lookups=st.lists(st.builds(Lookup, LINES, LINES, st.lists(LINES, max_size=3).map(tuple), LINES), max_size=3).map(
        tuple
    ),
    stores=st.lists(st.builds(StoreReference, LINES, MOMENTS, LINES, LINES, st.integers(0, 500)), max_size=3).map(
        tuple
    ),
    local_roots=st.lists(st.sampled_from(READABLE), max_size=2).map(tuple),
    deployed=st.lists(LINES, max_size=2).map(tuple),
    hypothetical=st.lists(st.sampled_from(READABLE), max_size=2).map(tuple),
    fetched=st.lists(
        st.builds(
            FetchedStatus,
            way=st.sampled_from(["ocsp", "crl"]),
            url=LINES,
            about=st.sampled_from(["", *(one.fingerprint for one in READABLE)]),
            octets=st.binary(max_size=20),
        ),
        max_size=3,
    ).map(tuple),
)


def _questions(case: CaseFile) -> st.SearchStrategy[CaseFile]:
    """The case with a book, whose handshakes are among its observations."""
    seen = list({one.id: one for one in reversed(case.observations)}.values())
    dns = st.tuples(
        st.builds(DnsQuestion, LINES, st.sampled_from(["A", "SRV", "TLSA"])),
        st.builds(
            DnsAnswer,
            status=st.sampled_from(["found", "failed"]),
            records=st.lists(LINES, max_size=2).map(tuple),
            ttl=st.none() | st.integers(0, 86400),
            secure=st.booleans(),
            why=st.none() | LINES.filter(bool).map(lambda words: verbatim(clean(words, 400))),
        ),
    )
    http = st.tuples(
        st.builds(HttpQuestion, LINES, st.sampled_from(["", "pox"]), LINES),
        st.builds(
            HttpAnswer,
            address=LINES,
            observation=st.sampled_from([None, *seen]),
            failure=st.none() | FAILURES,
            status=st.none() | st.integers(100, 599),
            location=st.none() | LINES,
            body=st.binary(max_size=20),
        ),
    )
    scp = st.tuples(
        st.builds(ScpQuestion, LINES),
        st.builds(
            ScpAnswer, st.lists(st.builds(ConnectionPoint, st.just(("a",)), st.just(("b",))), max_size=2).map(tuple)
        ),
    )
    kinds: list[st.SearchStrategy[Any]] = [dns, http, scp]
    if seen:
        question = st.builds(TlsQuestion, LINES, st.integers(1, 9), st.sampled_from(Protocol), st.sampled_from(TlsMode))
        kinds.append(st.tuples(question, st.builds(TlsAnswer, st.sampled_from(seen))))
    books = st.lists(st.one_of(kinds), max_size=4).map(dict)
    return books.map(lambda book: replace(case, book=book))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CASES.flatmap(_questions))
def test_a_case_survives_its_file(case: CaseFile) -> None:
    data = encode(case)
    assert decode(data) == case
    assert encode(decode(data)) == data


SMALL = CaseFile(
    target="example.com",
    at=datetime(2026, 11, 22, tzinfo=UTC),
    version="1",
    observations=(
        Observation(
            Endpoint("mail.example.com", 993, Protocol.IMAP, TlsMode.IMPLICIT, "192.0.2.1", None, "given"),
            Offer.DEFAULT,
            datetime(2026, 11, 22, tzinfo=UTC),
            Handshake("TLSv1.3", "X", (READABLE[0], UNREADABLE[2]), None, True, True),
        ),
        Observation(
            Endpoint("mail.example.com", 25, Protocol.SMTP, TlsMode.STARTTLS, "192.0.2.1", None, "given"),
            Offer.DEFAULT,
            datetime(2026, 11, 22, tzinfo=UTC),
            ProbeFailure(Stage.CONNECT, FailureKind.REFUSED, "\x1b[31m\x9b\u202erefused"),
        ),
    ),
    pool=Pool((PoolEntry(READABLE[0], frozenset({Source.PRESENTED, Source.AIA}), ("http://ca.example/x.crt",)),)),
    lookups=(Lookup("dns-mx", "example.com", ("mail.example.com",)),),
    stores=(StoreReference("mozilla", datetime(2026, 10, 1, tzinfo=UTC), "certifi", "ab", 140),),
    local_roots=(READABLE[1],),
)


def test_each_certificate_stands_once_and_the_rest_is_in_a_fixed_order() -> None:
    wire = json.loads(encode(SMALL))
    assert wire["schema"] == "mailtrust/case/1"
    assert list(wire["certificates"]) == sorted(
        {READABLE[0].fingerprint, READABLE[1].fingerprint, UNREADABLE[2].fingerprint}
    )
    assert base64.b64decode(wire["certificates"][READABLE[0].fingerprint]) == READABLE[0].der
    assert wire["pool"][0]["sources"] == ["aia", "presented"]


def test_the_bytes_can_be_shown_in_a_terminal() -> None:
    shown = encode(SMALL).decode()
    assert not {character for character in shown if unicodedata.category(character) in ("Cc", "Cf")} - {"\n"}
    assert decode(encode(SMALL)) == SMALL


def test_an_answer_names_an_observation_that_is_there() -> None:
    wire = json.loads(encode(replace(SMALL, book={})))
    wire["asked"] = [{"kind": "http", "url": "https://x/", "observation": "https://x:443@192.0.2.9"}]
    with pytest.raises(CaseFileError, match=r"asked\[0\]\.observation"):
        decode(json.dumps(wire).encode())


PORT = "expected a number from 1 to 65535"
MOMENT = "expected a moment such as 2027-01-31T12:00:00Z"
HASH = "expected a SHA-256 fingerprint of 64 lower-case hexadecimal digits"
PROTOCOLS = "expected one of smtp, submission, lmtp, imap, pop3, sieve, ldap, https, tls"
KINDS = "expected one of handshake, failure"
LINE = "expected a text of at most 65536 characters"
OTHER_HASH = sha256(b"\0\0\0").hexdigest()
GONE = object()


@pytest.mark.parametrize(
    ("place", "value", "expected", "came"),
    [
        ("schema", "mailtrust/case/9", "expected one of mailtrust/case/1", "'mailtrust/case/9'"),
        ("schema", GONE, "expected one of mailtrust/case/1", "nothing"),
        ("target", None, LINE, "nothing"),
        ("at", "0001-01-01T00:00:00+10:00", MOMENT, "'0001-01-01T00:00:00+10:00'"),
        ("observations[0].at", "2026-11-22T00:00:00", MOMENT, "'2026-11-22T00:00:00'"),
        ("observations[0].endpoint", GONE, "expected an object", "nothing"),
        ("observations[1].endpoint.port", "x", PORT, "'x'"),
        ("observations[1].endpoint.port", 0, PORT, "0"),
        ("observations[1].endpoint.port", 2**70, PORT, str(2**70)),
        ("observations[1].endpoint.connect_port", True, PORT + " or null", "true"),
        ("observations[0].endpoint.protocol", "gopher", PROTOCOLS, "'gopher'"),
        ("observations[0].result.type", "guess", KINDS, "'guess'"),
        ("observations[0].result.type", GONE, KINDS, "nothing"),
        ("observations[1].result.detail", ["a", "b"], LINE, "a list of 2 entries"),
        ("observations[0].result.ocsp_staple", "###", "expected Base64 or null", "'###'"),
        ("observations[0].result.completed", "\x1b[2J", "expected true or false", "'\\x1b[2J'"),
        ("observations[0].result.presented_chain[1]", "AB", HASH, "'AB'"),
        ("observations[0].result.presented_chain", [], "expected at least one certificate", "a list of 0 entries"),
        (
            "observations[0].result.presented_chain[1]",
            OTHER_HASH,
            "expected the fingerprint of a certificate that stands in the file",
            f"'{OTHER_HASH}'",
        ),
        (
            "pool[0].certificate",
            UNREADABLE[2].fingerprint,
            "expected a certificate that can be read",
            f"'{UNREADABLE[2].fingerprint}'",
        ),
        ("pool[0].sources", {}, "expected a list of at most 100 entries", "an object"),
        ("certificates", [], "expected an object", "a list of 0 entries"),
        (f"certificates[{READABLE[1].fingerprint}]", 7, "expected Base64", "7"),
        (
            f"certificates[{READABLE[1].fingerprint}]",
            "AAAA",
            "expected a certificate with that SHA-256 fingerprint",
            f"'{OTHER_HASH}'",
        ),
        ("stores[0].anchors", -1, "expected a number from 0 to 1000000", "-1"),
    ],
    ids=count(),
)
def test_the_sentence_names_the_place(place: str, value: object, expected: str, came: str) -> None:
    wire = json.loads(encode(SMALL))
    *way, last = [int(step) if step.isdigit() else step for step in re.findall(r"\w+", place)]
    inner: Any = wire
    for step in way:
        inner = inner[step]
    if value is GONE:
        del inner[last]
    else:
        inner[last] = value
    with pytest.raises(CaseFileError) as caught:
        decode(json.dumps(wire).encode())
    assert str(caught.value) == f"{place}: {expected}, got {came}."


def test_keys_of_a_later_version_are_passed_over() -> None:
    wire = json.loads(encode(SMALL))
    wire["mood"] = wire["observations"][0]["endpoint"]["weather"] = {"sunny": [1, 2]}
    assert decode(json.dumps(wire).encode()) == SMALL


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"", "no JSON"),
        (b"hello", "no JSON"),
        (b'{"schema": "mailtrust/case/1"', "no JSON"),
        (b'{"schema": "\xff"}', "no JSON"),
        (b"[]", "$: expected an object"),
        (b'{"x":' + b"[" * 200_000 + b"]" * 200_000 + b"}", "nested too deeply"),
        (b" " * (case_file.MOST_BYTES + 1), "at most 64 MiB, this one has 65"),
    ],
)
def test_what_is_no_case_file(data: bytes, part: str) -> None:
    with pytest.raises(CaseFileError) as caught:
        decode(data)
    assert part in str(caught.value)


def test_counts_are_bounded() -> None:
    wire = json.loads(encode(SMALL))
    wire["observations"][0]["result"]["presented_chain"] *= 6000
    with pytest.raises(CaseFileError, match=r"presented_chain: expected a list of at most 10000 entries"):
        decode(json.dumps(wire).encode())


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_spoilt_file_is_a_case_or_a_sentence(data: st.DataObject) -> None:
    spoilt = bytearray(encode(SMALL))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(spoilt) - 1))
        spoilt[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        case = decode(bytes(spoilt))
    except CaseFileError:
        return
    assert isinstance(case, CaseFile)


def test_the_samples_are_what_they_are_called() -> None:
    assert all(isinstance(certificate, UnreadableCertificate) for certificate in UNREADABLE)
