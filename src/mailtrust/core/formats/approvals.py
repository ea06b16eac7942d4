"""PLAN.approvals: who has approved a plan, a line of JSON for each (mailtrust/approval/1).

An approval names the plan's id, which is its digest: of a plan that was changed, or made again, it says nothing.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from mailtrust.core.formats.hash_chain import moment
from mailtrust.core.formats.json_text import to_json_line
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

ENDING = ".approvals"
MOST_BYTES = 2**20
LONGEST_NOTE = 1000


class Approval(Struct, frozen=True, kw_only=True):
    """One person's."""

    schema: Literal["mailtrust/approval/1"] = "mailtrust/approval/1"
    plan: Annotated[str, Meta(description="The plan's id: the SHA-256 of all that stands in it.")]
    by: Annotated[str, Meta(description="As the system calls them. No signature.")]
    at: datetime
    note: str = ""


def read_approvals(data: bytes, file: str) -> tuple[Approval, ...]:
    """All lines. Raises UserProblem for one that is none."""
    if len(data) > MOST_BYTES:
        raise UserProblem(text("Expected at most {most} MiB in {file}, got more.", most=MOST_BYTES // 2**20, file=file))
    found = []
    for number, line in enumerate(data.splitlines(), 1):
        try:
            one = msgspec.json.decode(line, type=Approval)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise UserProblem(
                text("{file}:{number}: expected an approval as mailtrust approve writes it.", file=file, number=number)
            ) from None
        found.append(msgspec.structs.replace(one, by=clean(one.by, 200), note=clean(one.note, LONGEST_NOTE)))
    return tuple(found)


def write_approval(plan: str, by: str, at: datetime, note: str) -> bytes:
    """A line, its line feed included."""
    return to_json_line(Approval(plan=plan, by=by, at=moment(at), note=clean(note, LONGEST_NOTE)))


def approved_by(approvals: Iterable[Approval], plan: str) -> tuple[Approval, ...]:
    """Those of this very plan, the first of each person."""
    first: dict[str, Approval] = {}
    for one in approvals:
        if one.plan == plan:
            first.setdefault(one.by, one)
    return tuple(first.values())
