"""From walks to the least cure: find the server that is meant, ask what lacks, plan, walk the world as it would be."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from mailtrust.core.discovery.asking import Judge
from mailtrust.core.discovery.outcome import for_servers, is_well
from mailtrust.core.discovery.traveller import Traveller
from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.pool import Pool
from mailtrust.core.model.walk import Answer, Book, Meets, Question
from mailtrust.core.remedies.finding import bonds
from mailtrust.core.remedies.finding.changes import names_added
from mailtrust.core.remedies.finding.planner import Ground, Unasked
from mailtrust.core.remedies.finding.server import MailServer, NotYetAsked, face_of, find_server
from mailtrust.core.remedies.finding.ways import Cures, alternatives
from mailtrust.flows.answering import Outside
from mailtrust.flows.discover import Discovery, WalkRequest, judge_for

MOST_ROUNDS = 20
_NEVER_PLANNED = frozenset({"thunderbird", "rfc6186"})
"""They look for IMAP and submission: another certificate or other records, of which check and the walk itself tell."""


def ails(walked: Sequence[Discovery], travellers: Mapping[str, Traveller]) -> bool:
    """Whether a client that looks for Exchange does not find it, or is warned on the way."""
    return any(
        is_well(walk, travellers[walk.client]) is False
        for discovery in walked
        for walk in discovery.walks
        if not for_servers(walk) and walk.client.partition("@")[0] not in _NEVER_PLANNED
    )


def books_of(walked: Iterable[Discovery]) -> dict[bool, dict[Question, Answer]]:
    """What was answered outside (False) and inside (True), for all addresses."""
    books: dict[bool, dict[Question, Answer]] = {}
    for discovery in walked:
        books.setdefault(discovery.situation.inside, {}).update(discovery.book)
    return books


async def find_cures(
    walked: Sequence[tuple[Discovery, WalkRequest]],
    outsides: Mapping[bool, Outside],
    stores: Mapping[str, AnchorStore],
) -> tuple[Cures | None, dict[bool, dict[Question, Answer]]]:
    """The best cures for all these addresses at once, and the books with what had to be asked besides.

    `outsides`: who answers outside (False) and inside (True). None where no server is seen to which clients could be
    led.
    """
    books = books_of(discovery for discovery, _ in walked)
    for _ in range(MOST_ROUNDS):
        found = cures_in(books, walked, stores)
        if not isinstance(found, Unasked | NotYetAsked):
            return found, books
        for inside, book in books.items():
            book.update(await outsides[inside].answer([one for one in found.questions if one not in book]))
    return None, books


def cures_in(
    books: Mapping[bool, Book], walked: Sequence[tuple[Discovery, WalkRequest]], stores: Mapping[str, AnchorStore]
) -> Cures | Unasked | NotYetAsked | None:
    """As `find_cures`, as far as the books reach. Pure."""
    first, request = walked[0]
    travellers = tuple(
        one
        for one in request.travellers
        if not one.id.startswith("mta-") and one.id.partition("@")[0] not in _NEVER_PLANNED and not one.unknown_because
    )
    if not travellers:
        return None
    pool = Pool.merge(entry for discovery, _ in walked for entry in discovery.pool)

    def judging(traveller: Traveller) -> Judge:
        return judge_for(traveller, request, pool, stores, first.at)

    server = find_server(books.values(), first.address, [judging(traveller) for traveller in travellers])
    if not isinstance(server, MailServer):
        return server
    found = alternatives(
        Ground(
            addresses=tuple(dict.fromkeys(discovery.address for discovery, _ in walked)),
            travellers=travellers,
            situations=tuple(dict.fromkeys(discovery.situation for discovery, _ in walked)),
            books=books,
            judge=judging,
            target=server.host,
            names=server.leaf.dns_names,
            is_server=_shows(server.leaf.fingerprint),
            inside_face=face_of(books.get(True, {}), server.leaf.fingerprint),
            asked_today=frozenset(
                (walk.address, walk.client, walk.situation.inside)
                for discovery, _ in walked
                for walk in discovery.walks
                if any(one.meets is Meets.QUESTION for one in walk.met)
            ),
        )
    )
    if isinstance(found, Unasked):
        return found
    outside = books.get(False) or books[True]
    if any(names_added(cure.changes) for cure in found) and (besides := bonds.questions(server, outside)):
        return Unasked(besides)
    domains = tuple(discovery.address.rpartition("@")[2] for discovery, _ in walked)
    return Cures(server, found, bonds.bonds_of(server, books, domains))


def _shows(fingerprint: str) -> Callable[[Observation], bool]:
    def shows(observation: Observation) -> bool:
        chain = observation.presented_chain
        return bool(chain) and chain[0].fingerprint == fingerprint

    return shows
