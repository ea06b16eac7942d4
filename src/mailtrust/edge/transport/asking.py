"""Questions about a server's configuration, answered through a Machine: read only, private keys withheld."""

from dataclasses import replace

from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.server_facts import (
    Answer,
    Content,
    FileAt,
    FilesLike,
    Names,
    NoAnswer,
    OutputOf,
    Question,
)
from mailtrust.core.x509.withheld_keys import withhold_keys
from mailtrust.edge.transport.machine import Machine

LOOK_SECONDS = 30
"""A program that only looks is done by then."""


async def answer(machine: Machine, question: Question) -> Answer:
    """What the machine says. What cannot be had is an answer too: NoAnswer says why."""
    try:
        return await _asked(machine, question)
    except UserProblem as problem:
        return NoAnswer(problem.message)


async def _asked(machine: Machine, question: Question) -> Answer:
    match question:
        case FileAt(path=path):
            file = await machine.read(path)
            return Content(withhold_keys(file.octets), file.mode, file.owner, file.path)
        case FilesLike(pattern=pattern):
            return Names(await machine.names(pattern))
        case OutputOf(command=command):
            printed = await machine.run(command, seconds=LOOK_SECONDS)
            return replace(printed, output=withhold_keys(printed.output.encode("utf-8")).decode("utf-8"))
