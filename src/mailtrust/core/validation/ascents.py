"""The paths that lead up from a server certificate through every certificate known: what a server could send.

This asks what is *true* of the certificates, whoever can see them. What a given client makes of what a server does send
is the searches' business.
"""

from collections.abc import Iterator

from mailtrust.core.model.certificate import Certificate, Name
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.frozen import frozen
from mailtrust.core.x509.signatures import SignatureResult, signed_by

MOST_PATHS = 64
MOST_LINKS = 8
MOST_LOOKS = 2000
"""Bounds against hostile forests of cross-signs; what lies beyond them is not proposed to anybody."""


@frozen
class Ascent:
    """One way up: server certificate first."""

    certificates: tuple[Certificate, ...]
    stores: frozenset[str]
    """The anchor stores that have its end; empty for a private or unknown end."""
    clients: frozenset[str]
    """The clients of the case that trust its end: by their store, or by a local root that reaches them."""
    whole: bool
    """It ends at an anchor or at a self-signed certificate; otherwise the last one's issuer is not known."""

    @property
    def intermediates(self) -> tuple[Certificate, ...]:
        """What a server has to send besides its own certificate: neither leaf nor end."""
        return self.certificates[1:-1] if self.whole else self.certificates[1:]

    @property
    def ring(self) -> bool:
        """It stops because the last one's issuer is below it on the way: they issued each other."""
        return not self.whole and any(
            one.subject.match_key == self.end.issuer.match_key
            and signed_by(self.end, one.public_key) is SignatureResult.VALID
            for one in self.certificates
        )

    @property
    def end(self) -> Certificate:
        """The anchor or self-signed certificate, or as far as it goes."""
        return self.certificates[-1]


def ascents(evidence: Evidence, leaf: Certificate) -> tuple[Ascent, ...]:
    """Every way up from `leaf` through all that case and stores hold; at least one, whole and short ones first."""
    forest = _Forest(evidence)
    found: list[Ascent] = []
    for ascent in forest.climb((leaf,)):
        found.append(ascent)
        if len(found) >= MOST_PATHS:
            break
    return tuple(sorted(found, key=lambda ascent: (not ascent.whole, len(ascent.certificates))))


def self_signed(certificate: Certificate) -> bool:
    """Whether a certificate is signed with its own key (RFC 5280 3.2)."""
    return certificate.self_issued and signed_by(certificate, certificate.public_key) is SignatureResult.VALID


class _Forest:
    """The certificates of one case, with the budget of one climb."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._presented: dict[tuple[object, ...], dict[str, Certificate]] = {}
        for observation in evidence.case.observations:
            for one in observation.presented_chain:
                if isinstance(one, Certificate):
                    self._presented.setdefault(one.subject.match_key, {})[one.fingerprint] = one
        self._looks = MOST_LOOKS

    def climb(self, trail: tuple[Certificate, ...]) -> Iterator[Ascent]:
        top = trail[-1]
        stores, clients = self._stores(top), self._clients(top)
        anchored = bool(stores or clients)
        if self_signed(top) or (anchored and len(trail) > 1):
            yield Ascent(trail, stores, clients, whole=True)
        if self_signed(top):
            return
        issuers = tuple(self._issuers(top, trail)) if len(trail) < MOST_LINKS else ()
        if not issuers and not (anchored and len(trail) > 1):
            yield Ascent(trail, stores, clients, whole=False)
        for issuer in issuers:
            yield from self.climb((*trail, issuer))

    def _issuers(self, child: Certificate, trail: tuple[Certificate, ...]) -> Iterator[Certificate]:
        seen = {(one.subject.match_key, one.public_key.spki) for one in trail}  # RFC 4158 5.2: no key of a name twice
        met: set[str] = set()
        for candidate in self._named(child.issuer):
            self._looks -= 1
            if self._looks < 0:
                return
            if candidate.fingerprint in met or (candidate.subject.match_key, candidate.public_key.spki) in seen:
                continue
            met.add(candidate.fingerprint)
            if signed_by(child, candidate.public_key) is SignatureResult.VALID:
                yield candidate

    def _named(self, name: Name) -> Iterator[Certificate]:
        yield from self._presented.get(name.match_key, {}).values()
        for store in self._evidence.stores.values():
            for anchor in store.named(name):
                yield anchor.certificate
        for entry in self._evidence.case.pool.named(name):
            yield entry.certificate
        for root in self._evidence.case.local_roots:
            if root.subject.match_key == name.match_key:
                yield root

    def _stores(self, certificate: Certificate) -> frozenset[str]:
        """The stores with an anchor of this name and key (RFC 5280 6.1.1 d: an anchor is a name and a key)."""
        return frozenset(
            name
            for name, store in self._evidence.stores.items()
            if any(anchor.spki == certificate.public_key.spki for anchor in store.named(certificate.subject))
        )

    def _clients(self, certificate: Certificate) -> frozenset[str]:
        stores = self._stores(certificate)
        case = self._evidence.case
        local = any(
            root.public_key.spki == certificate.public_key.spki
            and root.subject.match_key == certificate.subject.match_key
            for root in case.local_roots
        )
        return frozenset(
            client
            for client, profile in self._evidence.clients.items()
            if profile.anchor_store in stores
            or (local and profile.trusts_local_anchors and profile.reached(case.deployed))
        )
