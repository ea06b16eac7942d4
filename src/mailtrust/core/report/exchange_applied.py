"""What became of steps that Exchange itself was told: for people, and as mailtrust/exchange-applied/1 for programs."""

from collections.abc import Callable
from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

from mailtrust.core.model.applied import Outcome
from mailtrust.core.model.exchange_applied import ExchangeApplied, How, StepDone
from mailtrust.core.model.exchange_change import server_of
from mailtrust.core.model.text import Text, text
from mailtrust.core.report.page import Page

SCHEMA: Literal["mailtrust/exchange-applied/1"] = "mailtrust/exchange-applied/1"
HEADLINES: dict[Outcome, Text] = {
    "done": text("Done: Exchange was told, and says so itself."),
    "nothing-to-do": text("Nothing was done."),
    "undone": text("What was begun has been taken back."),
    "not-undone": text("NOT everything could be taken back. Look after the steps that are named below."),
}
STATES: dict[How, Text] = {
    "stays": text("Not taken back"),
    "refused": text("Refused by Exchange"),
    "taken-back": text("Taken back"),
    "harmless": text("Left as it is"),
    "done": text("Done"),
    "so-already": text("So already"),
    "not-begun": text("Not begun"),
}
BY_HAND = text("Left to you, as administrator on the server")


class StepDoneWire(Struct, kw_only=True):
    """A step, and how it is now."""

    say: str
    server: Annotated[str | None, Meta(description="null: it is the organisation's, or a person's.")]
    how: How
    why: str | None
    command: Annotated[str | None, Meta(description="What a person runs; null: nothing is left to one.")]


class ExchangeAppliedWire(Struct, kw_only=True):
    """What a run has made of them."""

    schema: Literal["mailtrust/exchange-applied/1"]
    outcome: Outcome
    why: str
    steps: list[StepDoneWire]


def applied_wire(applied: ExchangeApplied, translate: Callable[[str], str]) -> ExchangeAppliedWire:
    """For programs."""
    return ExchangeAppliedWire(
        schema=SCHEMA,
        outcome=applied.outcome,
        why=applied.why.render(translate),
        steps=[
            StepDoneWire(
                say=one.step.say.render(translate),
                server=server_of(one.step.act) or None,
                how=one.how,
                why=None if one.why is None else one.why.render(translate),
                command=one.command or None,
            )
            for one in applied.steps
        ],
    )


def draw_applied(page: Page, applied: ExchangeApplied) -> None:
    """One sentence when all is well, else every step; and what is left to a person."""
    good = applied.outcome in ("done", "nothing-to-do")
    page.paragraph((page.say(HEADLINES[applied.outcome]), "bold" if good else "bold red"))
    if applied.outcome != "done":
        page.paragraph((page.say(applied.why), ""))
    for how in ("refused",) if good else get_args(How):
        if how in STATES and (steps := [one for one in applied.steps if one.how == how]):
            page.heading(STATES[how])
            for one in steps:
                _draw(page, one)
    if applied.by_hand:
        page.heading(BY_HAND)
        for one in applied.by_hand:
            _draw(page, one)
            page.paragraph((page.name(one.command), "cyan"), first=[("    ", "")])


def _draw(page: Page, one: StepDone) -> None:
    where = [(f"{page.name(server)}: ", "bold")] if (server := server_of(one.step.act)) else []
    why = [(" " + page.say(one.why), "dim")] if one.why is not None else []
    page.paragraph(*where, (page.say(one.step.say), ""), *why, first=[(f" {page.glyphs.dot} ", "dim")])
