"""What to do: each remedy once, with its steps, their undo and what they disturb."""

from mailtrust.core.model.remedy import Human, Remedy, Run, Step, Write
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.doing import NOTHING_CHANGED
from mailtrust.core.report.page import Page, Span

MOST_LINES = 12
"""Of a file's content; a chain of certificates is not read on the screen."""

DISRUPTIONS: dict[str, Text] = {
    "none": text("disturbs nothing"),
    "reload": text("needs a reload"),
    "restart": text("needs a restart"),
}
PROMPTS = {"sh": "$", "powershell": "PS>", "cmd": ">", "exchange": "[PS]>"}


class Cures:
    """Draws remedies in full where they come first, and by their number afterwards."""

    def __init__(self, page: Page, *, steps: bool) -> None:
        self._page = page
        self._steps = steps
        self._numbers: dict[str, int] = {}

    def draw(self, remedy: Remedy) -> None:
        """The remedy under a finding."""
        page = self._page
        known = self._numbers.get(remedy.id)
        number = self._numbers.setdefault(remedy.id, len(self._numbers) + 1)
        label = page.say(text("Cure {number}", number=number))
        if known is not None:
            page.paragraph((page.say(text("as above")), "dim"), first=[("  ", ""), (f"{label}  ", "bold green")])
            return
        safety = text("safe") if remedy.safe else text("needs a decision")
        page.paragraph(
            (page.say(remedy.title), "bold"),
            (f"  ({page.say(safety)})", "green" if remedy.safe else "yellow"),
            first=[("  ", ""), (f"{label}  ", "bold green")],
        )
        if remedy.decision is not None:
            page.paragraph((page.say(remedy.decision), "yellow"), first=[("    ", "")])
        if self._steps:
            for count, step in enumerate(remedy.steps, 1):
                draw_step(page, count, step)


def draw_step(page: Page, count: int, step: Step) -> None:
    """One step: what to do, the command or file, and how it is taken back."""
    indent: Span = ("       ", "")
    page.paragraph((page.say(step.say), ""), first=[("    ", ""), (f"{count}. ", "bold")])
    match step.do:
        case Run(command=command, shell=shell):
            for line in command.splitlines():
                page.paragraph((page.name(line, 2000), "cyan"), first=[indent, (f"{PROMPTS[shell]} ", "dim")])
        case Write(path=path, content=content):
            _draw_file(page, path, content, indent)
        case Human(path=clicks):
            if clicks:
                way = f" {page.glyphs.to} ".join(page.say(click) for click in clicks)
                page.paragraph((way, "cyan"), first=[indent])
    if after := afterwards(page, step):
        page.paragraph((after, "dim"), first=[indent])


def _draw_file(page: Page, path: str, content: str, indent: Span) -> None:
    lines = content.splitlines()
    page.paragraph((page.name(path), "cyan"), (page.say(":"), ""), first=[indent])
    shown = lines if len(lines) <= MOST_LINES else lines[: MOST_LINES // 2]
    for line in shown:
        page.line(indent, (f"{page.glyphs.spine} ", "dim"), (page.cut(page.name(line, 500), page.width - 9), ""))
    if len(shown) < len(lines):
        rest = text(
            "... and {count} more lines; --format html shows them all to be copied, --format json has them too",
            count=len(lines) - len(shown),
        )
        page.paragraph((page.say(rest), "dim"), first=[indent, (f"{page.glyphs.spine} ", "dim")])


def afterwards(page: Page, step: Step) -> str:
    """What a step disturbs, what it needs and how it is taken back; empty for one that changes nothing."""
    if step.undo == NOTHING_CHANGED:
        return ""
    parts = [DISRUPTIONS[step.disruption]]
    if step.needs:
        parts.append(text("needs {right}", right=step.needs))
    parts.append(text("undo: {undo}", undo=step.undo) if step.undo else text("cannot be undone"))
    return f" {page.glyphs.dot} ".join(page.say(part) for part in parts)
