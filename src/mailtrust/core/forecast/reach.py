"""Everything that can stand on a path up from what a server presents, whoever can see it."""

from collections.abc import Iterator, Mapping, Sequence

from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.case_file import CaseFile
from mailtrust.core.model.certificate import AnyCertificate, Certificate, Name
from mailtrust.core.model.frozen import frozen

MOST_CERTIFICATES = 500
"""What lies beyond it is not asked for its dates; the forecast says so."""


@frozen
class Reach:
    """The certificates and anchors whose dates can change a verdict on one presented chain."""

    certificates: tuple[Certificate, ...]
    """Presented ones first; anchors' certificates and local roots too."""
    anchors: tuple[tuple[AnchorStore, TrustAnchor], ...]
    """Each with the store that holds it."""
    whole: bool
    """False when there were more than can be looked at."""

    def anchors_of(self, store: str) -> Iterator[tuple[AnchorStore, TrustAnchor]]:
        """Those of the store of this name."""
        return ((holder, anchor) for holder, anchor in self.anchors if holder.name == store)


def reach_of(chain: Sequence[AnyCertificate], case: CaseFile, stores: Mapping[str, AnchorStore]) -> Reach:
    """Climb by names alone, through everything the case and the stores hold: more than any client would find."""
    found: dict[str, Certificate] = {}
    anchors: dict[tuple[str, str], tuple[AnchorStore, TrustAnchor]] = {}
    waiting: list[Name] = []
    asked: set[tuple[object, ...]] = set()
    whole = True

    def add(certificate: Certificate) -> None:
        nonlocal whole
        if certificate.fingerprint in found:
            return
        if len(found) >= MOST_CERTIFICATES:
            whole = False
            return
        found[certificate.fingerprint] = certificate
        # An anchor that bears the subject's name can stand for the certificate itself (RFC 5280 6.1.1 d).
        waiting.extend((certificate.issuer, certificate.subject))

    for one in chain:
        if isinstance(one, Certificate):
            add(one)
    while waiting:
        name = waiting.pop(0)
        if name.match_key in asked:
            continue
        asked.add(name.match_key)
        for entry in case.pool.named(name):
            add(entry.certificate)
        for root in case.local_roots:
            if root.subject.match_key == name.match_key:
                add(root)
        for store in stores.values():
            for anchor in store.named(name):
                anchors[store.name, anchor.fingerprint] = (store, anchor)
                add(anchor.certificate)
    return Reach(tuple(found.values()), tuple(anchors.values()), whole)
