"""Which remedies to carry out: those that cure the most, with the fewest steps, and make nothing worse."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from mailtrust.core.model.configured import Cannot
from mailtrust.core.model.plan import NothingToUndo, PlanStep
from mailtrust.core.model.proof import Proof
from mailtrust.core.targets.mending.steps import people_steps, steps_of
from mailtrust.core.targets.mending.work import Chain, Work

MOST_TOGETHER = 8
"""Of so many works every set is tried; of more, one is taken after the other while it cures something."""

Suppose = Callable[[Mapping[str, Chain]], Proof]
"""What would become of the findings if observations presented these chains instead."""


@dataclass(frozen=True)
class Choice:
    """A set of works."""

    works: tuple[Work, ...]
    steps: tuple[PlanStep, ...]
    cured: frozenset[str]
    worse: frozenset[str]
    """Findings that it would bring."""

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """The lower, the better: nothing new, more cured, fewer changes, fewer interruptions."""
        changes = [step for step in self.steps if not isinstance(step.undo, NothingToUndo)]
        disturbing = [step for step in changes if step.disruption == "restart"]
        return len(self.worse), -len(self.cured), len(changes), len(disturbing)


def choose(works: Sequence[Work], suppose: Suppose) -> Choice:
    """The best set of works; the empty one when none is of use."""
    nothing = Choice((), (), frozenset(), frozenset())
    if len(works) <= MOST_TOGETHER:
        every = (some for size in range(1, len(works) + 1) for some in combinations(works, size))
        tried = (_try(some, suppose) for some in every)
        return min((nothing, *(one for one in tried if one is not None)), key=lambda one: one.rank)
    best = nothing
    for work in works:  # safest first
        more = _try((*best.works, work), suppose)
        if more is not None and more.rank < best.rank:
            best = more
    return best


def _try(works: tuple[Work, ...], suppose: Suppose) -> Choice | None:
    """A set of works, tried in thought; None when they contradict each other, or a product cannot."""
    presented: dict[str, Chain] = {}
    for work in works:
        for observation, chain in work.presented.items():
            if presented.setdefault(observation, chain) != chain:
                return None
    steps = steps_of(task for work in works for task in work.tasks)
    if isinstance(steps, Cannot):
        return None
    proof = suppose(presented) if presented else Proof("", (), (), (), ())
    declared = {finding for work in works for finding in work.declared}
    people = people_steps(one for work in works for one in work.by_people)
    ordered = tuple(replace(step, id=str(number)) for number, step in enumerate((*steps, *people), 1))
    # What only the wire can tell, as whether a new certificate was revoked, counts as the remedy promises it.
    promised = set(proof.unproven).intersection(finding for work in works for finding in work.cures)
    return Choice(works, ordered, frozenset({*proof.resolved, *declared, *promised}), frozenset(proof.introduced))
