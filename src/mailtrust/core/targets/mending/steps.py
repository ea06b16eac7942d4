"""The steps of a plan, machine by machine: files, then configuration, then each product's own look, then taking up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from posixpath import dirname

from mailtrust.core.model.configured import Act, Cannot, Change, ConfiguredCertificate, Edit, Files
from mailtrust.core.model.plan import (
    AskPerson,
    KeySource,
    NothingToUndo,
    NoWayBack,
    OnServer,
    PlanStep,
    PutBack,
    RunBack,
    RunCommand,
    TakeUpAgain,
    TalkTo,
    Undo,
    UndoneByPerson,
    WriteFile,
)
from mailtrust.core.model.remedy import Human, Run, Step, Write
from mailtrust.core.model.server_facts import Content, FileAt, ServerFacts, content_of
from mailtrust.core.model.text import Text, in_a_row, text
from mailtrust.core.remedies.doing import NOTHING_CHANGED
from mailtrust.core.rules.grounds.naming import called, called_leaf
from mailtrust.core.targets.configured import Balancer, UpdatedWhileRunning
from mailtrust.core.targets.mending.own_names import own_names
from mailtrust.core.targets.mending.surveyed import Surveyed
from mailtrust.core.targets.mending.work import Chain, NameThese, ServeThis, SetUp, TakeUp, Task
from mailtrust.core.x509.parse import read_pem_certificates
from mailtrust.core.x509.pem import CERTIFICATE_LABELS, find_pem, to_pem_chain
from mailtrust.core.x509.withheld_keys import LABEL as WITHHELD
from mailtrust.core.x509.withheld_keys import mark_of, withheld, withheld_in


@dataclass
class _Machine:
    """What is to be done on one machine."""

    writes: dict[str, tuple[Surveyed, WriteFile, Text]] = field(default_factory=dict)
    changes: dict[Surveyed, list[Change]] = field(default_factory=dict)
    concerned: dict[Surveyed, bool] = field(default_factory=dict)
    """Whether something changes for it; else it has not taken up what its files hold already."""
    torn: str = ""
    """A file that two places want to hold different things; empty: none."""


def steps_of(tasks: Iterable[Task]) -> tuple[PlanStep, ...] | Cannot:
    """The steps that carry out these tasks, in order; or why a product cannot. No tasks: no steps."""
    machines: dict[str, _Machine] = {}
    by_server: dict[Surveyed, list[Task]] = {}
    for task in dict.fromkeys(tasks):
        by_server.setdefault(task.server, []).append(task)
    for server, own in by_server.items():
        machine = machines.setdefault(server.server.reach, _Machine())
        machine.concerned[server] = any(not isinstance(task, TakeUp) for task in own)
        changes = _prepare(server, own, machine)
        if isinstance(changes, Cannot):
            return changes
        if machine.torn:
            return Cannot(text("Two services share {file} and need different certificates.", file=machine.torn))
        machine.changes[server] = changes
    steps = [step for machine in machines.values() for step in _in_order(machine)]
    return tuple(replace(step, id=str(number)) for number, step in enumerate(steps, 1))


def people_steps(steps: Iterable[Step]) -> tuple[PlanStep, ...]:
    """The steps of a report as those of a plan: each once, done and taken back by a person."""
    return tuple(_for_person(step) for step in dict.fromkeys(steps))


def _for_person(step: Step) -> PlanStep:
    match step.do:
        case Human(path=clicks):
            do = AskPerson(clicks)
        case Run(command=command):
            do = AskPerson(command=command)
        case Write(content=content):
            do = AskPerson(file=content)
    undo: Undo = NoWayBack(step.say)
    if step.undo is not None:
        undo = NothingToUndo() if step.undo == NOTHING_CHANGED else UndoneByPerson(step.undo)
    return PlanStep("", "", step.say, do, undo, step.disruption, step.needs)


def _prepare(server: Surveyed, tasks: Sequence[Task], machine: _Machine) -> list[Change] | Cannot:
    named: dict[ConfiguredCertificate, Files] = {}
    facts: ServerFacts = server.facts
    changes: list[Change] = []
    for task in tasks:
        match task:
            case NameThese(place=place, files=files):
                named[place] = files
            case ServeThis(place=place) if isinstance(server.product, Balancer):
                uploaded = server.product.upload(server.server, facts, place, task.chain, task.key)
                if isinstance(uploaded, Cannot):
                    return uploaded
                named[place] = uploaded[0]
                changes += uploaded[1]
            case ServeThis(place=place):
                named[place] = _files_for(task, machine)
            case SetUp() | TakeUp():
                pass
    if named:
        answer = server.product.point_to(server.server, facts, named)
        if isinstance(answer, Cannot):
            return answer
        facts = _after(facts, answer)
        changes += answer
    for task in tasks:
        if isinstance(task, SetUp):
            answer = server.product.set_up(server.server, facts, task.goal, task.places, task.ports)
            if isinstance(answer, Cannot):
                return answer
            facts = _after(facts, answer)
            changes += answer
    return _merged(changes)


def _after(facts: ServerFacts, changes: Sequence[Change]) -> ServerFacts:
    """The facts as they will be, for what is changed next in the same files."""
    known = dict(facts)
    for change in changes:
        if isinstance(change, Edit):
            content = content_of(facts, change.path)
            if content is not None:
                known[FileAt(change.path)] = replace(content, octets=change.content)
    return known


def _merged(changes: Sequence[Change]) -> list[Change]:
    """One change for each file: the last content, and all that is said of it."""
    edits: dict[str, Edit] = {}
    acts: list[Change] = []
    for change in changes:
        match change:
            case Edit(path=path, content=content, say=say):
                said = in_a_row((edits[path].say, say)) if path in edits else say
                edits[path] = Edit(path, content, said)
            case Act():
                acts.append(change)
    return [*edits.values(), *dict.fromkeys(acts)]


def _files_for(task: ServeThis, machine: _Machine) -> Files:
    """Where the chain and its key will stand; what has to be written for that is added to the machine."""
    server, place = task.server, task.place
    if task.key is None and not place.in_place and (neighbour := _neighbour(server, place, task.chain)):
        return Files(neighbour, place.key_file)
    chain = _without_issuers(task, machine)
    together = place.key_file == place.chain_file
    same_key = task.key is None or server.keys.get(mark_of(chain[0])) == place.key_file
    files = Files(place.chain_file, place.key_file)
    if not (same_key or together or place.in_place):
        files = own_names(place, chain[0])
    if task.key is not None and not (same_key or together):
        key = withheld(mark_of(chain[0])), (task.key,)
        put = text("Put the new private key into {file}, readable as the old one is.", file=files.key)
        _write(machine, server, files.key, key, put, like=place.key_file)
    if files.chain == place.chain_file:
        content = content_of(server.facts, place.chain_file)
        octets, keys = _rearranged(content.octets if content else b"", chain, place.chain_file, task.key)
        _write(machine, server, place.chain_file, (octets, keys), _writes(chain, place.chain_file))
        return files
    written = to_pem_chain(chain).encode("ascii"), ()
    _write(machine, server, files.chain, written, _writes(chain, files.chain), like=place.chain_file)
    return files


def _without_issuers(task: ServeThis, machine: _Machine) -> Chain:
    """What stands in the leaf's own file: the whole chain, unless the place takes intermediates from another."""
    path, issuers = task.place.issuers_file, task.chain[1:]
    if not path:
        return task.chain
    if issuers:
        _write(machine, task.server, path, (to_pem_chain(issuers).encode("ascii"), ()), _writes(issuers, path))
    return task.chain[:1]


def _neighbour(server: Surveyed, place: ConfiguredCertificate, chain: Chain) -> str | None:
    """A file beside the one that is named, which holds exactly this chain: `fullchain.pem` beside `cert.pem`."""
    if place.key_file == place.chain_file or place.issuers_file:
        return None
    folder = dirname(place.chain_file)
    beside = (
        (question.path, answer.octets)
        for question, answer in server.facts.items()
        if isinstance(question, FileAt) and isinstance(answer, Content) and dirname(question.path) == folder
    )
    return next(
        (
            path
            for path, octets in beside
            if path != place.chain_file and not withheld_in(octets) and read_pem_certificates(octets) == chain
        ),
        None,
    )


def _rearranged(old: bytes, chain: Chain, path: str, key: KeySource | None) -> tuple[bytes, tuple[KeySource, ...]]:
    """Another chain in a file; its key, or another in its place, and what else it holds stay where they stand."""
    blocks = find_pem(old)
    keys = [block.whole for block in blocks if block.label == WITHHELD]
    others = [block.whole for block in blocks if block.label not in (*CERTIFICATE_LABELS, WITHHELD)]
    sources: tuple[KeySource, ...] = (OnServer(path),) if keys else ()
    if key is not None and keys:
        keys, sources = [withheld(mark_of(chain[0]))], (key,)
    certificates = to_pem_chain(chain).encode("ascii")
    private, rest = (b"".join(one.strip() + b"\n" for one in part) for part in (keys, others))
    first = bool(blocks) and blocks[0].label == WITHHELD
    return (private + certificates if first else certificates + private) + rest, sources


def _writes(chain: Chain, path: str) -> Text:
    names = tuple(called_leaf(one) if one.dns_names else called(one.subject) for one in chain)
    return text("Let {file} hold {chain}, and nothing else.", file=path, chain=names)


def _write(
    machine: _Machine,
    server: Surveyed,
    path: str,
    content: tuple[bytes, tuple[KeySource, ...]],
    say: Text,
    *,
    like: str = "",
) -> None:
    """`content`: the octets, and where the keys in them are; `like`: the file whose owner and mode a new one gets."""
    octets, keys = content
    there = content_of(server.facts, path)
    if there is not None:
        wanted = WriteFile(path, octets, keys)
    else:
        model = content_of(server.facts, like)
        mode, owner = (model.mode, model.owner) if model else (0o600, None)
        wanted = WriteFile(path, octets, keys, new=True, mode=mode, owner=owner)
    known = machine.writes.get(path)
    if known is not None and known[1].content != octets:
        machine.torn = path
    elif known is None and (there is None or there.octets != octets):
        machine.writes[path] = server, wanted, say


def _in_order(machine: _Machine) -> Iterable[PlanStep]:
    for server, write, say in machine.writes.values():
        yield _step(server, say, write, PutBack())
    changes = [(server, change) for server, own in machine.changes.items() for change in own]
    for server, change in changes:
        if isinstance(change, Edit):
            told = text("In {file}: {change}", file=change.path, change=change.say)
            keys = (OnServer(change.path),) if withheld_in(change.content) else ()
            yield _step(server, told, WriteFile(change.path, change.content, keys), PutBack())
    for server, change in changes:
        if isinstance(change, Act):
            back = RunBack(RunCommand(change.back_command, change.back_input))
            do = RunCommand(change.command, change.input, keys=change.keys)
            step = _step(server, change.say, do, back)
            yield replace(step, disruption=change.disruption, needs=change.needs)
    for server in machine.concerned:
        if test := server.product.test(server.server):
            say = text("Let {server} test its configuration.", server=server.server.name)
            yield _step(server, say, test, NothingToUndo())
    for server, changes_something in machine.concerned.items():
        if talks := _while_running(server, machine):
            yield from talks
            continue
        say = (
            text("Let {server} take it up.", server=server.server.name)
            if changes_something
            else text(
                "Let {server} take up what its files hold already: it still serves what they held before.",
                server=server.server.name,
            )
        )
        take_up = server.product.take_up(server.server)
        if take_up is None:
            continue
        yield replace(
            _step(server, say, take_up, TakeUpAgain()),
            disruption=server.product.disruption(server.server, server.facts),
        )


def _while_running(server: Surveyed, machine: _Machine) -> tuple[PlanStep, ...]:
    """Instead of a taking up: what is said to the running program, where it knows how and no setting changes."""
    product = server.product
    written = {path: write for path, (whose, write, _) in machine.writes.items() if whose is server}
    if not isinstance(product, UpdatedWhileRunning) or machine.changes[server]:
        return ()
    steps = []
    for path, write in written.items():
        place = next((one for one in server.places if one.chain_file == path), None)
        former = content_of(server.facts, path)
        if place is None or former is None:
            return ()
        talk = product.without_reload(server.server, server.facts, place, write.content)
        back = product.without_reload(server.server, server.facts, place, former.octets)
        if not (isinstance(talk, TalkTo) and isinstance(back, TalkTo)):
            return ()
        say = text("Let {server} present it at once, without a reload.", server=server.server.name)
        steps.append(_step(server, say, talk, RunBack(back)))
    return tuple(steps)


def _step(server: Surveyed, say: Text, do: WriteFile | RunCommand | TalkTo, undo: Undo) -> PlanStep:
    return PlanStep("", server.server.name, say, do, undo, needs="root")
