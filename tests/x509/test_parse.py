"""Reading certificates that strict readers refuse: every field for itself, never raising."""

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.model.certificate import Certificate, IdentifierType, UnreadableCertificate
from mailtrust.core.x509 import der, extensions, parse
from mailtrust.core.x509.names import fold, read_name
from mailtrust.core.x509.parse import MAX_OCTETS, read_certificate
from mailtrust.core.x509.strict import encoding_problems
from mailtrust.core.x509.times import UNREADABLE_NOT_AFTER, UNREADABLE_NOT_BEFORE

START = datetime(2026, 1, 1, tzinfo=UTC)


@cache
def good_certificate() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Example, Inc."),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.example.org"),
        ]
    )
    names = [x509.DNSName("mail.example.org"), x509.DNSName("*.example.org"), x509.RFC822Name("a@example.org")]
    usage = x509.KeyUsage(True, False, True, False, False, False, False, False, False)
    access = [
        x509.AccessDescription(
            x509.AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier("http://ca.example.org/i.cer")
        ),
        x509.AccessDescription(
            x509.AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://ocsp.example.org/")
        ),
    ]
    points = [x509.DistributionPoint([x509.UniformResourceIdentifier("http://ca.example.org/c.crl")], None, None, None)]
    builder = (
        x509.CertificateBuilder(name, name, key.public_key(), 4711, START, START + timedelta(days=90))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityInformationAccess(access), critical=False)
        .add_extension(x509.CRLDistributionPoints(points), critical=False)
        .add_extension(x509.TLSFeature([x509.TLSFeatureType.status_request]), critical=False)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def body() -> list[bytes]:
    """The good certificate's body, as whole elements: version, serial, algorithm, issuer, validity, ..."""
    tbs = der.children(der.read(good_certificate())[1])[0][1]
    return [whole for _, _, whole in der.whole_children(tbs)]


def with_body(parts: list[bytes], tail: bytes = b"") -> bytes:
    _, algorithm, signature = (whole for _, _, whole in der.whole_children(der.read(good_certificate())[1]))
    return der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, *parts), algorithm, signature) + tail


def replaced(index: int, element: bytes) -> Certificate:
    parts = body()
    parts[index] = element
    return read(with_body(parts))


def with_extensions(*extensions: bytes) -> Certificate:
    return replaced(7, der.encode(0xA3, der.encode(der.SEQUENCE, *extensions)))


def extension(oid: str, value: bytes, critical: bytes | None = None) -> bytes:
    flag = b"" if critical is None else der.encode(der.BOOLEAN, critical)
    return der.encode(der.SEQUENCE, der.encode_oid(oid), flag, der.encode(der.OCTET_STRING, value))


def read(octets: bytes) -> Certificate:
    certificate = read_certificate(octets)
    assert isinstance(certificate, Certificate)
    return certificate


def fields(certificate: Certificate) -> set[str]:
    return {problem.field for problem in encoding_problems(certificate)}


def test_a_clean_certificate_has_every_field_and_no_problem() -> None:
    certificate = read(good_certificate())
    assert encoding_problems(certificate) == ()
    assert certificate.subject.text == "CN=mail.example.org,O=Example\\, Inc."
    assert certificate.subject.common_names == ("mail.example.org",)
    assert certificate.subject.organisation == "Example, Inc."
    assert certificate.dns_names == ("mail.example.org", "*.example.org")
    assert certificate.key_usage == {"digitalSignature", "keyEncipherment"}
    assert certificate.extended_key_usage == ("1.3.6.1.5.5.7.3.1",)
    assert certificate.ca_issuers == ("http://ca.example.org/i.cer",)
    assert certificate.ocsp_urls == ("http://ocsp.example.org/",)
    assert certificate.crl_urls == ("http://ca.example.org/c.crl",)
    assert certificate.must_staple
    assert certificate.self_issued
    assert not certificate.is_ca
    assert certificate.unknown_critical == ()


@given(st.data())
def test_a_mutated_certificate_never_raises(data: st.DataObject) -> None:
    octets = bytearray(good_certificate())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(octets) - 1))
        action = data.draw(st.sampled_from(("set", "cut", "insert", "repeat")))
        if action == "set":
            octets[at] = data.draw(st.integers(0, 255))
        elif action == "cut":
            del octets[at : at + data.draw(st.integers(1, 8))]
        elif action == "insert":
            octets[at:at] = data.draw(st.binary(min_size=1, max_size=8))
        else:
            octets[at:at] = octets[at : at + data.draw(st.integers(1, 64))]
        if not octets:
            break
    certificate = read_certificate(bytes(octets))
    assert isinstance(certificate, Certificate | UnreadableCertificate)
    assert certificate.der == octets
    assert encoding_problems(certificate)[: len(certificate.problems)] == certificate.problems
    if isinstance(certificate, UnreadableCertificate):
        assert certificate.problems
    else:
        assert certificate.version in (1, 2, 3)
        assert certificate.not_before.tzinfo is UTC


@given(st.binary(max_size=200))
def test_noise_is_unreadable_and_says_why(octets: bytes) -> None:
    certificate = read_certificate(octets)
    assert isinstance(certificate, UnreadableCertificate)
    assert certificate.problems[0].detail


def test_too_many_octets_are_not_read() -> None:
    certificate = read_certificate(good_certificate() + bytes(MAX_OCTETS))
    assert isinstance(certificate, UnreadableCertificate)
    assert str(MAX_OCTETS) in certificate.problems[0].detail


def test_endless_nesting_is_bounded() -> None:
    certificate = read_certificate(b"\x30\x80" * 50_000)
    assert isinstance(certificate, UnreadableCertificate)


def test_trailing_octets_are_a_problem_only() -> None:
    certificate = read(with_body(body(), b"\0\0\0"))
    assert certificate.dns_names[0] == "mail.example.org"
    assert certificate.problems[0].detail == "3 octets follow the certificate"


@pytest.mark.parametrize("serial", [-5, 0, 2**170])
def test_odd_serial_numbers_are_kept(serial: int) -> None:
    certificate = replaced(1, der.encode_integer(serial))
    assert certificate.serial == serial
    assert "serialNumber" in fields(certificate)


def test_numbers_too_large_to_write_are_not_kept() -> None:
    huge = der.encode_integer(2**20_000)
    serial = replaced(1, huge)
    assert (serial.serial, fields(serial)) == (0, {"serialNumber"})
    constraints = der.encode(der.SEQUENCE, b"\x01\x01\xff", huge)
    key_id = der.encode(der.SEQUENCE, der.encode(0x82, huge[4:]))
    certificate = with_extensions(extension("2.5.29.19", constraints, b"\xff"), extension("2.5.29.35", key_id))
    assert certificate.basic_constraints is None
    assert certificate.unknown_critical == ("2.5.29.19",)
    assert certificate.authority_key_identifier is None


def test_a_flood_of_names_is_bounded() -> None:
    flood = der.encode(der.SEQUENCE, der.encode(0x82, b"a") * 30_000)
    certificate = with_extensions(extension("2.5.29.17", flood))
    assert certificate.subject_alt_names == ()
    assert "more than" in certificate.problems[0].detail


def test_version_1_is_read_and_version_4_is_a_problem() -> None:
    parts = body()
    old = read(with_body(parts[1:7]))
    assert (old.version, old.problems, old.subject_alt_names) == (1, (), None)
    assert fields(read(with_body(parts[1:]))) == {"version"}
    parts[0] = der.encode(0xA0, der.encode_integer(3))
    future = read(with_body(parts))
    assert (future.version, fields(future)) == (3, {"version"})


@pytest.mark.parametrize(
    ("tag", "octets", "moment"),
    [
        (der.UTC_TIME, b"2601020304Z", datetime(2026, 1, 2, 3, 4, tzinfo=UTC)),
        (der.UTC_TIME, b"260102030405+0200", datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC)),
        (der.UTC_TIME, b"500102030405-0030", datetime(1950, 1, 2, 3, 34, 5, tzinfo=UTC)),
        (der.UTC_TIME, b"260102030405", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (der.GENERALIZED_TIME, b"20260102030405.25Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (der.GENERALIZED_TIME, b"2026010203Z", datetime(2026, 1, 2, 3, tzinfo=UTC)),
    ],
)
def test_unusual_times_are_read_and_told(tag: int, octets: bytes, moment: datetime) -> None:
    late = der.encode(der.GENERALIZED_TIME, b"99991231235959Z")
    certificate = replaced(4, der.encode(der.SEQUENCE, der.encode(tag, octets), late))
    assert certificate.not_before == moment
    assert certificate.not_after == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert "notBefore" in fields(certificate)


@pytest.mark.parametrize("octets", [b"", b"261301000000Z", b"not a time", b"26010203040\xb2Z"])
def test_an_unreadable_time_makes_a_certificate_that_is_never_valid(octets: bytes) -> None:
    times = der.encode(der.UTC_TIME, octets) * 2
    certificate = replaced(4, der.encode(der.SEQUENCE, times))
    assert (certificate.not_before, certificate.not_after) == (UNREADABLE_NOT_BEFORE, UNREADABLE_NOT_AFTER)
    assert certificate.not_after < certificate.not_before
    assert {"notBefore", "notAfter"} <= fields(certificate)


def test_one_bad_extension_spoils_no_other() -> None:
    names = der.encode(der.SEQUENCE, der.encode(0x82, b"good.example.org"))
    certificate = with_extensions(
        extension("2.5.29.37", b"\x31\x00"),
        extension("2.5.29.15", b"\x05\x00", b"\xff"),
        extension("2.5.29.17", names),
    )
    assert certificate.dns_names == ("good.example.org",)
    assert certificate.extended_key_usage == ()
    assert certificate.key_usage == frozenset()
    assert certificate.unknown_critical == ("2.5.29.15",)
    assert {"extKeyUsage", "keyUsage"} <= fields(certificate)


def test_an_unreadable_alternative_name_is_still_there() -> None:
    certificate = with_extensions(extension("2.5.29.17", b"\x04\x00"))
    assert certificate.subject_alt_names == ()
    assert fields(certificate) == {"subjectAltName"}


def test_the_first_of_duplicate_extensions_counts() -> None:
    first = der.encode(der.SEQUENCE, der.encode(0x82, b"first.example.org"))
    second = der.encode(der.SEQUENCE, der.encode(0x82, b"second.example.org"))
    certificate = with_extensions(extension("2.5.29.17", first), extension("2.5.29.17", second))
    assert certificate.dns_names == ("first.example.org",)
    assert len(certificate.extensions) == 2
    assert "subjectAltName" in fields(certificate)


def test_odd_identifiers_are_kept() -> None:
    entries = der.encode(
        der.SEQUENCE,
        der.encode(0x82, b"m\xfcller.example.org"),
        der.encode(0x87, b"\x7f\0\0"),
        der.encode(0x87, b"\x7f\0\0\x01"),
        der.encode(0x87, bytes(15) + b"\x01"),
        der.encode(0x88, der.encode_oid("1.2.3.4")[2:]),
        der.encode(0xA0, der.encode_oid("1.3.6.1.5.5.7.8.7"), der.encode(0xA0, der.encode(0x16, b"_imaps.a.org"))),
        der.encode(0xA0, der.encode_oid("1.2.3"), der.encode(0xA0, der.encode(0x0C, b"x"))),
        der.encode(0x9F - 0x10, b"?"),
    )
    certificate = with_extensions(extension("2.5.29.17", entries))
    assert [(name.type, name.value) for name in certificate.subject_alt_names or ()] == [
        (IdentifierType.DNS, "müller.example.org"),
        (IdentifierType.OTHER, "iPAddress=7f0000"),
        (IdentifierType.IP, "127.0.0.1"),
        (IdentifierType.IP, "::1"),
        (IdentifierType.OTHER, "registeredID=1.2.3.4"),
        (IdentifierType.SRV, "_imaps.a.org"),
        (IdentifierType.OTHER, "1.2.3=0c0178"),
        (IdentifierType.OTHER, "0x8f=3f"),
    ]
    assert (certificate.subject_alt_names or ())[0].raw == b"m\xfcller.example.org"
    assert len([problem for problem in certificate.problems if problem.field == "subjectAltName"]) == 3


def test_name_constraints_of_every_kind() -> None:
    def subtree(tag: int, octets: bytes) -> bytes:
        return der.encode(der.SEQUENCE, der.encode(tag, octets))

    value = der.encode(
        der.SEQUENCE,
        der.encode(0xA0, subtree(0x82, b"example.org"), subtree(0x87, b"\x0a\0\0\0\xff\0\0\0")),
        der.encode(0xA1, subtree(0x87, bytes(32)), subtree(0x87, b"\x0a\0\0\0\xff\0\xff\0")),
    )
    constraints = with_extensions(extension("2.5.29.30", value, b"\xff")).name_constraints
    assert constraints is not None
    assert constraints.critical
    assert [name.value for name in constraints.permitted] == ["example.org", "10.0.0.0/8"]
    assert [name.value for name in constraints.excluded] == ["::/0", "iPAddress=0a000000ff00ff00"]


@pytest.mark.parametrize(
    ("octets", "ca", "length", "clean"),
    [
        (b"", False, None, True),
        (b"\x01\x01\xff", True, None, True),
        (b"\x01\x01\xff\x02\x01\x03", True, 3, True),
        (b"\x01\x01\x00", False, None, False),
        (b"\x01\x01\x01", True, None, False),
        (b"\x02\x01\x00", False, 0, False),
        (b"\x01\x01\xff\x02\x01\xff", True, 0, False),
    ],
)
def test_basic_constraints(octets: bytes, ca: bool, length: int | None, clean: bool) -> None:
    certificate = with_extensions(extension("2.5.29.19", der.encode(der.SEQUENCE, octets), b"\xff"))
    assert certificate.basic_constraints is not None
    assert (certificate.basic_constraints.ca, certificate.basic_constraints.path_length) == (ca, length)
    assert (encoding_problems(certificate) == ()) is clean


def test_critical_as_ber_writes_it_is_still_critical() -> None:
    certificate = with_extensions(extension("1.2.3.4", b"", b"\x01"), extension("1.2.3.5", b"", b"\0"))
    assert certificate.unknown_critical == ("1.2.3.4",)
    details = [problem.detail for problem in encoding_problems(certificate)]
    assert any("BOOLEAN" in detail for detail in details)
    assert any("critical FALSE" in detail for detail in details)


def test_a_tls_feature_without_a_name_is_no_fault() -> None:
    certificate = with_extensions(extension("1.3.6.1.5.5.7.1.24", bytes.fromhex("3003020107")))
    assert not certificate.must_staple
    assert encoding_problems(certificate) == ()


def test_broken_der_is_named_in_words() -> None:
    octets = good_certificate()
    _, content, _ = der.read(octets)
    indefinite = b"\x30\x80" + content + b"\0\0"
    long_length = b"\x30\x83" + len(content).to_bytes(3, "big") + content
    for broken, words in ((indefinite, "indefinite"), (long_length, "more octets than it needs")):
        certificate = read(broken)
        assert certificate.dns_names == read(octets).dns_names
        assert certificate.problems == ()
        assert words in encoding_problems(certificate)[0].detail


def test_an_unknown_curve_is_named_by_its_number() -> None:
    point = der.encode(der.BIT_STRING, b"\0\x04" + bytes(40))
    algorithm = der.encode(der.SEQUENCE, der.encode_oid("1.2.840.10045.2.1"), der.encode_oid("1.2.3.4"))
    certificate = replaced(6, der.encode(der.SEQUENCE, algorithm, point))
    assert (certificate.public_key.algorithm, certificate.public_key.curve) == ("ec", "1.2.3.4")
    assert certificate.public_key.bits == 160


def test_a_key_that_cannot_be_read_still_says_its_algorithm() -> None:
    algorithm = der.encode(der.SEQUENCE, der.encode_oid("1.2.840.113549.1.1.1"), der.encode(der.NULL))
    certificate = replaced(6, der.encode(der.SEQUENCE, algorithm, der.encode(der.BIT_STRING, b"\0\x30")))
    assert (certificate.public_key.algorithm, certificate.public_key.bits) == ("rsa", 0)
    assert "subjectPublicKeyInfo" in fields(certificate)


def name(*attributes: tuple[str, int, bytes]) -> bytes:
    return der.encode(
        der.SEQUENCE,
        *(
            der.encode(der.SET, der.encode(der.SEQUENCE, der.encode_oid(oid), der.encode(tag, octets)))
            for oid, tag, octets in attributes
        ),
    )


def test_names_match_over_case_white_space_and_string_type() -> None:
    one, _ = read_name(name(("2.5.4.10", 0x13, b"Example  CA "), ("2.5.4.3", 0x0C, "Stra\u00dfe".encode())))
    two, _ = read_name(name(("2.5.4.10", 0x1E, "example ca".encode("utf-16-be")), ("2.5.4.3", 0x0C, b"STRASSE")))
    other, _ = read_name(name(("2.5.4.3", 0x0C, b"STRASSE"), ("2.5.4.10", 0x0C, b"Example CA")))
    assert one.match_key == two.match_key
    assert one.match_key != other.match_key


@pytest.mark.parametrize(
    ("tag", "octets", "value"),
    [(0x0C, b"M\xfcller", "Müller"), (0x13, b"a*b", "a*b"), (0x1E, b"\0a\0", "\0a\0"), (0x16, b"\xe9", "é")],
)
def test_text_that_is_not_what_it_claims_is_kept(tag: int, octets: bytes, value: str) -> None:
    read, problems = read_name(name(("2.5.4.3", tag, octets)), "subject")
    assert read.common_names == (value,)
    assert problems
    assert problems[0].field == "subject"


def test_control_characters_in_names_are_shown_as_hex() -> None:
    read, _ = read_name(name(("2.5.4.3", 0x0C, b" a\x1b[31m\xe2\x80\xae#,")))
    assert read.text == "CN=\\ a\\1B[31m\\E2\\80\\AE#\\,"


@given(st.text())
def test_folding_is_stable(value: str) -> None:
    assert fold(fold(value)) == fold(value)
    assert fold(f"  {value}\t") == fold(value)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=30))
def test_rfc4514_text_agrees_with_cryptography(value: str) -> None:
    read, problems = read_name(name(("2.5.4.3", 0x0C, value.encode()), ("2.5.4.10", 0x0C, b"x")))
    assert problems == ()
    assert read.common_names == (value,)
    if value.isprintable() and "\0" not in value:
        theirs = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, value)]) if value else None
        assert theirs is None or read.text == f"O=x,{theirs.rfc4514_string()}"


@given(st.integers(min_value=-(2**70), max_value=2**70))
def test_integers_round_trip(value: int) -> None:
    assert der.integer(der.expect(der.encode_integer(value), der.INTEGER, "INTEGER")) == value
    assert der.irregularities(der.encode_integer(value)) == ()


@given(st.lists(st.integers(0, 2**40), max_size=8), st.integers(0, 2), st.integers(0, 39))
def test_identifiers_round_trip(rest: list[int], first: int, second: int) -> None:
    dotted = ".".join(map(str, (first, second, *rest)))
    assert der.oid(der.encode_oid(dotted)[2:]) == dotted


def test_extensions_seen_before_are_read_as_if_they_were_new() -> None:
    names = extension("2.5.29.17", der.encode(der.SEQUENCE, der.encode(0x82, b"a.example.org")))
    broken = extension("2.5.29.19", b"\x30\x03\x01\x01", b"\xff")
    odd = extension("2.5.29.15", der.encode(der.BIT_STRING, b"\x07\0"), b"\0")
    together = with_extensions(names, broken, odd, names)
    alone = with_extensions(names)
    again = with_extensions(odd, broken, names, names)
    extensions._remembered.cache_clear()
    anew = parse._read(together.der)
    assert anew == together
    assert alone.problems == ()
    assert (alone.dns_names, alone.key_usage, alone.unknown_critical) == (("a.example.org",), None, ())
    assert together.unknown_critical == again.unknown_critical == ("2.5.29.19",)
    assert set(again.problems) == set(together.problems)
    assert {problem.field for problem in together.problems} == {"basicConstraints", "keyUsage", "subjectAltName"}
