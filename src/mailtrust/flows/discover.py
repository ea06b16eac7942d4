"""How clients find the server of an address: walk, ask what the walks could not read, walk again."""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime

from mailtrust.core.clients import client_by_id
from mailtrust.core.discovery import TRAVELLERS
from mailtrust.core.discovery.asking import Asking, Judge
from mailtrust.core.discovery.traveller import Traveller, Trip, walk
from mailtrust.core.formats.tlsa import Tlsa
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.case_file import CaseFile
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.pool import Pool
from mailtrust.core.model.problem import CouldNotLook, UserProblem
from mailtrust.core.model.text import text
from mailtrust.core.model.verdict import Verdict
from mailtrust.core.model.walk import (
    Answer,
    Book,
    DnsQuestion,
    HttpAnswer,
    HttpQuestion,
    Question,
    ScpQuestion,
    Situation,
    TlsAnswer,
    TlsQuestion,
    Walk,
)
from mailtrust.core.validation.dane import evaluate_dane
from mailtrust.core.validation.evaluate import evaluate
from mailtrust.flows.answering import Outside
from mailtrust.flows.check import OnProgress, Progress, gather, wanting_issuers
from mailtrust.version import __version__

MOST_ROUNDS = 40
MOST_QUESTIONS = 600
"""Enough for every client at once with its redirects; a stranger's answers cannot make it more."""


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


@frozen
class Discovery:
    """All walks of one address from one place, and the facts that they were walked over."""

    address: str
    looked_at: datetime
    at: datetime
    """As of when it was judged."""
    situation: Situation
    book: Book
    pool: Pool
    walks: tuple[Walk, ...]

    @property
    def observations(self) -> tuple[Observation, ...]:
        """Every handshake on the way, each once."""
        return observations_of(self.book)


def stores_needed(travellers: tuple[Traveller, ...]) -> tuple[str, ...]:
    """The names of the stores by which the walking clients judge."""
    return tuple(sorted({client_by_id(one.judged_as).anchor_store for one in travellers}))


async def discover(
    request: WalkRequest,
    outside: Outside,
    on_progress: OnProgress | None = None,
    seen_before: Sequence[Observation] = (),
) -> tuple[Discovery, Mapping[str, AnchorStore]]:
    """Walk for every client. Raises CouldNotLook where the ways never end; nothing for what servers do.

    `seen_before`: handshakes of another walk in this run; where one of the same endpoint is made again, they count.
    """
    edge = outside.edge
    started = edge.now()
    now = request.at or started
    stores = edge.load_stores(stores_needed(request.travellers))
    book: dict[Question, Answer] = {}
    pool = Pool(())
    asked_for: set[str] = set()
    for _ in range(MOST_ROUNDS):
        walks, missing = walk_all(request, book, pool, stores, now)
        if not missing:
            return Discovery(request.address, started, now, request.situation, book, pool, walks), stores
        if len(book) + len(missing) > MOST_QUESTIONS:
            break
        if on_progress is not None:
            on_progress(Progress("probing", len(book), len(book) + len(missing)))
        known = {one.id: one for one in (*reversed(observations_of(book)), *reversed(seen_before))}
        book |= _each_once(await outside.answer(missing), known)
        seen = observations_of(book)
        wanting = wanting_issuers(seen, (*stores.values(),), request.roots, now) if request.fetch_issuers else ()
        new = [one for one in wanting if one.fingerprint not in asked_for]
        asked_for.update(one.fingerprint for one in new)
        found, _lookups = await gather(seen, new, edge.issuers)
        pool = Pool.merge((*pool, *found))
    raise CouldNotLook(
        text(
            "The ways of {address} lead from one place to the next without an end. What was met is too much to tell.",
            address=request.address,
        )
    )


def recorded(found: Sequence[Discovery], request: WalkRequest, books: Mapping[bool, Book]) -> CaseFile:
    """The facts of one address from every place, to be kept; the books (inside: True) may hold more than was walked."""
    seen: dict[str, Observation] = {}
    for inside in (False, True):
        for one in observations_of(books.get(inside, {})):
            seen.setdefault(one.id, one)
    return CaseFile(
        target=found[0].address,
        at=found[0].looked_at,
        version=__version__,
        observations=tuple(seen.values()),
        pool=Pool.merge(entry for one in found for entry in one.pool),
        local_roots=request.roots,
        deployed=request.deployed,
        book=books.get(False, {}),
        inside_book=books.get(True, {}),
        situations=tuple(one.situation for one in found),
    )


def book_of(case: CaseFile, *, inside: bool) -> Book:
    """What was asked there; where nothing was asked inside, what was recorded serves both."""
    return case.inside_book if inside and case.inside_book else case.book


def walk_again(case: CaseFile, request: WalkRequest, stores: Mapping[str, AnchorStore]) -> Discovery:
    """Walk over recorded facts, for other clients or versions if need be.

    Raises UserProblem where a client would ask what nobody asked when the facts were recorded.
    """
    at = request.at or case.at
    request = as_recorded(request, case)
    book = book_of(case, inside=request.situation.inside)
    walks, missing = walk_all(request, book, case.pool, stores, at)
    if missing:
        raise UserProblem(
            text(
                "The case does not know all that these clients ask, such as {question}. Record it anew for them: "
                "mailtrust discover {address} --save CASE.",
                question=_shown(missing[0]),
                address=case.target,
            )
        )
    return Discovery(case.target, case.at, at, request.situation, book, case.pool, walks)


def as_recorded(request: WalkRequest, case: CaseFile) -> WalkRequest:
    """The request with what was assumed when the case was recorded, where it assumes nothing else."""
    return replace(
        request,
        address=case.target,
        roots=request.roots or case.local_roots,
        deployed=request.deployed or case.deployed,
    )


def _shown(question: Question) -> str:
    match question:
        case DnsQuestion(name=name, type=kind):
            return f"{name} {kind}"
        case HttpQuestion(url=url):
            return url
        case TlsQuestion(host=host, port=port):
            return f"{host}:{port}"
        case ScpQuestion(server=server):
            return f"ldap://{server}"


def _each_once(answers: Mapping[Question, Answer], known: dict[str, Observation]) -> dict[Question, Answer]:
    """One endpoint, one observation: the first that was made of it stands for all requests that went there."""
    kept: dict[Question, Answer] = {}
    for question, answer in answers.items():
        match answer:
            case HttpAnswer(observation=Observation() as seen) | TlsAnswer(observation=seen):
                kept[question] = replace(answer, observation=known.setdefault(seen.id, seen))
            case _:
                kept[question] = answer
    return kept


def walk_all(
    request: WalkRequest, book: Book, pool: Pool, stores: Mapping[str, AnchorStore], now: datetime
) -> tuple[tuple[Walk, ...], tuple[Question, ...]]:
    """Every walk that the book and what the others ask. Pure: a saved book gives the same again."""
    walks: list[Walk] = []
    missing: dict[Question, None] = {}
    for traveller in request.travellers:
        asking = Asking(book, judge_for(traveller, request, pool, stores, now))
        found = walk(Trip(traveller, asking, request.situation, request.address))
        if found is None:
            missing |= asking.missing
        else:
            walks.append(found)
    return tuple(walks), tuple(missing)


def judge_for(
    traveller: Traveller, request: WalkRequest, pool: Pool, stores: Mapping[str, AnchorStore], now: datetime
) -> Judge:
    """How this client judges what it meets."""
    client = client_by_id(traveller.judged_as)
    local = tuple(TrustAnchor(root, locally_added=True) for root in request.roots)

    def judge(observation: Observation, tlsa: Sequence[Tlsa] = (), names: Sequence[str] = (), /) -> Verdict:
        if tlsa:
            return evaluate_dane(observation, tlsa, names=names, client=client, now=now)
        return evaluate(
            observation,
            pool=pool,
            store=stores[client.anchor_store],
            client=client,
            now=now,
            local_anchors=local if client.reached(request.deployed) else (),
        )

    return judge


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
