"""Walks as one HTML file: who is served, what is wrong, what cures it, and each way as a tree."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from mailtrust.core.discovery.outcome import is_well
from mailtrust.core.discovery.traveller import Traveller
from mailtrust.core.model.finding import Finding
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.model.walk import Attempt, Meets, Walk
from mailtrust.core.remedies.finding.receiving import Receiving
from mailtrust.core.remedies.finding.ways import Cures, weighed
from mailtrust.core.report.finding_list import heading, hurts
from mailtrust.core.report.findings import SEVERITIES
from mailtrust.core.report.html_document import write_document
from mailtrust.core.report.html_signs import outcome_sign
from mailtrust.core.report.html_steps import step_html
from mailtrust.core.report.html_tree import Element, e
from mailtrust.core.report.page import WIDEST, Page
from mailtrust.core.report.walk_words import (
    MEETS,
    METHODS,
    brings_back,
    changes_told,
    headline,
    place_of,
    quoted,
    receiving_steps,
    serves,
    signed,
    steps_told,
    vouching,
)

MOST_WAYS = 4
_SIGNS = {
    Meets.SILENT: Outcome.UNKNOWN,
    Meets.WARNING: Outcome.WARNED,
    Meets.QUESTION: Outcome.WARNED,
    Meets.FOUND: Outcome.ACCEPTED,
    Meets.HIDDEN: Outcome.REFUSED,
}
_RESULTS = {
    Outcome.ACCEPTED: text("well"),
    Outcome.WARNED: text("warned"),
    Outcome.REFUSED: text("finds nothing"),
    Outcome.UNKNOWN: text("nobody can know"),
}


def walks_to_html(
    walks: Sequence[Walk],
    travellers: Mapping[str, Traveller],
    at: datetime,
    translate: Callable[[str], str],
    lang: str,
    *,
    cures: Cures | None = None,
    receiving: Sequence[Receiving] = (),
    findings: Sequence[Finding] = (),
) -> bytes:
    """Write the page; `lang` is the language that `translate` speaks, `names` those of the server's certificate."""
    page = Page(WIDEST, ascii_only=False, translate=translate, lang=lang)
    addresses = tuple(dict.fromkeys(walk.address for walk in walks))
    said = text("How clients find the server of {addresses}, from {place}", addresses=addresses, place=place_of(walks))
    title = page.say(said)
    article = e(
        "article",
        e("header", e("h1", title)),
        _table(page, walks, travellers),
        _findings(page, findings, travellers),
        _cures(page, cures, travellers),
        *(_receiving(page, one, travellers) for one in receiving),
        e("section", e("h2", page.say(text("Each way, in the client's own order"))), *_trees(page, walks, travellers)),
        e(
            "section",
            e("h2", page.say(text("What this rests on"))),
            *(e("p", page.say(sentence), class_="small") for sentence in vouching(walks)),
            e("p", page.say(text("Judged for {at}.", at=f"{at:%Y-%m-%d %H:%M} UTC")), class_="small"),
        ),
    )
    return write_document(page, title, e("main", article))


def _table(page: Page, walks: Sequence[Walk], travellers: Mapping[str, Traveller]) -> Element:
    """Which versions are affected: a row for each client, a column for each address and each side it is seen from."""
    found = {(walk.client, _column(page, walk, walks)): walk for walk in walks}
    columns = tuple(dict.fromkeys(column for _, column in found))
    head = e("tr", e("th", page.say(text("client"))), *(e("th", one, scope="col") for one in columns))
    rows = (
        e(
            "tr",
            e("th", page.say(Text(travellers[client].title)), scope="row"),
            *(
                _cell(page, found[client, column], travellers[client]) if (client, column) in found else e("td")
                for column in columns
            ),
        )
        for client in dict.fromkeys(walk.client for walk in walks)
    )
    caption = e("caption", page.say(text("Which clients are affected, at which address")))
    return e("div", e("table", caption, e("thead", head), e("tbody", *rows)), class_="wide")


def _column(page: Page, walk: Walk, walks: Sequence[Walk]) -> str:
    named = page.name(walk.address, 300)
    both = len({one.situation.inside for one in walks}) > 1
    return f"{named}, {page.say(place_of([walk]))}" if both else named


def _cell(page: Page, walk: Walk, traveller: Traveller) -> Element:
    well = is_well(walk, traveller)
    outcome = Outcome.UNKNOWN if well is None else Outcome.ACCEPTED if well else Outcome.WARNED
    if well is False and walk.found is None:
        outcome = Outcome.REFUSED
    questions = sum(one.meets is Meets.QUESTION for one in walk.met)
    asked = page.say(text("after a question")) if well and questions else ""
    return e("td", _sign(outcome), f" {page.say(_RESULTS[outcome])}", f", {asked}" if asked else None)


def _sign(outcome: Outcome) -> Element:
    return e("svg", outcome_sign(outcome, 12.0, 12.0), viewBox="0 0 24 24", class_="mark", aria_hidden="true")


def _findings(page: Page, findings: Sequence[Finding], travellers: Mapping[str, Traveller]) -> Element | None:
    if not findings:
        return None
    return e("section", e("h2", page.say(heading(findings))), *(_finding(page, one, travellers) for one in findings))


def _finding(page: Page, finding: Finding, travellers: Mapping[str, Traveller]) -> Element:
    word, _ = SEVERITIES[finding.severity]
    hurt = f" {page.glyphs.dot} {page.say(hurts(finding, travellers))}" if finding.clients else None
    return e(
        "section",
        e(
            "div",
            e("span", page.say(word), class_=f"pill {finding.severity}"),
            e("h3", page.say(finding.title)),
            class_="head",
        ),
        e("p", e("code", page.name(finding.rule)), hurt, class_="dim small"),
        e("p", page.say(finding.explanation.manager), class_="lead"),
        e("h4", page.say(text("What users meet"))),
        e("p", page.say(finding.explanation.user)),
        e(
            "details",
            e("summary", page.say(text("For the administrator: cause and cure"))),
            e("p", page.say(finding.explanation.admin)),
        ),
        class_=f"finding {finding.severity}",
    )


def _cures(page: Page, cures: Cures | None, travellers: Mapping[str, Traveller]) -> Element | None:
    if cures is None or not cures.best.changes:
        return None
    best, *others = cures.cures
    steps = (e("li", *step_html(page, step)) for step in steps_told(best, cures))
    ways = (
        e(
            "details",
            e("summary", page.say(text("Another way, with {count} changes:", count=len(other.changes)))),
            e("ul", *(e("li", page.say(sentence)) for sentence in changes_told(other, cures))),
            *(
                e("p", page.say(sentence), class_="dim small")
                for sentence in (serves(other, travellers), *weighed(other, best, travellers))
            ),
        )
        for other in others[:MOST_WAYS]
    )
    return e(
        "section",
        e("h2", page.say(text("What cures it best"))),
        *(e("p", page.say(one)) for one in (serves(best, travellers), *weighed(best, best, travellers))),
        e("div", e("ol", *steps), class_="cure"),
        *ways,
    )


def _receiving(page: Page, receiving: Receiving, travellers: Mapping[str, Traveller]) -> Element:
    return e(
        "section",
        e("h2", page.say(text("What brings the mail of other servers back"))),
        e("p", page.say(brings_back(receiving, travellers))),
        e("div", e("ol", *(e("li", *step_html(page, step)) for step in receiving_steps(receiving))), class_="cure"),
    )


def _trees(page: Page, walks: Sequence[Walk], travellers: Mapping[str, Traveller]) -> Iterator[Element]:
    for walk in walks:
        traveller = travellers[walk.client]
        items = [_attempt(page, attempt, reached=number < walk.reached) for number, attempt in enumerate(walk.attempts)]
        beyond = items[walk.reached :]
        yield e(
            "details",
            e("summary", _column(page, walk, walks), ": ", page.say(headline(walk, traveller))),
            e("ol", *items[: walk.reached], class_="walk"),
            *_further(page, beyond, walk.reached + 1),
        )


def _further(page: Page, items: Sequence[Element], start: int) -> Iterator[Element]:
    if items:
        yield e("p", page.say(text("The client does not come further; what would be there:")), class_="dim small")
        yield e("ol", *items, start=start, class_="walk dim")


def _attempt(page: Page, attempt: Attempt, *, reached: bool) -> Element:
    what = MEETS[attempt.meets] if attempt.asked else text("not asked")
    outcome = _SIGNS[attempt.meets] if attempt.asked else Outcome.UNKNOWN
    notes = []
    if attempt.dns is not None and attempt.dns.aliases:
        names = tuple(page.name(name) for name in attempt.dns.aliases)
        notes.append(
            page.say(text("In DNS it is an alias of {names}; that changes nothing for the name.", names=names))
        )
    if (said := signed(attempt)) is not None:
        notes.append(page.say(said))
    words = quoted(attempt, page.lang)
    return e(
        "li",
        _sign(outcome),
        " ",
        e("b", page.say(METHODS[attempt.method])),
        f" {page.glyphs.dot} {page.say(what)}",
        f" {page.glyphs.dot} {attempt.ms} ms" if attempt.ms else None,
        e("div", e("code", page.name(attempt.url, 300)), class_="small") if attempt.url else None,
        e("div", page.say(attempt.detail, 1000)),
        *(e("div", note, class_="dim small") for note in notes),
        e("blockquote", *(e("p", e("q", line)) for line in words.split(" / "))) if words else None,
        e("ol", *(_attempt(page, child, reached=reached) for child in attempt.children), class_="walk")
        if attempt.children
        else None,
    )
