"""The page that a terminal report is written on: lines of styled text that fit, without a look at the environment."""

from collections.abc import Callable, Sequence
from datetime import date
from io import StringIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text as Styled

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.text import Text
from mailtrust.core.report.glyphs import ASCII, TO_ASCII, UNICODE, Glyphs
from mailtrust.core.report.wrapping import cut, wrap

NARROWEST = 40
WIDEST = 120
"""Beyond it the eye no longer finds from a name to the word at the right end of its line."""
LONGEST_SENTENCE = 4000
LONGEST_NAME = 120
LONGEST_VALUE = 400
"""Of one value in a sentence: a command that names a certificate by issuer and subject is meant to be copied."""
LEAST_LEFT = 14

Value = str | int | date | Text | tuple[str | Text, ...]

Span = tuple[str, str]
"""Text that has been cleaned, and its style in rich's words; the style never says what the text does not."""


class Page:
    """Collects lines. Everything that comes from outside passes `say` or `name`, and is harmless afterwards."""

    def __init__(self, width: int, *, ascii_only: bool, translate: Callable[[str], str], lang: str) -> None:
        self.width = min(max(width, NARROWEST), WIDEST)
        self.glyphs: Glyphs = ASCII if ascii_only else UNICODE
        self.ellipsis = "..." if ascii_only else "…"
        self.lang = lang
        self._ascii_only = ascii_only
        self._translate = translate
        self._lines: list[Styled] = []

    def say(self, sentence: Text | str, most: int = LONGEST_SENTENCE) -> str:
        """A sentence in the reader's language, cleaned."""
        shown = clean(_tame(sentence).render(self._translate) if isinstance(sentence, Text) else sentence, most)
        return shown.translate(TO_ASCII) if self._ascii_only else shown

    def name(self, value: str, most: int = LONGEST_NAME) -> str:
        """A name, address or word of a stranger, cleaned and cut."""
        return self.say(value, most)

    def cut(self, value: str, width: int) -> str:
        """Shorten cleaned text to `width` cells."""
        return cut(value, width, self.ellipsis)

    def blank(self) -> None:
        """An empty line, never two in a row and never the first."""
        if self._lines and self._lines[-1].plain:
            self._lines.append(Styled(""))

    def line(self, *spans: Span) -> None:
        """A line as it is; what does not fit is cut off."""
        styled = Styled.assemble(*spans)
        if cell_len(styled.plain) > self.width:
            styled.truncate(self.width, overflow="crop")
        self._lines.append(styled)

    def ends(self, left: Sequence[Span], right: Span, *, fill: str = " ", fill_style: str = "") -> None:
        """`left` at the left, `right` at the right, `fill` between; `left` gives way first when there is no room."""
        right = (self.cut(right[0], self.width - LEAST_LEFT), right[1])
        room = self.width - cell_len(right[0]) - 2
        shown = Styled.assemble(*left)
        if cell_len(shown.plain) > room:
            shown.truncate(max(room, 1), overflow="crop" if self._ascii_only else "ellipsis")
        gap = self.width - cell_len(shown.plain) - cell_len(right[0])
        filler = " " + fill * (gap - 2) + " " if gap >= 2 else " " * gap
        self._lines.append(Styled.assemble(shown, (filler, fill_style), right))

    def paragraph(self, *spans: Span, first: Sequence[Span] = (), then: Sequence[Span] | None = None) -> None:
        """Wrapped text; the first line begins with `first`, the others with `then` (without it: as much space)."""
        begin = Styled.assemble(*first)
        if cell_len(begin.plain) > self.width // 2:
            spans, begin = (*first, *spans), Styled("")
        rest = Styled.assemble((" " * cell_len(begin.plain), "")) if then is None else Styled.assemble(*then)
        room = max(self.width - max(cell_len(begin.plain), cell_len(rest.plain)), 10)
        for number, line in enumerate(wrap(Styled.assemble(*spans), room)):
            whole = Styled.assemble(begin if number == 0 else rest, line)
            self._lines.append(whole)

    def heading(self, title: Text, aside: str = "") -> None:
        """A section's title."""
        self.blank()
        shown = self.say(title)
        rule = self.glyphs.rule
        if aside and cell_len(aside) <= self.width - cell_len(shown) - 8:
            self.ends([(shown, "bold")], (aside, "dim"), fill=rule, fill_style="dim")
        else:
            self.line((shown, "bold"), (" " + rule * max(self.width - cell_len(shown) - 1, 0), "dim"))
        self.blank()

    def print(self, *, colour: bool) -> str:
        """The whole page as text that ends in one line feed."""
        out = StringIO()
        console = Console(
            file=out,
            width=self.width,
            color_system="standard" if colour else None,
            force_terminal=colour,
            no_color=not colour,
            legacy_windows=False,
            markup=False,
            emoji=False,
            highlight=False,
            soft_wrap=True,
            _environ={},
        )
        for line in self._lines:
            line.rstrip()
            console.print(line, no_wrap=True, overflow="ignore", crop=False)
        return out.getvalue().rstrip("\n") + "\n"


def _tame(sentence: Text) -> Text:
    """The sentence with each of its values cleaned and cut by itself, so that a long one cannot push the rest out."""
    return Text(sentence.template, tuple((name, _tame_value(value)) for name, value in sentence.values))


def _tame_value(value: Value) -> Value:
    match value:
        case Text():
            return _tame(value)
        case tuple():
            return tuple(_tame(one) if isinstance(one, Text) else clean(one, LONGEST_VALUE) for one in value)
        case str():
            return clean(value, LONGEST_VALUE)
        case _:
            return value
