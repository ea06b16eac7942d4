"""A plan for one machine or two, both in memory, and everything that applying it needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.apply.fake_machine import FakeMachine, File, Trouble

from mailtrust.core.formats.plan_file import decode_plan, encode_plan
from mailtrust.core.model.applied import Applied, Happening
from mailtrust.core.model.plan import (
    ChangeRecords,
    NothingToUndo,
    Plan,
    PlanStep,
    PutBack,
    RunBack,
    RunCommand,
    TakeUpAgain,
    WriteFile,
)
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import Text, text
from mailtrust.edge.transport.state import State
from mailtrust.flows.apply import apply, interrupted, recover, remembered, undo
from mailtrust.flows.apply_session import Ask, Surroundings, Verdict, Zone

OLD = {"/etc/ssl/chain.pem": (b"old chain", 0o644, "0:0"), "/etc/server.conf": (b"old words", 0o640, "0:115")}
NEW_FILE = "/etc/ssl/new.pem"


def steps_for(server: str, first: int) -> tuple[PlanStep, ...]:
    """Two files replaced, one made, something done by a program, a test, a reload."""

    def step(number: int, do: object, undo: object) -> PlanStep:
        return PlanStep(str(first + number), server, text("Do it."), do, undo)  # type: ignore[arg-type]

    return (
        step(0, WriteFile(NEW_FILE, b"new pair", new=True, mode=0o600, owner="0:0"), PutBack()),
        step(1, WriteFile("/etc/ssl/chain.pem", b"new chain"), PutBack()),
        step(2, WriteFile("/etc/server.conf", b"new words", mode=0o644), PutBack()),
        step(3, RunCommand(("act",), "forth"), RunBack(RunCommand(("act",), "back"))),
        step(4, RunCommand(("test",)), NothingToUndo()),
        step(5, RunCommand(("reload",)), TakeUpAgain()),
    )


NEW = {
    NEW_FILE: (b"new pair", 0o600, "0:0"),
    "/etc/ssl/chain.pem": (b"new chain", 0o644, "0:0"),
    "/etc/server.conf": (b"new words", 0o644, "0:115"),
}


def plan_of(
    steps: Sequence[PlanStep],
    servers: Sequence[str] = ("one",),
    reach: Callable[[str], str] = "ssh://root@{}".format,
) -> tuple[Plan, bytes]:
    """A plan, and its file."""
    made = Plan(
        target="mail.example.com",
        made=datetime(2026, 5, 4, tzinfo=UTC),
        version="1",
        looking=(),
        facts=(),
        steps=tuple(steps),
        cures=(),
        left=(),
        before=(),
        after=(),
        servers=tuple(Server(name, (), product="nginx", reach=reach(name)) for name in servers),
    )
    octets = encode_plan(made, lambda sentence: sentence)
    return decode_plan(octets), octets


@dataclass
class World:
    """Machines, what stands on the wire, and who is asked."""

    folder: Path
    plan: Plan
    octets: bytes
    trouble: Trouble = field(default_factory=Trouble)
    machines: dict[str, FakeMachine] = field(default_factory=dict)
    verdicts: list[bool] = field(default_factory=list)
    """Of the proofs to come; good when there is none left."""
    proofs: list[tuple[str, ...]] = field(default_factory=list)
    differing: tuple[str, ...] = ()
    zone: Callable[[ChangeRecords], Zone] | None = None
    ask: Ask | None = None
    agreed: list[str] = field(default_factory=list)
    happened: list[Happening] = field(default_factory=list)

    def __post_init__(self) -> None:
        for server in self.plan.servers:
            self.machines[server.name] = FakeMachine(server.name, dict(OLD), self.trouble, running=dict(OLD))
            self.machines[server.name].programs = {"act": _act, "test": lambda *_: 0}

    @property
    def state(self) -> State:
        return State(self.folder / "state")

    async def apply(self, *, resume: bool = False) -> Applied:
        with self.state.held():
            return await apply(self.plan, self.octets, self.state, self._around(), resume=resume)

    async def recover(self, *, resume: bool = False) -> Applied:
        with self.state.held():
            (one,) = interrupted(self.state)
            return await recover(remembered(self.state, one), self.state, self._around(), resume=resume)

    async def undo(self) -> Applied:
        with self.state.held():
            return await undo(self.plan, self.state, self._around())

    def is_interrupted(self) -> bool:
        return bool(interrupted(self.state))

    def mend(self) -> None:
        """Nothing goes wrong any more."""
        self.trouble.at = 0

    def _around(self) -> Surroundings:
        async def differing(_: Plan) -> Sequence[str]:
            return self.differing

        async def prove(_: Plan, servers: tuple[str, ...]) -> Verdict:
            self.trouble.befall("before", "prove")
            self.proofs.append(servers)
            good = self.verdicts.pop(0) if self.verdicts else True
            return Verdict(good, text("It is mended.") if good else text("It still presents the old one."))

        def zone(records: ChangeRecords) -> Zone:
            assert self.zone is not None
            return self.zone(records)

        return Surroundings(
            machine=lambda server: self.machines[server.name],
            differing=differing,
            prove=prove,
            zone=zone,
            stored_key=lambda _: b"",
            agree=lambda intent, _: self.agreed.append(intent),
            ask=self.ask,
            tell=self.happened.append,
        )


def own_files(machine: FakeMachine) -> dict[str, File]:
    """Its files without those that mailtrust keeps."""
    return {path: file for path, file in machine.files.items() if not path.startswith("/var/lib/mailtrust/")}


def copies(machine: FakeMachine) -> list[str]:
    """The files that mailtrust keeps there."""
    return sorted(path for path in machine.files if path.startswith("/var/lib/mailtrust/"))


def _act(machine: FakeMachine, said: str) -> int:
    machine.acts.append(said)
    return 0


def never(_: Text, __: PlanStep) -> bool:
    """Nobody says that it was done."""
    return False
