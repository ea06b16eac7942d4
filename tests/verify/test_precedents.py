"""A leaf like one that passed before is judged as if nobody had come before it, whatever is its own."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from mailtrust.core.clients import BY_ID
from mailtrust.core.clients.reference import REFERENCES
from mailtrust.core.formats.verify_request import VerifyRequest
from mailtrust.core.issuance.authority import Issued, issue, make_intermediate
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import CLIENT_AUTH, dns_subtree, intermediate_recipe, server_recipe
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.certificate import (
    AnyCertificate,
    BasicConstraints,
    Certificate,
    NameConstraints,
    ParseProblem,
    UnreadableCertificate,
)
from mailtrust.core.model.chain_verdict import ChainVerdict
from mailtrust.core.model.client import CandidatePath, PathCheck
from mailtrust.core.model.pool import Source
from mailtrust.core.model.verdict import Link
from mailtrust.core.validation import precedents
from mailtrust.core.validation.checks import lifetime_398_public, transparency
from mailtrust.core.validation.checks.alike import is_impersonal
from mailtrust.core.validation.precedents import OWN_EXTENSIONS, OWN_FIELDS, Precedents, likeness
from mailtrust.flows.verify import verify

DAY = timedelta(days=1)
HOST = "mail.example.com"
EVERY_CLIENT = (*(one for one in BY_ID if not BY_ID[one].unknown_because), *(one.id for one in REFERENCES))
UNKNOWN_CRITICAL = ("1.3.6.1.4.1.32473.1.1", True, b"\x05\x00")  # RFC 5612: documentation arc
Chain = tuple[AnyCertificate, ...]


def leaf(pki: Any, *names: str, by: Issued | None = None, key: str = "server", **changes: Any) -> Issued:
    """A new certificate of the server's; `begins` and `ends` are days from now."""
    begins, ends, signing_key = changes.pop("begins", -30), changes.pop("ends", 60), changes.pop("signing_key", None)
    return issue(
        by or pki.issuing,
        replace(server_recipe(*(names or (HOST,))), key_usage=frozenset({"digitalSignature"}), **changes),
        make_key("rsa-1024") if key == "weak" else make_key("ec-p256"),
        serial=pki.serial(),
        not_before=pki.now + begins * DAY,
        not_after=pki.now + ends * DAY,
        signing_key=signing_key,
    )


def others(pki: Any, by: Issued) -> Iterator[tuple[str, Certificate]]:
    """Leaves that differ from a good one, in what is their own and in what is not."""
    name = by.certificate.subject.der
    ways: dict[str, Any] = {
        "as good": leaf(pki, by=by),
        "other names": leaf(pki, "imap.example.net", "pop.example.net", by=by),
        "a wildcard": leaf(pki, "*.example.com", by=by),
        "a name of nothing": leaf(pki, HOST, "", by=by),
        "no names": leaf(pki, by=by, dns_names=()),
        "no subject": leaf(pki, by=by, common_name=None),
        "the subject of its issuer": leaf(pki, by=by, subject=name),
        "the subject of the root": leaf(pki, by=by, subject=pki.root.certificate.subject.der),
        "expired": leaf(pki, by=by, ends=-1),
        "expires now": leaf(pki, by=by, ends=0),
        "begins now": leaf(pki, by=by, begins=0),
        "not yet valid": leaf(pki, by=by, begins=1),
        "valid for long": leaf(pki, by=by, ends=370),
        "valid for years": leaf(pki, by=by, ends=900),
        "of old": leaf(pki, by=by, begins=-3000, ends=60),
        "a weak key": leaf(pki, by=by, key="weak"),
        "a weak hash": leaf(pki, by=by, signature_hash="sha1"),
        "a CA": leaf(pki, by=by, basic_constraints=BasicConstraints(ca=True, path_length=None)),
        "for clients": leaf(pki, by=by, extended_key_usage=(CLIENT_AUTH,)),
        "of another use": replace_usage(pki, by),
        "an unknown demand": leaf(pki, by=by, extensions=(UNKNOWN_CRITICAL,)),
        "of another issuer's key": leaf(pki, by=by, authority_key_identifier=b"another"),
        "must staple": leaf(pki, by=by, must_staple=True),
        "version 1": leaf(pki, by=by, version=1),
        "signed by a stranger": leaf(pki, by=by, signing_key=pki.intermediate(name="Stranger").key),
    }
    for what, one in ways.items():
        yield what, one.certificate


def replace_usage(pki: Any, by: Issued) -> Issued:
    recipe = replace(server_recipe(HOST), key_usage=frozenset({"keyCertSign"}))
    return pki.made(recipe, by)  # type: ignore[no-any-return]


class Judges:
    """Every client in every version, with stores that are kept, or with new ones that remember nothing."""

    def __init__(self, anchors: Sequence[TrustAnchor], now: datetime) -> None:
        self._anchors, self._now = tuple(anchors), now
        self._kept = self.store()

    def store(self) -> AnchorStore:
        return AnchorStore("store", self._now, "made", "store", self._anchors)

    def anew(self, request: VerifyRequest) -> tuple[ChainVerdict, ...]:
        store = self.store()
        return verify(request, store_named=lambda _: store, now=self._now)

    def as_before(self, request: VerifyRequest) -> tuple[ChainVerdict, ...]:
        return verify(request, store_named=lambda _: self._kept, now=self._now)


def request(pki: Any, *chain: AnyCertificate, **more: Any) -> VerifyRequest:
    return VerifyRequest(**{"chain": chain, "names": (HOST,), "at": pki.now, "clients": EVERY_CLIENT, **more})


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether a precedent was followed, each time one was asked for."""
    asked: list[bool] = []
    original = Precedents.followed

    def spied(self: Precedents, *args: Any) -> Any:
        found = original(self, *args)
        asked.append(found is not None)
        return found

    monkeypatch.setattr(Precedents, "followed", spied)
    return asked


def anchors_of(pki: Any) -> dict[str, TrustAnchor]:
    root = pki.root.certificate
    return {
        "added": TrustAnchor(root, locally_added=True),
        "public": TrustAnchor(root),
        "distrusted": TrustAnchor(root, distrust_after=pki.now - 40 * DAY),
    }


@pytest.mark.parametrize("anchor", ["added", "public", "distrusted"])
@pytest.mark.parametrize("constrained", [False, True])
def test_no_leaf_profits_or_suffers_from_another(
    pki: Any, anchor: str, constrained: bool, followed: list[bool]
) -> None:
    limits = NameConstraints((dns_subtree("example.com"),), ()) if constrained else None
    by = pki.intermediate(name=f"Precedents {constrained}", name_constraints=limits)
    root, issuing = pki.root.certificate, by.certificate
    judges = Judges([anchors_of(pki)[anchor]], pki.now)
    good = leaf(pki, by=by, begins=-50 if anchor == "distrusted" else -30).certificate
    judges.as_before(request(pki, good, issuing))
    followed.clear()
    again = judges.as_before(request(pki, good, issuing))
    accepted = sum(verdict.valid is True and not verdict.reasons for verdict in again)
    assert any(followed) == (accepted > 0 and not constrained)
    for what, one in others(pki, by):
        for chain in ((one, issuing), (one, issuing, root), (one, one, issuing)):
            asked = request(pki, *chain)
            assert judges.as_before(asked) == judges.anew(asked), (what, len(chain))


def test_what_stands_around_a_leaf_is_a_case_of_its_own(pki: Any, followed: list[bool]) -> None:
    root, issuing = pki.root.certificate, pki.issuing.certificate
    judges = Judges([anchors_of(pki)["added"]], pki.now)
    good, other = leaf(pki).certificate, leaf(pki).certificate
    twin = pki.intermediate(name="Verify Issuing CA").certificate
    strange = pki.intermediate(name="Stranger").certificate
    crl = pki.crl(pki.issuing, pki.entry(other.serial))
    answer = pki.ocsp(other, status=pki.revoked_status())
    judges.as_before(request(pki, good, issuing))
    assert len({verdict.outcome for verdict in judges.anew(request(pki, other, issuing, crls=(crl,)))}) > 1
    requests = [
        request(pki, other, issuing),
        request(pki, other, issuing, at=pki.now + 45 * DAY),
        request(pki, other, issuing, at=pki.now + 400 * DAY),
        request(pki, other, issuing, names=("elsewhere.example.com",)),
        request(pki, other, issuing, crls=(crl,)),
        request(pki, other, issuing, ocsp=(answer,)),
        request(pki, other, issuing, crls=(crl,), revocation="require"),
        request(pki, other, issuing, purpose="tls-client"),
        request(pki, other, issuing, max_intermediates=0),
        request(pki, other, issuing, roots=(strange,)),
        request(pki, other, issuing, roots=(root,)),
        request(pki, other, twin),
        request(pki, other, issuing, twin),
        request(pki, other, strange),
        request(pki, other, pool=(issuing,)),
        request(pki, other, issuing, other),
    ]
    followed.clear()
    for asked in requests * 2:
        assert judges.as_before(asked) == judges.anew(asked)
    assert any(followed)


def test_a_leaf_that_is_trusted_itself_is_none_like_the_others(pki: Any, followed: list[bool]) -> None:
    good, trusted = leaf(pki).certificate, leaf(pki, "trusted.example.com").certificate
    judges = Judges([*list(anchors_of(pki).values())[:1], TrustAnchor(trusted, locally_added=True)], pki.now)
    issuing = pki.issuing.certificate
    judges.as_before(request(pki, good, issuing))
    for one in (good, trusted):
        followed.clear()
        asked = request(pki, one, issuing)
        assert judges.as_before(asked) == judges.anew(asked)
        assert any(followed[: len(EVERY_CLIENT)]) is (one is good)


@pytest.mark.parametrize("more", ["pool", "purpose", "revocation", "max_intermediates", "flags"])
def test_who_is_asked_otherwise_looks_for_no_precedent(pki: Any, more: str, followed: list[bool]) -> None:
    demands: dict[str, Any] = {
        "pool": (pki.issuing.certificate,),
        "purpose": "tls-client",
        "revocation": "require",
        "max_intermediates": 3,
        "flags": ("explicit-policy",),
    }
    store = AnchorStore("store", pki.now, "made", "store", (anchors_of(pki)["added"],))
    chain = pki.leaf.certificate, pki.issuing.certificate
    verify(request(pki, *chain, **{more: demands[more]}), store_named=lambda _: store, now=pki.now)
    assert not followed
    assert not store.precedents


def test_where_two_keys_bear_the_issuers_name_nothing_is_remembered(pki: Any) -> None:
    twin = make_intermediate(
        pki.root,
        intermediate_recipe("Verify Issuing CA", path_length=None),
        make_key("ec-p256"),
        serial=pki.serial(),
        not_before=pki.now - DAY,
        not_after=pki.now + DAY,
    ).certificate
    store = AnchorStore("store", pki.now, "made", "store", (anchors_of(pki)["added"],))
    one, issuing = pki.leaf.certificate, pki.issuing.certificate
    for chain, remembered in (((one, issuing, twin), False), ((one, issuing), True)):
        verify(request(pki, *chain), store_named=lambda _: store, now=pki.now)
        assert bool(store.precedents) is remembered


def test_what_is_remembered_is_bounded_and_goes_with_its_store(pki: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precedents, "MOST_KEPT", 3)
    store = AnchorStore("store", pki.now, "made", "store", (anchors_of(pki)["added"],))
    for second in range(9):
        asked = request(pki, pki.leaf.certificate, pki.issuing.certificate, at=pki.now + timedelta(seconds=second))
        verify(asked, store_named=lambda _: store, now=pki.now)
        assert len(store.precedents) == min(second + 1, 3)
    assert all(len(found) <= len(EVERY_CLIENT) for found in store.precedents.values())
    assert not replace(store, name="other").precedents


FROM_EXTENSIONS = frozenset(
    {"basic_constraints", "key_usage", "extended_key_usage", "name_constraints", "authority_key_identifier",
     "ca_issuers", "ocsp_urls", "crl_urls", "policies", "must_staple", "unknown_critical", "is_ca"}
)  # fmt: skip
LIKENESS = frozenset({"version", "issuer", "public_key", "signature_algorithm", "sct_count", "extensions"})
NEVER = frozenset({"problems", "self_issued"})


def test_every_field_of_a_certificate_is_its_own_or_makes_its_likeness(pki: Any) -> None:
    assert {one.name for one in fields(Certificate)} == OWN_FIELDS | FROM_EXTENSIONS | LIKENESS | NEVER
    one, issuing = pki.leaf.certificate, pki.issuing.certificate
    before = likeness((one, issuing), pki.now)
    assert before is not None
    assert before == likeness((leaf(pki, "other.example.com", begins=-3, ends=9).certificate, issuing), pki.now)
    key, algorithm, issuer = one.public_key, one.signature_algorithm, one.issuer
    changed = [
        replace(one, version=1),
        replace(one, issuer=replace(issuer, der=b"other")),
        replace(one, sct_count=2),
        replace(one, extensions=one.extensions[1:]),
        *(replace(one, public_key=replace(key, **{part: None})) for part in ("algorithm", "bits", "curve")),
        *(replace(one, signature_algorithm=replace(algorithm, **{part: ""})) for part in ("oid", "kind", "hash")),
    ]
    for number, (oid, critical, value) in enumerate(one.extensions):
        around = one.extensions[:number], one.extensions[number + 1 :]
        changed.append(replace(one, extensions=(*around[0], (oid, not critical, value), *around[1])))
        if oid not in OWN_EXTENSIONS:
            changed.append(replace(one, extensions=(*around[0], (oid, critical, value + b"!"), *around[1])))
    for other in changed:
        assert likeness((other, issuing), pki.now) != before
    assert likeness((one, issuing), pki.now + timedelta(seconds=1)) != before
    assert likeness((one,), pki.now) != before
    assert likeness((one, *[issuing] * precedents.MOST_CERTIFICATES), pki.now) is None
    for strange in (
        replace(one, problems=(ParseProblem("validity", "odd"),)),
        replace(one, subject=issuing.subject),
        replace(one, subject=issuing.issuer),
        UnreadableCertificate(one.der, one.fingerprint, ()),
    ):
        assert likeness((strange, issuing), pki.now) is None
        assert likeness((one, UnreadableCertificate(b"", "", ())), pki.now) is None


class Impersonal(Certificate):
    """A leaf that lets nobody look at what is its own; its name for itself aside."""

    def __getattribute__(self, name: str) -> object:
        if name in OWN_FIELDS - {"fingerprint"}:
            raise AssertionError(f"an impersonal check looked at {name}")
        return super().__getattribute__(name)


def impersonal_leaf(certificate: Certificate) -> Impersonal:
    given = {one.name: getattr(certificate, one.name) for one in fields(Certificate) if one.init}
    hidden: Any = None
    given["extensions"] = tuple(
        (oid, critical, hidden if oid in OWN_EXTENSIONS else value) for oid, critical, value in certificate.extensions
    )
    given["public_key"] = replace(certificate.public_key, spki=hidden)
    made = object.__new__(Impersonal)
    for name, value in given.items():
        object.__setattr__(made, name, value)
    for name in ("self_issued", "is_ca", "dns_names", "ip_addresses"):
        object.__setattr__(made, name, getattr(certificate, name))
    return made


def test_impersonal_checks_look_at_nothing_that_is_a_leafs_own(pki: Any) -> None:
    shapes = [leaf(pki), leaf(pki, key="weak"), leaf(pki, must_staple=True), pki.made(server_recipe(HOST))]
    every = [*BY_ID.values(), *REFERENCES]
    asked: set[PathCheck] = {check for one in every for check in one.path_checks if is_impersonal(check)}
    assert len(asked) > 30
    for shape in shapes:
        for anchor in (*anchors_of(pki).values(), None):
            links = (Link(impersonal_leaf(shape.certificate), Source.PRESENTED),
                     Link(pki.issuing.certificate, Source.PRESENTED))  # fmt: skip
            path, true = (
                CandidatePath(links, anchor),
                CandidatePath((Link(shape.certificate, links[0].source), links[1]), anchor),
            )
            for check in asked:
                if not tuple(check(true, pki.now)):
                    assert not tuple(check(path, pki.now))


@pytest.mark.parametrize("check", [lifetime_398_public, transparency()])
def test_what_is_not_declared_is_asked_of_every_leaf(check: PathCheck) -> None:
    assert not is_impersonal(check)
