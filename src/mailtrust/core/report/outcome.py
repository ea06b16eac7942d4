"""The one word for a whole assessment."""

from typing import Literal

from mailtrust.core.model.evidence import Assessment

OutcomeWord = Literal["clean", "info", "warning", "error", "critical", "unknown"]


def outcome_of(assessment: Assessment) -> OutcomeWord:
    """The worst finding's severity; `unknown` when nothing could be judged, and only then `clean` is not earned."""
    findings = assessment.findings
    if findings:
        return findings[0].severity.value
    return "clean" if assessment.evidence.handshakes else "unknown"


def nothing_seen(assessment: Assessment) -> bool:
    """Whether no certificate was seen and nothing else can be said either: the network was in the way."""
    return not assessment.evidence.handshakes and all(
        finding.rule == "network-blocked" for finding in assessment.findings
    )
