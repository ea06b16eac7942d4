"""Apply a plan, exactly as it was shown: every step in a journal first, each machine proven before the next is begun.

What fails is taken back. What was interrupted is found by the next run, which finishes it or takes it back. Callers
hold the state folder meanwhile (`State.held`).
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from mailtrust.core.formats.plan_file import decode_plan
from mailtrust.core.model.applied import Applied, Happening, Outcome
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.plan import AskPerson, ChangeRecords, Plan, PlanStep, UndoneByPerson, WriteFile
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, in_a_row, text
from mailtrust.edge.transport.journal import Begun, Done, Ended, Proven, Superseded
from mailtrust.edge.transport.machine import Failed, NotThere
from mailtrust.edge.transport.state import State
from mailtrust.flows.apply_doing import do, files_before, stands
from mailtrust.flows.apply_session import Session, Surroundings, digest_of, same_file
from mailtrust.flows.apply_undoing import forget_copies, own_mistake, take_back, to_the_end

INTERRUPTED = text("The run before this one was interrupted.")
FINISHED = text("This plan is applied and proven already: there is nothing to do. `mailtrust prove` looks again.")
MOST_NAMED = 10


class Stale(UserProblem):
    """Something is no longer as it was when the plan was made or applied; nothing was done."""

    status = 4


def interrupted(state: State) -> tuple[str, ...]:
    """The ids of the plans that a run before this one has left open."""
    return tuple(one for one in state.plans() if state.journal(one).past.is_open)


def remembered(state: State, plan: str) -> Plan:
    """A plan as it was when it was applied."""
    return decode_plan(state.plan(plan))


async def apply(plan: Plan, octets: bytes, state: State, around: Surroundings, *, resume: bool = False) -> Applied:
    """Apply it. `octets`: the plan's file, which is remembered. Raises UserProblem when nothing was begun."""
    session = Session(plan, state.journal(plan.id), state, around)
    past = session.past
    if past.is_open or (resume and past.stands):
        return await recover(plan, state, around, resume=resume)
    if past.stands and not past.superseded:
        if past.ended is not None and past.ended.how == "finished":
            return _told(session, "nothing-to-do", FINISHED)
        raise Stale(
            text(
                "Part of this plan is in place already, and proven. --resume goes on with the rest, --undo takes it "
                "back; or make a new plan."
            )
        )
    if not plan.steps:
        return _told(session, "nothing-to-do", text("The plan has no steps: there is nothing to do."))
    _expect_people(around, [step for step in plan.steps if isinstance(step.do, AskPerson)])
    files = await files_before(session)
    if differing := await around.differing(plan):
        raise Stale(
            text(
                "Nothing was changed: since the plan was made, other answers come from {what}. Make the plan again.",
                what=tuple(clean(one, 200) for one in differing[:MOST_NAMED]),
            )
        )
    around.agree("apply", plan)
    state.remember(plan.id, octets)
    session.journal.write(Begun(datetime.now(UTC).isoformat(timespec="seconds"), files))
    return await _go_on(session)


async def recover(plan: Plan, state: State, around: Surroundings, *, resume: bool = False) -> Applied:
    """Bring what was interrupted to an end: finish it where only the proof lacks, or take it back. Raises UserProblem.

    `resume`: do the rest instead of taking back.
    """
    around.agree("apply" if resume else "recover", plan)
    session = Session(plan, state.journal(plan.id), state, around)
    past = session.past
    if past.is_open and past.taking_back is not None:
        return await _give_up(session, INTERRUPTED, past.taking_back.steps)
    if resume:
        return await _go_on(session)
    for group in session.groups():
        if all(step.id in past.proven for step in group):
            continue
        try:
            if not all([step.id in past.done and await _is_as_left(session, step) for step in group]):
                raise Failed(INTERRUPTED)
            await _prove(session, group)
        except UserProblem as problem:
            return await _give_up(session, problem.message)
    return await _finish(session)


async def undo(plan: Plan, state: State, around: Surroundings) -> Applied:
    """Take a plan back that was applied. Raises UserProblem when that is not possible, and then nothing was done."""
    session = Session(plan, state.journal(plan.id), state, around)
    past = session.past
    if past.begun is None:
        raise UserProblem(text("This plan has not been applied from here, so there is nothing to take back."))
    if past.superseded:
        raise UserProblem(
            text("Another plan ({plan}) has changed the same files since, so this one cannot be taken back any more.",
                 plan=past.superseded[:12])
        )  # fmt: skip
    steps = past.stands
    if not steps:
        return _told(session, "nothing-to-do", text("This plan has been taken back already: there is nothing to do."))
    standing = [step for step in plan.steps if step.id in steps]
    _expect_people(around, [step for step in standing if isinstance(step.undo, UndoneByPerson)])
    if changed := await _changed_since(session, standing):
        raise Stale(
            text(
                "Nothing was changed: since the plan was applied, somebody else has changed {what}. The former files "
                "are {copies}.",
                what=tuple(clean(one, 200) for one in changed[:MOST_NAMED]),
                copies=tuple(copy for step in steps if (copy := past.doing[step].copy)) or "-",
            )
        )
    around.agree("undo", plan)
    return await _give_up(session, text("Its undo was asked for."), steps)


async def _go_on(session: Session) -> Applied:
    """Do all that is not done yet; take back what is not proven when something fails."""
    try:
        for group in session.groups():
            if all(step.id in session.past.proven for step in group):
                continue
            for step in group:
                await _do(session, step)
            await _prove(session, group)
    except asyncio.CancelledError:
        if (task := asyncio.current_task()) is not None:
            task.uncancel()
        why = text("It was stopped.")
    except UserProblem as problem:
        why = problem.message
    except Exception as error:  # noqa: BLE001 - whatever it is, no server stays half changed
        why = own_mistake(error)
    else:
        return await to_the_end(_finish(session))
    return await _give_up(session, why)


async def _do(session: Session, step: PlanStep) -> None:
    past = session.past
    if step.id in past.done and step.id not in past.back:
        return
    session.around.tell(Happening("doing", step))
    try:
        if step.id in past.doing and await _is_done(session, step):
            session.journal.write(Done(step.id))
        else:
            await do(session, step)
    except UserProblem as problem:
        session.around.tell(Happening("failed", step, why=problem.message))
        raise
    session.around.tell(Happening("done", step))


async def _is_done(session: Session, step: PlanStep) -> bool:
    """Whether a file that an interrupted run was writing is there."""
    if not isinstance(step.do, WriteFile):
        return False
    try:
        file = await session.machine(step).read(step.do.path)
    except NotThere:
        return False
    return digest_of(file.octets) == session.past.doing[step.id].digest


async def _is_as_left(session: Session, step: PlanStep) -> bool:
    """Whether a step that was done still stands: a run that took it back may not have been able to write that down."""
    later = session.plan.steps[session.plan.steps.index(step) + 1 :]
    if not isinstance(step.do, WriteFile) or any(same_file(session.plan, step, other) for other in later):
        return True
    return await _is_done(session, step)


async def _prove(session: Session, group: Sequence[PlanStep]) -> None:
    """Look on the wire. Raises UserProblem where it does not show what was promised."""
    last = group[-1] == session.plan.steps[-1]
    servers = () if last else tuple(dict.fromkeys(step.server for step in group if step.server))
    session.around.tell(Happening("proving", servers=servers))
    verdict = await session.around.prove(session.plan, servers)
    if not verdict.good:
        raise Failed(in_a_row((text("It was done, and is not proven."), verdict.why)))
    session.journal.write(Proven([step.id for step in group]))
    session.around.tell(Happening("proven", servers=servers, why=verdict.why))


async def _give_up(session: Session, why: Text, steps: Sequence[str] | None = None) -> Applied:
    """Take back what was begun and is not proven, or the steps that are named."""
    if steps is None:
        steps = [step for step in session.past.stands if step not in session.past.proven]
    all_back = await to_the_end(take_back(session, steps, why))
    if session.journal.trouble is not None:
        why = in_a_row((why, session.journal.trouble))
    return _told(session, "undone" if all_back else "not-undone", why)


async def _finish(session: Session) -> Applied:
    await _supersede(session)
    session.journal.note(Ended("finished"))
    return _told(session, "done", text("The plan is applied and proven."))


async def _supersede(session: Session) -> None:
    """Forget the former files of plans that have changed the same ones: the way back leads over this plan now."""
    for other in session.state.plans():
        journal = session.state.journal(other)
        if other == session.plan.id or not journal.past.stands or journal.past.superseded:
            continue
        try:
            older = Session(remembered(session.state, other), journal, session.state, session.around)
        except UserProblem:  # of another version of mailtrust: its copies are told of in its journal
            continue
        both = [(one, mine) for one in older.plan.steps if one.id in journal.past.stands for mine in session.plan.steps]
        if any(_meet(older, one, session, mine) for one, mine in both):
            await forget_copies(older, journal.past.stands)
            journal.note(Superseded(session.plan.id))


def _meet(older: Session, one: PlanStep, newer: Session, other: PlanStep) -> bool:
    if not isinstance(one.do, WriteFile) or not isinstance(other.do, WriteFile) or one.do.path != other.do.path:
        return False
    return older.server(one).reach == newer.server(other).reach


async def _changed_since(session: Session, standing: Sequence[PlanStep]) -> list[str]:
    """The files and records that are neither as the plan has left them nor as they were."""
    found = []
    for number, step in enumerate(standing):
        doing = session.past.doing[step.id]
        if isinstance(step.do, ChangeRecords) and not await stands(session, step.do, doing.ttl):
            found.append(step.do.name)
        again = any(same_file(session.plan, step, later) for later in standing[number + 1 :])
        if not isinstance(step.do, WriteFile) or again:
            continue
        path = doing.was.path if doing.was is not None else step.do.path
        try:
            now = digest_of((await session.machine(step).read(path)).octets)
        except NotThere:
            continue
        if now not in (doing.digest, doing.was.digest if doing.was is not None else ""):
            found.append(path)
    return found


def _expect_people(around: Surroundings, steps: Sequence[PlanStep]) -> None:
    if steps and around.ask is None:
        raise UserProblem(
            text(
                "Step {step} has to be done by a person, and standard input is no terminal: run it on one. Nothing was "
                "changed.",
                step=steps[0].id,
            )
        )


def _told(session: Session, outcome: Outcome, why: Text) -> Applied:
    return Applied(session.plan.id, outcome, why, session.states())
