"""What applying a plan works with: its journal, the ways to its servers, who is asked, who is told."""

import hashlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from mailtrust.core.model.applied import (
    Happening,
    InPlace,
    NotBegun,
    NotTakenBack,
    StepNow,
    StepState,
    TakenBack,
)
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.plan import ChangeRecords, Plan, PlanStep, WriteFile
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.zone_change import ZoneChange
from mailtrust.core.x509.withheld_keys import withhold_keys
from mailtrust.edge.lookup.dns_update import RecordSet
from mailtrust.edge.transport.journal import Journal, Past
from mailtrust.edge.transport.machine import Machine
from mailtrust.edge.transport.state import State


class Zone(Protocol):
    """What changes records: `edge.lookup.dns_update.ZoneEditor`."""

    def seen(self, name: str, record_type: str, /) -> RecordSet:
        """What stands there."""
        ...

    def apply(self, change: ZoneChange, /) -> None:
        """Change it, if it is as the change expects."""
        ...

    def stands(self, change: ZoneChange, /) -> bool:
        """Whether it is as the change leaves it."""
        ...


@frozen
class Verdict:
    """What the wire says."""

    good: bool
    why: Text


Intent = Literal["apply", "recover", "undo"]
Ask = Callable[[Text, PlanStep], bool]
"""Shows a person what is to be done, and says whether it was."""


@frozen
class Surroundings:
    """Everything outside that applying needs; each can be another in a test."""

    machine: Callable[[Server], Machine]
    """The way to a server's machine, one for all that is done there; it is found again by itself where it was lost."""
    differing: Callable[[Plan], Awaitable[Sequence[str]]]
    """The files and commands that say something else than when the plan was made; empty: none."""
    prove: Callable[[Plan, tuple[str, ...]], Awaitable[Verdict]]
    """Whether what these servers present is what the plan promised; no server: everything."""
    zone: Callable[[ChangeRecords], Zone]
    stored_key: Callable[[str], bytes]
    """PEM of the private key that the store keeps with the certificate of this fingerprint. Raises UserProblem."""
    agree: Callable[[Intent, Plan], None]
    """Asks before the first change, once it is sure that there is something to do. Raises UserProblem for a no."""
    ask: Ask | None
    """None: nobody is there."""
    tell: Callable[[Happening], None]


@dataclass(slots=True)
class Session:
    """One plan, from here on until it is done or taken back."""

    plan: Plan
    journal: Journal
    state: State
    around: Surroundings
    stuck: dict[str, Text] = field(default_factory=dict)
    """The steps that this run could not take back, and why: another may."""

    @property
    def past(self) -> Past:
        """What was done so far."""
        return self.journal.past

    def server(self, step: PlanStep) -> Server:
        """The server that a step is for. Raises UserProblem for a plan that does not tell how to reach it."""
        found = next((one for one in self.plan.servers if one.name == step.server), None)
        if found is None:
            raise UserProblem(
                text(
                    "Step {step} of the plan is for the server “{server}”, of which the plan does not say how it is "
                    "reached: make the plan again.",
                    step=step.id,
                    server=clean(step.server, 100),
                )
            )
        return found

    def machine(self, step: PlanStep) -> Machine:
        """The machine that a step is for."""
        return self.around.machine(self.server(step))

    def copy_of(self, step: PlanStep, path: str) -> str:
        """Where the former file is kept, on its own machine."""
        folder = self.state.copies(self.plan.id, here=self.server(step).reach == "local")
        return f"{folder}/{step.id}-{path.rpartition('/')[2][-150:]}"

    def expected(self, step: PlanStep) -> str:
        """The digest that a file must have when this step comes to replace it."""
        for other in reversed(self.plan.steps[: self.plan.steps.index(step)]):
            if same_file(self.plan, other, step):
                return self.past.doing[other.id].digest
        return self.past.begun.files.get(step.id, "") if self.past.begun else ""

    def groups(self) -> Iterator[tuple[PlanStep, ...]]:
        """The steps machine by machine: each group is proven before the next is begun.

        What is for no server, such as a record in DNS, belongs to the machine that follows.
        """
        reach = {server.name: server.reach for server in self.plan.servers}
        group: list[PlanStep] = []
        at = ""
        for step in self.plan.steps:
            here = reach.get(step.server, step.server)
            if at and here != at:
                yield tuple(group)
                group, at = [], ""
            group.append(step)
            at = at or here
        if group:
            yield tuple(group)

    def states(self) -> tuple[StepNow, ...]:
        """How every step is now."""
        return tuple(StepNow(step, self._state(step)) for step in self.plan.steps)

    def _state(self, step: PlanStep) -> StepState:
        past = self.past
        if step.id not in past.doing:
            return NotBegun()
        if step.id in past.back:
            return TakenBack()
        if stuck := self.stuck.get(step.id):
            return NotTakenBack(stuck, past.doing[step.id].copy, again=True)
        if left := past.left.get(step.id):
            return NotTakenBack(text("{why}", why=left.why), past.doing[step.id].copy)
        if step.id in past.done:
            return InPlace(step.id in past.proven)
        return NotTakenBack(text("It is not known whether it was done."), past.doing[step.id].copy, again=True)


def same_file(plan: Plan, one: PlanStep, other: PlanStep) -> bool:
    """Whether two steps write the same file of the same machine."""
    reach = {server.name: server.reach for server in plan.servers}
    return (
        isinstance(one.do, WriteFile)
        and isinstance(other.do, WriteFile)
        and (reach.get(one.server), one.do.path) == (reach.get(other.server), other.do.path)
    )


def digest_of(octets: bytes) -> str:
    """SHA-256 of a file's content; a private key counts by its public half."""
    return hashlib.sha256(withhold_keys(octets)).hexdigest()
