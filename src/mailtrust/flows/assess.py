"""Judge a case: every client's verdict, every rule's result, every remedy. Pure: a saved case gives the same again."""

from collections.abc import Mapping
from datetime import datetime

from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.case_file import CaseFile
from mailtrust.core.model.client import ClientProfile
from mailtrust.core.model.evidence import Assessment, Evidence
from mailtrust.core.model.finding import Finding
from mailtrust.core.model.remedy import Remedy
from mailtrust.core.model.settings import Settings
from mailtrust.core.rules import judge_all
from mailtrust.core.rules.grounds.accepting import settle
from mailtrust.core.validation.evaluate import ChainJudgement, Shown, evaluate
from mailtrust.flows.judged import concerns, judged_observations, ports_given, suppose


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
