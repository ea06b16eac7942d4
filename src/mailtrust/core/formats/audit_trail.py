"""The audit trail of plans: who made, approved, applied and took back what, and when; a chain of hashed lines."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from mailtrust.core.formats.approvals import Approval
from mailtrust.core.formats.hash_chain import Link, moment, write_link
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.plan import Plan
from mailtrust.core.model.text import Text, text

NAME = "audit.jsonl"
MOST_BYTES = 256 * 2**20


Came = Literal["proven", "taken-back", "not-taken-back"]


class Approved(Struct, kw_only=True):
    """Somebody has approved it."""

    by: str
    at: datetime
    note: str = ""


class Applying(Struct, tag="applying", tag_field="event", kw_only=True):
    """A plan is about to be applied."""

    plan: str
    target: str
    made: datetime
    made_by: str
    approved: list[Approved]


class TakingBack(Struct, tag="taking-back", tag_field="event", kw_only=True):
    """A plan is about to be taken back."""

    plan: str


class Ended(Struct, tag="ended", tag_field="event", kw_only=True):
    """What came of it."""

    plan: str
    outcome: Came


class Line(Link, kw_only=True):
    """One line."""

    act: Applying | TakingBack | Ended


def applying(plan: Plan, approvals: Sequence[Approval]) -> Applying:
    """A plan with those who approved it."""
    return Applying(
        plan=plan.id,
        target=plan.target,
        made=moment(plan.made),
        made_by=plan.made_by,
        approved=[Approved(by=one.by, at=one.at, note=one.note) for one in approvals],
    )


def write_line(act: Applying | TakingBack | Ended, *, number: int, at: datetime, by: str, head: str) -> bytes:
    """One line, its line feed included."""
    return write_link(Line(n=number, at=moment(at), by=by, prev=head, act=act))


def describe(line: Line) -> Text:
    """A line for people."""
    plan = clean(line.act.plan, 64)[:12]
    match line.act:
        case Applying() as act:
            approved = tuple(text("{by} on {at}", by=clean(one.by, 200), at=one.at) for one in act.approved)
            return text(
                "applies the plan {plan} for {target}, made by {made_by} on {made}, approved by {approved}",
                plan=plan,
                target=clean(act.target, 300),
                made_by=clean(act.made_by, 200) or "?",
                made=act.made,
                approved=approved or (text("nobody"),),
            )
        case TakingBack():
            return text("takes back the plan {plan}", plan=plan)
        case Ended(outcome="proven"):
            return text("the plan {plan} is applied and proven", plan=plan)
        case Ended(outcome="taken-back"):
            return text("what the plan {plan} had done is taken back", plan=plan)
        case Ended():
            return text("not everything that the plan {plan} had done could be taken back", plan=plan)
