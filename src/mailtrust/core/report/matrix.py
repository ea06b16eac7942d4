"""Who accepts it: clients down, ports across; ports that every client judges alike share a column."""

from collections.abc import Mapping, Sequence
from string import ascii_uppercase

from rich.cells import cell_len

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Basis, Outcome, Verdict
from mailtrust.core.report.labels import labelled, several_hosts
from mailtrust.core.report.page import Page, Span

WORDS: Mapping[Outcome, Text] = {
    Outcome.ACCEPTED: text("accepts"),
    Outcome.WARNED: text("asks"),
    Outcome.REFUSED: text("refuses"),
    Outcome.UNKNOWN: text("unknown"),
}
STYLES: Mapping[Outcome, str] = {
    Outcome.ACCEPTED: "green",
    Outcome.WARNED: "yellow",
    Outcome.REFUSED: "red",
    Outcome.UNKNOWN: "dim",
}
WAY_ON = text("* its user can go on all the same, past a hidden way or a second question")
UNSURE = text("~ less certain: recalled, nobody could source it")
_ORDER = (Outcome.REFUSED, Outcome.WARNED, Outcome.UNKNOWN, Outcome.ACCEPTED)
_WIDEST_NAME = 36
_NARROWEST_NAME = 14
_LEAST_FOR_REASONS = 16


@frozen
class Column:
    """Observations on which every client that is judged there says the same."""

    name: str
    observations: tuple[Observation, ...]
    verdicts: Mapping[str, Verdict]
    """By client; one that speaks none of the protocols has none."""


def columns(evidence: Evidence) -> tuple[Column, ...]:
    """The columns in the order of the case."""
    folded: list[tuple[list[Observation], dict[str, Verdict]]] = []
    for seen in evidence.case.observations:
        judged = {verdict.client: verdict for verdict in evidence.verdicts_on(seen.id)}
        if not judged:
            continue
        for together, known in folded:
            if all(_same(verdict, known.get(client)) for client, verdict in judged.items()):
                together.append(seen)
                known.update(judged)
                break
        else:
            folded.append(([seen], judged))
    return tuple(Column(_letters(number), tuple(seen), known) for number, (seen, known) in enumerate(folded))


def _same(one: Verdict, other: Verdict | None) -> bool:
    """Whether two verdicts of a client can share a cell; where it was not asked, nothing stands against it."""
    return other is None or (one.outcome, one.error_codes, one.basis, one.overridable) == (
        other.outcome,
        other.error_codes,
        other.basis,
        other.overridable,
    )


def draw_matrix(page: Page, evidence: Evidence) -> None:
    """Draw the legend of the columns and the table, in blocks where it is wider than the page."""
    found = columns(evidence)
    if not found:
        return
    page.heading(text("Who accepts it"))
    hosts = several_hosts([seen for column in found for seen in column.observations])
    for column in found:
        where = labelled(page, column.observations, evidence.case.observations, hosts=hosts)
        page.paragraph(
            (where, "dim" if len(found) == 1 else ""), first=[(f"{column.name}  ", "bold")] if len(found) > 1 else []
        )
    page.blank()
    cell = max(cell_len(page.say(word)) for word in WORDS.values()) + 6
    widest = min(_WIDEST_NAME, max(page.width - cell, _NARROWEST_NAME))
    title = min(max(cell_len(_title(page, evidence, client)) for client in evidence.clients) + 2, widest)
    per_block = max((page.width - title) // cell, 1)
    clients = worst_first(evidence, found)
    for start in range(0, len(found), per_block):
        _draw_block(
            page, evidence, clients, found[start : start + per_block], (title, cell), whole=len(found) <= per_block
        )
        page.blank()
    _draw_legend(page, found)


def _draw_block(
    page: Page,
    evidence: Evidence,
    clients: Sequence[str],
    found: Sequence[Column],
    widths: tuple[int, int],
    *,
    whole: bool,
) -> None:
    title, cell = widths
    left_over = page.width - title - cell * len(found)
    reasons = whole and left_over >= _LEAST_FOR_REASONS
    if len(found) > 1 or not whole:
        page.line((" " * title, ""), *((_fill(f"  {column.name}", cell), "bold") for column in found))
    for client in clients:
        if not any(client in column.verdicts for column in found):
            continue
        spans: list[Span] = [(_fill(page.cut(_title(page, evidence, client), title - 2), title), "")]
        spans += [_cell(page, column.verdicts.get(client), cell) for column in found]
        if reasons:
            codes = dict.fromkeys(
                code
                for column in found
                if client in column.verdicts
                for code in sorted(column.verdicts[client].error_codes)
            )
            spans.append((page.cut(page.name(", ".join(codes)), left_over), "dim"))
        page.line(*spans)


def _cell(page: Page, verdict: Verdict | None, width: int) -> Span:
    if verdict is None:
        return _fill(page.glyphs.not_asked, width), "dim"
    glyphs = page.glyphs
    mark = {
        Outcome.ACCEPTED: glyphs.accepted,
        Outcome.WARNED: glyphs.warned,
        Outcome.REFUSED: glyphs.refused,
        Outcome.UNKNOWN: glyphs.unknown,
    }[verdict.outcome]
    way_on = "*" if has_way_on(verdict) else ""
    doubt = "~" if unsure(verdict) else ""
    return _fill(f"{mark} {page.say(WORDS[verdict.outcome])}{way_on}{doubt}", width), STYLES[verdict.outcome]


def _draw_legend(page: Page, found: Sequence[Column]) -> None:
    every = [verdict for column in found for verdict in column.verdicts.values()]
    if any(has_way_on(verdict) for verdict in every):
        page.paragraph((page.say(WAY_ON), "dim"))
    if any(unsure(verdict) for verdict in every):
        page.paragraph((page.say(UNSURE), "dim"))


def has_way_on(verdict: Verdict) -> bool:
    """Whether the client refuses, and its user can go on all the same."""
    return verdict.overridable and verdict.outcome is Outcome.REFUSED


def unsure(verdict: Verdict) -> bool:
    """Whether nobody could source how this client judges."""
    return verdict.basis is Basis.RECALLED and verdict.outcome is not Outcome.UNKNOWN


def worst_first(evidence: Evidence, found: Sequence[Column]) -> list[str]:
    """The clients, those that refuse somewhere first."""

    def rank(client: str) -> int:
        outcomes = [_ORDER.index(column.verdicts[client].outcome) for column in found if client in column.verdicts]
        return min(outcomes, default=len(_ORDER))

    return sorted(evidence.clients, key=rank)


def _title(page: Page, evidence: Evidence, client: str) -> str:
    return page.say(Text(evidence.clients[client].title))


def _fill(value: str, width: int) -> str:
    return value + " " * max(width - cell_len(value), 0)


def _letters(number: int) -> str:
    return ascii_uppercase[number] if number < 26 else _letters(number // 26 - 1) + ascii_uppercase[number % 26]
