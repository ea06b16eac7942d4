"""Walks as text for a terminal: a tree for each client. Import it late: it draws with rich."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from mailtrust.core.discovery.outcome import for_servers, is_well
from mailtrust.core.discovery.traveller import Traveller
from mailtrust.core.model.finding import Finding
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.walk import Attempt, Meets, Walk
from mailtrust.core.remedies.finding.receiving import Receiving
from mailtrust.core.remedies.finding.ways import Cures, weighed
from mailtrust.core.report.cures import draw_step
from mailtrust.core.report.finding_list import draw_finding_list
from mailtrust.core.report.page import Page, Span
from mailtrust.core.report.walk_words import (
    MEETS,
    METHODS,
    WHAT_SUFFERS,
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

MOST_WAYS = 6
"""Told in text; JSON has them all."""
_STYLES = {
    Meets.SILENT: ("not_asked", "dim"),
    Meets.WARNING: ("warned", "yellow"),
    Meets.QUESTION: ("warned", "yellow"),
    Meets.FOUND: ("accepted", "green"),
    Meets.HIDDEN: ("refused", "red"),
}


def render_walks(
    walks: Sequence[Walk],
    travellers: Mapping[str, Traveller],
    at: datetime,
    *,
    width: int,
    colour: bool,
    translate: Callable[[str], str],
    lang: str = "en",
    ascii_only: bool = False,
    cures: Cures | None = None,
    receiving: Sequence[Receiving] = (),
    findings: Sequence[Finding] = (),
) -> str:
    """Draw the walks: what becomes of whom, each way with what its user meets, and what cures it. `width` in cells."""
    page = Page(width, ascii_only=ascii_only, translate=translate, lang=lang)
    addresses = tuple(dict.fromkeys(walk.address for walk in walks))
    both = len({walk.situation.inside for walk in walks}) > 1
    title = text("How clients find the server of {addresses}, from {place}", addresses=addresses,
                 place=place_of(walks))  # fmt: skip
    page.paragraph((page.say(title), "bold"))
    for address in addresses:
        page.blank()
        if len(addresses) > 1:
            page.paragraph((page.name(address, 300), "bold"))
        of_it = [walk for walk in walks if walk.address == address]
        # From both sides, each client's two results stand together.
        order = list(dict.fromkeys(walk.client for walk in of_it))
        for walk in sorted(of_it, key=lambda walk: order.index(walk.client)):
            _draw_result(page, walk, travellers[walk.client], both=both)
    lost = [walk for walk in walks if walk.found is None and not for_servers(walk)]
    if any(is_well(walk, travellers[walk.client]) is False for walk in lost):
        page.blank()
        page.paragraph((page.say(WHAT_SUFFERS), ""))
    draw_finding_list(page, findings, travellers)
    _draw_cures(page, cures, travellers)
    for one in receiving:
        page.heading(text("What brings the mail of other servers back"))
        page.paragraph((page.say(brings_back(one, travellers)), ""))
        for count, step in enumerate(receiving_steps(one), 1):
            draw_step(page, count, step)
    for walk in walks:
        named = (page.name(walk.address, 100),) if len(addresses) > 1 else ()
        where = (*named, page.say(place_of([walk]))) if both else named
        _draw_walk(page, walk, travellers[walk.client], ", ".join(where))
    page.blank()
    for sentence in vouching(walks):
        page.paragraph((page.say(sentence), "dim"))
    page.paragraph((page.say(text("Judged for {at}.", at=f"{at:%Y-%m-%d %H:%M} UTC")), "dim"))
    return page.print(colour=colour)


def _draw_result(page: Page, walk: Walk, traveller: Traveller, *, both: bool) -> None:
    well = is_well(walk, traveller)
    glyph, style = {
        True: (page.glyphs.accepted, "green"),
        False: (page.glyphs.refused, "red") if walk.found is None else (page.glyphs.warned, "yellow"),
        None: (page.glyphs.unknown, "dim"),
    }[well]
    said = headline(walk, traveller)
    if both:
        said = text("{place}: {sentence}", place=place_of([walk]), sentence=said)
    page.paragraph((page.say(said), ""), first=[(f"{glyph} ", style)], then=[("  ", "")])


def _draw_cures(page: Page, cures: Cures | None, travellers: Mapping[str, Traveller]) -> None:
    if cures is None or not cures.best.changes:
        return
    best, *others = cures.cures
    page.heading(text("What cures it best"))
    for sentence in (serves(best, travellers), *weighed(best, best, travellers)):
        page.paragraph((page.say(sentence), ""))
    for count, step in enumerate(steps_told(best, cures), 1):
        draw_step(page, count, step)
    for number, other in enumerate(others, 2):
        page.blank()
        page.paragraph((page.say(text("Another way, with {count} changes:", count=len(other.changes))), "bold"))
        for sentence in changes_told(other, cures):
            page.paragraph((page.say(sentence), ""), first=[("  ", ""), (f"{page.glyphs.dot} ", "dim")])
        for sentence in (serves(other, travellers), *weighed(other, best, travellers)):
            page.paragraph((page.say(sentence), "dim"), first=[("  ", "")], then=[("  ", "")])
        if number > MOST_WAYS:
            break


def _draw_walk(page: Page, walk: Walk, traveller: Traveller, where: str) -> None:
    page.heading(Text(traveller.title), where)
    for number, attempt in enumerate(walk.attempts):
        last = number == len(walk.attempts) - 1
        if number == walk.reached:
            page.paragraph((page.say(text("The client does not come further; what would be there:")), "dim"))
        _draw_attempt(page, attempt, (), last=last, reached=number < walk.reached)


def _draw_attempt(page: Page, attempt: Attempt, guides: tuple[Span, ...], *, last: bool, reached: bool) -> None:
    glyphs = page.glyphs
    sign, style = _STYLES[attempt.meets]
    faint = not (reached and attempt.asked)
    branch: Span = (glyphs.last_branch if last else glyphs.branch, "dim")
    guide: Span = ("   " if last else glyphs.guide, "dim")
    left: list[Span] = [
        *guides,
        branch,
        (f"{getattr(glyphs, sign)} ", "dim" if faint else style),
        (page.say(METHODS[attempt.method]), "dim" if faint else "bold"),
    ]
    what = MEETS[attempt.meets] if attempt.asked else text("not asked")
    page.ends(left, (page.say(what), "dim" if faint else style))
    below = [*guides, guide]
    if attempt.url:
        page.paragraph((page.name(attempt.url, 300), "dim"), first=below, then=below)
    page.paragraph((page.say(attempt.detail), "dim" if faint else ""), first=below, then=below)
    if attempt.dns is not None and attempt.dns.aliases:
        names = tuple(page.name(name) for name in attempt.dns.aliases)
        sentence = text("In DNS it is an alias of {names}; that changes nothing for the name.", names=names)
        page.paragraph((page.say(sentence), "dim"), first=below, then=below)
    if (said := signed(attempt)) is not None:
        page.paragraph((page.say(said), "dim"), first=below, then=below)
    if words := quoted(attempt, page.lang):
        for line in words.split(" / "):
            page.paragraph((f"“{page.name(line, 500)}”", ""), first=[*below, ("  ", "")], then=[*below, ("  ", "")])
    for number, child in enumerate(attempt.children):
        _draw_attempt(
            page, child, (*guides, guide), last=number == len(attempt.children) - 1, reached=reached and attempt.asked
        )
