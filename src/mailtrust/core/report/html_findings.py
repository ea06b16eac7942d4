"""What is wrong, worst first: for the manager, for those at the phone, and folded for the administrator."""

from collections.abc import Iterator

from mailtrust.core.model.evidence import Assessment, Evidence
from mailtrust.core.model.finding import Finding, Severity
from mailtrust.core.model.remedy import Remedy
from mailtrust.core.model.text import text
from mailtrust.core.report.accepted import HEADING, because, notices, reasons, where_found
from mailtrust.core.report.findings import MOST_QUOTES, SEVERITIES, Quote, hurts, quotes
from mailtrust.core.report.html_steps import step_html
from mailtrust.core.report.html_tree import Element, Node, e
from mailtrust.core.report.page import Page
from mailtrust.core.rules.grounds.naming import titles


def draw_findings(page: Page, assessment: Assessment, number: int) -> Element | None:
    """Every finding with its cures; each cure is told once. `number` tells several targets apart."""
    findings = assessment.findings
    if not findings:
        return None
    title = text("What is wrong") if findings[0].severity is not Severity.INFO else text("Worth knowing")
    drawing = _Findings(page, assessment, number)
    return e("section", e("h2", page.say(title)), *(drawing.draw(finding) for finding in findings))


def draw_accepted(page: Page, assessment: Assessment) -> Element | None:
    """What the organisation lives with, and what is the matter with its acceptances."""
    told = notices(assessment.acceptances, assessment.evidence.settings.file)
    if not assessment.accepted and not told:
        return None
    cards = (
        e(
            "section",
            e("h3", page.say(finding.title)),
            _where(page, assessment.evidence, finding),
            *(e("p", page.say(because(accepted))) for accepted in reasons(assessment.acceptances, finding)),
            class_="finding",
        )
        for finding in assessment.accepted
    )
    return e(
        "section", e("h2", page.say(HEADING)), *cards, *(e("p", page.say(notice), class_="assumed") for notice in told)
    )


def _where(page: Page, evidence: Evidence, finding: Finding) -> Element:
    parts: list[Node] = [e("code", page.name(finding.rule))]
    if where := where_found(page, evidence, finding):
        parts += [f" {page.glyphs.dot} ", where]
    if finding.clients:
        parts += [f" {page.glyphs.dot} ", page.say(hurts(evidence, finding))]
    return e("p", *parts, class_="dim small")


class _Findings:
    """Draws the findings of one assessment, and remembers what has been told."""

    def __init__(self, page: Page, assessment: Assessment, number: int) -> None:
        self._page = page
        self._assessment = assessment
        self._number = number
        self._cures: dict[str, int] = {}
        self._quoted: set[str] = set()

    def draw(self, finding: Finding) -> Element:
        """One finding."""
        page, evidence = self._page, self._assessment.evidence
        word, _ = SEVERITIES[finding.severity]
        remedies = [self._cure(one) for one in self._assessment.remedies if finding.id in one.cures]
        head = e(
            "div",
            e("span", page.say(word), class_=f"pill {finding.severity}"),
            e("h3", page.say(finding.title)),
            class_="head",
        )
        return e(
            "section",
            head,
            self._where(evidence, finding),
            e("p", page.say(finding.explanation.manager), class_="lead"),
            e("h4", page.say(text("What users meet"))),
            e("p", page.say(finding.explanation.user)),
            *self._quotes(finding),
            e(
                "details",
                e("summary", page.say(text("For the administrator: cause and cure"))),
                e("p", page.say(finding.explanation.admin)),
                *remedies,
            ),
            class_=f"finding {finding.severity}",
        )

    def _where(self, evidence: Evidence, finding: Finding) -> Element:
        return _where(self._page, evidence, finding)

    def _quotes(self, finding: Finding) -> Iterator[Element]:
        page = self._page
        said = quotes(self._assessment.evidence, finding, page.lang, self._quoted)
        for quote in said[:MOST_QUOTES]:
            yield self._quote(quote)
        if len(said) > MOST_QUOTES:
            rest = text("... and {count} more say it in other words", count=len(said) - MOST_QUOTES)
            yield e("p", page.say(rest), class_="dim small")

    def _quote(self, quote: Quote) -> Element:
        page = self._page
        clients = titles(self._assessment.evidence, quote.clients)
        readers = page.say(text("The user of {clients} reads:", clients=clients))
        # The words are the client's own, in its own language.
        sentences = (e("p", e("q", page.say(sentence), lang=quote.lang)) for sentence in quote.sentences)
        grounds = e("p", page.say(quote.grounds, 400), class_="dim small")
        return e("blockquote", e("p", readers, class_="small"), *sentences, grounds)

    def _cure(self, remedy: Remedy) -> Element:
        page = self._page
        known = self._cures.get(remedy.id)
        number = self._cures.setdefault(remedy.id, len(self._cures) + 1)
        name = f"cure-{self._number}-{number}"
        label = page.say(text("Cure {number}", number=number))
        if known is not None:
            return e("p", e("a", label, href=f"#{name}"), ": ", page.say(text("as above")))
        safety = page.say(text("safe") if remedy.safe else text("needs a decision"))
        tone = "accepted" if remedy.safe else "warned"
        return e(
            "div",
            e("h4", f"{label}: {page.say(remedy.title)} ", e("span", safety, class_=f"pill {tone}")),
            e("p", page.say(remedy.decision)) if remedy.decision else None,
            e("ol", *(e("li", *step_html(page, step)) for step in remedy.steps)) if remedy.steps else None,
            class_="cure",
            id=name,
        )
