"""Plans as files: values to JSON and back. A plan that somebody changed by hand is refused by its digest."""

import hashlib
from collections.abc import Callable
from datetime import UTC

import msgspec
from msgspec import UNSET

from mailtrust.core.formats import plan_wire as wire
from mailtrust.core.formats.json_text import to_json_text
from mailtrust.core.formats.misfit import explain
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.plan import (
    AskPerson,
    ChangeRecords,
    Doing,
    Fact,
    InStore,
    KeySource,
    LeftOver,
    NothingToUndo,
    NoWayBack,
    OnServer,
    OnThisMachine,
    Outlook,
    Plan,
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
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.proof import Noted, Proof
from mailtrust.core.model.settings import Place, Server
from mailtrust.core.model.text import Text, text

MOST_BYTES = 16 * 2**20
MOST_SAID = 4000
"""Characters of a sentence."""
Translate = Callable[[str], str]


class PlanFileError(UserProblem):
    """A plan that cannot be used."""


def encode_plan(plan: Plan, translate: Translate) -> bytes:
    """Write a plan as JSON (mailtrust/plan/1), its sentences in the reader's language."""
    made = _wire(plan, translate)
    made.id = digest(made)
    return to_json_text(made)


def decode_plan(data: bytes) -> Plan:
    """Read a plan. Raises PlanFileError for what is none, and for one that was changed after it was made."""
    if len(data) > MOST_BYTES:
        raise PlanFileError(text("Expected a plan of at most {most} MiB, got more.", most=MOST_BYTES // 2**20))
    try:
        read = msgspec.json.decode(data, type=wire.PlanWire)
    except msgspec.ValidationError as error:
        raise PlanFileError(explain(error, data, wire.PlanWire)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PlanFileError(
            text(
                "Expected a plan as mailtrust plan writes it, got something that is no JSON ({detail}).",
                detail=clean(str(error), 200),
            )
        ) from None
    if read.id != digest(read):
        raise PlanFileError(
            text(
                "This plan was changed after it was made: expected the digest {expected}, got {came}. Apply what "
                "mailtrust plan wrote, or make a new plan.",
                expected=digest(read),
                came=clean(read.id, 80),
            )
        )
    return _plan(read)


def encode_proof(proof: Proof) -> bytes:
    """Write a proof as JSON (mailtrust/proof/1)."""
    return to_json_text(
        wire.ProofWire(
            schema=wire.PROOF_SCHEMA,
            plan=proof.plan,
            resolved=list(proof.resolved),
            remaining=list(proof.remaining),
            introduced=list(proof.introduced),
            unproven=list(proof.unproven),
        )
    )


def digest(plan: wire.PlanWire) -> str:
    """SHA-256 of a plan's JSON with an empty id."""
    return hashlib.sha256(to_json_text(msgspec.structs.replace(plan, id=""))).hexdigest()


def _wire(plan: Plan, translate: Translate) -> wire.PlanWire:
    return wire.PlanWire(
        schema=wire.PLAN_SCHEMA,
        id="",
        target=plan.target,
        made=plan.made.astimezone(UTC),
        version=plan.version,
        looking=list(plan.looking),
        facts_digest=hashlib.sha256(repr(plan.facts).encode("utf-8")).hexdigest(),
        facts=[wire.FactWire(server=one.server, asked=one.asked, digest=one.digest) for one in plan.facts],
        servers=[_server_wire(server) for server in plan.servers],
        steps=[
            wire.StepWire(
                id=step.id,
                server=step.server,
                say=step.say.render(translate),
                do=_do_wire(step.do, translate),
                undo=_undo_wire(step.undo, translate),
                disruption=step.disruption,
                needs=step.needs,
            )
            for step in plan.steps
        ],
        cures=list(plan.cures),
        left=[wire.LeftWire(finding=one.finding, why=one.why.render(translate)) for one in plan.left],
        findings=[wire.NotedWire(id=one.id, rule=one.rule, endpoints=list(one.observations)) for one in plan.findings],
        before=[_outlook_wire(one) for one in plan.before],
        after=[_outlook_wire(one) for one in plan.after],
        looked_by=plan.looked_by,
        made_by=plan.made_by,
    )


def _server_wire(server: Server) -> wire.ServerWire:
    return wire.ServerWire(
        name=server.name,
        places=[wire.PlaceWire(target=one.target, host=one.host, port=one.port) for one in server.places],
        product=server.product or "",
        reach=server.reach,
        sudo=server.sudo,
        configuration=server.configuration,
        program=server.program,
        take_up=list(server.take_up),
    )


def _outlook_wire(one: Outlook) -> wire.OutlookWire:
    return wire.OutlookWire(endpoint=one.endpoint, client=one.client, outcome=one.outcome, codes=list(one.codes))


def _do_wire(do: Doing, translate: Translate) -> wire.DoWire:
    match do:
        case WriteFile():
            try:
                content = do.content.decode("utf-8")
            except UnicodeDecodeError:
                content = None
            return wire.WriteWire(
                path=do.path,
                content=content,
                content_base64=do.content if content is None else None,
                keys=[_key_wire(key) for key in do.keys],
                new=do.new,
                mode=None if do.mode is None else f"{do.mode:04o}",
                owner=do.owner,
            )
        case RunCommand() | TalkTo():
            return _program_wire(do)
        case ChangeRecords():
            return wire.DnsWire(
                zone=do.zone, name=do.name, type=do.type, was=list(do.was), shall=list(do.shall), ttl=do.ttl
            )
        case AskPerson():
            clicks = [click.render(translate) for click in do.clicks]
            return wire.HumanWire(clicks=clicks, command=do.command, file=do.file)


def _program_wire(do: RunCommand | TalkTo) -> wire.RunWire | wire.CallWire:
    keys = [_key_wire(key) for key in do.keys]
    match do:
        case RunCommand():
            return wire.RunWire(command=list(do.command), input=do.input, seconds=do.seconds, keys=keys or UNSET)
        case TalkTo():
            return wire.CallWire(socket=do.socket, commands=list(do.commands), expects=list(do.expects), keys=keys)


def _key_wire(key: KeySource) -> wire.KeyWire:
    match key:
        case OnServer(path=path):
            return wire.KeyWire(at="server", name=path)
        case OnThisMachine(path=path):
            return wire.KeyWire(at="here", name=path)
        case InStore(fingerprint=fingerprint):
            return wire.KeyWire(at="store", name=fingerprint)


def _undo_wire(undo: Undo, translate: Translate) -> wire.UndoWire:
    match undo:
        case PutBack():
            return wire.PutBackWire()
        case RunBack(do=do):
            return wire.RunBackWire(do=_program_wire(do))
        case TakeUpAgain():
            return wire.TakeUpAgainWire()
        case NothingToUndo():
            return wire.NothingWire()
        case NoWayBack(why=why):
            return wire.NoWayBackWire(why=why.render(translate))
        case UndoneByPerson(how=how):
            return wire.ByPersonWire(how=how.render(translate))


def _plan(read: wire.PlanWire) -> Plan:
    return Plan(
        target=read.target,
        made=read.made.astimezone(UTC),
        version=read.version,
        looking=tuple(read.looking),
        facts=tuple(Fact(one.server, one.asked, one.digest) for one in read.facts),
        steps=tuple(
            PlanStep(one.id, one.server, _said(one.say), _do(one.do), _undo(one.undo), one.disruption, one.needs)
            for one in read.steps
        ),
        cures=tuple(read.cures),
        left=tuple(LeftOver(one.finding, _said(one.why)) for one in read.left),
        before=tuple(Outlook(one.endpoint, one.client, one.outcome, tuple(one.codes)) for one in read.before),
        after=tuple(Outlook(one.endpoint, one.client, one.outcome, tuple(one.codes)) for one in read.after),
        servers=tuple(
            Server(
                one.name,
                tuple(Place(place.target, place.host, place.port) for place in one.places),
                one.product or None,
                one.reach,
                one.sudo,
                one.configuration,
                one.program,
                tuple(one.take_up),
            )
            for one in read.servers
        ),
        findings=tuple(Noted(one.id, one.rule, tuple(one.endpoints)) for one in read.findings),
        looked_by=read.looked_by,
        made_by=clean(read.made_by, 200),
        id=read.id,
    )


def _do(do: wire.DoWire) -> Doing:
    match do:
        case wire.WriteWire():
            content = do.content_base64 if do.content is None else do.content.encode("utf-8")
            mode = None if do.mode is None else int(do.mode, 8)
            return WriteFile(do.path, content or b"", tuple(map(_key, do.keys)), do.new, mode, do.owner)
        case wire.RunWire() | wire.CallWire():
            return _program(do)
        case wire.DnsWire():
            return ChangeRecords(do.zone, do.name, do.type, tuple(do.was), tuple(do.shall), do.ttl)
        case wire.HumanWire():
            return AskPerson(tuple(map(_said, do.clicks)), do.command, do.file)


def _program(do: wire.RunWire | wire.CallWire) -> RunCommand | TalkTo:
    match do:
        case wire.RunWire():
            return RunCommand(tuple(do.command), do.input, do.seconds, tuple(map(_key, do.keys or ())))
        case wire.CallWire():
            return TalkTo(do.socket, tuple(do.commands), tuple(do.expects), tuple(map(_key, do.keys)))


def _key(key: wire.KeyWire) -> KeySource:
    match key.at:
        case "server":
            return OnServer(key.name)
        case "here":
            return OnThisMachine(key.name)
        case "store":
            return InStore(key.name)


def _undo(undo: wire.UndoWire) -> Undo:
    match undo:
        case wire.PutBackWire():
            return PutBack()
        case wire.RunBackWire():
            return RunBack(_program(undo.do))
        case wire.TakeUpAgainWire():
            return TakeUpAgain()
        case wire.NothingWire():
            return NothingToUndo()
        case wire.NoWayBackWire():
            return NoWayBack(_said(undo.why))
        case wire.ByPersonWire():
            return UndoneByPerson(_said(undo.how))


def _said(sentence: str) -> Text:
    """A sentence in the language in which the plan was made: it is shown whole, as no value of a sentence would be."""
    said = clean(sentence, MOST_SAID).replace("{", "{{").replace("}", "}}")
    return Text(said or " ")  # gettext has something else to say to nothing at all
