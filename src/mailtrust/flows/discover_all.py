"""All addresses of an organisation, from every side: their walks, what is wrong with them, and one cure for all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mailtrust.core.discovery.traveller import Traveller
from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.case_file import CaseFile
from mailtrust.core.model.finding import Finding
from mailtrust.core.model.frozen import record
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.pool import Pool
from mailtrust.core.model.walk import Answer, Book, Question
from mailtrust.core.remedies.finding.planner import Unasked
from mailtrust.core.remedies.finding.receiving import Receiving
from mailtrust.core.remedies.finding.server import MailServer, NotYetAsked, find_server
from mailtrust.core.remedies.finding.ways import Cures
from mailtrust.flows.answering import Outside
from mailtrust.flows.check import OnProgress
from mailtrust.flows.cure import Drafts, ails, cures_in, likely, planned_for, receiving_in
from mailtrust.flows.discover import Discovery, book_of, discovered, stores_needed, walk_again
from mailtrust.flows.looking import Place, StoresLater, Wanted, look, take_leave
from mailtrust.flows.walk_findings import Judged, judge_each, wanted_by_rules
from mailtrust.flows.walking import Walker, WalkRequest

MOST_ROUNDS = 20
"""In which the planner may ask for more."""


@dataclass(frozen=True, slots=True)
class Walked:
    """What came of it all."""

    discoveries: tuple[Discovery, ...]
    request: WalkRequest
    """The first of the requests: clients and assumptions are the same in all."""
    books: Mapping[bool, Book]
    """What was asked outside (False) and inside (True), for the cure as well."""
    cures: Cures | None = None
    judged: tuple[Judged, ...] = ()
    receiving: tuple[Receiving, ...] = ()
    """What brings the mail of senders back that stay away."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong, of every address, worst first."""
        found = [one for judged in self.judged for one in judged.findings]
        found.sort(key=lambda one: -one.severity.rank)
        # What is wrong on both sides, or for several domains on one mail server, is told once.
        told_once: dict[object, Finding] = {}
        for one in found:
            told_once.setdefault((one.rule, one.subject, one.certificates), one)
        return tuple(told_once.values())


@record
class Course:
    """What is wanted next, of all that is known so far: the walks' questions, the cure's, and the rules'. Pure."""

    walkers: tuple[Walker, ...]
    places: Mapping[bool, Place]
    stores: Mapping[str, AnchorStore]
    started: datetime
    curing: bool = True
    """Whether a cure is looked for."""
    cures: Cures | None = None
    _waiting: tuple[Question, ...] = ()
    """What the planner wants before it plans again."""
    _rounds: int = 0
    _soon: list[Wanted] = field(default_factory=list)
    """What it will want, most likely."""
    _drafts: Drafts = field(default_factory=Drafts)

    def wants(self) -> list[Wanted]:
        """Nothing at the end; then `cures` are the cures."""
        wanted = [
            (walker.request.situation.inside, question)
            for walker in self.walkers
            for question in walker.missing(*self._known(walker))
        ]
        if not self.curing or not any(ails(walker.in_order(), self._travellers) for walker in self.walkers):
            return wanted or self._rules(None)
        if wanted:
            self.cures = None  # What is planned ahead is planned anew by all that is known in the end
            return [*wanted, *self._ahead()]
        for inside, place in self.places.items():
            place.put_in_order(
                question
                for walker in self.walkers
                if walker.request.situation.inside is inside
                for question in walker.asked
            )
        return self._cure()

    @property
    def discoveries(self) -> tuple[Discovery, ...]:
        """What came of it."""
        return tuple(
            discovered(walker, self.places[walker.request.situation.inside], self.started) for walker in self.walkers
        )

    @property
    def books(self) -> dict[bool, dict[Question, Answer]]:
        """What was answered outside (False) and inside (True)."""
        return {inside: place.book for inside, place in self.places.items()}

    @property
    def _travellers(self) -> Mapping[str, Traveller]:
        return {one.id: one for one in self.walkers[0].request.travellers}

    def _known(self, walker: Walker) -> tuple[Book, Pool]:
        place = self.places[walker.request.situation.inside]
        return place.book, place.pool

    def _ahead(self) -> list[Wanted]:
        """Other walks still wait: meanwhile the server is looked for to which the cure leads, and a plan made."""
        if waiting := self._everywhere(self._waiting):
            return [*waiting, *self._soon]
        planned = {one.id for one in planned_for(self._travellers.values())}
        if all(planned <= walker.walks.keys() for walker in self.walkers):
            found: object = cures_in(self.books, self._walked, self.stores, self._drafts)
        else:
            found = find_server(self.books.values(), self.walkers[0].request.address, ())
            if isinstance(found, MailServer):
                addresses = [walker.request.address for walker in self.walkers]
                self._soon = [
                    (inside, one)
                    for inside, place in self.places.items()
                    for one in likely(found, addresses, place.book)
                ]
        self._waiting = found.questions if isinstance(found, Unasked | NotYetAsked) else ()
        return [*self._everywhere(self._waiting), *self._soon]

    def _cure(self) -> list[Wanted]:
        if waiting := self._everywhere(self._waiting):
            return waiting
        if self.cures is None and self._rounds < MOST_ROUNDS:
            self._rounds += 1
            found = cures_in(self.books, self._walked, self.stores, self._drafts)
            if isinstance(found, Unasked | NotYetAsked):
                self._waiting = found.questions
                if waiting := self._everywhere(found.questions):
                    return waiting
                found = None  # It wants what is known, and would for ever.
            self.cures, self._rounds = found, MOST_ROUNDS
        return self._rules(self.cures)

    def _rules(self, cures: Cures | None) -> list[Wanted]:
        return list(wanted_by_rules(self.discoveries, self._travellers, cures, self.books))

    def _everywhere(self, questions: Sequence[Question]) -> list[Wanted]:
        return [(inside, one) for one in questions for inside, place in self.places.items() if one not in place.book]

    @property
    def _walked(self) -> list[tuple[Discovery, WalkRequest]]:
        return list(zip(self.discoveries, (walker.request for walker in self.walkers), strict=True))


async def walk_and_cure(
    requests: Sequence[WalkRequest],
    outsides: Mapping[bool, Outside],
    ca: str,
    on_progress: OnProgress | None = None,
    *,
    cure: bool = True,
) -> Walked:
    """Walk for each request, judge, and plan for all of them, unless only the walks are wanted (`cure`).

    `ca`: who is to issue, as CAA records name it.
    """
    course = course_of(requests, outsides)
    course.curing = cure
    await look(course.places, course.wants, addresses=len(requests), on_progress=on_progress)
    travellers = {one.id: one for one in requests[0].travellers}
    judged = judge_each(course.discoveries, travellers, course.cures, course.books, ca)
    walked = list(zip(course.discoveries, requests, strict=True))
    receiving = receiving_in(course.books, walked, course.stores) if cure else ()
    await take_leave(outsides.values())
    return Walked(course.discoveries, requests[0], course.books, course.cures, judged, receiving)


def course_of(requests: Sequence[WalkRequest], outsides: Mapping[bool, Outside]) -> Course:
    """Its beginning: nothing is known yet."""
    edge = next(iter(outsides.values())).edge
    stores = StoresLater(edge.load_stores, stores_needed(requests[0].travellers))
    started = edge.now()
    now = requests[0].at or started
    met: dict[str, Observation] = {}
    places = {inside: Place(outside, stores, requests[0], now, met) for inside, outside in outsides.items()}
    return Course(tuple(Walker(request, stores, now) for request in requests), places, stores, started)


def walk_and_cure_again(
    case: CaseFile, requests: Sequence[WalkRequest], stores: Mapping[str, AnchorStore], ca: str
) -> Walked:
    """The same over recorded facts, as far as they reach. Pure."""
    found = tuple(walk_again(case, request, stores) for request in requests)
    travellers = {one.id: one for one in requests[0].travellers}
    books = {one.situation.inside: book_of(case, inside=one.situation.inside) for one in found}
    ailing = ails([walk for one in found for walk in one.walks], travellers)
    made = cures_in(books, list(zip(found, requests, strict=True)), stores) if ailing else None
    cures = made if isinstance(made, Cures) else None
    receiving = receiving_in(books, list(zip(found, requests, strict=True)), stores)
    return Walked(found, requests[0], books, cures, judge_each(found, travellers, cures, books, ca), receiving)
