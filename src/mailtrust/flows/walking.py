"""Walks over what is known: pure, so that a saved book gives the same again, and a growing one more and more."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime

from mailtrust.core.clients import client_by_id
from mailtrust.core.discovery import TRAVELLERS
from mailtrust.core.discovery.asking import Asking, Judge
from mailtrust.core.discovery.traveller import Traveller, Trip, walk
from mailtrust.core.formats.tlsa import Tlsa
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen, record
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.pool import Pool, Source
from mailtrust.core.model.verdict import Verdict
from mailtrust.core.model.walk import Answer, Book, Question, Situation, Walk
from mailtrust.core.validation.dane import evaluate_dane
from mailtrust.core.validation.evaluate import evaluate

_SENT = frozenset({Source.ELSEWHERE})


@frozen
class WalkRequest:
    """Whose way is walked, and where from."""

    address: str
    """An e-mail address, or a mail domain."""
    travellers: tuple[Traveller, ...] = TRAVELLERS
    situation: Situation = field(default_factory=Situation)
    at: datetime | None = None
    roots: tuple[Certificate, ...] = ()
    deployed: tuple[str, ...] = ()
    fetch_issuers: bool = True


@record
class Walker:
    """The walks of one request over a book that grows. What was walked to its end is walked again only at the last."""

    request: WalkRequest
    stores: Mapping[str, AnchorStore]
    now: datetime
    pool: Pool = field(default_factory=lambda: Pool(()))
    """By which was judged so far."""
    walks: dict[str, Walk] = field(default_factory=dict)
    """Those that reached their end, by client."""
    asked: tuple[Question, ...] = ()
    """What the walks ask, in their order, once they are at their end: answers come in any order."""
    _judges: dict[str, Judge] = field(default_factory=dict)

    def missing(self, book: Book, pool: Pool) -> tuple[Question, ...]:
        """What the book does not say yet; where it says all, the walks are those by this book and this pool."""
        if _fetched(pool) != _fetched(self.pool):
            self._judge_by(pool)
        missing = self._on(book)
        if missing or (self.asked and pool is self.pool):
            return missing
        if pool is not self.pool:
            self._judge_by(pool)
        self.walks.clear()
        logged = _Logged(book)
        missing = self._on(logged)
        self.asked = () if missing else tuple(logged.asked)
        return missing

    def _judge_by(self, pool: Pool) -> None:
        """An issuer that came later may have changed what a client thinks of a certificate."""
        self.pool = pool
        self._judges.clear()
        self.walks.clear()

    def in_order(self) -> tuple[Walk, ...]:
        """The walks, in the order of the clients asked for."""
        return tuple(self.walks[one.id] for one in self.request.travellers if one.id in self.walks)

    def _on(self, book: Book) -> tuple[Question, ...]:
        missing: dict[Question, None] = {}
        for traveller in self.request.travellers:
            if traveller.id in self.walks:
                continue
            if traveller.id not in self._judges:
                judge = judge_for(traveller, self.request, self.pool, self.stores, self.now)
                self._judges[traveller.id] = judge
            asking = Asking(book, self._judges[traveller.id])
            found = walk(Trip(traveller, asking, self.request.situation, self.request.address))
            if found is None:
                missing |= asking.missing
            else:
                self.walks[traveller.id] = found
        return tuple(missing)


def _fetched(pool: Pool) -> int:
    """How many certificates no server of this run has sent along."""
    return sum(entry.sources != _SENT for entry in pool)


class _Logged(Book):
    """A book that keeps in which order it is read."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.asked: dict[Question, None] = {}

    def __getitem__(self, question: Question) -> Answer:
        """The answer, if it is there."""
        answer = self._book[question]
        self.asked[question] = None
        return answer

    def __iter__(self) -> Iterator[Question]:
        return iter(self._book)

    def __len__(self) -> int:
        return len(self._book)


def walk_all(
    request: WalkRequest, book: Book, pool: Pool, stores: Mapping[str, AnchorStore], now: datetime
) -> tuple[tuple[Walk, ...], tuple[Question, ...]]:
    """Every walk that the book reaches, and what the others ask."""
    walker = Walker(request, stores, now, pool)
    missing = walker.missing(book, pool)
    return walker.in_order(), missing


def judge_for(
    traveller: Traveller, request: WalkRequest, pool: Pool, stores: Mapping[str, AnchorStore], now: datetime
) -> Judge:
    """How this client judges what it meets; the same handshake is judged once."""
    client = client_by_id(traveller.judged_as)
    local = tuple(TrustAnchor(root, locally_added=True) for root in request.roots)
    known: dict[tuple[str, tuple[Tlsa, ...], tuple[str, ...]], tuple[object, Verdict]] = {}

    def judge(observation: Observation, tlsa: Sequence[Tlsa] = (), names: Sequence[str] = (), /) -> Verdict:
        key = (observation.id, tuple(tlsa), tuple(names))
        if key in known and known[key][0] is observation.result:
            return known[key][1]
        if tlsa:
            verdict = evaluate_dane(observation, tlsa, names=names, client=client, now=now)
        else:
            verdict = evaluate(
                observation,
                pool=pool,
                store=stores[client.anchor_store],
                client=client,
                now=now,
                local_anchors=local if client.reached(request.deployed) else (),
            )
        known[key] = observation.result, verdict
        return verdict

    return judge
