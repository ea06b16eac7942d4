"""Whether the wire shows what a plan promised; servers get a moment to take up what is new."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol as Interface

from mailtrust.core.model.plan import Plan
from mailtrust.core.model.proof import Proof
from mailtrust.core.model.text import text
from mailtrust.flows.apply_session import Verdict
from mailtrust.flows.prove import kept

PAUSES = (0.5, 2.0)
"""Seconds between looks: a graceful reload answers before the old workers are gone."""
MOST_NAMED = 10


class Seen(Interface):
    """What was seen on the wire."""

    @property
    def proof(self) -> Proof:
        """By which it is judged."""
        ...


async def verdict(plan: Plan, look: Callable[[], Awaitable[Seen]]) -> Verdict:
    """Look until it is as promised, three times at most. Raises CouldNotLook."""
    for pause in PAUSES:
        seen = await look()
        if kept(plan, seen.proof):
            return _verdict(plan, seen)
        await asyncio.sleep(pause)
    return _verdict(plan, await look())


def _verdict(plan: Plan, seen: Seen) -> Verdict:
    proof, promised = seen.proof, set(plan.cures)
    if kept(plan, proof):
        resolved = _named(proof.resolved, promised)
        said = text("Resolved on the wire: {findings}.", findings=resolved)
        return Verdict(True, said if resolved else text("On the wire all is as promised."))
    if proof.introduced:
        said = text("Something is wrong now that was not before: {findings}.", findings=proof.introduced[:MOST_NAMED])
    elif remaining := _named(proof.remaining, promised):
        said = text("Still there: {findings}.", findings=remaining)
    else:
        said = text("Nobody could look whether it is mended: {findings}.", findings=_named(proof.unproven, promised))
    return Verdict(False, said)


def _named(findings: tuple[str, ...], promised: set[str]) -> tuple[str, ...]:
    return tuple(one for one in findings if one in promised)[:MOST_NAMED]
