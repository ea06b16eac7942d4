"""The cure on the clients' side for a root that they do not have: bring it to them."""

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Finding
from mailtrust.core.model.remedy import Remedy, TrustAnchorOnClients
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.anchoring import UNMOVED
from mailtrust.core.rules.grounds.naming import called
from mailtrust.core.validation.ascents import self_signed

KIND = "trust-anchor"

CURED = frozenset({"self-signed", "anchor-private"})


def propose_anchors(evidence: Evidence, findings: tuple[Finding, ...]) -> tuple[Remedy, ...]:
    """One remedy for each self-signed certificate or private root that is at hand."""
    by_anchor: dict[str, list[Finding]] = {}
    for finding in findings:
        anchor = finding.certificates[-1] if finding.rule in CURED else ""
        root = evidence.certificates.get(anchor)
        if root is not None and self_signed(root) and not _is_there_already(finding):
            by_anchor.setdefault(anchor, []).append(finding)
    return tuple(_remedy(evidence, anchor, cured) for anchor, cured in by_anchor.items())


def _is_there_already(finding: Finding) -> bool:
    """Whether all whom it hurts have the root and refuse the server all the same."""
    unmoved = finding.fact(UNMOVED)
    return isinstance(unmoved, tuple) and bool(unmoved) and set(finding.clients) <= set(unmoved)


def _remedy(evidence: Evidence, anchor: str, cured: list[Finding]) -> Remedy:
    root = evidence.certificates[anchor]
    name = called(root.subject)
    clients = tuple(dict.fromkeys(client for finding in cured for client in finding.clients))
    return Remedy(
        kind=KIND,
        goal=TrustAnchorOnClients(anchor=anchor, clients=clients),
        title=text("Bring {root} to every client, so that they trust it", root=name),
        safe=False,
        steps=(),
        cures=tuple(finding.id for finding in cured),
        observations=tuple(dict.fromkeys(one for finding in cured for one in finding.observations)),
        decision=text(
            "Whoever trusts {root} believes everything that its key signs, so that key must be kept well. Devices "
            "that you do not manage, guests and partners will not have it. Some clients heed no added root at all. "
            "Compare the fingerprint with the one at its source first: {fingerprint}.",
            root=name,
            fingerprint=anchor,
        ),
    )
