"""Judge a case: every client's verdict, every rule's result, every remedy. Pure: a saved case gives the same again."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.case_file import CaseFile
from mailtrust.core.model.client import ClientProfile
from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.evidence import Assessment, Evidence
from mailtrust.core.model.finding import Finding
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.remedy import Remedy
from mailtrust.core.model.settings import Settings
from mailtrust.core.rules import judge_all
from mailtrust.core.rules.grounds.accepting import settle
from mailtrust.core.validation.evaluate import ChainJudgement, Shown, evaluate


def assess(
    case: CaseFile,
    *,
    stores: Mapping[str, AnchorStore],
    clients: tuple[ClientProfile, ...],
    settings: Settings,
    now: datetime,
) -> Assessment:
    """Judge `case` as of `now` for `clients`; `stores` must hold each client's anchor store by name."""
    supposed = suppose(case)
    given = ports_given(supposed)
    anchors = supposed.local_anchors()
    judged: dict[Shown, ChainJudgement] = {}
    verdicts = tuple(
        evaluate(
            observation,
            pool=supposed.pool,
            store=stores[client.anchor_store],
            client=client,
            now=now,
            local_anchors=anchors if client.reached(supposed.deployed) else (),
            fetched=supposed.fetched,
            judged=judged,
        )
        for observation in judged_observations(supposed)
        for client in clients
        if concerns(client, observation, given)
    )
    evidence = Evidence(supposed, now, settings, {client.id: client for client in clients}, stores, verdicts)
    results = judge_all(evidence)
    findings = tuple(result for result in results if isinstance(result, Finding))
    remedies = _remedies(evidence, findings) if findings else ()
    return Assessment(evidence, results, remedies, settle(evidence, results))


def _remedies(evidence: Evidence, findings: tuple[Finding, ...]) -> tuple[Remedy, ...]:
    # Imported only where there is something to cure: all products' steps are much to read for a healthy server.
    from mailtrust.core.remedies.propose import propose
    from mailtrust.core.targets import with_steps

    return with_steps(propose(evidence, findings), evidence)


def suppose(case: CaseFile) -> CaseFile:
    """The case as it would be if every endpoint presented the hypothetical chain; unchanged when there is none."""
    if not case.hypothetical:
        return case
    supposed = tuple(
        replace(seen, result=replace(seen.result, presented_chain=case.hypothetical, ocsp_staple=None, key_proven=True))
        if isinstance(seen.result, Handshake)
        else seen
        for seen in case.observations
    )
    return replace(case, observations=supposed)


def judged_observations(case: CaseFile) -> tuple[Observation, ...]:
    """What clients meet: the default offer, and RSA or ECDSA where the server then presents another leaf.

    No client of today leaves the server name out, so `no-sni` is evidence for a rule and not judged.
    """
    leaf_of = {
        seen.endpoint.id: seen.presented_chain[0].fingerprint
        for seen in case.observations
        if seen.offer is Offer.DEFAULT and seen.presented_chain
    }
    return tuple(
        seen
        for seen in case.observations
        if isinstance(seen.result, Handshake)
        and (
            seen.offer is Offer.DEFAULT
            or (
                seen.offer in (Offer.RSA, Offer.ECDSA)
                and seen.presented_chain
                and seen.presented_chain[0].fingerprint != leaf_of.get(seen.endpoint.id)
            )
        )
    )


def ports_given(case: CaseFile) -> frozenset[tuple[str, int]]:
    """The ports that were asked for by themselves, by URL or host:port, wherever they were looked at (`--also`)."""
    return frozenset(
        (seen.endpoint.host, seen.endpoint.port) for seen in case.observations if seen.endpoint.found_by == "given"
    )


def concerns(client: ClientProfile, observation: Observation, given: frozenset[tuple[str, int]]) -> bool:
    """Whether a client is judged here: at every port that was asked for, else where it speaks the protocol."""
    endpoint = observation.endpoint
    return (endpoint.host, endpoint.port) in given or endpoint.protocol in client.speaks
