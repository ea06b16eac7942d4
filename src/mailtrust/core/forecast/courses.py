"""One client's verdicts on one presented chain over time: what the judge says before and after each moment."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from mailtrust.core.forecast.altered_store import store_at, store_without
from mailtrust.core.forecast.lifetimes import next_lifetime
from mailtrust.core.forecast.moments import NO_END, SECOND, Moment, moments
from mailtrust.core.forecast.old_devices import OldDevice, devices_of
from mailtrust.core.forecast.reach import Reach, reach_of
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import CandidatePath, ClientProfile, RevocationRules
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.status import StatusEvidence
from mailtrust.core.model.verdict import Outcome, Reason, Verdict
from mailtrust.core.validation.evaluate import evaluate
from mailtrust.core.validation.kinds import Kind, kind_of


class Track(StrEnum):
    """What is supposed about the server."""

    AS_IT_STANDS = "as-it-stands"
    """Nothing is done: the same certificate and chain for ever."""
    RENEWED = "renewed"
    """The certificate is always a fresh one like it from the same CA; the rest of the chain stays as it is."""


@frozen
class Stage:
    """A time during which a verdict does not change."""

    moment: Moment
    """When it begins, and what begins it; of the first stage: the beginning of the forecast, without origins."""
    verdict: Verdict

    @property
    def begins(self) -> datetime:
        """Its first second."""
        return self.moment.at


@frozen
class Course:
    """One client (or one generation of devices that it runs on), one presented chain, one supposition."""

    client: ClientProfile
    device: OldDevice | None
    """None: a device that is up to date."""
    track: Track
    leaf: Certificate | None
    """None where it can't be read."""
    sent: tuple[Certificate, ...]
    """Everything readable that is presented, each once, in its order."""
    observations: tuple[str, ...]
    """Ids of those that show the same, and are judged alike."""
    stages: tuple[Stage, ...]
    """In order; never empty, the first begins with the forecast."""
    reach: Reach
    judged: Verdict | None = None
    """What the check said of the same, where it was asked: as it stands, on a device that is up to date."""

    def at(self, moment: datetime) -> Verdict:
        """The verdict at a moment; before the forecast begins, the first one."""
        place = bisect_right([stage.begins for stage in self.stages], moment)
        return self.stages[max(place - 1, 0)].verdict


@frozen
class Shown:
    """What one or more connections show alike, and who is judged on it."""

    observations: tuple[Observation, ...]
    clients: tuple[ClientProfile, ...]
    reach: Reach

    @property
    def leaf(self) -> Certificate | None:
        """The server's own certificate, where it can be read."""
        first = self.observations[0].presented_chain[:1]
        return first[0] if first and isinstance(first[0], Certificate) else None

    @property
    def sent(self) -> tuple[Certificate, ...]:
        """Everything readable that is presented, each once."""
        chain = self.observations[0].presented_chain
        return tuple({one.fingerprint: one for one in chain if isinstance(one, Certificate)}.values())


def shown_alike(evidence: Evidence) -> tuple[Shown, ...]:
    """The judged observations, folded where no client can tell them apart."""
    judged: dict[str, list[str]] = {}
    for verdict in evidence.verdicts:
        judged.setdefault(verdict.observation, []).append(verdict.client)
    groups: dict[tuple[object, ...], list[Observation]] = {}
    for seen in evidence.case.observations:
        if seen.id in judged and isinstance(seen.result, Handshake):
            groups.setdefault((*_look(seen, seen.result), tuple(judged[seen.id])), []).append(seen)
    return tuple(
        Shown(
            tuple(alike),
            tuple(evidence.clients[client] for client in judged[alike[0].id]),
            reach_of(alike[0].presented_chain, evidence.case, evidence.stores),
        )
        for alike in groups.values()
    )


def _look(seen: Observation, shake: Handshake) -> tuple[object, ...]:
    """Everything that `evaluate` reads of an observation, but for the words."""
    chain = tuple(one.fingerprint for one in shake.presented_chain)
    rest = (shake.tls_version, shake.cipher, shake.ocsp_staple, shake.key_proven, shake.completed, shake.note)
    return (seen.endpoint.reference_identifier, chain, *rest)


def courses(evidence: Evidence, shown: Shown, track: Track, until: datetime) -> Iterator[Course]:
    """Every client's course on what is shown, and those of old devices that it fares otherwise on."""
    leaf = shown.leaf
    if track is Track.RENEWED and (leaf is None or not renewable(leaf)):
        return
    renewed = leaf if track is Track.RENEWED else None
    present = _presenter(evidence, shown.observations[0], renewed)
    when = (
        Moment(evidence.now, ()),
        *moments(shown.reach, after=evidence.now, until=until, renewed=renewed),
    )
    reachable = frozenset(anchor.fingerprint for _, anchor in shown.reach.anchors)
    judged = {one.client: one for one in evidence.verdicts_on(shown.observations[0].id)}
    seen = tuple(one.id for one in shown.observations)
    for client in shown.clients:
        store = evidence.stores[client.anchor_store]
        stages = _stages(evidence, client, store, present, when)
        course = Course(client, None, track, leaf, shown.sent, seen, stages, shown.reach)
        yield course if renewed is not None else replace(course, judged=judged[client.id])
        for device in devices_of(client, reachable):
            older = _stages(evidence, client, store_without(store, device.lacking), present, when)
            if _fortunes(older) != _fortunes(stages):
                yield replace(course, device=device, stages=older)
                stages = older


def _fortunes(stages: tuple[Stage, ...]) -> tuple[tuple[datetime, Outcome], ...]:
    """What the user meets over time."""
    met: list[tuple[datetime, Outcome]] = []
    for stage in stages:
        if not met or met[-1][1] is not stage.verdict.outcome:
            met.append((stage.begins, stage.verdict.outcome))
    return tuple(met)


def renewable(leaf: Certificate) -> bool:
    """Whether a certificate like it can be had again: one that signs itself is another one each time."""
    return not leaf.self_issued


def _presenter(evidence: Evidence, seen: Observation, renewed: Certificate | None) -> Callable[[datetime], Observation]:
    """What the server will present at a moment."""
    if renewed is None or not isinstance(seen.result, Handshake):
        return lambda _: seen
    shake, public = seen.result, kind_of(renewed, evidence) is Kind.PUBLIC_CA

    def present(at: datetime) -> Observation:
        issued = at.replace(microsecond=0)
        ends = _later(issued, next_lifetime(renewed, at, public=public) - SECOND)
        # The signature stays the old one's: it is checked over the octets, which are not touched. No revocation is
        # known of another serial number.
        fresh = replace(renewed, not_before=issued, not_after=ends, serial=0)
        chain = tuple(fresh if one.fingerprint == renewed.fingerprint else one for one in shake.presented_chain)
        return replace(seen, result=replace(shake, presented_chain=chain))

    return present


def _later(moment: datetime, span: timedelta) -> datetime:
    """The sum; where no year has a number for it, the last second that has one."""
    latest = datetime(NO_END, 12, 31, 23, 59, 59, tzinfo=UTC)
    return moment + span if span < latest - moment else latest


def _stages(
    evidence: Evidence,
    client: ClientProfile,
    store: AnchorStore,
    present: Callable[[datetime], Observation],
    when: Iterable[Moment],
) -> tuple[Stage, ...]:
    local = local_anchors(evidence, client)
    asked = replace(client, revocation=_as_of(evidence.now, client.revocation)) if client.revocation else client
    stages: list[Stage] = []
    for moment in when:
        verdict = evaluate(
            present(moment.at),
            pool=evidence.case.pool,
            store=store_at(store, moment.at),
            client=asked,
            now=moment.at,
            local_anchors=local,
            fetched=evidence.case.fetched,
        )
        if not stages or gist(verdict) != gist(stages[-1].verdict):
            stages.append(Stage(moment, verdict))
        if client.unknown_because:
            break
    return tuple(stages)


def _as_of(moment: datetime, rules: RevocationRules) -> RevocationRules:
    """What is known of revocation today counts on: servers and CAs renew their answers, and nobody knows the next."""

    def frozen(path: CandidatePath, told: StatusEvidence, _at: datetime, /) -> Iterable[Reason]:
        return rules(path, told, moment)

    return frozen


def gist(verdict: Verdict) -> tuple[object, ...]:
    """What makes two verdicts different: what the user meets, why, and by which path."""
    return (verdict.outcome, verdict.error_codes, verdict.overridable, verdict.path)


def local_anchors(evidence: Evidence, client: ClientProfile) -> tuple[TrustAnchor, ...]:
    """The local roots that reach this client."""
    return evidence.case.local_anchors() if client.reached(evidence.case.deployed) else ()
