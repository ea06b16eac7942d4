"""Take steps of a plan back. What somebody else has changed meanwhile is left alone, and told."""

import asyncio
from collections.abc import Collection, Coroutine, Iterable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from mailtrust.core.model.applied import Happening
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.plan import (
    ChangeRecords,
    NothingToUndo,
    NoWayBack,
    PlanStep,
    PutBack,
    RunBack,
    RunCommand,
    TakeUpAgain,
    TalkTo,
    UndoneByPerson,
    WriteFile,
)
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text
from mailtrust.edge.transport.journal import Back, Doing, Ended, Left, TakingBack, Was
from mailtrust.edge.transport.machine import Failed, Machine, NotThere, Overtaken, RawFile
from mailtrust.flows.apply_doing import change_of, in_thread, run, talk_to
from mailtrust.flows.apply_session import Session, digest_of

Result = TypeVar("Result")


class Stays(UserProblem):
    """It cannot be taken back, now or later."""


async def take_back(session: Session, steps: Collection[str], why: Text) -> bool:
    """Take these steps back as far as it goes, the last machine first; whether all of them are.

    On a machine: former files, then what programs have changed, then taking up, then files that were not there before:
    at each moment the configuration that runs names files that are there.
    """
    session.journal.note(TakingBack(list(steps), str(why)))
    session.around.tell(Happening("taking-back", why=why))
    for group in reversed(list(session.groups())):
        begun = [step for step in group if step.id in steps and step.id in session.past.doing]
        for step in _in_order(begun):
            if not (isinstance(step.do, WriteFile) and step.do.new and _waits(session, begun, step)):
                await _one(session, step)
    if not session.stuck:
        await forget_copies(session, steps)
        session.journal.note(Ended("stopped"))
    return not (session.stuck or any(step in session.past.left for step in steps))


async def forget_copies(session: Session, steps: Collection[str]) -> None:
    """Delete the former files of these steps, except those of which somebody has to put them back by hand."""
    for step in session.plan.steps:
        doing = session.past.doing.get(step.id)
        if step.id in steps and doing is not None and doing.copy and step.id not in session.past.left:
            try:
                await session.machine(step).remove(doing.copy)
            except UserProblem as problem:
                why = text("The copy {copy} could not be deleted: {why}", copy=doing.copy, why=problem.message)
                session.around.tell(Happening("copy-stays", step, why=why))


async def to_the_end(work: Coroutine[Any, Any, Result]) -> Result:
    """Do not be interrupted: whoever presses Ctrl-C once more than once ends the program, and the next run goes on."""
    task = asyncio.create_task(work)
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if (current := asyncio.current_task()) is not None:
                current.uncancel()
    return task.result()


def own_mistake(error: Exception) -> Text:
    """What nobody expected, for people."""
    return text(
        "mailtrust met a mistake of its own ({kind}: {detail}).",
        kind=type(error).__name__,
        detail=clean(str(error), 300),
    )


def _in_order(begun: Sequence[PlanStep]) -> Iterable[PlanStep]:
    replaced = [step for step in begun if isinstance(step.do, WriteFile) and not step.do.new]
    made = [step for step in begun if isinstance(step.do, WriteFile) and step.do.new]
    again = [step for step in begun if isinstance(step.undo, TakeUpAgain)]
    others = [step for step in begun if step not in replaced and step not in made and step not in again]
    return *reversed(replaced), *reversed(others), *again, *reversed(made)


def _waits(session: Session, begun: Sequence[PlanStep], new: PlanStep) -> bool:
    """Whether a new file must not be deleted yet: something that is not taken back may name it."""
    holding = [
        step
        for step in begun
        if (step.id in session.stuck or step.id in session.past.left)
        and (not step.do.new if isinstance(step.do, WriteFile) else isinstance(step.do, RunCommand | TalkTo))
    ]
    if not holding or new.id in session.past.back:
        return False
    why = text("It stays: step {step} is not taken back, and may need it.", step=holding[0].id)
    if any(step.id in session.stuck for step in holding):
        session.stuck[new.id] = why
    else:
        session.journal.note(Left(new.id, str(why)))
    session.around.tell(Happening("left", new, why=why))
    return True


async def _one(session: Session, step: PlanStep) -> None:
    if step.id in session.past.back or step.id in session.past.left:
        return
    try:
        await _back(session, step, session.past.doing[step.id])
        session.journal.note(Back(step.id))
    except (Stays, Overtaken) as problem:
        session.journal.note(Left(step.id, str(problem.message)))
        session.around.tell(Happening("left", step, why=problem.message))
    except UserProblem as problem:
        session.stuck[step.id] = problem.message
        session.around.tell(Happening("left", step, why=problem.message))
    except Exception as error:  # noqa: BLE001 - a mistake of ours must not keep the other steps from being taken back
        session.stuck[step.id] = own_mistake(error)
        session.around.tell(Happening("left", step, why=own_mistake(error)))
    else:
        if not isinstance(step.undo, NothingToUndo):
            session.around.tell(Happening("back", step))


async def _back(session: Session, step: PlanStep, doing: Doing) -> None:
    match step.undo, step.do:
        case NothingToUndo(), _:
            pass
        case PutBack(), WriteFile(new=True) as write:
            await _remove(session.machine(step), write.path, doing)
        case PutBack(), WriteFile() if doing.was is not None:
            await _put_back(session.machine(step), doing, doing.was, certain=step.id in session.past.done)
        case PutBack(), ChangeRecords() as records:
            await _restore(session, records, doing.ttl)
        case RunBack(do=RunCommand() as command), _:
            await run(session, step, command)
        case RunBack(do=TalkTo() as talk), _:
            await talk_to(session, step, talk)
        case TakeUpAgain(), RunCommand() as command:
            await run(session, step, command)
        case TakeUpAgain(), TalkTo() as talk:
            await talk_to(session, step, talk)
        case UndoneByPerson(how=how), _:
            if session.around.ask is None or not session.around.ask(how, step):
                raise Stays(text("A person has to take it back: {how}", how=how))
        case NoWayBack(why=why), _:
            raise Stays(why)
        case _:
            raise Stays(text("The plan does not say how it is taken back."))


async def _put_back(machine: Machine, doing: Doing, was: Was, *, certain: bool) -> None:
    now = await _read(machine, was.path)
    copy = await _read(machine, doing.copy)
    if now is not None and _is(now, was):
        if not certain and copy is not None:
            with suppress(UserProblem):  # a write that was killed may have left something beside it: this sweeps it
                await machine.keep(doing.copy, was.path)
        return
    if now is not None and digest_of(now.octets) not in (doing.digest, was.digest):
        raise Stays(
            text(
                "{path} was changed by somebody else since, and is left as it is; the former file is {copy}.",
                path=clean(was.path, 300),
                copy=clean(doing.copy, 300),
            )
        )
    if copy is None or digest_of(copy.octets) != was.digest:
        raise Stays(
            text(
                "The copy {copy} of the former {path} is gone, or is not what it was.",
                copy=clean(doing.copy, 300),
                path=clean(was.path, 300),
            )
        )
    await machine.keep(doing.copy, was.path)
    now = await _read(machine, was.path)
    if now is None or not _is(now, was):
        raise Failed(text("{path} was put back, and is not as it was.", path=clean(was.path, 300)))


async def _remove(machine: Machine, path: str, doing: Doing) -> None:
    now = await _read(machine, path)
    if now is not None and digest_of(now.octets) != doing.digest:
        raise Stays(
            text("{path} was changed by somebody else since it was made, and is left as it is.", path=clean(path, 300))
        )
    await machine.remove(path)


async def _restore(session: Session, records: ChangeRecords, ttl: int) -> None:
    zone = session.around.zone(records)
    change = change_of(records, ttl)
    if await in_thread(lambda: zone.stands(change.undone)):
        return
    if not await in_thread(lambda: zone.stands(change)):
        raise Stays(
            text("The records of {name} were changed by somebody else since, and are left as they are.",
                 name=clean(records.name, 255))
        )  # fmt: skip
    await in_thread(lambda: zone.apply(change.undone))


async def _read(machine: Machine, path: str) -> RawFile | None:
    try:
        return await machine.read(path)
    except NotThere:
        return None


def _is(file: RawFile, was: Was) -> bool:
    return (digest_of(file.octets), file.mode, file.owner) == (was.digest, was.mode, was.owner)
