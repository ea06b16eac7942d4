"""One runspace of the stand-in: PSRP by psrpcore's server side, and the cmdlets that run in it."""

import base64
import uuid
from collections import defaultdict
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

from psrpcore import (
    CreatePipelineEvent,
    PipelineHostResponseEvent,
    PSRPPayload,
    ServerPipeline,
    ServerRunspacePool,
    StreamType,
)
from psrpcore.types import (
    ChoiceDescription,
    ErrorCategory,
    ErrorCategoryInfo,
    ErrorRecord,
    HostMethodIdentifier,
    NETException,
    PSInvocationState,
)
from tests.programs.exchange_cmdlets import Exchange
from tests.programs.exchange_reading import Question, RefusedError, Warned
from tests.programs.exchange_soap import NAMES, RSP, FaultError

DONE = f"{RSP}/CommandState/Done"
RUNNING = f"{RSP}/CommandState/Running"
NOT_YET = 2150858793
"""ERROR_WINRS_OPERATION_TIMEOUT."""
MOST_IN_A_FRAGMENT = 32_000
MOST_IN_A_RECEIVE = 200_000

# About the language of a runspace: Microsoft, "about_Language_Modes" (NoLanguage). The wording is unsourced.
NO_SCRIPTS = "The syntax is not supported by this runspace. This might be because it is in no-language mode."
# A cmdlet that no role of the user holds is not there at all (Microsoft, "Permissions in Exchange Server"). The
# wording is PowerShell's for any unknown command, recalled.
NO_SUCH = (
    "The term '{name}' is not recognized as the name of a cmdlet, function, script file, or operable program. Check "
    "the spelling of the name, or if a path was included, verify that the path is correct and try again."
)


@dataclass
class Runspace:
    """One open shell."""

    pool: ServerRunspacePool
    out: dict[uuid.UUID | None, bytearray] = field(default_factory=lambda: defaultdict(bytearray))
    running: dict[uuid.UUID, Generator[Any, Any, None]] = field(default_factory=dict)

    def take(self, payload: bytes, exchange: Exchange) -> None:
        """What the client said, and what comes of it."""
        self.pool.receive_data(PSRPPayload(payload, StreamType.default, None))
        while (event := self.pool.next_event()) is not None:
            if isinstance(event, CreatePipelineEvent):
                pipeline = self.pool.pipeline_table[event.pipeline_id]
                pipeline.start()
                self.running[event.pipeline_id] = exchange_run(exchange, event.pipeline.commands)
                self.go_on(pipeline, None)
            elif isinstance(event, PipelineHostResponseEvent):
                self.go_on(self.pool.pipeline_table[event.pipeline_id], event.result)
        while (said := self.pool.data_to_send(MOST_IN_A_FRAGMENT)) is not None:
            self.out[said.pipeline_id] += said.data

    def go_on(self, pipeline: ServerPipeline, answer: Any) -> None:
        """Run it up to its end or its next question."""
        cmdlet = self.running[pipeline.pipeline_id]
        try:
            while True:
                said = cmdlet.send(answer)
                answer = None
                if isinstance(said, Question):
                    pipeline.host_call(
                        HostMethodIdentifier.PromptForChoice,
                        [said.caption, said.message, _choices(said), said.default],
                    )
                    return
                if isinstance(said, Warned):
                    pipeline.write_warning(said.message)
                else:
                    pipeline.write_output(said)
        except StopIteration:
            pipeline.complete()
        except RefusedError as refused:
            why = NETException(Message=refused.message)
            category = ErrorCategoryInfo(Category=ErrorCategory.InvalidOperation)
            if refused.terminating:
                record = ErrorRecord(Exception=why, CategoryInfo=category, FullyQualifiedErrorId=refused.identifier)
                # psrpcore has no public name for a pipeline that fails: its own complete() and stop() do the same.
                pipeline._change_state(PSInvocationState.Failed, record)
            else:
                pipeline.write_error(why, category, fully_qualified_error_id=refused.identifier)
                pipeline.complete()


def exchange_run(exchange: Exchange, commands: list[Any]) -> Generator[Any, Any, None]:
    """One pipeline of one cmdlet."""
    (command,) = commands
    if command.is_script:
        raise RefusedError(NO_SCRIPTS, "ScriptsNotAllowed", terminating=True)
    found = exchange.cmdlet(command.command_text)
    if found is None:
        raise RefusedError(NO_SUCH.format(name=command.command_text), "CommandNotFoundException", terminating=True)
    given = {str(name): value for name, value in command.parameters}
    exchange.called.append((command.command_text, given))
    yield from found(given)


def _choices(question: Question) -> list[Any]:
    return [
        ChoiceDescription.ToPSObjectForRemoting(ChoiceDescription(label, ""), for_host=True)
        for label in question.choices
    ]


def received(runspace: Runspace, body: ET.Element, mangled: Callable[[bytes], bytes]) -> str:
    stream = body.find("rsp:Receive/rsp:DesiredStream", NAMES)
    assert stream is not None
    command = stream.attrib.get("CommandId")
    identity = uuid.UUID(command) if command else None
    waiting = runspace.out[identity]
    if not waiting:
        raise FaultError(NOT_YET, "The WS-Management service cannot complete the operation within the time given.")
    part, runspace.out[identity] = waiting[:MOST_IN_A_RECEIVE], waiting[MOST_IN_A_RECEIVE:]
    named = "" if identity is None else f' CommandId="{command}"'
    pipeline = runspace.pool.pipeline_table.get(identity) if identity is not None else None
    over = pipeline is not None and pipeline.state != PSInvocationState.Running and not runspace.out[identity]
    state = "" if identity is None else f'<rsp:CommandState{named} State="{DONE if over else RUNNING}"/>'
    return (
        f'<rsp:ReceiveResponse xmlns:rsp="{RSP}"><rsp:Stream Name="stdout"{named}>'
        f"{base64.b64encode(mangled(bytes(part))).decode()}</rsp:Stream>{state}</rsp:ReceiveResponse>"
    )


def pipeline_of(runspace: Runspace, signal: ET.Element | None) -> ServerPipeline:
    assert signal is not None
    pipeline = runspace.pool.pipeline_table[uuid.UUID(signal.attrib["CommandId"])]
    if pipeline.state == PSInvocationState.Running:
        pipeline.stop()
    return pipeline
