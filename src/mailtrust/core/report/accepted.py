"""What the organisation lives with: told apart from the findings that count, with reason and last day."""

from collections.abc import Iterable
from datetime import date

from mailtrust.core.model.acceptance import EVERYWHERE, Acceptance, Accepted, Standing
from mailtrust.core.model.evidence import Assessment, Evidence
from mailtrust.core.model.finding import Finding
from mailtrust.core.model.text import Text, text
from mailtrust.core.report.labels import labelled, several_hosts
from mailtrust.core.report.page import Page

HEADING = text("Accepted")


def reasons(acceptances: Iterable[Acceptance], finding: Finding) -> tuple[Accepted, ...]:
    """The acceptances for the sake of which a finding does not count; none for one that does."""
    return tuple(
        one.accepted for one in acceptances if one.standing is Standing.IN_FORCE and finding.id in one.findings
    )


def last_day(assessment: Assessment, findings: tuple[Finding, ...]) -> date:
    """The first day on which one of these acceptances ends; `findings` are accepted ones."""
    return min(one.until for finding in findings for one in reasons(assessment.acceptances, finding))


def because(accepted: Accepted) -> Text:
    """Until when and why."""
    return text("Accepted until {day}: {reason}", day=accepted.until, reason=accepted.reason)


def notices(acceptances: Iterable[Acceptance], file: str) -> list[Text]:
    """What has become of acceptances that do not work as they were meant, each with its place in the file."""
    return [notice for one in acceptances if (notice := _notice(one, f"{file}:{one.accepted.line}")) is not None]


def _notice(one: Acceptance, place: str) -> Text | None:
    known: dict[str, str | date] = {"place": place, "rule": one.accepted.rule, "endpoint": one.accepted.endpoint}
    match one.standing:
        case Standing.RAN_OUT:
            return text(
                "{place}: {rule} was accepted at {endpoint} until {day}. That is over, and it counts again.",
                day=one.accepted.until,
                **known,
            )
        case Standing.PARTLY:
            return text("{place}: {rule} is accepted at {endpoint} and was found elsewhere too, so it counts.", **known)
        case Standing.UNNEEDED if one.accepted.endpoint != EVERYWHERE:
            return text(
                "{place}: {rule} is accepted at {endpoint}, where it is found no more: delete the entry.", **known
            )
        case _:
            return None


def weighing(evidence: Evidence) -> list[Text]:
    """Which file says how findings weigh, and for whom."""
    settings = evidence.settings
    if not settings.file:
        return []
    if settings.clients:
        return [
            text("Weighed as {file} says, for these clients: {clients}.", file=settings.file, clients=settings.clients)
        ]
    return [text("Weighed as {file} says.", file=settings.file)]


def where_found(page: Page, evidence: Evidence, finding: Finding) -> str:
    """A finding's ports, for people; empty where it has none."""
    known = {seen.id: seen for seen in evidence.case.observations}
    where = [known[one] for one in finding.observations if one in known]
    every = evidence.case.observations
    return labelled(page, where, every, hosts=several_hosts(every)) if where else ""


def draw_accepted(page: Page, assessment: Assessment) -> None:
    """Draw what is accepted, and what is the matter with acceptances."""
    told = notices(assessment.acceptances, assessment.evidence.settings.file)
    if not assessment.accepted and not told:
        return
    page.heading(HEADING)
    for finding in assessment.accepted:
        page.paragraph((page.say(finding.title), ""), first=[(f"{page.glyphs.note} ", "dim")])
        parts = (page.name(finding.rule), where_found(page, assessment.evidence, finding))
        page.paragraph((f" {page.glyphs.dot} ".join(filter(None, parts)), "dim"), first=[("  ", "")])
        for accepted in reasons(assessment.acceptances, finding):
            page.paragraph((page.say(because(accepted)), ""), first=[("  ", "")])
    draw_notices(page, told)


def draw_notices(page: Page, told: Iterable[Text]) -> None:
    """Draw what is the matter with acceptances."""
    for notice in told:
        page.paragraph((page.say(notice), ""), first=[(f"{page.glyphs.warned} ", "yellow")])
