"""What became of a plan as text: one sentence when all is well, else every step and how it is now."""

from collections.abc import Callable

from mailtrust.core.model.applied import (
    Applied,
    InPlace,
    NotBegun,
    NotTakenBack,
    StepNow,
    StepState,
    TakenBack,
)
from mailtrust.core.model.text import Text, text
from mailtrust.core.report.page import Page, Span

HEADLINES = {
    "done": text("Done: the plan is applied, and proven on the wire."),
    "nothing-to-do": text("Nothing was done."),
    "undone": text("What was begun has been taken back."),
    "not-undone": text("NOT everything could be taken back. Look after the steps that are named below."),
}
STATES: tuple[tuple[type[StepState], Text, str], ...] = (
    (NotTakenBack, text("Not taken back"), "bold red"),
    (TakenBack, text("Taken back"), "green"),
    (InPlace, text("In place"), "green"),
    (NotBegun, text("Not begun"), "dim"),
)

TRIED_AGAIN = text("Mend what keeps it from that, and run the same command again: it is taken back then.")
BY_HAND = text("mailtrust leaves it as it is: put it right by hand.")


def render_applied(
    applied: Applied,
    *,
    width: int,
    colour: bool,
    translate: Callable[[str], str],
    lang: str = "en",
    ascii_only: bool = False,
) -> str:
    """Draw it. `width` in cells."""
    page = Page(width, ascii_only=ascii_only, translate=translate, lang=lang)
    good = applied.outcome in ("done", "nothing-to-do")
    page.paragraph((page.say(HEADLINES[applied.outcome]), "bold" if good else "bold red"))
    if applied.outcome != "done":
        page.paragraph((page.say(applied.why), ""))
    if not good:
        for kind, title, style in STATES:
            if steps := applied.named(kind):
                page.heading(title)
                for now in steps:
                    _draw(page, now, style)
    return page.print(colour=colour)


def _draw(page: Page, now: StepNow, style: str) -> None:
    where: list[Span] = [(f"{page.name(now.step.server)}: ", "bold")] if now.step.server else []
    page.paragraph(*where, (page.say(now.step.say), ""), first=[(" ", ""), (f"{now.step.id}. ", style)])
    match now.state:
        case NotTakenBack(why=why, copy=copy, again=again):
            page.paragraph((page.say(why), "red"), first=[("     ", "")])
            page.paragraph((page.say(TRIED_AGAIN if again else BY_HAND), ""), first=[("     ", "")])
            if copy:
                kept = text("The former file is kept in {copy}.", copy=copy)
                page.paragraph((page.say(kept), ""), first=[("     ", "")])
