"""What is wrong, worst first: what the user reads, why, and what cures it; in one of three voices."""

from mailtrust.core.model.evidence import Assessment, Evidence
from mailtrust.core.model.finding import Finding, Severity
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Basis, Outcome, Verdict
from mailtrust.core.report.accepted import where_found
from mailtrust.core.report.cures import Cures
from mailtrust.core.report.formats import Voice
from mailtrust.core.report.page import Page
from mailtrust.core.report.spoken import spoken
from mailtrust.core.rules.grounds.naming import titles

MOST_NAMED = 6
"""Clients under one finding."""
MOST_QUOTES = 4
"""Under one finding; after that every client's sentence says the same in other words."""

SEVERITIES: dict[Severity, tuple[Text, str]] = {
    Severity.CRITICAL: (text("CRITICAL"), "bold red"),
    Severity.ERROR: (text("ERROR"), "bold red"),
    Severity.WARNING: (text("WARNING"), "bold yellow"),
    Severity.INFO: (text("NOTE"), "bold cyan"),
}
BASES: dict[Basis, Text] = {
    Basis.ENGINE: text("seen in a run of the client's engine"),
    Basis.SOURCE: text("judged from the client's source code"),
    Basis.DOCUMENT: text("judged from published documents"),
    Basis.RECALLED: text("less certain: recalled, nobody could source it"),
}


def draw_findings(page: Page, assessment: Assessment, voice: Voice) -> None:
    """Draw every finding with its cures."""
    findings = assessment.findings
    if not findings:
        return
    page.heading(text("What is wrong") if findings[0].severity is not Severity.INFO else text("Worth knowing"))
    cures = Cures(page, steps=voice == "admin")
    quoted: set[str] = set()
    for finding in findings:
        _draw_title(page, assessment.evidence, finding, voice)
        if voice != "manager":
            _draw_quotes(page, assessment.evidence, finding, quoted)
        explanation = getattr(finding.explanation, voice)
        page.paragraph((page.say(explanation), ""), first=[("  ", "")])
        if voice != "user":
            for remedy in assessment.remedies:
                if finding.id in remedy.cures:
                    page.blank()
                    cures.draw(remedy)
        page.blank()


def _draw_title(page: Page, evidence: Evidence, finding: Finding, voice: Voice) -> None:
    glyphs = page.glyphs
    word, style = SEVERITIES[finding.severity]
    mark = {Severity.WARNING: glyphs.warned, Severity.INFO: glyphs.note}.get(finding.severity, glyphs.refused)
    page.paragraph(
        (page.say(finding.title), "bold"), first=[(f"{mark} {page.say(word)}  ", style)], then=[("    ", "")]
    )
    if voice == "user":
        return
    parts = [page.name(finding.rule)]
    if where := where_found(page, evidence, finding):
        parts.append(where)
    if finding.clients:
        parts.append(page.say(hurts(evidence, finding)))
    page.paragraph((f" {glyphs.dot} ".join(parts), "dim"), first=[("  ", "")])
    page.blank()


def hurts(evidence: Evidence, finding: Finding) -> Text:
    """Whom it hurts; of many the first, for the table above names them all."""
    if set(finding.clients) >= {verdict.client for verdict in evidence.verdicts}:
        return text("hurts every client")
    hurt = titles(evidence, finding.clients)
    if len(hurt) <= MOST_NAMED:
        return text("hurts {clients}", clients=hurt)
    few = hurt[: MOST_NAMED - 1]
    return text("hurts {clients} and {count} more", clients=few, count=len(hurt) - len(few))


def _draw_quotes(page: Page, evidence: Evidence, finding: Finding, quoted: set[str]) -> None:
    said = quotes(evidence, finding, page.lang, quoted)
    for quote in said[:MOST_QUOTES]:
        clients = titles(evidence, quote.clients)
        page.paragraph((page.say(text("The user of {clients} reads:", clients=clients)), ""), first=[("  ", "")])
        for sentence in quote.sentences:
            shown = page.say(sentence)
            page.paragraph((f"“{shown}”" if page.glyphs.to == "→" else f'"{shown}"', "italic"), first=[("    ", "")])
        page.paragraph((page.say(quote.grounds, 400), "dim"), first=[("    ", "")])
    if len(said) > MOST_QUOTES:
        rest = text("... and {count} more say it in other words", count=len(said) - MOST_QUOTES)
        page.paragraph((page.say(rest), "dim"), first=[("  ", "")])
    if said:
        page.blank()


@frozen
class Quote:
    """What the users of some clients read, word for word."""

    clients: tuple[str, ...]
    sentences: tuple[str, ...]
    lang: str
    grounds: Text
    """On what the verdict rests, and where the words were read."""


def quotes(evidence: Evidence, finding: Finding, lang: str, quoted: set[str]) -> list[Quote]:
    """Each hurt client's own words once; clients that say the same say it together. Adds to `quoted` who spoke."""
    said: dict[tuple[str, ...], list[Verdict]] = {}
    for verdict in _speaking(evidence, finding):
        if verdict.client in quoted:
            continue
        words = spoken(verdict, lang)
        if words:
            quoted.add(verdict.client)
            said.setdefault(tuple(one.text for one in words), []).append(verdict)
    return [
        Quote(
            tuple(dict.fromkeys(verdict.client for verdict in verdicts)),
            sentences,
            (first := spoken(verdicts[0], lang)[0]).lang,
            text("{basis}; the words: {source}", basis=BASES[verdicts[0].basis], source=first.source),
        )
        for sentences, verdicts in said.items()
    ]


def _speaking(evidence: Evidence, finding: Finding) -> list[Verdict]:
    """The verdicts by which this finding hurts its clients, in the order of the profiles, the less certain last."""
    order = list(evidence.clients)
    hurting = [
        verdict
        for verdict in evidence.verdicts
        if verdict.client in finding.clients
        and verdict.observation in finding.observations
        and verdict.outcome in (Outcome.REFUSED, Outcome.WARNED)
    ]
    return sorted(hurting, key=lambda verdict: (verdict.basis is Basis.RECALLED, order.index(verdict.client)))
