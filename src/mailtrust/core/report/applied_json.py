"""mailtrust/applied/1: what became of plans that were applied or taken back. Keys are added, never renamed."""

from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from mailtrust.core.formats.json_text import to_json_text
from mailtrust.core.model.applied import Applied, InPlace, NotBegun, NotTakenBack, StepNow, TakenBack
from mailtrust.core.model.cleaning import clean

SCHEMA: Literal["mailtrust/applied/1"] = "mailtrust/applied/1"
LONGEST = 4000


class StepNowWire(Struct, kw_only=True):
    """A step of the plan, and how it is now."""

    id: str
    server: str
    say: str
    state: Literal["not-begun", "in-place", "taken-back", "not-taken-back"]
    proven: Annotated[bool, Meta(description="In place, and seen on the wire.")] = False
    why: Annotated[str, Meta(description="Why it is not taken back.")] = ""
    copy: Annotated[str, Meta(description="Where the former file is kept, on its own machine.")] = ""
    again: Annotated[bool, Meta(description="The next run tries to take it back; else only a person can.")] = False


class RunWire(Struct, kw_only=True):
    """One plan."""

    plan: Annotated[str, Meta(description="Its id.")]
    outcome: Literal["done", "nothing-to-do", "undone", "not-undone"]
    why: str
    steps: list[StepNowWire]


class AppliedWire(Struct, kw_only=True):
    """What one run of `mailtrust apply` has done: first what was left open before, then what it was asked for."""

    schema: Literal["mailtrust/applied/1"] = SCHEMA
    runs: list[RunWire]


def write_applied(runs: Sequence[Applied], translate: Callable[[str], str]) -> bytes:
    """JSON, its sentences in the reader's language."""
    return to_json_text(AppliedWire(runs=[_run(applied, translate) for applied in runs]))


def _run(applied: Applied, translate: Callable[[str], str]) -> RunWire:
    return RunWire(
        plan=applied.plan,
        outcome=applied.outcome,
        why=clean(applied.why.render(translate), LONGEST),
        steps=[_step(now, translate) for now in applied.steps],
    )


def _step(now: StepNow, translate: Callable[[str], str]) -> StepNowWire:
    made = StepNowWire(
        id=now.step.id, server=now.step.server, say=clean(now.step.say.render(translate), LONGEST), state="not-begun"
    )
    match now.state:
        case NotBegun():
            pass
        case InPlace(proven=proven):
            made.state, made.proven = "in-place", proven
        case TakenBack():
            made.state = "taken-back"
        case NotTakenBack(why=why, copy=copy, again=again):
            made.state, made.why = "not-taken-back", clean(why.render(translate), LONGEST)
            made.copy, made.again = copy, again
    return made
