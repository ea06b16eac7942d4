"""One HTML file for a ticket or a manager: it loads nothing, runs nothing, and says everything in words as well.

Clients and chains are inline SVG, each with a table beside it.
"""

from collections import Counter
from collections.abc import Sequence

from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.report.accepted import weighing
from mailtrust.core.report.formats import Reader
from mailtrust.core.report.headline import headline, worst_outcomes
from mailtrust.core.report.html_chains import draw_chains
from mailtrust.core.report.html_document import write_document
from mailtrust.core.report.html_findings import draw_accepted, draw_findings
from mailtrust.core.report.html_matrix import draw_matrix
from mailtrust.core.report.html_signs import outcome_sign
from mailtrust.core.report.html_tree import Element, e
from mailtrust.core.report.leaves import served
from mailtrust.core.report.notes import assumptions, counts, store_doubts, store_line, unseen
from mailtrust.core.report.outcome import OutcomeWord, outcome_of
from mailtrust.core.report.page import WIDEST, Page
from mailtrust.core.report.rungs import time_left

_WORDS: dict[OutcomeWord, Text] = {
    "clean": text("ALL IS WELL"),
    "info": text("ALL IS WELL"),
    "warning": text("WARNING"),
    "error": text("ERROR"),
    "critical": text("CRITICAL"),
    "unknown": text("UNKNOWN"),
}


_COUNTED = {
    Outcome.REFUSED: text("clients refuse it"),
    Outcome.WARNED: text("clients ask their users"),
    Outcome.ACCEPTED: text("clients accept it"),
    Outcome.UNKNOWN: text("clients unknown"),
}


def write(assessments: Sequence[Assessment], reader: Reader) -> bytes:
    """The whole page; several targets stand one below the other."""
    page = Page(WIDEST, ascii_only=False, translate=reader.translate, lang=reader.lang)
    targets = [page.name(one.evidence.case.target) for one in assessments]
    title = page.say(text("Mail certificates of {targets}", targets=tuple(targets)))
    articles = [_article(page, one, number) for number, one in enumerate(assessments, 1)]
    links = [e("li", e("a", target, href=f"#target-{number}")) for number, target in enumerate(targets, 1)]
    return write_document(
        page,
        title,
        e("nav", e("ul", *links), aria_label=title) if len(links) > 1 else None,
        e("main", *articles),
    )


def _article(page: Page, assessment: Assessment, number: int) -> Element:
    evidence = assessment.evidence
    outcome = outcome_of(assessment)
    supposed = (e("p", page.say(sentence), class_="assumed") for sentence in assumptions(evidence))
    return e(
        "article",
        e(
            "header",
            e("span", page.say(_WORDS[outcome]), class_=f"pill {outcome}"),
            e("h1", page.say(headline(assessment)), id=f"headline-{number}"),
            *supposed,
            _tiles(page, assessment),
        ),
        draw_findings(page, assessment, number),
        draw_accepted(page, assessment),
        draw_matrix(page, evidence, number),
        draw_chains(page, evidence, number),
        _unseen(page, assessment),
        _basis(page, assessment),
        id=f"target-{number}",
        aria_labelledby=f"headline-{number}",
    )


def _tiles(page: Page, assessment: Assessment) -> Element:
    """How many clients do what, and what ends first."""
    evidence = assessment.evidence
    met = Counter(worst_outcomes(evidence).values())
    tiles = [
        e("li", e("b", _sign(outcome), str(met[outcome])), page.say(_COUNTED[outcome]))
        for outcome in (Outcome.REFUSED, Outcome.WARNED, Outcome.ACCEPTED, Outcome.UNKNOWN)
        if met[outcome] or outcome is not Outcome.UNKNOWN
    ]
    first = next((one.certificate for one in served(evidence) if one.leaf), None)
    if first is not None:
        left, _ = time_left(first, evidence.now, evidence)
        ends = text("the first certificate ends: {left}", left=left)
        tiles.append(e("li", e("b", f"{first.not_after:%Y-%m-%d}"), page.say(ends)))
    return e("ul", *tiles, class_="tiles")


def _sign(outcome: Outcome) -> Element:
    return e("svg", outcome_sign(outcome, 12.0, 12.0), viewBox="0 0 24 24", aria_hidden="true")


def _unseen(page: Page, assessment: Assessment) -> Element | None:
    missed = unseen(assessment)
    if not missed:
        return None
    items = (
        e("li", page.say(sentence), " ", e("code", page.name(rule), class_="dim") if rule else None)
        for sentence, rule in missed
    )
    return e("section", e("h2", page.say(text("What could not be looked at"))), e("ul", *items, class_="small"))


def _basis(page: Page, assessment: Assessment) -> Element:
    stores = []
    for name, store in sorted(assessment.evidence.stores.items()):
        doubts = [
            e("div", e("b", page.say(doubt)), class_="warned") for doubt in store_doubts(assessment.evidence, name)
        ]
        stores.append(e("li", page.say(store_line(name, store)), *doubts))
    return e(
        "section",
        e("h2", page.say(text("What this rests on"))),
        e("p", page.say(counts(assessment)), class_="small"),
        *(e("p", page.say(sentence), class_="small") for sentence in weighing(assessment.evidence)),
        e("ul", *stores, class_="small dim") if stores else None,
    )
