"""Read the configuration of servers: each product's questions, asked until it has no more."""

import asyncio
import hashlib
import shlex
from collections.abc import Iterable, Mapping, Sequence
from posixpath import dirname

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.configured import Cannot
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.plan import Fact, Plan
from mailtrust.core.model.server_facts import Answer, Content, FileAt, FilesLike, OutputOf, Question
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import Text, text
from mailtrust.core.targets.configured import CONFIGURED, ConfiguredProduct
from mailtrust.core.targets.mending.surveyed import Surveyed, neighbours
from mailtrust.core.x509.parse import read_pem_certificates
from mailtrust.edge.transport.asking import answer
from mailtrust.edge.transport.machine import Machine

MOST_ROUNDS = 30
MOST_QUESTIONS = 3000
"""To one server: a configuration that includes more is not read."""
MACHINES_AT_ONCE = 8
"""Are asked side by side; of each one thing after the other: sshd may allow a connection one session alone."""


@frozen
class Unread:
    """A server whose configuration could not be read, and why."""

    server: Server
    why: Text

    @property
    def said(self) -> Text:
        """The sentence that says so."""
        return text("The configuration of {server} could not be read: {why}", server=self.server.name, why=self.why)


def configurable(server: Server) -> ConfiguredProduct | None:
    """The product of a server whose files are come by, where mailtrust can configure it."""
    product = next((one for one in CONFIGURED if server.product == one.ID), None)
    return product if server.reach else None


async def survey(server: Server, product: ConfiguredProduct, machine: Machine) -> Surveyed | Unread:
    """What a server is configured to do. Changes nothing, and reads no private key but for its public half."""
    facts: dict[Question, Answer] = {}
    for _ in range(MOST_ROUNDS):
        asked = product.questions(server, facts)
        if not asked:
            break
        if len(facts) + len(asked) > MOST_QUESTIONS:
            return Unread(server, text("Its configuration has more than {most} files.", most=MOST_QUESTIONS))
        facts.update([(question, await answer(machine, question)) for question in asked])
    else:
        return Unread(server, text("Its configuration includes files that include files, without an end."))
    places = product.certificates(server, facts)
    if isinstance(places, Cannot):
        return Unread(server, places.why)
    essential = frozenset(facts)
    while beside := neighbours(places, facts):
        facts.update([(question, await answer(machine, question)) for question in beside])
    return Surveyed(server, product, facts, places, essential)


async def survey_all(
    servers: Sequence[Server], machines: Mapping[str, Machine]
) -> tuple[tuple[Surveyed, ...], tuple[Unread, ...]]:
    """The servers that can be configured from here, and those of them that could not be read, in their order.

    `machines`: by `Server.reach`.
    """
    found = await _each(servers, machines)
    return (
        tuple(one for one in found if isinstance(one, Surveyed)),
        tuple(one for one in found if isinstance(one, Unread)),
    )


async def _each(servers: Sequence[Server], machines: Mapping[str, Machine]) -> Sequence[Surveyed | Unread | None]:
    """What came of each, in their order; None: it cannot be configured from here."""
    places = asyncio.Semaphore(MACHINES_AT_ONCE)
    turns = {server.reach: asyncio.Lock() for server in servers}

    async def one(server: Server) -> Surveyed | Unread | None:
        product = configurable(server)
        if product is None:
            return None
        async with turns[server.reach], places:
            return await survey(server, product, machines[server.reach])

    return await asyncio.gather(*map(one, servers))


def facts_of(servers: Iterable[Surveyed]) -> tuple[Fact, ...]:
    """All that counts for a plan: a certificate more in the same folder does not."""
    return tuple(
        Fact(one.server.name, _called(asked), _digest(said)) for one in servers for asked, said in _essential(one)
    )


async def differing(plan: Plan, machines: Mapping[str, Machine]) -> tuple[str, ...]:
    """The files and commands that say something else than when the plan was made; `machines` by `Server.reach`."""
    found = await _each(plan.servers, machines)
    surveyed = [one for one in found if isinstance(one, Surveyed)]
    if len(surveyed) < len(found):
        return tuple(
            server.name for server, one in zip(plan.servers, found, strict=True) if not isinstance(one, Surveyed)
        )
    before, after = set(plan.facts), set(facts_of(surveyed))
    return tuple(dict.fromkeys(fact.asked for fact in (*plan.facts, *facts_of(surveyed)) if fact in before ^ after))


def _digest(said: Answer) -> str:
    return hashlib.sha256(repr(said).encode("utf-8", "surrogateescape")).hexdigest()


def _essential(one: Surveyed) -> list[tuple[Question, Answer]]:
    leaves = {(dirname(place.chain_file), leaf) for place in one.places if (leaf := one.leaf_of(place))}
    counts = [
        (asked, said)
        for asked, said in one.facts.items()
        if asked in one.essential or (isinstance(asked, FileAt) and _beside(asked, said, leaves))
    ]
    return sorted(counts, key=lambda pair: repr(pair[0]))


def _beside(asked: FileAt, said: Answer, leaves: set[tuple[str, Certificate]]) -> bool:
    """Whether it is a file beside one that is named, with the same certificate: it may be named instead."""
    found = read_pem_certificates(said.octets)[:1] if isinstance(said, Content) else ()
    return any((dirname(asked.path), leaf) in leaves for leaf in found)


def _called(asked: Question) -> str:
    match asked:
        case FileAt(path=path):
            return path
        case FilesLike(pattern=pattern):
            return pattern
        case OutputOf(command=command):
            return shlex.join(command)
