"""Ask what is wanted as soon as it is wanted: nobody waits for an answer on which nothing of theirs hangs."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from datetime import datetime

from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.frozen import record
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.pool import Pool
from mailtrust.core.model.problem import CouldNotLook
from mailtrust.core.model.text import text
from mailtrust.core.model.walk import Answer, Book, HttpAnswer, Question, TlsAnswer
from mailtrust.flows.answering import Outside
from mailtrust.flows.check import OnProgress, Progress
from mailtrust.flows.issuers import gather, wanting_issuers
from mailtrust.flows.walking import WalkRequest

MOST_QUESTIONS = 600
"""Of one address: enough for every client at once with its redirects; a stranger's answers cannot make it more."""

TOGETHER = 0.002
"""Seconds: answers that come so close are read together, for walking takes time too."""

Wanted = tuple[bool, Question]
"""Whether it is asked inside, and what."""


@record
class Place:
    """What was answered outside, or inside, so far."""

    outside: Outside
    stores: Mapping[str, AnchorStore]
    request: WalkRequest
    """Of which roots count, and whether issuers are fetched."""
    now: datetime
    met: dict[str, Observation] = field(default_factory=dict)
    """Handshakes by the id of their endpoint, shared by all places: one endpoint, one observation."""
    book: dict[Question, Answer] = field(default_factory=dict)
    pool: Pool = field(default_factory=lambda: Pool(()))
    _asked_for: set[str] = field(default_factory=set)

    async def learn(self, question: Question) -> None:
        """Ask, keep the answer, and look for the issuers that it makes one want. Never raises for what servers do."""
        answer = (await self.outside.answer([question]))[question]
        match answer:
            case HttpAnswer(observation=Observation() as seen) | TlsAnswer(observation=seen):
                # The first that was made of an endpoint stands for all requests that went there.
                seen = self.met.setdefault(seen.id, seen)
                await self._look_for_issuers(seen)
                self.book[question] = replace(answer, observation=seen)
            case _:
                self.book[question] = answer

    async def _look_for_issuers(self, new_one: Observation) -> None:
        """Before anybody judges it."""
        seen = (*observations_of(self.book), new_one)
        roots = self.request.roots
        wanting = wanting_issuers(seen, (*self.stores.values(),), roots, self.now) if self.request.fetch_issuers else ()
        new = [one for one in wanting if one.fingerprint not in self._asked_for]
        self._asked_for.update(one.fingerprint for one in new)
        found, _lookups = await gather(seen, new, self.outside.edge.issuers)
        # In an order of its own, for answers come in any.
        merged = sorted(Pool.merge((*self.pool, *found)), key=lambda one: one.certificate.fingerprint)
        grown = Pool(tuple(replace(one, origins=tuple(sorted(one.origins))) for one in merged))
        if grown != self.pool:
            self.pool = grown

    def put_in_order(self, asked: Iterable[Question]) -> None:
        """Have the book in the order of the walks, and not in that in which answers came; what else is there, last."""
        first = dict.fromkeys(question for question in asked if question in self.book)
        rest = sorted((question for question in self.book if question not in first), key=repr)
        self.book = {question: self.book[question] for question in (*first, *rest)}


async def look(
    places: Mapping[bool, Place],
    wants: Callable[[], Iterable[Wanted]],
    *,
    addresses: int = 1,
    on_progress: OnProgress | None = None,
) -> None:
    """Answer in all places what `wants` names, and ask it again after each answer, until it names nothing.

    Raises CouldNotLook where that never ends.
    """
    flying: dict[Wanted, asyncio.Task[None]] = {}
    try:
        while True:
            for inside, question in wants():
                if (inside, question) not in flying and question not in places[inside].book:
                    flying[inside, question] = asyncio.create_task(places[inside].learn(question))
            if not flying:
                break
            known = sum(len(place.book) for place in places.values())
            if known + len(flying) > MOST_QUESTIONS * addresses:
                raise CouldNotLook(
                    text(
                        "The ways of {address} lead from one place to the next without an end. What was met is too "
                        "much to tell.",
                        address=next(iter(places.values())).request.address,
                    )
                )
            if on_progress is not None:
                on_progress(Progress("probing", known, known + len(flying)))
            await asyncio.wait(flying.values(), return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(TOGETHER)
            done = [task for task in flying.values() if task.done()]
            for task in done:
                task.result()  # a mistake of ours is no answer
            flying = {one: task for one, task in flying.items() if task not in done}
    finally:
        for task in flying.values():
            task.cancel()
        await asyncio.gather(*flying.values(), return_exceptions=True)


async def take_leave(outsides: Iterable[Outside]) -> None:
    """Wait until all connections are left: what was seen on them was told before."""
    for outside in outsides:
        if outside.edge.farewells is not None:
            await outside.edge.farewells()


class StoresLater(Mapping[str, AnchorStore]):
    """Anchor stores that are read when somebody judges, which is while the first answers are still on their way."""

    def __init__(self, load: Callable[[Iterable[str]], Mapping[str, AnchorStore]], names: tuple[str, ...]) -> None:
        self._load = load
        self._names = names
        self._loaded: Mapping[str, AnchorStore] | None = None

    def __getitem__(self, name: str) -> AnchorStore:
        """The store."""
        if self._loaded is None:
            self._loaded = self._load(self._names)
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def observations_of(book: Book) -> tuple[Observation, ...]:
    """The handshakes in a book, each once."""
    found: dict[str, Observation] = {}
    for answer in book.values():
        match answer:
            case HttpAnswer(observation=Observation() as seen) | TlsAnswer(observation=seen):
                found.setdefault(seen.id, seen)
            case _:
                pass
    return tuple(found.values())
