"""From walks to the least cure: find the server that is meant, ask what lacks, plan, walk the world as it would be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mailtrust.core.discovery.asking import Judge
from mailtrust.core.discovery.outcome import for_servers, is_well
from mailtrust.core.discovery.traveller import Traveller
from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.pool import Pool
from mailtrust.core.model.walk import Answer, Book, Question
from mailtrust.core.remedies.finding.planner import Cure, Ground, Unasked, alternatives
from mailtrust.core.remedies.finding.server import MailServer, NotYetAsked, find_server
from mailtrust.flows.answering import Outside
from mailtrust.flows.discover import Discovery, WalkRequest, judge_for

MOST_ROUNDS = 20
_NEVER_PLANNED = frozenset({"thunderbird", "rfc6186"})
"""They look for IMAP and submission: another certificate or other records, of which check and the walk itself tell."""


@dataclass(frozen=True, slots=True)
class Cures:
    """The ways out, best first, and the server that they lead to."""

    server: MailServer
    cures: tuple[Cure, ...]


def ails(walked: Sequence[Discovery], travellers: Mapping[str, Traveller]) -> bool:
    """Whether a client that looks for Exchange does not find it, or is warned on the way."""
    return any(
        is_well(walk, travellers[walk.client]) is False
        for discovery in walked
        for walk in discovery.walks
        if not for_servers(walk) and walk.client.partition("@")[0] not in _NEVER_PLANNED
    )


async def find_cures(
    walked: Sequence[tuple[Discovery, WalkRequest]], outside: Outside, stores: Mapping[str, AnchorStore]
) -> tuple[Cures | None, Book]:
    """The best cures for all these addresses at once, and the book with what had to be asked besides.

    None where no server is seen to which clients could be led.
    """
    book: dict[Question, Answer] = {}
    for discovery, _ in walked:
        book.update(discovery.book)
    for _ in range(MOST_ROUNDS):
        found = cures_in(book, walked, stores)
        if not isinstance(found, Unasked | NotYetAsked):
            return found, book
        book |= await outside.answer(found.questions)
    return None, book


def cures_in(
    book: Book, walked: Sequence[tuple[Discovery, WalkRequest]], stores: Mapping[str, AnchorStore]
) -> Cures | Unasked | NotYetAsked | None:
    """As `find_cures`, as far as the book reaches. Pure."""
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

    server = find_server([book], first.address, [judging(traveller) for traveller in travellers])
    if not isinstance(server, MailServer):
        return server
    found = alternatives(
        Ground(
            addresses=tuple(dict.fromkeys(discovery.address for discovery, _ in walked)),
            travellers=travellers,
            situations=(first.situation,),
            books={first.situation.inside: book},
            judge=judging,
            target=server.host,
            names=server.leaf.dns_names,
            is_server=_shows(server.leaf.fingerprint),
        )
    )
    return found if isinstance(found, Unasked) else Cures(server, found)


def _shows(fingerprint: str) -> Callable[[Observation], bool]:
    def shows(observation: Observation) -> bool:
        chain = observation.presented_chain
        return bool(chain) and chain[0].fingerprint == fingerprint

    return shows
