"""Do one step of a plan: what it is about to do stands in the journal first."""

import asyncio
import shlex
from collections.abc import Callable
from typing import TypeVar

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.plan import (
    AskPerson,
    ChangeRecords,
    InStore,
    KeySource,
    OnServer,
    OnThisMachine,
    PlanStep,
    RunCommand,
    TalkTo,
    WriteFile,
)
from mailtrust.core.model.text import text
from mailtrust.core.model.zone_change import SetChange, ZoneChange
from mailtrust.core.x509.withheld_keys import put_keys_in, withheld_in
from mailtrust.edge.transport.journal import Doing, Done, Was
from mailtrust.edge.transport.machine import Failed, Machine, NotThere
from mailtrust.flows.apply_session import Session, digest_of

MOST_SAID = 400
"""Characters of a program's last words that are told."""
Result = TypeVar("Result")


async def do(session: Session, step: PlanStep) -> None:
    """Do it. Raises UserProblem; what it has done by then, the journal tells how to take back."""
    match step.do:
        case WriteFile() as write:
            await _write(session, step, write)
        case RunCommand() as command:
            session.journal.write(Doing(step.id))
            await run(session, step, command)
        case TalkTo() as talk:
            session.journal.write(Doing(step.id))
            await talk_to(session, step, talk)
        case ChangeRecords() as records:
            await _change(session, step, records)
        case AskPerson():
            session.journal.write(Doing(step.id))
            if session.around.ask is None or not session.around.ask(step.say, step):
                raise Failed(text("Expected a person to do it, and to say so."))
    session.journal.write(Done(step.id))


async def files_before(session: Session) -> dict[str, str]:
    """The digest of each file that will be replaced. Raises UserProblem where a step could not begin.

    New files are not there yet, records are as the plan saw them, and every key that a step needs is where it says.
    """
    found: dict[str, str] = {}
    seen: set[tuple[str, ...]] = set()
    for step in session.plan.steps:
        match step.do:
            case WriteFile(path=path, content=content, keys=keys):
                machine = session.machine(step)
                await with_keys(session, step, content, keys)
                where: tuple[str, ...] = (session.server(step).reach, path)
                if where not in seen and step.do.new:
                    await _expect_nothing(machine, path)
                elif where not in seen:
                    found[step.id] = digest_of((await machine.read(path)).octets)
            case ChangeRecords() as records:
                where = records.name.lower(), records.type
                if where not in seen:
                    await _expect_records(session, records)
            case RunCommand(input=said, keys=keys):
                session.server(step)
                await with_keys(session, step, said.encode("utf-8"), keys)
                continue
            case TalkTo():
                session.server(step)
                continue
            case AskPerson():
                continue
        seen.add(where)
    return found


async def run(session: Session, step: PlanStep, do: RunCommand) -> None:
    """Run a command. Raises UserProblem when it fails."""
    machine = session.machine(step)
    said = await with_keys(session, step, do.input.encode("utf-8"), do.keys)
    printed = await machine.run(do.command, said.decode("utf-8"), do.seconds)
    if printed.status != 0:
        words = (printed.errors.strip() or printed.output.strip())[-MOST_SAID:]
        raise Failed(
            text(
                "{command} failed on {machine} with status {status}. Its last words: “{words}”",
                command=clean(shlex.join(do.command), 200),
                machine=clean(machine.name, 100),
                status=printed.status,
                words=clean(words or "-", MOST_SAID),
            )
        )


async def talk_to(session: Session, step: PlanStep, do: TalkTo) -> None:
    """Say all commands to a socket. Raises UserProblem at the first answer that is not as expected."""
    machine = session.machine(step)
    for command, expected in zip(do.commands, do.expects, strict=True):
        said = await with_keys(session, step, command.encode("utf-8"), do.keys)
        answer = await machine.talk(do.socket, said)
        if expected not in answer:
            raise Failed(
                text(
                    "Expected “{expected}” from {socket} after “{command}”, got “{answer}”.",
                    expected=clean(expected, 100),
                    socket=clean(do.socket, 200),
                    command=clean(command.partition("\n")[0], 100),
                    answer=clean(answer.strip() or "-", MOST_SAID),
                )
            )


async def with_keys(session: Session, step: PlanStep, content: bytes, sources: tuple[KeySource, ...]) -> bytes:
    """The content with the private keys that were withheld from the plan."""
    if not withheld_in(content):
        return content
    return put_keys_in(content, [await _key(session, step, source) for source in sources])


def change_of(do: ChangeRecords, ttl_before: int) -> ZoneChange:
    """What the zone's server is asked to do."""
    return ZoneChange((SetChange(do.name, do.type, do.was, do.shall, do.ttl, ttl_before),))


async def stands(session: Session, do: ChangeRecords, ttl_before: int) -> bool:
    """Whether records are as the plan leaves them, or as they were: nobody else has changed them."""
    zone, change = session.around.zone(do), change_of(do, ttl_before)
    return await in_thread(lambda: zone.stands(change) or zone.stands(change.undone))


async def in_thread(blocking: Callable[[], Result]) -> Result:
    """Wait for something that blocks, to its very end: what is done half is not known."""
    task = asyncio.create_task(asyncio.to_thread(blocking))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


async def _write(session: Session, step: PlanStep, do: WriteFile) -> None:
    machine = session.machine(step)
    octets = await with_keys(session, step, do.content, do.keys)
    if do.new:
        await _expect_nothing(machine, do.path)
        session.journal.write(Doing(step.id, digest=digest_of(octets)))
        await machine.write(do.path, octets, mode=0o600 if do.mode is None else do.mode, owner=do.owner, new=True)
        return
    file = await machine.read(do.path)
    old = digest_of(file.octets)
    if old != session.expected(step):
        raise Failed(
            text(
                "{path} on {machine} has been changed by somebody else since the plan was begun: make the plan again.",
                path=clean(do.path, 300),
                machine=clean(machine.name, 100),
            )
        )
    copy = session.copy_of(step, file.path)
    was = Was(file.path, old, file.mode, file.owner)
    session.journal.write(Doing(step.id, was, copy, digest_of(octets)))
    await machine.keep(file.path, copy)
    await machine.write(
        file.path,
        octets,
        mode=file.mode if do.mode is None else do.mode,
        owner=file.owner if do.owner is None else do.owner,
    )


async def _change(session: Session, step: PlanStep, do: ChangeRecords) -> None:
    zone = session.around.zone(do)
    seen = await in_thread(lambda: zone.seen(do.name, do.type))
    session.journal.write(Doing(step.id, ttl=seen.ttl))
    await in_thread(lambda: zone.apply(change_of(do, seen.ttl)))


async def _expect_records(session: Session, records: ChangeRecords) -> None:
    zone = session.around.zone(records)
    if not await in_thread(lambda: zone.stands(change_of(records, 0).undone)):
        raise Failed(
            text(
                "The {type} records of {name} are no longer as they were when the plan was made: make the plan again.",
                type=clean(records.type, 20),
                name=clean(records.name, 255),
            )
        )


async def _expect_nothing(machine: Machine, path: str) -> None:
    try:
        await machine.read(path)
    except NotThere:
        return
    raise Failed(
        text(
            "Expected no {path} on {machine} yet, but it is there: make the plan again.",
            path=clean(path, 300),
            machine=clean(machine.name, 100),
        )
    )


async def _key(session: Session, step: PlanStep, source: KeySource) -> bytes:
    match source:
        case OnServer(path=path):
            return (await session.machine(step).read(path)).octets
        case OnThisMachine(path=path):
            from mailtrust.edge.transport.local import LocalMachine

            return (await LocalMachine().read(path)).octets
        case InStore(fingerprint=fingerprint):
            return session.around.stored_key(fingerprint)
