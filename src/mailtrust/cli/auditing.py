"""Who has approved a plan, and the audit trail of what is applied."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli.files import called_file
from mailtrust.cli.organisation import organisation_of
from mailtrust.cli.state_folder import state_of
from mailtrust.cli.translations import current
from mailtrust.core.formats.approvals import ENDING, MOST_BYTES, Approval, approved_by, read_approvals
from mailtrust.core.formats.audit_trail import Came, Ended, TakingBack, applying
from mailtrust.core.model.plan import Plan
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.edge.person import person
from mailtrust.edge.transport.trail import Trail

if TYPE_CHECKING:
    from mailtrust.core.model.applied import Applied, Outcome
    from mailtrust.edge.transport.state import State
    from mailtrust.flows.apply_session import Intent

OUTCOMES: "dict[Outcome, Came]" = {"done": "proven", "undone": "taken-back", "not-undone": "not-taken-back"}


class NotApproved(UserProblem):
    """Too few others have approved the plan; nothing was changed."""


def beside_plan(plan: Path) -> Path:
    """Where the approvals of a plan stand."""
    return plan.with_name(f"{plan.name}{ENDING}")


def approvals_in(path: Path, plan: str) -> tuple[Approval, ...]:
    """Those of this plan. Raises UserProblem for a file that cannot be read."""
    try:
        with path.open("rb") as file:
            octets = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise UserProblem(
            text("Could not read {path}: {why}.", path=called_file(path), why=error.strerror or str(error))
        ) from error
    return approved_by(read_approvals(octets, called_file(path)), plan)


def approvals_for(plan: Plan, options: argparse.Namespace) -> tuple[Approval, ...]:
    """Who has approved it. Raises NotApproved where mailtrust.toml wants more, none of them who made or applies it."""
    path: Path | None = options.approvals_file
    found = approvals_in(path, plan.id) if path is not None else ()
    wanted, own = organisation_of(options).approvals, person()
    counting = [one for one in found if one.by not in (plan.made_by, own)]
    if len(counting) >= wanted:
        return found
    where = called_file(path.with_name(path.name.removesuffix(ENDING))) if path is not None else "PLAN"
    raise NotApproved(
        text(
            "Nothing was changed: of the approvals that mailtrust.toml wants ({wanted}), by others than {made_by}, who "
            "made it, and {own}, who applies it, the plan has {count}. Ask somebody else to read it with “mailtrust "
            "plan --show {plan}”, and to run “mailtrust approve {plan}”.",
            wanted=wanted,
            made_by=plan.made_by or "?",
            own=own,
            count=len(counting),
            plan=where,
        )
    )


def note_begun(intent: "Intent", plan: Plan, approvals: Sequence[Approval], options: argparse.Namespace) -> None:
    """Write into the trail what is about to be done. Raises UserProblem, and then nothing is."""
    act = TakingBack(plan=plan.id) if intent == "undo" else applying(plan, approvals)
    if intent != "recover":  # it stands there already
        Trail(state_of(options).path).add(act, at=datetime.now(UTC), by=person())


def note_ended(runs: "Sequence[Applied]", state: "State") -> None:
    """... and what came of it. That it cannot be written makes nothing of it undone."""
    for one in runs:
        if outcome := OUTCOMES.get(one.outcome):
            try:
                Trail(state.path).add(Ended(plan=one.plan, outcome=outcome), at=datetime.now(UTC), by=person())
            except UserProblem as problem:
                with suppress(OSError):
                    sys.stderr.write(f"mailtrust: {problem.message.render(current())}\n")
