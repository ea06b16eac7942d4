"""The one word for a whole assessment."""

from typing import Literal

from mailtrust.core.model.evidence import Assessment

OutcomeWord = Literal["clean", "info", "warning", "error", "critical", "unknown"]


def outcome_of(assessment: Assessment) -> OutcomeWord:
    """The severity of the worst finding that counts; `unknown` where nothing could be judged."""
    findings = assessment.findings
    if findings:
        return findings[0].severity.value
    return "unknown" if nothing_seen(assessment) else "clean"


def nothing_seen(assessment: Assessment) -> bool:
    """Whether no certificate was seen and nothing else can be said either: the network was in the way."""
    return not assessment.evidence.handshakes and all(
        finding.rule == "network-blocked" for finding in assessment.every_finding
    )
