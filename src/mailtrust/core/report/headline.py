"""The one sentence that says it all."""

from collections.abc import Iterable

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Assessment, Evidence
from mailtrust.core.model.finding import Severity, Unknown
from mailtrust.core.model.remedy import Remedy, ServeChain
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.report.accepted import last_day
from mailtrust.core.rules.grounds.naming import called
from mailtrust.core.rules.grounds.served import place

_WORST_FIRST = (Outcome.REFUSED, Outcome.WARNED, Outcome.ACCEPTED, Outcome.UNKNOWN)


def worst_outcomes(evidence: Evidence) -> dict[str, Outcome]:
    """Each judged client's worst outcome anywhere, in the order of the profiles; `unknown` where that is all."""
    met: dict[str, set[Outcome]] = {}
    for verdict in evidence.verdicts:
        met.setdefault(verdict.client, set()).add(verdict.outcome)
    return {
        client: next(outcome for outcome in _WORST_FIRST if outcome in met[client])
        for client in evidence.clients
        if client in met
    }


def headline(assessment: Assessment) -> Text:
    """How many clients turn the server down, and what cures them."""
    evidence = assessment.evidence
    target = evidence.case.target
    outcomes = worst_outcomes(evidence)
    known = [client for client, outcome in outcomes.items() if outcome is not Outcome.UNKNOWN]
    refused = [client for client in known if outcomes[client] is Outcome.REFUSED]
    warned = [client for client in known if outcomes[client] is Outcome.WARNED]
    if not known:
        return _nothing_judged(assessment)
    if not refused and not warned:
        return _all_accept(assessment, len(known))
    situation = _situation(len(refused), len(warned), len(known))
    if _is_accepted(assessment, frozenset(refused + warned)):
        day = last_day(assessment, assessment.accepted)
        return text("{target}: {situation}; that is accepted until {day}.", target=target, situation=situation, day=day)
    if between := next((one for one in assessment.findings if one.rule == "tls-intercepted"), None):
        return text(
            "{target}: {situation}. {between}: look from another network first.",
            target=target,
            situation=situation,
            between=between.title,
        )
    cure = _cure(assessment, frozenset(refused + warned))
    if cure is None:
        return text("{target}: {situation}.", target=target, situation=situation)
    return text("{target}: {situation}; {cure}.", target=target, situation=situation, cure=cure)


def _is_accepted(assessment: Assessment, hurt: frozenset[str]) -> bool:
    """Whether nobody is hurt by anything that counts."""
    lived_with = {client for finding in assessment.accepted for client in finding.clients}
    counted = {client for finding in assessment.findings for client in finding.clients}
    return hurt <= lived_with - counted


def _nothing_judged(assessment: Assessment) -> Text:
    target = assessment.evidence.case.target
    if assessment.evidence.handshakes:
        return text("{target}: certificates were seen, but no client could be judged.", target=target)
    if assessment.findings:
        return text(
            "{target}: no port showed a certificate, so nothing could be judged: {why}.",
            target=target,
            why=assessment.findings[0].title,
        )
    if failed := next((asked.failure for asked in assessment.evidence.case.lookups if asked.failure), ""):
        return text(
            "{target}: no port showed a certificate, so nothing could be judged: {why}.",
            target=target,
            why=failed.rstrip("."),
        )
    return text("{target}: no port showed a certificate, so nothing could be judged.", target=target)


def _all_accept(assessment: Assessment, total: int) -> Text:
    target = assessment.evidence.case.target
    worst = assessment.findings[0] if assessment.findings else None
    if worst is None or worst.severity is Severity.INFO:
        if missed := _turned_away(assessment):
            return text(
                "{target}: every client asked accepts what was seen, but {places} could not be looked at.",
                target=target,
                places=missed,
            )
        if total == 1:
            return text("{target}: the client accepts it.", target=target)
        return text("{target}: all {total} clients accept it.", target=target, total=total)
    return text("{target}: every client asked accepts it today, but: {title}.", target=target, title=worst.title)


def _turned_away(assessment: Assessment) -> tuple[str, ...]:
    """The ports that answered and showed nothing: of them nobody knows whether clients accept them."""
    shown = {place(seen) for seen, _ in assessment.evidence.handshakes}
    unknown = (one.subject for one in assessment.results if isinstance(one, Unknown) and one.rule == "network-blocked")
    return tuple(dict.fromkeys(one for one in unknown if one not in shown))


def _situation(refused: int, warned: int, total: int) -> Text:
    if refused and warned:
        return text(
            "of {total} clients, {refused} refuse it and {warned} warn", total=total, refused=refused, warned=warned
        )
    if refused == 1:
        return text("1 of {total} clients refuses it", total=total)
    if refused:
        return text("{refused} of {total} clients refuse it", refused=refused, total=total)
    if warned == 1:
        return text("1 of {total} clients warns its user", total=total)
    return text("{warned} of {total} clients warn their users", warned=warned, total=total)


def _cure(assessment: Assessment, hurt: frozenset[str]) -> Text | None:
    """The one remedy that helps most of the hurt clients, and how many."""
    evidence = assessment.evidence
    helped = {remedy.id: len(_cured_by(assessment, (remedy,), hurt)) for remedy in assessment.remedies}
    if not any(helped.values()):
        return None
    best = max(assessment.remedies, key=lambda remedy: helped[remedy.id])  # the first, and so the safest, of equals
    if helped[best.id] == len(hurt):
        return _cures_all(evidence, best)
    if len(_cured_by(assessment, assessment.remedies, hurt)) == len(hurt):
        return text("{count} things to do cure all of them", count=_least(assessment, hurt))
    missing = _missing(evidence, best)
    if len(missing) == 1:
        return text(
            "the missing intermediate {name} cures {helped} of these {hurt}",
            name=missing[0],
            helped=helped[best.id],
            hurt=len(hurt),
        )
    return text("“{title}” cures {helped} of these {hurt}", title=best.title, helped=helped[best.id], hurt=len(hurt))


def _cures_all(evidence: Evidence, remedy: Remedy) -> Text:
    missing = _missing(evidence, remedy)
    if len(missing) == 1:
        return text("the missing intermediate {name} cures all of them", name=missing[0])
    if missing:
        return text("the missing intermediates {names} cure all of them", names=missing)
    return text("one thing to do cures all of them: {title}", title=remedy.title)


def _missing(evidence: Evidence, remedy: Remedy) -> tuple[str, ...]:
    """The names of what must be sent with this leaf and is not sent at one of the remedy's endpoints."""
    if not isinstance(remedy.goal, ServeChain):
        return ()
    goal = remedy.goal
    chains = [
        {one.fingerprint for one in seen.presented_chain}
        for seen in evidence.case.observations
        if seen.id in remedy.observations
        and seen.presented_chain[:1]
        and seen.presented_chain[0].fingerprint == goal.leaf
    ]
    lacking = [
        evidence.certificates.get(one) for one in goal.intermediates if any(one not in chain for chain in chains)
    ]
    return tuple(called(one.subject) for one in lacking if isinstance(one, Certificate))


def _cured_by(assessment: Assessment, remedies: Iterable[Remedy], hurt: frozenset[str]) -> frozenset[str]:
    """The clients all of whose findings are cured."""
    cured = {finding for remedy in remedies for finding in remedy.cures}
    every = assessment.every_finding
    troubled = {client for finding in every for client in finding.clients}
    left = {client for finding in every if finding.id not in cured for client in finding.clients}
    return (hurt & troubled) - left


def _least(assessment: Assessment, hurt: frozenset[str]) -> int:
    """How many remedies, taken greedily and safest first, cure everybody."""
    chosen: list[Remedy] = []
    for remedy in assessment.remedies:
        known = {finding for one in chosen for finding in one.cures}
        if not set(remedy.cures) <= known:
            chosen.append(remedy)
        if len(_cured_by(assessment, chosen, hurt)) == len(hurt):
            break
    return len(chosen)
