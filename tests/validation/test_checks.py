"""Each check, with what it lets through and what it stops."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.certificate import (
    BasicConstraints,
    Certificate,
    ParseProblem,
)
from mailtrust.core.model.client import CandidatePath
from mailtrust.core.model.pool import Source
from mailtrust.core.model.verdict import Link
from mailtrust.core.validation import checks
from mailtrust.core.validation.purposes import ANY_TLS_BIT, SERVER, SERVER_OR_ANY
from mailtrust.core.validation.reasons import CODES
from mailtrust.core.x509 import der

DAY = timedelta(days=1)
SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
ANY = "2.5.29.37.0"
CA = BasicConstraints(ca=True, path_length=None)


def path(*certificates: Any, anchor: Any = None, **of_anchor: Any) -> CandidatePath:
    links = tuple(Link(getattr(one, "certificate", one), Source.PRESENTED) for one in certificates)
    if anchor is None:
        return CandidatePath(links, None)
    return CandidatePath(links, TrustAnchor(getattr(anchor, "certificate", anchor), **of_anchor))


def codes(check: Any, some: CandidatePath, at: datetime) -> list[str]:
    found = [reason.code for reason in check(some, at)]
    assert CODES.issuperset(found)
    return found


class World:
    """A root, an intermediate and a leaf, of which one can be spoilt."""

    def __init__(self, pki: Any) -> None:
        self.pki = pki
        self.now = pki.now

    def path(
        self,
        *,
        root: dict[str, Any] | None = None,
        issuing: dict[str, Any] | None = None,
        public: bool = False,
        **leaf: Any,
    ) -> CandidatePath:
        anchor = self.pki.root(**(root or {}))
        by = self.pki.intermediate(anchor, **(issuing or {}))
        return path(self.pki.leaf(by, **leaf), by, anchor=anchor, locally_added=not public)


@pytest.fixture(scope="module")
def world(pki: Any) -> World:
    return World(pki)


@pytest.mark.parametrize(
    ("seconds", "inclusive", "exclusive"),
    [
        (-1, ["not-yet-valid"], ["not-yet-valid"]),
        (0, [], []),
        (1, [], []),
        (10 * 86400 - 1, [], []),
        (10 * 86400, [], ["expired"]),
        (10 * 86400 + 1, ["expired"], ["expired"]),
    ],
)
def test_the_ends_of_a_validity_period(world: World, seconds: int, inclusive: list[str], exclusive: list[str]) -> None:
    some = world.path(days=(0, 10))
    at = world.now + timedelta(seconds=seconds)
    assert codes(checks.dates, some, at) == inclusive
    assert codes(checks.dates_with_anchor, some, at) == inclusive
    assert codes(checks.dates_openssl, some, at) == exclusive


def test_dates_of_issuers_and_anchors(world: World) -> None:
    intermediate = world.path(issuing={"days": (-900, -1)})
    assert codes(checks.dates, intermediate, world.now) == ["chain-expired-issuer"]
    root = world.path(root={"days": (-900, -1)})
    assert codes(checks.dates, root, world.now) == []
    assert codes(checks.dates_with_anchor, root, world.now) == ["chain-expired-issuer"]
    (reason,) = checks.dates_with_anchor(root, world.now)
    assert root.anchor is not None
    assert reason.certificate == root.anchor.fingerprint
    assert reason.fact("not_after") == root.anchor.certificate.not_after
    future = world.path(issuing={"days": (1, 900)})
    assert codes(checks.dates, future, world.now) == ["not-yet-valid"]


def test_a_leaf_in_the_store_is_judged_once(world: World) -> None:
    leaf = world.pki.alone(days=(-90, -1))
    assert codes(checks.dates_with_anchor, path(leaf, anchor=leaf), world.now) == ["expired"]


NO_CA = BasicConstraints(ca=False, path_length=None)


@pytest.mark.parametrize(
    ("changes", "plain", "with_anchor", "openssl"),
    [
        ({}, 0, 0, 0),
        ({"issuing": {"basic_constraints": NO_CA}}, 1, 1, 1),
        ({"issuing": {"basic_constraints": None}}, 1, 1, 1),
        ({"root": {"basic_constraints": NO_CA}}, 0, 1, 1),
        ({"root": {"basic_constraints": None}}, 0, 1, 0),
        ({"root": {"basic_constraints": None, "key_usage": None}}, 0, 1, 1),
        ({"root": {"version": 1}}, 0, 0, 0),
    ],
)
def test_who_is_a_ca(world: World, changes: dict[str, Any], plain: int, with_anchor: int, openssl: int) -> None:
    some = world.path(**changes)
    assert codes(checks.issuers_are_cas(), some, world.now) == ["issuer-not-ca"] * plain
    assert codes(checks.issuers_are_cas(anchor=True), some, world.now) == ["issuer-not-ca"] * with_anchor
    assert codes(checks.issuers_are_cas_openssl, some, world.now) == ["issuer-not-ca"] * openssl


def test_issuers_must_be_allowed_to_sign(world: World) -> None:
    may_not = {"key_usage": frozenset({"digitalSignature"})}
    assert codes(checks.issuer_key_usage(), world.path(issuing=may_not), world.now) == ["issuer-not-ca"]
    assert codes(checks.issuer_key_usage(), world.path(issuing={"key_usage": None}), world.now) == []
    assert codes(checks.issuer_key_usage(), world.path(root=may_not), world.now) == []
    assert codes(checks.issuer_key_usage(anchor=True), world.path(root=may_not), world.now) == ["issuer-not-ca"]


def test_path_lengths(pki: Any) -> None:
    root = pki.root(basic_constraints=BasicConstraints(ca=True, path_length=1))
    first = pki.intermediate(root, "First", path_length=0)
    second = pki.intermediate(first, "Second")
    itself = pki.intermediate(first, "First", key_name="First, rolled over")
    short = path(pki.leaf(first), first, anchor=root)
    assert codes(checks.path_lengths(anchor=True), short, pki.now) == []
    long = path(pki.leaf(second), second, first, anchor=root)
    assert codes(checks.path_lengths(), long, pki.now) == ["path-length-exceeded"]
    assert codes(checks.path_lengths(anchor=True), long, pki.now) == ["path-length-exceeded"] * 2
    rolled = path(pki.leaf(itself), itself, first, anchor=root)
    assert codes(checks.path_lengths(), rolled, pki.now) == []
    assert codes(checks.path_lengths(count_self_issued=True), rolled, pki.now) == ["path-length-exceeded"]


@pytest.mark.parametrize(
    ("purposes", "strict", "lenient"),
    [
        (None, [], []),
        ((SERVER_AUTH,), [], []),
        ((CLIENT_AUTH, SERVER_AUTH), [], []),
        ((ANY,), ["eku-no-server-auth"], []),
        ((CLIENT_AUTH,), ["eku-no-server-auth"], ["eku-no-server-auth"]),
        ((), ["eku-no-server-auth"], ["eku-no-server-auth"]),
    ],
)
def test_purposes(world: World, purposes: tuple[str, ...] | None, strict: list[str], lenient: list[str]) -> None:
    leaf = world.path(extended_key_usage=purposes)
    assert codes(checks.server_auth(SERVER), leaf, world.now) == strict
    assert codes(checks.server_auth(SERVER_OR_ANY), leaf, world.now) == lenient
    if purposes == ():
        assert codes(checks.server_auth(SERVER, empty_ok=True), leaf, world.now) == []
    issuing = world.path(issuing={"extended_key_usage": purposes})
    assert codes(checks.server_auth(SERVER), issuing, world.now) == []
    assert codes(checks.server_auth(SERVER, issuers=SERVER), issuing, world.now) == strict
    root = world.path(root={"extended_key_usage": purposes})
    assert codes(checks.server_auth(SERVER, issuers=SERVER), root, world.now) == []
    assert codes(checks.server_auth(SERVER, issuers=SERVER, anchor=True), root, world.now) == strict


def test_apple_wants_the_purpose_below_public_roots(world: World) -> None:
    assert codes(checks.server_auth_apple, world.path(extended_key_usage=None, public=True), world.now) == [
        "eku-no-server-auth"
    ]
    assert codes(checks.server_auth_apple, world.path(extended_key_usage=None), world.now) == []
    assert codes(checks.server_auth_apple, world.path(extended_key_usage=(CLIENT_AUTH,)), world.now) == [
        "eku-no-server-auth"
    ]


def test_a_bit_of_key_usage(world: World) -> None:
    check = checks.leaf_key_usage(ANY_TLS_BIT)
    assert codes(check, world.path(key_usage=frozenset({"keyEncipherment"})), world.now) == []
    assert codes(check, world.path(key_usage=None), world.now) == []
    assert codes(check, world.path(key_usage=frozenset({"nonRepudiation"})), world.now) == ["key-usage-wrong"]


def test_keys(world: World) -> None:
    small = world.path(kind="rsa-1024", key_name="small leaf")
    assert codes(checks.minimum_keys(rsa=1024), small, world.now) == []
    assert codes(checks.minimum_keys(rsa=2048), small, world.now) == ["key-weak"]
    (reason,) = checks.minimum_keys(rsa=2048)(small, world.now)
    assert (reason.fact("bits"), reason.fact("least_bits"), reason.fact("algorithm")) == (1024, 2048, "rsa")
    root = world.path(root={"kind": "rsa-1024", "key_name": "small root"})
    assert codes(checks.minimum_keys(rsa=2048), root, world.now) == []
    assert codes(checks.minimum_keys(rsa=2048, anchor=True), root, world.now) == ["key-weak"]
    odd = world.path(kind="ed25519", key_name="ed leaf")
    assert codes(checks.minimum_keys(rsa=2048, ec=256), odd, world.now) == []
    assert codes(checks.minimum_keys(algorithms=frozenset({"rsa", "ec"})), odd, world.now) == ["key-weak"]
    p384 = world.path(kind="ec-p384", key_name="p384 leaf")
    assert codes(checks.minimum_keys(curves=frozenset({"secp256r1"})), p384, world.now) == ["key-weak"]


def test_hashes(world: World) -> None:
    no_sha1 = checks.refuse_hashes(frozenset({"sha1"}))
    assert codes(no_sha1, world.path(signature_hash="sha1"), world.now) == ["signature-weak"]
    assert codes(no_sha1, world.path(issuing={"signature_hash": "sha1"}), world.now) == ["signature-weak"]
    assert codes(no_sha1, world.path(root={"signature_hash": "sha1"}), world.now) == []
    alone = world.pki.alone(signature_hash="sha1")
    assert codes(no_sha1, path(alone, anchor=alone), world.now) == []
    assert codes(no_sha1, path(alone), world.now) == ["signature-weak"]
    public_only = checks.refuse_hashes(frozenset({"sha1"}), public_only=True)
    assert codes(public_only, world.path(signature_hash="sha1"), world.now) == []
    assert codes(public_only, world.path(signature_hash="sha1", public=True), world.now) == ["signature-weak"]


@pytest.mark.parametrize(
    ("days", "public", "chromium", "apple"),
    [
        ((-1, 397), True, 0, 0),
        ((-1, 397 + 1 / 86400), True, 1, 1),
        ((-1, 397 + 1 / 86400), False, 0, 0),
        ((-1, 824), False, 0, 0),
        ((-1, 824 + 1 / 24), False, 0, 0),
        ((-1, 824 + 1 / 24 + 1 / 86400), False, 0, 1),
        ((-1, 3650), True, 1, 1),
    ],
)
def test_lifetimes(world: World, days: tuple[float, float], public: bool, chromium: int, apple: int) -> None:
    some = world.path(days=days, public=public)
    assert codes(checks.lifetime_398_public, some, world.now) == ["validity-too-long"] * chromium
    assert codes(checks.lifetime_apple, some, world.now) == ["validity-too-long"] * apple


def test_lifetimes_of_old_leaves_and_trusted_ones(world: World, pki: Any) -> None:
    before_2019 = (datetime(2019, 6, 30, tzinfo=UTC) - pki.now) / DAY
    old = world.path(days=(before_2019, before_2019 + 3650))
    assert codes(checks.lifetime_apple, old, world.now) == []
    before_2020 = (datetime(2020, 8, 31, tzinfo=UTC) - pki.now) / DAY
    tier = world.path(days=(before_2020, before_2020 + 825), public=True)
    assert codes(checks.lifetime_apple, tier, world.now) == []
    assert codes(checks.lifetime_398_public, tier, world.now) == ["validity-too-long"]
    leaf = pki.alone(days=(-1, 3650))
    assert codes(checks.lifetime_apple, path(leaf, anchor=leaf, locally_added=True), world.now) == []
    assert codes(checks.lifetime_398_public, path(leaf), world.now) == []


def test_what_a_store_says_of_its_anchors(pki: Any) -> None:
    root = pki.root()
    leaf = pki.leaf(root, days=(-30, 60))

    def found(**limits: Any) -> list[Any]:
        reasons = tuple(checks.anchor_limits(path(leaf, anchor=root, **limits), pki.now))
        assert {reason.code for reason in reasons} <= {"anchor-distrusted"}
        return [reason.fact("because") for reason in reasons]

    assert found() == []
    assert found(purposes=frozenset({SERVER_AUTH})) == []
    assert found(purposes=frozenset({ANY})) == []
    assert found(purposes=frozenset({CLIENT_AUTH})) == ["purpose"]
    assert found(distrust_after=pki.now - 31 * DAY) == ["issued-after"]
    assert found(distrust_after=pki.now - 30 * DAY) == []
    assert found(disallowed_from=pki.now) == ["disallowed"]
    assert found(disallowed_from=pki.now + DAY) == []
    assert tuple(checks.anchor_limits(path(leaf), pki.now)) == ()


def test_transparency(world: World) -> None:
    check = checks.transparency(datetime(2018, 10, 16, tzinfo=UTC))
    assert codes(check, world.path(public=True), world.now) == ["ct-missing"]
    assert codes(check, world.path(), world.now) == []
    before = (datetime(2018, 10, 15, tzinfo=UTC) - world.now) / DAY
    assert codes(check, world.path(public=True, days=(before, before + 90)), world.now) == []
    assert codes(checks.transparency(), world.path(public=True, days=(before, before + 90)), world.now) == [
        "ct-missing"
    ]
    stamps = der.encode(der.OCTET_STRING, b"\x00\x06\x00\x04abcd")
    stamped = world.path(public=True, extensions=(("1.3.6.1.4.1.11129.2.4.2", False, stamps),))
    assert codes(check, stamped, world.now) == []


UNKNOWN = ("1.3.6.1.4.1.55555.1", True, b"\x05\x00")


def test_critical_extensions(world: World) -> None:
    check, with_anchor = checks.critical_extensions(), checks.critical_extensions(anchor=True)
    for place in ({"extensions": (UNKNOWN,)}, {"issuing": {"extensions": (UNKNOWN,)}}):
        (reason,) = check(world.path(**place), world.now)
        assert reason.code == "critical-extension-unknown"
        assert reason.fact("oids") == ("1.3.6.1.4.1.55555.1",)
    root = world.path(root={"extensions": (UNKNOWN,)})
    assert codes(check, root, world.now) == []
    assert codes(with_anchor, root, world.now) == ["critical-extension-unknown"]
    harmless = world.path(extensions=((UNKNOWN[0], False, UNKNOWN[2]),))
    assert codes(check, harmless, world.now) == []
    own = checks.critical_extensions(also_unknown=frozenset({"2.5.29.37"}))
    assert codes(own, world.path(extended_key_usage_critical=True), world.now) == ["critical-extension-unknown"]
    assert codes(own, world.path(), world.now) == []


def test_what_cannot_be_read(world: World, pki: Any) -> None:
    assert codes(checks.readable, world.path(), world.now) == []
    whole = world.path()
    leaf = whole.leaf
    untidy = _with_problem(leaf, "serialNumber")
    assert codes(checks.readable, path(untidy), world.now) == []
    keyless = _with_problem(leaf, "subjectPublicKeyInfo", public_key=_without_bits(leaf))
    (reason,) = checks.readable(path(keyless), world.now)
    assert reason.code == "certificate-unparsable"
    assert reason.fact("fields") == ("subjectPublicKeyInfo",)
    assert codes(checks.no_empty_names, world.path(dns_names=("mail.example.test", "")), world.now) == [
        "certificate-unparsable"
    ]
    nameless = pki.leaf(pki.root(), common_name=None)
    assert codes(checks.names_without_subject_are_critical, path(nameless), world.now) == ["certificate-unparsable"]
    critical = pki.leaf(pki.root(), common_name=None, alt_names_critical=True)
    assert codes(checks.names_without_subject_are_critical, path(critical), world.now) == []


def _with_problem(certificate: Certificate, field: str, **changes: Any) -> Certificate:
    return replace(certificate, problems=(ParseProblem(field, "made for a test"),), **changes)


def _without_bits(certificate: Certificate) -> Any:
    return replace(certificate.public_key, bits=0)


def explicit(skip: int) -> tuple[str, bool, bytes]:
    return ("2.5.29.36", True, der.encode(der.SEQUENCE, der.encode(0x80, bytes((skip,)))))


OURS, THEIRS, ANY_POLICY = "1.3.6.1.4.1.55555.7", "1.3.6.1.4.1.55555.8", "2.5.29.32.0"


@pytest.mark.parametrize(
    ("skip", "issuing", "leaf", "good"),
    [
        (0, (), (), False),
        (0, (OURS,), (OURS,), True),
        (0, (OURS,), (THEIRS,), False),
        (0, (OURS, THEIRS), (THEIRS,), True),
        (0, (ANY_POLICY,), (OURS,), True),
        (0, (OURS,), (ANY_POLICY,), True),
        (1, (), (), False),
        (2, (), (), True),
        (None, (), (), True),
    ],
)
def test_explicit_policy(
    world: World, skip: int | None, issuing: tuple[str, ...], leaf: tuple[str, ...], good: bool
) -> None:
    extensions = () if skip is None else (explicit(skip),)
    some = world.path(issuing={"policies": issuing, "extensions": extensions}, policies=leaf)
    assert codes(checks.explicit_policy, some, world.now) == ([] if good else ["policy-violated"])


def test_a_leaf_that_is_a_ca(world: World) -> None:
    assert codes(checks.leaf_is_no_ca, world.path(basic_constraints=CA), world.now) == ["leaf-is-ca"]
    assert codes(checks.leaf_is_no_ca, world.path(), world.now) == []
