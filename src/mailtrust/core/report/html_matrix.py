"""Who accepts it, as a picture: clients down, ports across; and as a table for those who cannot see it."""

from collections.abc import Sequence

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Verdict
from mailtrust.core.report.html_signs import outcome_sign, tone
from mailtrust.core.report.html_tree import Element, Node, e
from mailtrust.core.report.labels import labelled, port_label, several_hosts
from mailtrust.core.report.matrix import (
    UNSURE,
    WAY_ON,
    WORDS,
    Column,
    columns,
    has_way_on,
    unsure,
    worst_first,
)
from mailtrust.core.report.page import Page
from mailtrust.core.report.wrapping import cut

WIDTH = 800
_NAME, _CELL, _ROW = 280, 128, 32
_LETTER = 7.3
_MONO = 7.0
_PER_PICTURE = (WIDTH - _NAME) // _CELL
_MOST_PORTS = 8
"""Named over one column; the table names them all."""
_LEAST_FOR_REASONS = 150


def draw_matrix(page: Page, evidence: Evidence, number: int) -> Element | None:
    """The pictures (several where there are many columns), their table and legend; nothing when nobody judged."""
    found = columns(evidence)
    if not found:
        return None
    clients = [one for one in worst_first(evidence, found) if any(one in column.verdicts for column in found)]
    title = page.say(text("Who accepts it"))
    pictures = [
        _picture(
            page,
            evidence,
            clients,
            found[start : start + _PER_PICTURE],
            name=f"matrix-{number}-{start}",
            title=title,
        )
        for start in range(0, len(found), _PER_PICTURE)
    ]
    return e(
        "section",
        e("h2", title),
        *(_legend_of_columns(page, found) if _lettered(found) else ()),
        *pictures,
        *_legend(page, found),
        _table(page, evidence, clients, found, title),
    )


def _lettered(found: Sequence[Column]) -> bool:
    """Whether columns go by letters: names of hosts, and addresses of one host, have no room above them."""
    ports = [frozenset(port_label(seen.endpoint) for seen in column.observations) for column in found]
    return several_hosts(_every(found)) or len(set(ports)) < len(ports)


def _every(found: Sequence[Column]) -> list[Observation]:
    return [seen for column in found for seen in column.observations]


def _legend_of_columns(page: Page, found: Sequence[Column]) -> list[Element]:
    every = _every(found)
    return [
        e(
            "p",
            e("b", column.name),
            ": ",
            labelled(page, column.observations, every, hosts=several_hosts(every)),
            class_="small",
        )
        for column in found
    ]


def _picture(
    page: Page, evidence: Evidence, clients: Sequence[str], found: Sequence[Column], *, name: str, title: str
) -> Element:
    heads = [_head(page, column, lettered=_lettered(found)) for column in found]
    top = 12 + 16 * max(map(len, heads))
    height = top + _ROW * len(clients) + 2
    left_over = WIDTH - _NAME - _CELL * len(found)
    drawn: list[Element] = []
    for place, head in enumerate(heads):
        x = _NAME + place * _CELL
        drawn += [e("text", line, x=x, y=14 + 16 * row, class_="head") for row, line in enumerate(head)]
    said = []
    for row, client in enumerate(clients):
        y = top + _ROW * row
        verdicts = [column.verdicts.get(client) for column in found]
        called = page.say(Text(evidence.clients[client].title))
        if row % 2 == 0:
            drawn.append(e("rect", x=0, y=y, width=WIDTH, height=_ROW, rx=5, class_="stripe"))
        drawn.append(e("text", cut(called, int((_NAME - 16) / _LETTER), page.ellipsis), x=10, y=y + 21))
        drawn += [_cell(page, one, _NAME + place * _CELL, y) for place, one in enumerate(verdicts)]
        if left_over >= _LEAST_FOR_REASONS:
            codes = cut(_codes(page, verdicts), int((left_over - 12) / _MONO), page.ellipsis)
            drawn.append(e("text", codes, x=_NAME + _CELL * len(found), y=y + 20, class_="code"))
        said.append(f"{called}: {', '.join(dict.fromkeys(_word(page, one) for one in verdicts))}")
    return e(
        "div",
        e(
            "svg",
            e("title", title, id=f"{name}-title"),
            e("desc", "; ".join(said), id=f"{name}-desc"),
            *drawn,
            viewBox=f"0 0 {WIDTH} {height}",
            role="img",
            aria_labelledby=f"{name}-title {name}-desc",
        ),
        class_="wide",
    )


def _head(page: Page, column: Column, *, lettered: bool) -> list[str]:
    if lettered:
        return [column.name]
    labels = list(dict.fromkeys(port_label(seen.endpoint) for seen in column.observations))
    if len(labels) <= _MOST_PORTS:
        return labels
    more = page.say(text("{count} more", count=len(labels) - _MOST_PORTS + 1))
    return [*labels[: _MOST_PORTS - 1], more]


def _cell(page: Page, verdict: Verdict | None, x: int, y: int) -> Element:
    if verdict is None:
        return e("text", page.glyphs.not_asked, x=x + 6, y=y + 21, class_="faint")
    word = cut(_word(page, verdict), int((_CELL - 30) / _LETTER), page.ellipsis)
    return e(
        "g",
        outcome_sign(verdict.outcome, x + 10.0, y + 16.0),
        e("text", word, x=x + 27, y=y + 21, class_=f"head is-{tone(verdict.outcome)}"),
    )


def _word(page: Page, verdict: Verdict | None) -> str:
    """The outcome, with the marks that the legend explains."""
    if verdict is None:
        return page.say(text("not asked"))
    marks = ("*" if has_way_on(verdict) else "") + ("~" if unsure(verdict) else "")
    return page.say(WORDS[verdict.outcome]) + marks


def _codes(page: Page, verdicts: Sequence[Verdict | None]) -> str:
    codes = (code for verdict in verdicts if verdict for code in sorted(verdict.error_codes))
    return page.name(", ".join(dict.fromkeys(codes)), 400)


def _legend(page: Page, found: Sequence[Column]) -> list[Element]:
    every = [verdict for column in found for verdict in column.verdicts.values()]
    legend = [(WAY_ON, has_way_on), (UNSURE, unsure)]
    return [
        e("p", page.say(sentence), class_="dim small") for sentence, fits in legend if any(fits(one) for one in every)
    ]


def _table(page: Page, evidence: Evidence, clients: Sequence[str], found: Sequence[Column], title: str) -> Element:
    every = _every(found)
    heads = [
        e("th", labelled(page, column.observations, every, hosts=several_hosts(every)), scope="col") for column in found
    ]
    rows = [
        e(
            "tr",
            e("th", page.say(Text(evidence.clients[client].title)), scope="row"),
            *(_table_cell(page, column.verdicts.get(client)) for column in found),
        )
        for client in clients
    ]
    return e(
        "details",
        e("summary", page.say(text("The same as a table"))),
        e(
            "div",
            e(
                "table",
                e("caption", title),
                e("thead", e("tr", e("th", page.say(text("Client")), scope="col"), *heads)),
                e("tbody", *rows),
            ),
            class_="wide",
        ),
        class_="twin",
    )


def _table_cell(page: Page, verdict: Verdict | None) -> Element:
    codes = _codes(page, [verdict])
    inside: list[Node] = [_word(page, verdict)]
    return e("td", *inside, *([e("br"), e("code", codes)] if codes else []))
