"""Where a line may end: at spaces, and between the wide characters of East Asian scripts, which write none."""

from unicodedata import category

from rich.cells import cell_len, get_character_cell_size
from rich.text import Text as Styled

# French sets a space before these and after «; a line does not end there.
_AFTER_A_SPACE = frozenset(";:!?»")
_OPENING = frozenset({"Ps", "Pi"})
_CLOSING = frozenset({"Pe", "Pf", "Po"})


def wrap(styled: Styled, width: int) -> list[Styled]:
    """Cut into lines of at most `width` cells; a word that is longer is cut inside. At least one line."""
    plain = styled.plain
    lines: list[Styled] = []
    start = 0
    while start < len(plain):
        end = _line_end(plain, start, width)
        line = styled[start:end]
        line.rstrip()
        lines.append(line)
        start = end
        while start < len(plain) and plain[start] == " ":
            start += 1
    return lines or [Styled("")]


def cut(value: str, width: int, ellipsis: str) -> str:
    """Shorten to at most `width` cells, with `ellipsis` where something is left out."""
    if cell_len(value) <= width:
        return value
    kept, room = "", width - cell_len(ellipsis)
    for character in value:
        room -= get_character_cell_size(character)
        if room < 0:
            break
        kept += character
    return (kept.rstrip() + ellipsis) if cell_len(ellipsis) <= width else ""


def _line_end(plain: str, start: int, width: int) -> int:
    """One past the last character of the line that begins at `start`."""
    cells, last_break = 0, start
    for at in range(start, len(plain)):
        if at > start and _may_break(plain, at):
            last_break = at
        cells += get_character_cell_size(plain[at])
        if cells > width and plain[at] != " ":
            return last_break if last_break > start else max(at, start + 1)
    return len(plain)


def _may_break(plain: str, at: int) -> bool:
    """Whether a new line may begin with the character at `at`."""
    before, after = plain[at - 1], plain[at]
    if after == " ":
        return False
    if before == " ":
        return after not in _AFTER_A_SPACE and plain[max(at - 2, 0)] != "«"
    if max(get_character_cell_size(before), get_character_cell_size(after)) < 2:
        return False
    # Unicode UAX 14: no line begins with a closing mark or ends with an opening one.
    return category(before) not in _OPENING and category(after) not in _CLOSING
