"""Prometheus' text format (exposition format 0.0.4), for node_exporter's textfile collector or a push gateway."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.finding import Finding, NotApplicable, Passed, Severity, Unknown
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.report.accepted import last_day
from mailtrust.core.report.formats import Reader
from mailtrust.core.report.headline import worst_outcomes
from mailtrust.core.report.leaves import served
from mailtrust.core.report.outcome import OutcomeWord, outcome_of
from mailtrust.core.rules.grounds.naming import called, called_leaf
from mailtrust.version import __version__

LONGEST_LABEL = 300
_OUTCOMES: tuple[OutcomeWord, ...] = ("clean", "info", "warning", "error", "critical", "unknown")

Labels = tuple[tuple[str, str], ...]
Samples = Iterator[tuple[Mapping[str, str | int], float]]


@frozen
class Metric:
    """A gauge; every metric here is one."""

    name: str
    help: Text
    samples: dict[Labels, float]

    def add(self, assessments: Iterable[Samples]) -> "Metric":
        """Take the samples up; of two with the same labels (a target given twice) the first stays."""
        for samples in assessments:
            for labels, value in samples:
                key = tuple((name, clean(str(label), LONGEST_LABEL)) for name, label in labels.items())
                self.samples.setdefault(key, value)
        return self

    def lines(self, reader: Reader) -> Iterator[str]:
        """HELP, TYPE and the samples; nothing when there are none."""
        if not self.samples:
            return
        # Exposition format: in HELP backslash and line feed are escaped, in labels the quote as well.
        shown = clean(self.help.render(reader.translate)).replace("\\", "\\\\")
        yield f"# HELP {self.name} {shown}"
        yield f"# TYPE {self.name} gauge"
        for labels, value in self.samples.items():
            inside = ",".join(f'{name}="{_escape(label)}"' for name, label in labels)
            yield f"{self.name}{{{inside}}} {value:.17g}"


def write(assessments: Sequence[Assessment], reader: Reader) -> bytes:
    """All metrics of all targets; each metric once, as the format demands."""
    lines = (line for metric in _metrics(assessments) for line in metric.lines(reader))
    return ("\n".join(lines) + "\n").encode()


def _metrics(all_: Sequence[Assessment]) -> Iterator[Metric]:
    def metric(name: str, help_: Text, samples: Iterable[Samples]) -> Metric:
        return Metric(f"mailtrust_{name}", help_, {}).add(samples)

    yield metric("build_info", text("The version that judged."), [iter([({"version": __version__}, 1)])])
    yield metric("judged_timestamp_seconds", text("The moment that was judged."), map(_judged, all_))
    yield metric("outcome", text("1 for the worst severity that was found, 0 for the others."), map(_outcome, all_))
    yield metric("handshake", text("Whether a connection came to a TLS handshake."), map(_handshakes, all_))
    yield metric(
        "certificate_not_after_timestamp_seconds",
        text("When a presented certificate ends."),
        (_certificates(one, end=True) for one in all_),
    )
    yield metric(
        "certificate_not_before_timestamp_seconds",
        text("When a presented certificate begins."),
        (_certificates(one, end=False) for one in all_),
    )
    yield metric("certificate_presented", text("Which endpoint presents which certificate."), map(_presented, all_))
    yield metric(
        "client_accepts",
        text("Whether a client accepts an endpoint without a question; where that is unknown there is no sample."),
        map(_accepts, all_),
    )
    yield metric("clients", text("Clients by their worst outcome."), map(_clients, all_))
    yield metric("finding", text("What is wrong or soon will be; the value is always 1."), map(_finding, all_))
    yield metric(
        "finding_accepted_until_timestamp_seconds",
        text("When a finding that is accepted, and no sample of mailtrust_finding, counts again."),
        map(_accepted, all_),
    )
    yield metric("findings", text("Findings by severity."), map(_findings, all_))
    yield metric("checks", text("Answers of rules by their kind."), map(_checks, all_))
    yield metric(
        "anchor_store_timestamp_seconds", text("The date of a trust store that verdicts rest on."), map(_stores, all_)
    )


def _judged(assessment: Assessment) -> Samples:
    yield _target(assessment), assessment.evidence.now.timestamp()


def _outcome(assessment: Assessment) -> Samples:
    worst = outcome_of(assessment)
    for word in _OUTCOMES:
        yield {**_target(assessment), "outcome": word}, float(word == worst)


def _handshakes(assessment: Assessment) -> Samples:
    for seen in assessment.evidence.case.observations:
        yield {**_target(assessment), **_endpoint(seen)}, float(isinstance(seen.result, Handshake))


def _certificates(assessment: Assessment, *, end: bool) -> Samples:
    for one in served(assessment.evidence):
        certificate = one.certificate
        labels = {
            **_target(assessment),
            "fingerprint": certificate.fingerprint,
            "name": called_leaf(certificate) if one.leaf else called(certificate.subject),
            "role": "leaf" if one.leaf else "issuer",
        }
        yield labels, (certificate.not_after if end else certificate.not_before).timestamp()


def _presented(assessment: Assessment) -> Samples:
    for one in served(assessment.evidence):
        for seen in one.observations:
            yield {**_target(assessment), "endpoint": seen.id, "fingerprint": one.certificate.fingerprint}, 1


def _accepts(assessment: Assessment) -> Samples:
    for verdict in assessment.evidence.verdicts:
        if verdict.outcome is not Outcome.UNKNOWN:
            labels = {**_target(assessment), "endpoint": verdict.observation, "client": verdict.client}
            yield labels, float(verdict.outcome is Outcome.ACCEPTED)


def _clients(assessment: Assessment) -> Samples:
    met = Counter(worst_outcomes(assessment.evidence).values())
    for outcome in Outcome:
        yield {**_target(assessment), "outcome": outcome.value}, met[outcome]


def _finding(assessment: Assessment) -> Samples:
    for finding in assessment.findings:
        about = {"rule": finding.rule, "severity": finding.severity.value, "subject": finding.subject}
        yield {**_target(assessment), **about}, 1


def _accepted(assessment: Assessment) -> Samples:
    for finding in assessment.accepted:
        about = {"rule": finding.rule, "severity": finding.severity.value, "subject": finding.subject}
        over = datetime.combine(last_day(assessment, (finding,)), time.max, UTC)
        yield {**_target(assessment), **about}, over.timestamp()


def _findings(assessment: Assessment) -> Samples:
    severities = Counter(finding.severity for finding in assessment.findings)
    for severity in Severity:
        yield {**_target(assessment), "severity": severity.value}, severities[severity]


def _checks(assessment: Assessment) -> Samples:
    kinds = {Finding: "finding", Passed: "passed", NotApplicable: "not-applicable", Unknown: "unknown"}
    answers = Counter(kinds[type(result)] for result in assessment.results)
    for kind in kinds.values():
        yield {**_target(assessment), "result": kind}, answers[kind]


def _stores(assessment: Assessment) -> Samples:
    for name, store in sorted(assessment.evidence.stores.items()):
        yield {**_target(assessment), "store": name}, store.date.timestamp()


def _target(assessment: Assessment) -> dict[str, str | int]:
    return {"target": assessment.evidence.case.target}


def _endpoint(seen: Observation) -> dict[str, str | int]:
    where = seen.endpoint
    return {
        "endpoint": seen.id,
        "host": where.host,
        "port": where.port,
        "protocol": where.protocol.value,
        "tls_mode": where.tls_mode.value,
        "address": where.address,
    }


def _escape(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
