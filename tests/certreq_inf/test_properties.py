"""Whatever is written is read back the same; whatever is read gives a request or says why not, and with which line."""

from __future__ import annotations

import string
from datetime import UTC, datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.certreq_inf.conftest import GOLDEN, NAMES, NOW

from mailtrust.core.formats.certreq_inf.encoding import decode
from mailtrust.core.formats.certreq_inf.explanation import explain
from mailtrust.core.formats.certreq_inf.keys import KEYS
from mailtrust.core.formats.certreq_inf.lints import lint
from mailtrust.core.formats.certreq_inf.meaning import Reading, read_request
from mailtrust.core.formats.certreq_inf.names import dns_name, ip_name
from mailtrust.core.formats.certreq_inf.subject import LABELS
from mailtrust.core.formats.certreq_inf.write import encode_inf, requested_of, write_inf
from mailtrust.core.issuance.body import write_subject
from mailtrust.core.issuance.requested import recipe_of
from mailtrust.core.model.certificate import BasicConstraints, CertificateSpec
from mailtrust.core.model.requested_certificate import (
    KeyKeeping,
    Lasting,
    RequestedCertificate,
    RequestedName,
    SubjectAttribute,
)
from mailtrust.core.x509 import der
from mailtrust.core.x509.extensions import KEY_USAGES

# Everything that can stand in a line: no control characters, no lone surrogates.
WORDS = st.text(
    st.characters(exclude_categories=("Cc", "Cs")) | st.sampled_from(';"%,+=#\\& '),
    min_size=1,
    max_size=24,
).map(str.strip).filter(bool)  # fmt: skip
HOSTS = st.from_regex(r"(\*\.)?[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?(\.[a-z0-9]{1,8}){0,3}", fullmatch=True)
OIDS = st.from_regex(r"1\.3\.6\.1\.4\.1\.311\.(0|[1-9][0-9]{0,6})(\.(0|[1-9][0-9]{0,3})){0,3}", fullmatch=True)
MOMENTS = st.integers(0, 2**33).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
FREE = {label: oid for label, oid in LABELS.items() if oid not in ("2.5.4.6", "1.2.840.113549.1.9.1", LABELS["DC"])}


@st.composite
def attributes(draw: st.DrawFn) -> SubjectAttribute:
    label = draw(st.sampled_from(sorted(FREE)) | OIDS)
    return SubjectAttribute(label, FREE.get(label, label), draw(WORDS))


@st.composite
def names(draw: st.DrawFn) -> RequestedName:
    if draw(st.booleans()):
        return dns_name(draw(HOSTS))
    return ip_name(str(draw(st.ip_addresses())))


@st.composite
def requests(draw: st.DrawFn) -> RequestedCertificate:
    form = draw(st.sampled_from(("certificate", "pkcs10")))
    key = draw(st.sampled_from(("rsa", "ec-p256", "ec-p384", "ec-p521")))
    ca = draw(st.booleans())
    constraints = BasicConstraints(ca, draw(st.none() | st.integers(0, 9)) if ca else None, draw(st.booleans()))
    purposes = draw(st.none() | st.lists(OIDS, min_size=1, max_size=4, unique=True).map(tuple))
    found = tuple(draw(st.lists(names(), min_size=1, max_size=6)))
    raw = draw(st.dictionaries(OIDS, st.tuples(st.booleans(), st.binary(max_size=80)), max_size=3))
    lasting = st.builds(Lasting, st.integers(1, 5000), st.sampled_from(("years", "months", "weeks", "days", "hours")))
    keeping = KeyKeeping(
        provider=draw(st.just("") | WORDS),
        provider_type=draw(st.none() | st.integers(0, 30)),
        key_spec=draw(st.sampled_from((None, 0, 1, 2))),
        exportable=draw(st.booleans()),
        machine=draw(st.booleans()),
        asks_person=draw(st.booleans()),
        friendly_name=draw(st.just("") | WORDS),
    )
    return RequestedCertificate(
        form=form,  # type: ignore[arg-type] - one of the two
        subject=tuple(draw(st.lists(st.lists(attributes(), min_size=1, max_size=2).map(tuple), max_size=4))),
        names=found,
        names_critical=draw(st.booleans()),
        key=key,  # type: ignore[arg-type] - one of the four
        key_bits=draw(st.integers(128, 1024)) * 8 if key == "rsa" else 2048,
        hash=draw(st.sampled_from(("md5", "sha1", "sha256", "sha384", "sha512"))),  # type: ignore[arg-type]
        pss=key == "rsa" and draw(st.booleans()),
        key_usage=draw(st.none() | st.frozensets(st.sampled_from(KEY_USAGES), min_size=1)),
        extended_key_usage=purposes,
        extended_key_usage_critical=purposes is not None and draw(st.booleans()),
        basic_constraints=draw(st.sampled_from((None, constraints))),
        subject_key_identifier=draw(st.booleans()),
        extensions=tuple((oid, critical, der.encode(der.OCTET_STRING, data)) for oid, (critical, data) in raw.items()),
        template=draw(st.just("") | WORDS) if form == "pkcs10" else "",
        not_before=draw(st.none() | MOMENTS) if form == "certificate" else None,
        lifetime=draw(lasting | MOMENTS) if form == "certificate" else Lasting(1, "years"),
        keeping=keeping,
    )


@settings(max_examples=100, deadline=None)
@given(requests())
def test_what_is_written_is_read_back_the_same(asked: RequestedCertificate) -> None:
    octets = encode_inf(write_inf(asked))
    reading = read_request(decode(octets)[0])
    assert reading.requested == asked, [str(remark.text) for remark in reading.remarks]
    lint(reading, NOW)
    assert recipe_of(asked).raw_names


@settings(max_examples=25, deadline=None)
@given(
    st.lists(HOSTS, min_size=1, max_size=20, unique=True),
    st.lists(st.ip_addresses().map(str), max_size=4, unique=True),
    st.sampled_from(("rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384")),
    st.booleans(),
)
def test_what_a_remedy_asks_for_is_written_without_anything_to_mind(
    hosts: list[str], addresses: list[str], key: str, own: bool
) -> None:
    spec = CertificateSpec(tuple(hosts), tuple(addresses), hosts[0], "Example", key=key)  # type: ignore[arg-type]
    asked = requested_of(spec, self_signed=own)
    reading = read_request(write_inf(asked))
    assert reading.requested == asked
    told = [str(remark.text) for remark in lint(reading, NOW) if remark.severity == "warning"]
    if key.startswith("rsa"):
        assert not [one for one in told if "DNS=" not in one]  # a host such as 1.2.3.4 is told of


PIECES = st.sampled_from(
    (
        *(key.name for key in KEYS.values()),
        *("[NewRequest]", "[Extensions]", "[Strings]", "[EnhancedKeyUsageExtension]", "[PolicyStatementExtension]"),
        *("[RequestAttributes]", "[BasicConstraintsExtension]", "_continue_", "2.5.29.17", "2.5.29.19", "2.5.29.37"),
        *("2.5.29.32", "2.5.29.15", "{text}", "{hex}", "{asn}", "{utf8}", "OID", "Critical", "DNS=", "&", "IPAddress="),
        *("CN=a", "=", " = ", '"', "\n", "\r\n", ";", "\\", "%", "%a%", "TRUE", "0xa0", "2048", "Cert", "PKCS10"),
        *(
            "Years",
            "2027-01-31",
            "1.3.6.1.5.5.7.3.1",
            "AwIFoA==",
            "MAA=",
            "ca=1&pathlength=0",
            "“",
            "\x00",
            ",",
            "+",
            "#",
        ),
    )
)
SOURCES = st.lists(PIECES | st.text(max_size=4), max_size=60).map("".join)


def expect_sense(source: str) -> None:
    reading = read_request(source)
    lines = source.count("\n") + source.count("\r") + 1
    assert (reading.requested is None) == bool(reading.errors)
    remarks = (*reading.remarks, *lint(reading, NOW))
    for remark in remarks:
        assert 0 <= remark.line <= lines
        assert str(remark.text)
    explain(reading)
    if reading.requested is not None:
        expect_writable(reading)


def expect_writable(reading: Reading) -> None:
    asked = reading.requested
    assert asked is not None
    der.children(der.expect(write_subject(recipe_of(asked)), der.SEQUENCE, "Name"))
    for name in asked.names:
        assert der.read(name.general_name)[2] == len(name.general_name)
    for _, _, octets in asked.extensions:
        assert der.read(octets)[2] == len(octets)


@settings(max_examples=250, deadline=None)
@given(SOURCES)
def test_any_lines_give_a_request_or_say_why_not(source: str) -> None:
    expect_sense("[NewRequest]\n" + source)


@settings(max_examples=120, deadline=None)
@given(st.binary(max_size=400))
@example(b"")
@example(b"\xff\xfe")
@example(b"\xff\xfe[")
@example(b"[NewRequest]\nSubject=CN=\xff")
def test_any_octets_give_a_request_or_say_why_not(octets: bytes) -> None:
    expect_sense(decode(octets)[0])


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(NAMES), st.integers(0, 2000), st.integers(0, 3), st.text(string.printable, max_size=3))
def test_files_with_a_wound_give_a_request_or_say_why_not(name: str, at: int, length: int, put: str) -> None:
    source, _ = decode((GOLDEN / f"{name}.inf").read_bytes())
    at %= len(source)
    expect_sense(source[:at] + put + source[at + length :])


def test_no_file_takes_long_for_its_size() -> None:
    """Each of these would take minutes where a pattern goes over a line again and again."""
    long = 100_000
    for line in (
        "2.5.29.19={text}" + "a" * long,
        "2.5.29.19={text}ca=" + " " * long,
        "2.5.29.17={text}" + "DNS=a&" * 20_000,
        "2.5.29.17={text}DNS=" + "a." * 50_000,
        "Critical=" + "1.1." * 20_000,
    ):
        assert read_request("[NewRequest]\nSubject=CN=a\n[Extensions]\n" + line).errors
    assert read_request("[NewRequest]\nNotAfter=" + " 1" * 50000).errors
    assert read_request("[NewRequest]\nSubject=" + "+" * long).errors
    assert read_request("[NewRequest]\nSubject=CN=a\nFriendlyName=" + "%" * long).requested
    assert read_request('[NewRequest]\nSubject=CN=a\nFriendlyName="' + '"' * long).requested
