"""How clients find the server of an address: walk, ask what the walks could not read, walk again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from mailtrust.core.clients import client_by_id
from mailtrust.core.discovery.traveller import Traveller
from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.case_file import CaseFile
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.pool import Pool
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.core.model.walk import (
    Book,
    DnsQuestion,
    HttpQuestion,
    Question,
    ScpQuestion,
    Situation,
    TlsQuestion,
    Walk,
)
from mailtrust.flows.answering import Outside
from mailtrust.flows.check import OnProgress
from mailtrust.flows.looking import Place, StoresLater, Wanted, look, observations_of, take_leave
from mailtrust.flows.walking import Walker, WalkRequest, walk_all
from mailtrust.version import __version__


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
    request: WalkRequest, outside: Outside, on_progress: OnProgress | None = None
) -> tuple[Discovery, Mapping[str, AnchorStore]]:
    """Walk for every client. Raises CouldNotLook where the ways never end; nothing for what servers do."""
    started = outside.edge.now()
    now = request.at or started
    stores = StoresLater(outside.edge.load_stores, stores_needed(request.travellers))
    place, walker = Place(outside, stores, request, now), Walker(request, stores, now)
    inside = request.situation.inside

    def wants() -> list[Wanted]:
        return [(inside, question) for question in walker.missing(place.book, place.pool)]

    await look({inside: place}, wants, on_progress=on_progress)
    place.put_in_order(walker.asked)
    found = discovered(walker, place, started)
    await take_leave([outside])
    return found, stores


def discovered(walker: Walker, place: Place, started: datetime) -> Discovery:
    """What a walker that wants nothing any more has come to."""
    request = walker.request
    return Discovery(
        request.address, started, walker.now, request.situation, place.book, walker.pool, walker.in_order()
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
