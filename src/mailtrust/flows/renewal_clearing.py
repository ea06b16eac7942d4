"""After a renewal: pairs of former ones, of no use to anybody since their certificate ended, are taken away."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.server_facts import Answer, Question
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import Text, text, verbatim
from mailtrust.core.targets.configured import Balancer
from mailtrust.core.targets.mending.spent import Spent, besides, spent
from mailtrust.core.targets.mending.surveyed import Surveyed
from mailtrust.edge.transport.asking import answer
from mailtrust.edge.transport.machine import Failed, Machine
from mailtrust.flows.survey import survey_all


async def clear_away(
    servers: Sequence[Server],
    beside: Sequence[Server],
    machines: Mapping[str, Machine],
    now: datetime,
    tell: Callable[[Text], None],
    *,
    only_tell: bool = False,
) -> None:
    """Take away what is spent on these servers, and tell; what cannot be taken away stays, and is told.

    `beside`: all servers that are known: where the configuration of one on the same machine cannot be read, nothing is
    taken away there, for it may name anything.
    """
    reaches = {one.reach for one in servers}
    surveyed, unread = await survey_all([one for one in beside if one.reach in reaches], machines)
    unknown = {one.server.reach for one in unread}
    names = {one.name for one in servers}
    for one in surveyed:
        if one.server.name in names and one.server.reach not in unknown:
            machine = machines[one.server.reach]
            read: dict[Question, Answer] = {question: await answer(machine, question) for question in besides(one)}
            there = [other for other in surveyed if other.server.reach == one.server.reach]
            for pair in spent(one, read, there, now):
                tell(_can(one, pair) if only_tell else await _taken(one, machine, pair))


async def _taken(server: Surveyed, machine: Machine, pair: Spent) -> Text:
    try:
        await _take(server, machine, pair)
    except UserProblem as problem:
        return text(
            "{server}: {files} could not be removed: {why}",
            server=server.server.name,
            files=pair.files,
            why=problem.message,
        )
    return text(
        "{server}: removed {files}: nothing names them any more, and their certificate ended on {date}.",
        server=server.server.name,
        files=pair.files,
        date=pair.leaf.not_after,
    )


async def _take(server: Surveyed, machine: Machine, pair: Spent) -> None:
    if not isinstance(server.product, Balancer):
        for path in pair.files:
            await machine.remove(path)
        return
    for path in pair.files:
        printed = await machine.run(server.product.delete(path, pair.leaf).command)
        if printed.status != 0:
            raise Failed(verbatim(clean(printed.errors.strip(), 300)))


def _can(server: Surveyed, pair: Spent) -> Text:
    return text(
        "{server}: {files} can be removed: nothing names them any more, and their certificate ended on {date}.",
        server=server.server.name,
        files=pair.files,
        date=pair.leaf.not_after,
    )
