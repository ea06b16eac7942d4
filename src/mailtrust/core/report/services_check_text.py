"""What is wrong with what servers are told to present, as text for a terminal."""

from collections.abc import Iterable
from datetime import timedelta

from mailtrust.core.formats.thumbprint_text import SHOWN
from mailtrust.core.model.finding import Finding, NotApplicable, Passed, Unknown
from mailtrust.core.model.text import Text, text
from mailtrust.core.report.accepted import HEADING as ACCEPTED
from mailtrust.core.report.accepted import because, draw_notices, notices, reasons
from mailtrust.core.report.finding_list import draw_finding_list
from mailtrust.core.report.formats import Voice
from mailtrust.core.report.page import Page
from mailtrust.core.report.services_review import Reviewed
from mailtrust.core.services.exchange.due import Due, DueKind
from mailtrust.core.services.exchange.versions import release

MOST_DUE = 12
"""Deadlines that are shown; JSON has them all."""
OLD = timedelta(days=30)
"""From then on an export is said to be old."""
MOST_WHYS = 6
"""Of one rule: of many servers the same is missing."""

_DUE: dict[DueKind, Text] = {
    "certificate": text("ends"),
    "internal-transport": text("ends: what servers show each other"),
    "back-end": text("ends: the back end's"),
    "auth": text("ends: the certificate of OAuth"),
    "auth-next-effective": text("the successor of the certificate of OAuth begins to count"),
    "auth-next": text("ends: the successor of the certificate of OAuth"),
}


def draw_review(page: Page, reviewed: Reviewed, voice: Voice) -> None:
    """Draw all of it."""
    _draw_headline(page, reviewed)
    draw_finding_list(page, reviewed.findings, {}, voice)
    _draw_accepted(page, reviewed)
    if voice == "admin":
        _draw_due(page, reviewed)
        _draw_unknown(page, reviewed)


def _draw_headline(page: Page, reviewed: Reviewed) -> None:
    servers = reviewed.organisation.servers if reviewed.organisation is not None else ()
    # A rule that has passed here and could not look there has not passed.
    open_ones = {one.rule for one in reviewed.results if isinstance(one, Finding | Unknown)}
    rules = {one.rule for one in reviewed.results if isinstance(one, Passed)} - open_ones
    if reviewed.findings:
        said = text("Findings about what is assigned to services: {count}.", count=len(reviewed.findings))
    elif reviewed.outcome == "unknown":
        said = text("Nothing could be judged of what is assigned to services.")
    else:
        said = text("Nothing is wrong with what is assigned to services, as far as could be seen.")
    page.paragraph((page.say(said), "bold"))
    if rules:
        page.paragraph((page.say(text("Passed: {rules}.", rules=tuple(sorted(rules)))), "dim"))
    if servers:
        told = tuple(
            text("{name} (Exchange {release}{edge})", name=one.name, release=release(one.version),
                 edge=text(", Edge") if one.edge else "")
            for one in servers
        )  # fmt: skip
        page.paragraph((page.say(text("Servers: {servers}.", servers=told)), "dim"))
    exported = reviewed.organisation.exported if reviewed.organisation is not None else None
    if exported is not None and reviewed.at - exported > OLD:
        days = (reviewed.at - exported).days
        said = text("The export is {days} days old: what was changed since does not count here.", days=days)
        page.paragraph((page.say(said), "yellow"), first=[(f"{page.glyphs.warned} ", "yellow")])
    page.blank()


def _draw_accepted(page: Page, reviewed: Reviewed) -> None:
    told = notices(reviewed.acceptances, reviewed.file)
    if not reviewed.accepted and not told:
        return
    page.heading(ACCEPTED)
    for finding in reviewed.accepted:
        page.paragraph((page.say(finding.title), ""), first=[(f"{page.glyphs.note} ", "dim")])
        page.paragraph((page.name(finding.rule), "dim"), first=[("  ", "")])
        for accepted in reasons(reviewed.acceptances, finding):
            page.paragraph((page.say(because(accepted)), ""), first=[("  ", "")])
    draw_notices(page, told)
    page.blank()


def _draw_due(page: Page, reviewed: Reviewed) -> None:
    coming = [one for one in reviewed.due if one.at >= reviewed.at]
    if not coming:
        return
    page.heading(text("What is due"))
    for one in coming[:MOST_DUE]:
        page.paragraph((page.say(_told(one)), ""), first=[(f"{one.at:%Y-%m-%d}  ", "bold")], then=[(" " * 12, "")])
    if len(coming) > MOST_DUE:
        page.paragraph((page.say(text("... and {count} later ones", count=len(coming) - MOST_DUE)), "dim"))
    page.blank()


def _told(one: Due) -> Text:
    return text(
        "{subject} ({print}) {what}; {where}{services}",
        subject=one.subject or text("a certificate that was not exported"),
        print=one.thumbprint[:SHOWN],
        what=_DUE[one.kind],
        where=one.servers or text("on no server"),
        services=text(": {services}", services=one.services) if one.services else "",
    )


def _draw_unknown(page: Page, reviewed: Reviewed) -> None:
    unknown = [one for one in reviewed.results if isinstance(one, Unknown)]
    if unknown:
        page.heading(text("What could not be judged"))
        for rule, whys in _by_rule(unknown):
            page.paragraph((page.name(rule), "bold"))
            for why in whys[:MOST_WHYS]:
                page.paragraph((page.say(why), ""), first=[("  ", "")])
            if len(whys) > MOST_WHYS:
                rest = text("... and {count} more of this kind", count=len(whys) - MOST_WHYS)
                page.paragraph((page.say(rest), "dim"), first=[("  ", "")])
        page.blank()
    idle = tuple(one.rule for one in reviewed.results if isinstance(one, NotApplicable))
    if idle:
        page.paragraph((page.say(text("Nothing to look at here for: {rules}.", rules=idle)), "dim"))


def _by_rule(unknown: Iterable[Unknown]) -> list[tuple[str, list[Text]]]:
    found: dict[str, list[Text]] = {}
    for one in unknown:
        whys = found.setdefault(one.rule, [])
        if one.why not in whys:
            whys.append(one.why)
    return list(found.items())
