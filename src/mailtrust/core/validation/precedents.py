"""What passed before: of a leaf like others below the same issuers only that is asked which is its own.

Certificates of one issuer differ in little. Where a client took a chain without a word, it takes the next one by the
same path if that differs in what is a leaf's own only: serial number, subject, names, moments, the octets of its key.
Asked of every leaf anew are its signature, its names, its revocation, and every check that is not `impersonal`.
Whatever is not accepted so goes the whole way: a precedent never refuses.
"""

from collections.abc import Sequence
from datetime import datetime
from threading import Lock
from typing import NamedTuple

from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.certificate import AnyCertificate, Certificate
from mailtrust.core.model.client import CandidatePath, ClientProfile, PathCheck, SearchResult
from mailtrust.core.model.pool import Source
from mailtrust.core.model.verdict import Link, PathAttempt, Reason
from mailtrust.core.validation.checks.alike import personal
from mailtrust.core.x509.extensions import SCT_LIST, SUBJECT_ALT_NAME, SUBJECT_KEY_IDENTIFIER
from mailtrust.core.x509.signatures import SignatureResult, signed_by

MOST_KEPT = 256
"""Kinds of leaves that are remembered below one store; the oldest goes first."""
MOST_CERTIFICATES = 10
"""A longer chain is no ordinary one."""

OWN_FIELDS = frozenset(
    {"der", "fingerprint", "serial", "subject", "not_before", "not_after", "tbs_der", "signature",
     "subject_alt_names", "dns_names", "ip_addresses", "subject_key_identifier"}
)  # fmt: skip
"""The fields of a Certificate that are a leaf's own, and so is its key's `spki`. All others make its likeness."""
OWN_EXTENSIONS = frozenset({SUBJECT_ALT_NAME, SUBJECT_KEY_IDENTIFIER, SCT_LIST})
"""Extensions whose values are: that they are there, and whether critical, counts all the same."""


class _Way(NamedTuple):
    """A path without its leaf."""

    above: tuple[Link, ...]
    anchor: TrustAnchor


class _Precedent(NamedTuple):
    """How a client took a chain."""

    client: ClientProfile
    """Held on to, so that its id stays its own."""
    way: _Way
    own_checks: tuple[PathCheck, ...]
    """What it must ask of each leaf."""


_Precedents = dict[int, _Precedent]
"""By the client's id."""

_lock = Lock()


class _Climbed(NamedTuple):
    """This leaf on a way that another went before, and what checks have said of it."""

    path: CandidatePath
    attempt: PathAttempt
    said: dict[PathCheck, tuple[Reason, ...]]


class Precedents:
    """Those for one chain at one moment, where a client knows no certificates but those that were sent."""

    def __init__(self, chain: Sequence[AnyCertificate], at: datetime) -> None:
        self._chain = chain
        self._leaf = chain[0] if isinstance(chain[0], Certificate) else None
        self._at = at
        self._likeness = likeness(chain, at)
        self._of_stores: dict[int, tuple[AnchorStore, _Precedents | None]] = {}
        self._climbed: dict[int, _Climbed] = {}

    def followed(self, client: ClientProfile, store: AnchorStore, also: Sequence[PathCheck] = ()) -> PathAttempt | None:
        """The one path by which the client takes this chain too; None: it must be searched for. `also`: to be asked."""
        precedents = self._below(store)
        precedent = precedents.get(id(client)) if precedents else None
        if precedent is None or self._leaf is None:
            return None
        climbed = self._climbed.get(id(precedent.way))
        if climbed is None:
            climbed = self._climbed[id(precedent.way)] = _climb(self._leaf, precedent.way)
        path, attempt, known = climbed
        for check in precedent.own_checks:
            said = known.get(check)
            if said is None:
                said = known[check] = tuple(check(path, self._at))
            if said:
                return None
        for check in also:
            if tuple(check(path, self._at)):
                return None
        return attempt

    def keep(self, client: ClientProfile, store: AnchorStore, result: SearchResult) -> None:
        """Remember how the client took the chain, if it is one to follow."""
        precedents = self._below(store)
        if precedents is None or len(result.attempts) != 1 or result.budget_exceeded:
            return
        attempt = result.attempts[0]
        if attempt.anchor is None or attempt.reasons:
            return
        found = _Way(attempt.links[1:], attempt.anchor)
        way = next((known.way for known in tuple(precedents.values()) if known.way == found), None)
        if way is None:
            way = found
            issuers = (*(link.certificate for link in way.above), way.anchor.certificate)
            # Constraints speak of a leaf's names, and Java measures an old anchor by what it issued
            if any(issuer.name_constraints is not None or issuer.version < 3 for issuer in issuers):
                return
        precedents[id(client)] = _Precedent(client, way, personal(client.path_checks))

    def _below(self, store: AnchorStore) -> _Precedents | None:
        found = self._of_stores.get(id(store))
        if found is None:
            found = self._of_stores[id(store)] = (store, self._find(store))
        return found[1]

    def _find(self, store: AnchorStore) -> _Precedents | None:
        """None: what stands in the store or in the chain may tell this leaf from others, or it is not signed."""
        leaf = self._leaf
        if self._likeness is None or leaf is None or store.named(leaf.subject):
            return None
        sent = [one for one in self._chain[1:] if isinstance(one, Certificate)]
        keys = [one.public_key for one in sent if one.subject.match_key == leaf.issuer.match_key]
        keys += [anchor.certificate.public_key for anchor in store.named(leaf.issuer)]
        # Of two keys one has not made the signature, and who tries that one first meets something else
        if not keys or any(key.spki != keys[0].spki for key in keys):
            return None
        if signed_by(leaf, keys[0]) is not SignatureResult.VALID:
            return None
        kept: dict[object, _Precedents] = store.precedents
        found = kept.get(self._likeness)
        if found is None:
            with _lock:
                found = kept.setdefault(self._likeness, {})
                if len(kept) > MOST_KEPT:
                    del kept[next(iter(kept))]
        return found


def _climb(leaf: Certificate, way: _Way) -> _Climbed:
    path = CandidatePath((Link(leaf, Source.PRESENTED), *way.above), way.anchor)
    return _Climbed(path, PathAttempt(path.links, way.anchor, ()), {})


def likeness(chain: Sequence[AnyCertificate], at: datetime) -> tuple[object, ...] | None:
    """All that searches and impersonal checks can see of a chain, but for what is its leaf's own; None: no likeness.

    There is none for a leaf that could be taken for something else in its chain, by its subject, and for one that
    was hard to read.
    """
    leaf = chain[0]
    if not isinstance(leaf, Certificate) or leaf.problems or len(chain) > MOST_CERTIFICATES:
        return None
    name = leaf.subject.match_key
    for one in chain[1:]:
        if not isinstance(one, Certificate) or name in (one.subject.match_key, one.issuer.match_key):
            return None
    key, algorithm = leaf.public_key, leaf.signature_algorithm
    return (
        at,
        tuple([one.fingerprint for one in chain[1:]]),
        leaf.version,
        leaf.issuer.der,
        (key.algorithm, key.bits, key.curve),
        (algorithm.oid, algorithm.kind, algorithm.hash),
        leaf.sct_count,
        # Every field that is read from an extension
        tuple([(oid, critical, oid in OWN_EXTENSIONS or value) for oid, critical, value in leaf.extensions]),
    )
