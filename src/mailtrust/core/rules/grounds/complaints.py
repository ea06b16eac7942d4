"""What clients complain of: for findings that only a client's own check can make."""

from collections.abc import Callable, Collection, Iterator

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Finding, NotApplicable, Passed, RuleResult, Unknown
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.text import text
from mailtrust.core.model.verdict import Fact, Outcome, Reason, ReasonSeverity
from mailtrust.core.rules.grounds.naming import called
from mailtrust.core.rules.grounds.served import Served, served_leaves
from mailtrust.core.rules.grounds.weight import Hurt, hurt_by, verdicts_at


@frozen
class Complaint:
    """One code that clients gave as a reason about one served leaf."""

    served: Served
    observations: tuple[Observation, ...]
    reasons: tuple[Reason, ...]
    """Each once, as the clients gave them; empty when the fault is plain although no client minds."""
    culprits: tuple[Certificate, ...]
    """The certificates that the reasons are about; the leaf when they name none."""
    hurt: Hurt

    @property
    def ids(self) -> tuple[str, ...]:
        """The observations' ids."""
        return tuple(seen.id for seen in self.observations)

    @property
    def names(self) -> tuple[str, ...]:
        """What the culprits are called."""
        return tuple(dict.fromkeys(called(one.subject) for one in self.culprits))

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """The leaf's fingerprint and those of the culprits."""
        return tuple(dict.fromkeys((self.served.leaf.fingerprint, *(one.fingerprint for one in self.culprits))))

    def fact(self, name: str) -> Fact:
        """The first reason's fact of that name."""
        return next((reason.fact(name) for reason in self.reasons if reason.fact(name) is not None), None)

    def facts(self) -> tuple[tuple[str, Fact], ...]:
        """The first reason's facts."""
        return self.reasons[0].facts if self.reasons else ()


def over_complaints(
    evidence: Evidence,
    rule: str,
    explain: Callable[[Complaint], Finding],
    *,
    plain: Callable[[Served], tuple[Certificate, ...]] = lambda _: (),
) -> Iterator[RuleResult]:
    """For each served leaf: a finding when a client names `rule` as what stops or warns it.

    `plain` gives the certificates in which the fault is plain, whether or not a client minds.
    """
    leaves = served_leaves(evidence)
    if not leaves:
        yield NotApplicable(rule, text("No server presented a certificate that could be read."))
    for served in leaves:
        if all(verdict.outcome is Outcome.UNKNOWN for verdict in verdicts_at(evidence, served.ids)):
            yield Unknown(
                rule, text("No client whose answer can be known was asked about this server."), served.subject
            )
            continue
        complaint = complaint_of(evidence, served, {rule})
        if complaint is None and (culprits := plain(served)):
            complaint = Complaint(served, served.observations, (), culprits, hurt_by(evidence, {rule}, served.ids))
        yield explain(complaint) if complaint else Passed(rule, served.subject, served.ids)


def complaint_of(evidence: Evidence, served: Served, codes: Collection[str]) -> Complaint | None:
    """What clients say about a leaf with one of these codes; None when nobody is stopped or warned by them."""
    reasons: dict[Reason, None] = {}
    where: set[str] = set()
    for verdict in verdicts_at(evidence, served.ids):
        for reason in verdict.reasons:
            if reason.code in codes and reason.severity is not ReasonSeverity.INFO:
                reasons.setdefault(reason)
                where.add(verdict.observation)
    if not reasons:
        return None
    named = [reason.certificate for reason in reasons if reason.certificate is not None]
    culprits = tuple(evidence.certificates[one] for one in dict.fromkeys(named) if one in evidence.certificates)
    observations = tuple(seen for seen in served.observations if seen.id in where)
    ids = tuple(seen.id for seen in observations)
    return Complaint(served, observations, tuple(reasons), culprits or (served.leaf,), hurt_by(evidence, codes, ids))
