"""The cure for ports and addresses that present different certificates: the best of them everywhere."""

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Finding
from mailtrust.core.model.remedy import Remedy, ServeSameCertificate
from mailtrust.core.model.text import text
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.remedies.replace_certificate import OTHER_CONTENT, OTHER_ISSUER, ROUTINE
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import places

KIND = "serve-same-certificate"

CURED = frozenset({"ports-disagree", "addresses-disagree"})

OF_THE_LEAF = ROUTINE | OTHER_ISSUER | OTHER_CONTENT
"""What is wrong with a certificate that gives way to a better one."""


def propose_sameness(evidence: Evidence, findings: tuple[Finding, ...]) -> tuple[Remedy, ...]:
    """One remedy for each leaf that is the best of those that a name presents."""
    by_leaf: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.rule in CURED and len(finding.certificates) > 1:
            leaves = [evidence.certificates[one] for one in finding.certificates if one in evidence.certificates]
            in_time = [leaf for leaf in leaves if leaf.not_before <= evidence.now <= leaf.not_after]
            if in_time:
                best = max(in_time, key=lambda leaf: (_accepted(evidence, leaf, finding), leaf.not_after))
                by_leaf.setdefault(best.fingerprint, []).append(finding)
    return tuple(_remedy(evidence, evidence.certificates[leaf], cured, findings) for leaf, cured in by_leaf.items())


def _accepted(evidence: Evidence, leaf: Certificate, finding: Finding) -> float:
    """The part of the verdicts on this leaf, at the places of the finding, that accept it."""
    showing = {
        seen.id
        for seen in evidence.case.observations
        if seen.id in finding.observations and evidence.leaf(seen) == leaf
    }
    outcomes = [one.outcome for one in evidence.verdicts if one.observation in showing]
    known = [outcome for outcome in outcomes if outcome is not Outcome.UNKNOWN]
    return known.count(Outcome.ACCEPTED) / len(known) if known else 0.0


def _remedy(evidence: Evidence, leaf: Certificate, cured: list[Finding], findings: tuple[Finding, ...]) -> Remedy:
    ids = {one for finding in cured for one in finding.observations}
    others = tuple(seen for seen in evidence.case.observations if seen.id in ids and evidence.leaf(seen) != leaf)
    moved = {seen.id for seen in others}
    relieved = [
        finding
        for finding in findings
        if finding.rule in OF_THE_LEAF
        and leaf.fingerprint not in finding.certificates
        and moved.issuperset(finding.observations)
    ]
    trusted = any(_accepted(evidence, leaf, finding) > 0 for finding in cured)
    return Remedy(
        kind=KIND,
        goal=ServeSameCertificate(leaf=leaf.fingerprint, observations=tuple(seen.id for seen in others)),
        title=text(
            "Serve {leaf}, valid until {end}, at {places} too",
            leaf=called_leaf(leaf),
            end=leaf.not_after.date(),
            places=places(others),
        ),
        safe=trusted,
        steps=(),
        cures=tuple(finding.id for finding in (*cured, *relieved)),
        observations=tuple(seen.id for seen in others),
        decision=None
        if trusted
        else text(
            "No client accepts this certificate where it is served now. Mend it first, then serve it everywhere."
        ),
    )
