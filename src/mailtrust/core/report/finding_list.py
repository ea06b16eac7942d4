"""Findings one below the other, as text for a terminal: about the ways to an address, about what is assigned."""

from collections.abc import Mapping, Sequence

from mailtrust.core.discovery.traveller import Traveller
from mailtrust.core.model.finding import Finding, Severity
from mailtrust.core.model.text import Text, text
from mailtrust.core.report.findings import MOST_NAMED, SEVERITIES
from mailtrust.core.report.formats import Voice
from mailtrust.core.report.page import Page

HEADING, NOTES = text("What is wrong"), text("Worth knowing")


def heading(findings: Sequence[Finding]) -> Text:
    """What stands above them."""
    return HEADING if findings[0].severity is not Severity.INFO else NOTES


def draw_finding_list(
    page: Page, findings: Sequence[Finding], travellers: Mapping[str, Traveller], voice: Voice = "admin"
) -> None:
    """Draw them, worst first."""
    if not findings:
        return
    page.heading(heading(findings))
    for finding in findings:
        glyphs = page.glyphs
        word, style = SEVERITIES[finding.severity]
        mark = {Severity.WARNING: glyphs.warned, Severity.INFO: glyphs.note}.get(finding.severity, glyphs.refused)
        page.paragraph(
            (page.say(finding.title), "bold"), first=[(f"{mark} {page.say(word)}  ", style)], then=[("    ", "")]
        )
        parts = [page.name(finding.rule)]
        if finding.clients:
            parts.append(page.say(hurts(finding, travellers)))
        page.paragraph((f" {glyphs.dot} ".join(parts), "dim"), first=[("  ", "")])
        page.paragraph((page.say(getattr(finding.explanation, voice)), ""), first=[("  ", "")])
        page.blank()


def hurts(finding: Finding, travellers: Mapping[str, Traveller]) -> Text:
    """Whom it hurts; of many the first."""
    hurt = tuple(Text(travellers[client].title) for client in finding.clients if client in travellers)
    if len(hurt) <= MOST_NAMED:
        return text("hurts {clients}", clients=hurt)
    few = hurt[: MOST_NAMED - 1]
    return text("hurts {clients} and {count} more", clients=few, count=len(hurt) - len(few))
