"""A forecast as one SVG picture: nothing is loaded from outside, and it can be read without colour.

What the bars show stands beside them in words, hatching tells outcomes apart, and the whole is told once more in `desc`
for those who listen to it (SVG 2, 5.8). Text is wrapped by a guess at its width, on the safe side.
"""

from collections.abc import Callable, Iterable
from dataclasses import field
from html import escape

from rich.cells import cell_len
from rich.text import Text as Styled

from mailtrust.core.forecast.courses import Track
from mailtrust.core.forecast.forecast import Forecast
from mailtrust.core.forecast.turns import Turn
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import record
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.report.forecast_axis import Axis
from mailtrust.core.report.forecast_rows import Bar, Row, certificate_rows, client_rows, picture_ends
from mailtrust.core.report.forecast_words import OUTCOMES, cause_of, headline, renew_by, store_title
from mailtrust.core.report.wrapping import wrap

Translate = Callable[[str], str]

WIDTH = 960
_MARGIN = 24
_BAR = 16
_LINE = 18
_CELL = 7.8
"""The width of one cell of 13 px sans-serif, generously."""
_CELLS = {"h": 10.0, "b": 8.6}
"""Of larger and bold letters."""
_MOST_TICKS = 12
_LONGEST = 1000

_FILLS = {None: "life", Outcome.ACCEPTED: "ok", Outcome.WARNED: "ask", Outcome.REFUSED: "no"}

_STYLE = """\
text{font:13px sans-serif;fill:#111}
.h{font-weight:bold;font-size:15px}
.b{font-weight:bold}
.s{fill:#444}
.axis{stroke:#444;stroke-width:1}
.grid{stroke:#bbb;stroke-width:1;stroke-dasharray:2 3}
.life{fill:#fff;stroke:#111}
.ok{fill:#d9efd9;stroke:#111}
.ask{fill:url(#ask);stroke:#111}
.no{fill:url(#no);stroke:#111}
"""
_DEFS = """\
<defs>
<pattern id="ask" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" fill="#fff3c4"/>\
<path d="M0 8L8 0" stroke="#111" stroke-width="1"/></pattern>
<pattern id="no" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" fill="#f3c6c0"/>\
<path d="M0 8L8 0M0 0L8 8" stroke="#111" stroke-width="1.4"/></pattern>
</defs>
"""


@record
class _Drawing:
    """What has been drawn so far, and how far down."""

    translate: Translate
    parts: list[str] = field(default_factory=list)
    y: int = _MARGIN

    def say(self, sentence: Text) -> str:
        return clean(sentence.render(self.translate), _LONGEST)

    def write(self, said: str, style: str = "", *, indent: int = 0) -> None:
        room = int((WIDTH - 2 * _MARGIN - indent) / _CELLS.get(style, _CELL))
        for line in wrap(Styled(said), room):
            self.y += _LINE
            named = f' class="{style}"' if style else ""
            self.parts.append(f'<text x="{_MARGIN + indent}" y="{self.y}"{named}>{escape(line.plain)}</text>')

    def box(self, bar: Bar, axis: Axis) -> None:
        left, right = _x(axis.place(bar.begins)), _x(axis.place(bar.ends))
        self.parts.append(
            f'<rect x="{left:.1f}" y="{self.y}" width="{max(right - left, 1):.1f}" height="{_BAR}" '
            f'class="{_FILLS[bar.outcome]}"/>'
        )


def to_svg(made: Forecast, translate: Translate, lang: str) -> bytes:
    """Draw the timeline: certificates, clients as they stand and renewed, and below the days with their causes."""
    drawing = _Drawing(translate)
    title = drawing.say(headline(made))
    drawing.write(title, "h")
    for renewal in made.renewals:
        drawing.write(drawing.say(renew_by(renewal)), "b")
    ends = picture_ends(made)
    axis = Axis(made.begins, ends)
    standing = client_rows(made, Track.AS_IT_STANDS, ends)
    sections = [
        (text("Certificates"), certificate_rows(made, ends)),
        (text("Clients, if nothing is done"), standing),
        (text("Clients, if the certificate is always renewed in time"), client_rows(made, Track.RENEWED, ends)),
    ]
    if standing:
        _legend(drawing)
        _axis(drawing, axis)
        for name, rows in sections:
            _rows(drawing, name, rows, axis)
    _days(drawing, made)
    height = drawing.y + _MARGIN
    told = " ".join(_told(drawing, sections))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-labelledby="title desc" xml:lang="{escape(lang)}">\n'
        f'<title id="title">{escape(title)}</title>\n<desc id="desc">{escape(told)}</desc>\n'
        f"<style>{_STYLE}</style>\n{_DEFS}"
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>\n' + "\n".join(drawing.parts) + "\n</svg>\n"
    ).encode("utf-8")


def _x(place: float) -> float:
    return _MARGIN + place * (WIDTH - 2 * _MARGIN)


def _legend(drawing: _Drawing) -> None:
    drawing.y += _LINE
    x = _MARGIN
    for outcome in (Outcome.ACCEPTED, Outcome.WARNED, Outcome.REFUSED):
        said = drawing.say(OUTCOMES[outcome])
        drawing.parts.append(
            f'<rect x="{x}" y="{drawing.y}" width="{_BAR * 2}" height="{_BAR}" class="{_FILLS[outcome]}"/>'
            f'<text x="{x + _BAR * 2 + 6}" y="{drawing.y + 13}">{escape(said)}</text>'
        )
        x += _BAR * 2 + 30 + int(cell_len(said) * _CELL)
    drawing.y += _BAR


def _axis(drawing: _Drawing, axis: Axis) -> None:
    drawing.y += _LINE * 2
    last = -1.0
    for at, name in axis.ticks(_MOST_TICKS):
        x = _x(axis.place(at))
        if x > last and x + len(name) * _CELL < WIDTH:
            drawing.parts.append(f'<text x="{x:.1f}" y="{drawing.y - 6}" class="s">{name}</text>')
            last = x + len(name) * _CELL
        drawing.parts.append(f'<path class="axis" d="M{x:.1f} {drawing.y}v-5"/>')
    drawing.parts.append(f'<path class="axis" d="M{_MARGIN} {drawing.y}H{WIDTH - _MARGIN}"/>')


def _rows(drawing: _Drawing, name: Text, rows: Iterable[Row], axis: Axis) -> None:
    rows = tuple(rows)
    if not rows:
        return
    drawing.y += 8
    drawing.write(drawing.say(name), "b")
    for row in rows:
        drawing.y += 8
        for bar in row.bars:
            drawing.box(bar, axis)
        drawing.y += _BAR
        drawing.write(drawing.say(_in_words(row)), indent=12)


def _in_words(row: Row) -> Text:
    return text("{names}: {words}", names=row.names, words=row.words)


def _days(drawing: _Drawing, made: Forecast) -> None:
    """The days that matter, in words: what the bars cannot say is why."""
    told = (change for track in Track for change in made.told(track))
    turns = [change for change in told if change.turn in (Turn.BREAKS, Turn.HEALS)]
    turns.sort(key=lambda change: (not change.already, change.at))
    coming = [notice for notice in made.notices if notice.rule.on > made.begins.date()]
    if not turns and not coming:
        return
    drawing.y += _LINE
    drawing.write(drawing.say(text("Days")), "b")
    for change in turns:
        day = text("already") if change.already else change.at.date()
        renewed = change.track is Track.RENEWED
        sentence = (
            text("{day}, for a renewed certificate: {cause}", day=day, cause=cause_of(change))
            if renewed
            else text("{day}: {cause}", day=day, cause=cause_of(change))
        )
        drawing.write(drawing.say(sentence), indent=12)
        for origin in change.origins:
            if origin.rule is not None and not origin.rule.certain:
                drawing.write(
                    drawing.say(text("announced by {store}", store=store_title(origin.store))), "s", indent=24
                )
    for notice in coming:
        drawing.write(drawing.say(text("{day}: {cause}", day=notice.rule.on, cause=notice.rule.title)), "s", indent=12)


def _told(drawing: _Drawing, sections: Iterable[tuple[Text, tuple[Row, ...]]]) -> Iterable[str]:
    for name, rows in sections:
        if rows:
            yield f"{drawing.say(name)}:"
            yield from (f"{drawing.say(_in_words(row))}." for row in rows)
