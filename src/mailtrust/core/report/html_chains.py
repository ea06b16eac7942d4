"""The chains as pictures: certificate after certificate from the server's own up to the anchor, and the gap between."""

from collections.abc import Iterator
from itertools import pairwise

from rich.cells import cell_len
from rich.text import Text as Styled

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import text
from mailtrust.core.report.chains import Anchor, Branch, Presented, branches, failed_branches, is_broken
from mailtrust.core.report.html_signs import anchor_sign, idle_sign, missing_sign, presented_sign
from mailtrust.core.report.html_tree import Element, Node, e
from mailtrust.core.report.labels import addresses, places, several_hosts
from mailtrust.core.report.page import Page, Span
from mailtrust.core.report.rungs import MOST_IDLE, RungWords, failure_sentence, is_quiet
from mailtrust.core.report.wrapping import cut, wrap

WIDTH = 800
_RAIL, _CARD, _INSET = 18, 46, 16
_NAME_CELL, _LINE_CELL, _PILL_CELL = 9.6, 7.6, 8.2
"""About how wide a letter is; a wider font must not run out of its card."""
_LINE, _BETWEEN = 19, 18
_MOST_LINES = 3
"""Of one detail; the table beside the picture has the whole."""
_SIGNS = {"sent": presented_sign, "gone": missing_sign, "end": anchor_sign, "idle": idle_sign}
_TONES = {"sent": "is-ok", "gone": "is-bad", "end": "is-note", "idle": "is-warn"}


@frozen
class _Card:
    """One certificate of the picture."""

    kind: str
    """sent, gone, end or idle."""
    name: str
    where: str
    details: tuple[tuple[Span, ...], ...]
    way: str
    """How the line to the next card is drawn: whole, broken or none."""


def draw_chains(page: Page, evidence: Evidence, number: int) -> Element | None:
    """Every branch as a picture with its table; then what failed. `number` tells several targets apart."""
    seen = evidence.case.observations
    if not seen:
        return None
    hosts = several_hosts(seen)
    one_host = page.name(seen[0].endpoint.host)
    title = text("What the servers present") if hosts else text("What {host} presents", host=one_host)
    drawn = [
        _branch(page, evidence, branch, f"chain-{number}-{count}") for count, branch in enumerate(branches(evidence), 1)
    ]
    failed = [
        e(
            "li",
            e("b", places(page, branch.observations, hosts=hosts)),
            ": ",
            page.say(failure_sentence(branch.failure)),
            class_="dim" if is_quiet(branch) else None,
        )
        for branch in failed_branches(evidence)
    ]
    return e("section", e("h2", page.say(title)), *drawn, e("ul", *failed, class_="failures") if failed else None)


def _branch(page: Page, evidence: Evidence, branch: Branch, name: str) -> Element:
    seen = evidence.case.observations
    label = places(page, branch.observations, hosts=several_hosts(seen))
    aside = [", ".join(branch.tls_versions)]
    if len({one.endpoint.address for one in seen}) > 1:
        aside.append(addresses(page, branch.observations))
    cards = tuple(_cards(page, evidence, branch))
    heading = e("h3", label, " ", e("span", f" {page.glyphs.dot} ".join(aside), class_="dim small"))
    if not cards:
        return e("div", heading, e("p", page.say(text("It presents no certificate at all."))), class_="branch")
    return e("div", heading, _picture(page, cards, label, name), _table(page, cards, label), class_="branch")


def _cards(page: Page, evidence: Evidence, branch: Branch) -> Iterator[_Card]:
    words = RungWords(page, evidence, branch)
    ways = ["broken" if is_broken(rung, above) else "whole" for rung, above in pairwise(branch.rungs)]
    for rung, way in zip(branch.rungs, [*ways, "none"], strict=False):
        kind = "sent" if isinstance(rung, Presented) else "end" if isinstance(rung, Anchor) else "gone"
        yield _Card(kind, *words.title(rung), tuple(tuple(spans) for spans in words.details(rung)), way)
    for idle in branch.idle[:MOST_IDLE]:
        yield _Card("idle", *words.idle(idle), (), "none")
    if (more := len(branch.idle) - MOST_IDLE) > 0:
        yield _Card("idle", page.say(text("and {count} more that are not needed", count=more)), "", (), "none")
    for anchor in branch.other_ends:
        yield _Card("end", *words.other_end(anchor), (), "none")


def _picture(page: Page, cards: tuple[_Card, ...], label: str, name: str) -> Element:
    y = 2
    ways: list[Element] = []
    drawn: list[Element] = []
    previous: tuple[int, str] | None = None
    for card in cards:
        lines = [line for spans in card.details for line in _wrapped(page, spans)]
        height = 40 + _LINE * len(lines) + (6 if lines else 0)
        middle = y + 21
        if previous is not None and previous[1] != "none":
            ways += _way(previous[0], middle, broken=previous[1] == "broken")
        drawn.append(_drawn(page, card, y, height, lines))
        previous = (middle, card.way)
        y += height + _BETWEEN
    height = y - _BETWEEN + 2
    said = "; ".join(f"{card.name}: {card.where}" for card in cards)
    return e(
        "div",
        e(
            "svg",
            e("title", label, id=f"{name}-title"),
            e("desc", said, id=f"{name}-desc"),
            *ways,
            *drawn,
            viewBox=f"0 0 {WIDTH} {height}",
            role="img",
            aria_labelledby=f"{name}-title {name}-desc",
        ),
        class_="wide",
    )


def _way(start: int, end: int, *, broken: bool) -> list[Element]:
    line = e("path", d=f"M{_RAIL} {start} V{end}", class_="way broken" if broken else "way")
    if not broken:
        return [line]
    middle = end - 30
    cross = e("path", d=f"M{_RAIL - 6} {middle - 3} l12 -6 m-12 13 l12 -6", class_="cross")
    return [line, cross]


def _drawn(page: Page, card: _Card, y: int, height: int, lines: list[list[Span]]) -> Element:
    right = WIDTH - _INSET
    where = cut(card.where, 44, page.ellipsis)
    pill = cell_len(where) * _PILL_CELL + 8
    room = int((right - pill - _CARD - 2 * _INSET) / _NAME_CELL)
    body = [
        e("rect", x=_CARD, y=y, width=WIDTH - _CARD - 2, height=height, rx=9, class_=f"card {card.kind}"),
        _SIGNS[card.kind](float(_RAIL), y + 21.0),
        e("text", cut(card.name, room, page.ellipsis), x=_CARD + _INSET, y=y + 26, class_="name"),
        e("text", where, x=right, y=y + 26, text_anchor="end", class_=f"head {_TONES[card.kind]}"),
    ]
    for number, line in enumerate(lines):
        runs: list[Node] = [e("tspan", run, class_=_tone(style)) if _tone(style) else run for run, style in line]
        body.append(e("text", *runs, x=_CARD + _INSET, y=y + 48 + number * _LINE))
    return e("g", *body)


def _wrapped(page: Page, spans: tuple[Span, ...]) -> list[list[Span]]:
    """The lines of one detail, each as runs of one style."""
    cells = int((WIDTH - _CARD - 3 * _INSET) / _LINE_CELL)
    lines = wrap(Styled.assemble(*spans), cells)
    runs = [_runs(line) for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES:
        runs[-1].append((page.ellipsis, "dim"))
    return runs


def _runs(line: Styled) -> list[Span]:
    runs: list[Span] = []
    at = 0
    for span in line.spans:
        runs += [(line.plain[at : span.start], ""), (line.plain[span.start : span.end], str(span.style))]
        at = span.end
    runs.append((line.plain[at:], ""))
    return [run for run in runs if run[0]]


def _tone(style: str) -> str | None:
    """The class for a style of the terminal."""
    for colour, tone in (("red", "is-bad"), ("yellow", "is-warn"), ("green", "is-ok"), ("cyan", "is-note")):
        if colour in style:
            return tone
    return "faint" if "dim" in style else None


def _table(page: Page, cards: tuple[_Card, ...], label: str) -> Element:
    head = (text("Certificate"), text("Where it is"), text("What is known of it"))
    rows = [
        e(
            "tr",
            e("th", card.name, scope="row"),
            e("td", card.where),
            e("td", *(e("div", "".join(run for run, _ in spans)) for spans in card.details)),
        )
        for card in cards
    ]
    return e(
        "details",
        e("summary", page.say(text("The same as a table"))),
        e(
            "table",
            e("caption", label),
            e("thead", e("tr", *(e("th", page.say(one), scope="col") for one in head))),
            e("tbody", *rows),
        ),
        class_="twin",
    )
