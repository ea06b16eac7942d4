"""All scenarios at a glance: what each must bring to light, and what it did."""

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest

from rich.cells import cell_len, set_cell_size
from rich.text import Text as Styled

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.core.report.wrapping import wrap
from mailtrust.lab.runner import Comparison, Run
from mailtrust.lab.scenario import Scenario

GAP = "  "
NARROWEST = 16
"""Cells of a column of rules."""


@frozen
class Table:
    """The lines of a table, row by row, so that each can be shown as soon as its scenario has been run."""

    names: int
    """Cells of the first column."""
    rules: int
    """Cells of the second and of the third."""
    translate: Callable[[str], str]

    @classmethod
    def of(cls, scenarios: Sequence[Scenario], width: int, translate: Callable[[str], str]) -> "Table":
        """A table for these scenarios, as wide as the screen where the columns allow it."""
        names = max(cell_len(scenario.id) for scenario in scenarios)
        rest = width - names - cell_len("DIFF 999/999") - 3 * len(GAP)
        return cls(names, max(NARROWEST, rest // 2), translate)

    def head(self) -> Iterator[str]:
        """What the columns are."""
        titles = text("scenario"), text("expected"), text("found"), text("as expected")
        first, second, third, last = (title.render(self.translate) for title in titles)
        yield from self._lines(first, second, third, last)
        yield "-" * (self.names + 2 * self.rules + 3 * len(GAP) + cell_len("DIFF 999/999"))

    def row(self, run: Run) -> Iterator[str]:
        """One scenario, and below it whatever differs."""
        comparisons = (*run.broken, *run.cured)
        right = sum(comparison.holds for comparison in comparisons)
        mark = "ok" if run.holds else "DIFF"
        yield from self._lines(
            run.scenario.id,
            self._listed((*run.scenario.expected.found, *self._beside(run, lambda one: one.expected))),
            self._listed((*run.rules, *self._beside(run, lambda one: one.found))),
            f"{mark:<4} {right}/{len(comparisons)}",
        )
        for state, found in ((text("broken"), run.broken), (text("cured"), run.cured)):
            for comparison in found:
                if not comparison.holds:
                    yield f"    {state.render(self.translate)}: {comparison.subject}: {self._difference(comparison)}"

    def _beside(self, run: Run, side: Callable[[Comparison], Text]) -> Iterator[str]:
        """What is no finding: rules that cannot tell, and attempts that end without a handshake."""
        said = {
            f"{one.subject} ({side(one).render(self.translate)})"
            if one.about == "doubt"
            else side(one).render(self.translate)
            for one in run.broken
            if one.about in ("doubt", "end")
        }
        yield from sorted(said)

    def _listed(self, rules: Sequence[str]) -> str:
        return ", ".join(rules) or text("nothing").render(self.translate)

    def _difference(self, comparison: Comparison) -> str:
        return text("expected {expected}, got {found}", expected=comparison.expected, found=comparison.found).render(
            self.translate
        )

    def _lines(self, name: str, expected: str, found: str, last: str) -> Iterator[str]:
        columns = [[name], *([line.plain for line in wrap(Styled(cell), self.rules)] for cell in (expected, found))]
        widths = (self.names, self.rules, self.rules)
        for number, cells in enumerate(zip_longest(*columns, fillvalue="")):
            padded = (set_cell_size(cell, width) for cell, width in zip(cells, widths, strict=True))
            yield GAP.join((*padded, last if number == 0 else "")).rstrip()
