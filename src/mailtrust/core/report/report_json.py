"""An assessment as JSON (mailtrust/report/1): the same bytes for the same assessment."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC

from mailtrust.core.formats.certificate_spec import spec_wire
from mailtrust.core.formats.json_text import to_json_text
from mailtrust.core.model.acceptance import Acceptance
from mailtrust.core.model.certificate import AnyCertificate, Certificate, PublicKey
from mailtrust.core.model.evidence import Assessment, Evidence
from mailtrust.core.model.finding import Finding, NotApplicable, Passed, RuleResult, Unknown
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.pool import PoolEntry, Source
from mailtrust.core.model.remedy import Human, Remedy, ReplaceCertificate, Run, Step, Write
from mailtrust.core.model.verdict import Reason, Verdict
from mailtrust.core.report import report_wire as wire
from mailtrust.core.report.assumed import assumed
from mailtrust.core.report.formats import Reader
from mailtrust.core.report.outcome import outcome_of
from mailtrust.core.report.spoken import spoken
from mailtrust.core.validation.kinds import Kind, kind_of
from mailtrust.core.x509.strict import encoding_problems
from mailtrust.version import __version__

Translate = Callable[[str], str]


def write(assessments: Sequence[Assessment], reader: Reader) -> bytes:
    """The report, or a list of them where several targets were checked: one JSON text in any case."""
    reports = [to_json(assessment, reader.translate, reader.lang) for assessment in assessments]
    return reports[0] if len(reports) == 1 else b"[\n" + b",\n".join(one.rstrip() for one in reports) + b"\n]\n"


def to_json(assessment: Assessment, translate: Translate, lang: str) -> bytes:
    """Write the report; `lang` is the language that `translate` speaks, and the one preferred for clients' words."""
    evidence = assessment.evidence
    case = evidence.case
    report = wire.ReportWire(
        schema=wire.SCHEMA,
        target=case.target,
        at=evidence.now.astimezone(UTC),
        outcome=outcome_of(assessment),
        lang=lang,
        version=__version__,
        endpoints=[_endpoint(seen) for seen in case.observations],
        certificates=_certificates(assessment),
        verdicts=[_verdict(verdict, lang) for verdict in evidence.verdicts],
        findings=[finding_to_wire(finding, assessment.remedies, translate) for finding in assessment.findings],
        accepted=[finding_to_wire(finding, assessment.remedies, translate) for finding in assessment.accepted],
        acceptances=[acceptance_to_wire(one) for one in assessment.acceptances],
        weighing=wire.WeighingWire(file=evidence.settings.file, clients=list(evidence.settings.clients)),
        remedies=[_remedy(remedy, translate) for remedy in assessment.remedies],
        anchor_stores=_stores(evidence),
        assumed=assumed(evidence, translate),
        checks=list(checks_to_wire(assessment.results, translate)),
        lookups=[
            wire.LookupWire(kind=one.kind, question=one.question, answer=list(one.answer), failure=one.failure)
            for one in case.lookups
        ],
    )
    return to_json_text(report)


def _endpoint(seen: Observation) -> wire.EndpointWire:
    endpoint, result = seen.endpoint, seen.result
    shake = result if isinstance(result, Handshake) else None
    return wire.EndpointWire(
        id=seen.id,
        host=endpoint.host,
        port=endpoint.port,
        address=endpoint.address,
        protocol=endpoint.protocol,
        tls_mode=endpoint.tls_mode,
        server_name=endpoint.server_name,
        offer=seen.offer,
        found_by=endpoint.found_by,
        at=seen.at.astimezone(UTC),
        result="handshake" if shake else "failure",
        tls_version=shake.tls_version if shake else None,
        cipher=shake.cipher if shake else None,
        key_proven=shake.key_proven if shake else None,
        presented_chain=[certificate.fingerprint for certificate in seen.presented_chain],
        failure=None
        if isinstance(result, Handshake)
        else wire.FailureWire(stage=result.stage, kind=result.kind, detail=result.detail),
    )


def _certificates(assessment: Assessment) -> dict[str, wire.CertificateWire]:
    """The certificates that the report names, and those of the pool that somebody brought or downloaded for it."""
    evidence = assessment.evidence
    sources: dict[str, set[Source]] = {}
    origins: dict[str, tuple[str, ...]] = {}
    known: dict[str, AnyCertificate] = dict(evidence.certificates)
    for seen in evidence.case.observations:
        for certificate in seen.presented_chain:
            known.setdefault(certificate.fingerprint, certificate)
            sources.setdefault(certificate.fingerprint, set()).add(Source.PRESENTED)
    for verdict in evidence.verdicts:
        for attempt in verdict.attempts:
            if attempt.anchor is not None:
                sources.setdefault(attempt.anchor.fingerprint, set()).add(Source.STORE)
            for link in attempt.links:
                known.setdefault(link.certificate.fingerprint, link.certificate)
                sources.setdefault(link.certificate.fingerprint, set()).add(link.source)
    for given in (*evidence.case.local_roots, *evidence.case.hypothetical):
        known.setdefault(given.fingerprint, given)
        sources.setdefault(given.fingerprint, set()).add(Source.GIVEN)
    needed = {*sources, *_named(assessment)}
    for entry in evidence.case.pool:
        fingerprint = entry.certificate.fingerprint
        if fingerprint in needed or _gathered(entry):
            sources.setdefault(fingerprint, set()).update(entry.sources)
            origins[fingerprint] = entry.origins
            needed.add(fingerprint)
    return {
        fingerprint: _certificate(
            known[fingerprint],
            kind_of(certificate, evidence)
            if isinstance(certificate := known[fingerprint], Certificate)
            else Kind.UNKNOWN,
            sorted(sources.get(fingerprint, ())),
            list(origins.get(fingerprint, ())),
        )
        for fingerprint in sorted(needed & set(known))
    }


def _named(assessment: Assessment) -> Iterator[str]:
    """Every fingerprint that findings, paths and reasons speak of."""
    for finding in assessment.every_finding:
        yield from finding.certificates
    for verdict in assessment.evidence.verdicts:
        yield from verdict.path
        for attempt in verdict.attempts:
            yield from attempt.fingerprints
        yield from (reason.certificate for reason in verdict.reasons if reason.certificate is not None)


def _gathered(entry: PoolEntry) -> bool:
    """Whether it came to the pool for this case, and not with thousands of others out of a catalogue or store."""
    return bool(entry.sources - {Source.CATALOGUE, Source.STORE})


def _certificate(
    certificate: AnyCertificate, kind: Kind, sources: list[Source], origins: list[str]
) -> wire.CertificateWire:
    problems = [
        wire.ProblemWire(field=problem.field, detail=problem.detail) for problem in encoding_problems(certificate)
    ]
    if not isinstance(certificate, Certificate):
        return wire.CertificateWire(
            subject=None, issuer=None, serial=None, not_before=None, not_after=None, dns_names=[], ip_addresses=[],
            kind=kind, sources=sources, origins=origins, key=None, ca=None, problems=problems,
        )  # fmt: skip
    return wire.CertificateWire(
        subject=certificate.subject.text,
        issuer=certificate.issuer.text,
        serial=f"{certificate.serial:x}",
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        dns_names=list(certificate.dns_names),
        ip_addresses=list(certificate.ip_addresses),
        kind=kind,
        sources=sources,
        origins=origins,
        key=key_name(certificate.public_key),
        ca=certificate.is_ca,
        problems=problems,
    )


def key_name(key: PublicKey) -> str:
    """A key in short: rsa-2048, ec-secp256r1, ed25519."""
    if key.algorithm == "ec":
        return f"ec-{key.curve or key.bits}"
    return f"{key.algorithm}-{key.bits}" if key.algorithm in ("rsa", "dsa") else key.algorithm


def _verdict(verdict: Verdict, lang: str) -> wire.VerdictWire:
    said = spoken(verdict, lang)
    return wire.VerdictWire(
        endpoint=verdict.observation,
        client=verdict.client,
        reference_identifier=verdict.reference_identifier,
        outcome=verdict.outcome,
        overridable=verdict.overridable,
        path=list(verdict.path),
        reasons=_reasons(verdict.reasons),
        message=wire.MessageWire(
            text="\n".join(one.text for one in said),
            lang=said[0].lang,
            source="; ".join(dict.fromkeys(one.source for one in said)),
        )
        if said
        else None,
        basis=verdict.basis,
        other_attempts=[
            wire.AttemptWire(
                path=list(attempt.fingerprints), anchored=attempt.anchor is not None, reasons=_reasons(attempt.reasons)
            )
            for attempt in verdict.attempts[1:]
        ],
    )


def _reasons(reasons: Iterable[Reason]) -> list[wire.ReasonWire]:
    return [
        wire.ReasonWire(
            code=reason.code,
            severity=reason.severity,
            certificate=reason.certificate,
            facts={name: wire.fact_value(value) for name, value in reason.facts},
        )
        for reason in reasons
    ]


def finding_to_wire(finding: Finding, remedies: tuple[Remedy, ...], translate: Translate) -> wire.FindingWire:
    """A finding as it stands in a file, with the remedies that cure it."""
    return wire.FindingWire(
        id=finding.id,
        rule=finding.rule,
        severity=finding.severity,
        endpoints=list(finding.observations),
        certificates=list(finding.certificates),
        clients=list(finding.clients),
        facts={name: wire.fact_value(value) for name, value in finding.facts},
        title=finding.title.render(translate),
        explanation=wire.ExplanationWire(
            admin=finding.explanation.admin.render(translate),
            manager=finding.explanation.manager.render(translate),
            user=finding.explanation.user.render(translate),
        ),
        remedies=[remedy.id for remedy in remedies if finding.id in remedy.cures],
    )


def acceptance_to_wire(one: Acceptance) -> wire.AcceptanceWire:
    """An acceptance, and what came of it."""
    accepted = one.accepted
    return wire.AcceptanceWire(
        rule=accepted.rule,
        endpoint=accepted.endpoint,
        reason=accepted.reason,
        until=accepted.until,
        line=accepted.line,
        standing=one.standing,
        findings=list(one.findings),
    )


def _remedy(remedy: Remedy, translate: Translate) -> wire.RemedyWire:
    return wire.RemedyWire(
        id=remedy.id,
        kind=remedy.kind,
        title=remedy.title.render(translate),
        safe=remedy.safe,
        decision=remedy.decision.render(translate) if remedy.decision else None,
        certificate=spec_wire(remedy.goal.spec) if isinstance(remedy.goal, ReplaceCertificate) else None,
        steps=[step_to_wire(step, translate) for step in remedy.steps],
        cures=list(remedy.cures),
        endpoints=list(remedy.observations),
    )


def step_to_wire(step: Step, translate: Translate) -> wire.StepWire:
    """A step, in the reader's language."""
    do: wire.WriteWire | wire.RunWire | wire.HumanWire
    match step.do:
        case Write(path=path, content=content):
            do = wire.WriteWire(path=path, content=content)
        case Run(command=command, shell=shell):
            do = wire.RunWire(command=command, shell=shell)
        case Human(path=clicks):
            do = wire.HumanWire(path=[click.render(translate) for click in clicks])
    return wire.StepWire(
        say=step.say.render(translate),
        do=do,
        undo=step.undo.render(translate) if step.undo else None,
        disruption=step.disruption,
        needs=step.needs,
    )


def _stores(evidence: Evidence) -> list[wire.StoreWire]:
    recorded = {store.name: store.digest for store in evidence.case.stores}
    return [
        wire.StoreWire(
            name=store.name,
            date=store.date.astimezone(UTC),
            anchors=len(store.anchors),
            provenance=store.provenance,
            digest=store.digest,
            stale=store.is_stale(evidence.now),
            digest_when_recorded=then if (then := recorded.get(store.name, store.digest)) != store.digest else None,
        )
        for _, store in sorted(evidence.stores.items())
    ]


def checks_to_wire(results: Iterable[RuleResult], translate: Translate) -> Iterator[wire.CheckWire]:
    """What rules answered that found nothing wrong, and why that is so."""
    for result in results:
        match result:
            case Passed(rule=rule, subject=subject, observations=seen):
                yield wire.CheckWire(rule=rule, subject=subject, result="passed", endpoints=list(seen), why="")
            case NotApplicable(rule=rule, why=why):
                yield wire.CheckWire(
                    rule=rule, subject="", result="not-applicable", endpoints=[], why=why.render(translate)
                )
            case Unknown(rule=rule, why=why, subject=subject):
                yield wire.CheckWire(
                    rule=rule, subject=subject, result="unknown", endpoints=[], why=why.render(translate)
                )
            case Finding():
                pass
