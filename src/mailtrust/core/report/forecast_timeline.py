"""The timeline on a terminal: a bar a row, and below each the same in words."""

from collections.abc import Iterable
from datetime import datetime

from mailtrust.core.forecast.courses import Track
from mailtrust.core.forecast.forecast import Forecast
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.report.forecast_axis import Axis
from mailtrust.core.report.forecast_rows import Bar, Row, certificate_rows, client_rows, picture_ends
from mailtrust.core.report.forecast_words import OUTCOMES
from mailtrust.core.report.glyphs import ASCII
from mailtrust.core.report.page import Page, Span

_UNICODE_FILL: dict[Outcome | None, str] = {
    None: "━",
    Outcome.ACCEPTED: "━",
    Outcome.WARNED: "▒",
    Outcome.REFUSED: "×",  # noqa: RUF001 - drawn, not written
    Outcome.UNKNOWN: "·",
}
_ASCII_FILL: dict[Outcome | None, str] = {
    None: "=",
    Outcome.ACCEPTED: "=",
    Outcome.WARNED: "!",
    Outcome.REFUSED: "x",
    Outcome.UNKNOWN: ".",
}
_STYLES: dict[Outcome | None, str] = {
    None: "",
    Outcome.ACCEPTED: "green",
    Outcome.WARNED: "yellow",
    Outcome.REFUSED: "red",
    Outcome.UNKNOWN: "dim",
}
_TICK = 9
"""Cells that a name of a day needs."""


def draw_timeline(page: Page, made: Forecast) -> None:
    """Draw certificates and clients as they stand, and the clients anew where renewing in time changes something."""
    ends = picture_ends(made)
    axis = Axis(made.begins, ends)
    standing = client_rows(made, Track.AS_IT_STANDS, ends)
    if not standing:
        return
    page.heading(text("Timeline"))
    fill = _fill(page)
    legend = [
        f"{fill[outcome]} {page.say(OUTCOMES[outcome])}"
        for outcome in (Outcome.ACCEPTED, Outcome.WARNED, Outcome.REFUSED)
    ]
    page.paragraph(("   ".join(legend), "dim"))
    page.blank()
    _draw_axis(page, axis)
    _draw_rows(page, text("Certificates"), certificate_rows(made, ends), axis)
    _draw_rows(page, text("Clients, if nothing is done"), standing, axis)
    renewed = client_rows(made, Track.RENEWED, ends)
    if any(len(row.bars) > 1 for row in renewed) or [row.bars for row in renewed] != [row.bars for row in standing]:
        _draw_rows(page, text("Clients, if the certificate is always renewed in time"), renewed, axis)


def _draw_axis(page: Page, axis: Axis) -> None:
    width = page.width - 2
    names, marks = [" "] * width, [page.glyphs.rule] * width
    for at, name in axis.ticks(max(width // _TICK, 2)):
        cell = min(int(axis.place(at) * width), width - 1)
        marks[cell] = page.glyphs.spine
        if cell + len(name) <= width and not "".join(names[max(cell - 1, 0) : cell + len(name)]).strip():
            names[cell : cell + len(name)] = name
    page.line(("  " + "".join(names).rstrip(), "dim"))
    page.line(("  " + "".join(marks), "dim"))


def _draw_rows(page: Page, title: Text, rows: Iterable[Row], axis: Axis) -> None:
    rows = tuple(rows)
    if not rows:
        return
    page.blank()
    page.line((page.say(title), "bold"))
    for row in rows:
        page.line(("  ", ""), *_bars(page, row.bars, axis))
        words = text("{names}: {words}", names=row.names, words=row.words)
        page.paragraph((page.say(words), ""), first=[("    ", "")])


def _bars(page: Page, bars: tuple[Bar, ...], axis: Axis) -> list[Span]:
    """A cell shows what holds at its end, so that a break is seen on its day and not a cell later."""
    width, fill = page.width - 2, _fill(page)
    spans: list[Span] = []
    for cell in range(width):
        moment = axis.begins + (axis.ends - axis.begins) * ((cell + 1) / width)
        bar = _at(bars, moment)
        span = (" ", "") if bar is None else (fill[bar.outcome], _STYLES[bar.outcome])
        if spans and spans[-1][1] == span[1]:
            spans[-1] = (spans[-1][0] + span[0], span[1])
        else:
            spans.append(span)
    return spans


def _at(bars: tuple[Bar, ...], moment: datetime) -> Bar | None:
    return next((bar for bar in reversed(bars) if bar.begins < moment <= bar.ends), None)


def _fill(page: Page) -> dict[Outcome | None, str]:
    return _ASCII_FILL if page.glyphs is ASCII else _UNICODE_FILL
