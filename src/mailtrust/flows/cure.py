"""From walks to the least cure: find the server that is meant, ask what lacks, plan, walk the world as it would be."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace

from mailtrust.core.discovery.asking import Judge
from mailtrust.core.discovery.outcome import for_servers, is_well
from mailtrust.core.discovery.traveller import Traveller
from mailtrust.core.formats import autodiscover
from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.frozen import record
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.pool import Pool
from mailtrust.core.model.walk import Book, DnsQuestion, HttpQuestion, Meets, Question, Walk
from mailtrust.core.remedies.finding import bonds
from mailtrust.core.remedies.finding.changes import Change, any_other, names_added
from mailtrust.core.remedies.finding.planner import Cure, Ground, Memory, Unasked, outcome_of
from mailtrust.core.remedies.finding.receiving import Receiving, Senders, mend_receiving
from mailtrust.core.remedies.finding.server import MailServer, NotYetAsked, face_of, find_server
from mailtrust.core.remedies.finding.ways import Cures, alternatives
from mailtrust.core.rules.walking import caa_forbids
from mailtrust.flows.discover import Discovery
from mailtrust.flows.walking import WalkRequest, judge_for

_NEVER_PLANNED = frozenset({"thunderbird", "rfc6186"})
"""They look for IMAP and submission: another certificate or other records, of which check and the walk itself tell."""


def ails(walks: Iterable[Walk], travellers: Mapping[str, Traveller]) -> bool:
    """Whether a client that looks for Exchange does not find it, or is warned on the way."""
    return any(
        is_well(walk, travellers[walk.client]) is False
        for walk in walks
        if not for_servers(walk) and walk.client.partition("@")[0] not in _NEVER_PLANNED
    )


def planned_for(travellers: Iterable[Traveller]) -> tuple[Traveller, ...]:
    """Those whose ways a plan can mend: clients that look for Exchange, and of whom somebody can know."""
    return tuple(
        one
        for one in travellers
        if not one.id.startswith("mta-") and one.id.partition("@")[0] not in _NEVER_PLANNED and not one.unknown_because
    )


def likely(server: MailServer, addresses: Iterable[str], book: Book) -> tuple[Question, ...]:
    """What planning for these addresses asks nearly always: asked ahead, nobody waits for it afterwards."""
    names: dict[str, None] = dict.fromkeys(name.lower() for name in server.leaf.dns_names)
    asked: list[Question] = [HttpQuestion(f"http://{server.host}{autodiscover.PATH}")]
    for address in addresses:
        domain = address.rpartition("@")[2]
        names |= {f"autodiscover.{domain}": None, domain: None}
        asked += [DnsQuestion(any_other(f"autodiscover.{domain}"), "A")]
    climbed = (DnsQuestion(one, "CAA") for name in names for one in caa_forbids.climb(name))
    return tuple(dict.fromkeys((*asked, *bonds.questions(server, book), *climbed)))


@record
class Drafts:
    """What planning over books that grow need not do twice: it holds as long as pool and server are the same."""

    pool: Pool = field(default_factory=lambda: Pool(()))
    server: str = ""
    judges: dict[str, Judge] = field(default_factory=dict)
    memory: Memory = field(default_factory=dict)


def cures_in(
    books: Mapping[bool, Book],
    walked: Sequence[tuple[Discovery, WalkRequest]],
    stores: Mapping[str, AnchorStore],
    drafts: Drafts | None = None,
) -> Cures | Unasked | NotYetAsked | None:
    """The best cures for all these addresses at once, as far as the books reach. Pure.

    None where no server is seen to which clients could be led. `drafts`: of a time when the books said less.
    """
    drafts = Drafts() if drafts is None else drafts
    first, request = walked[0]
    travellers = planned_for(request.travellers)
    if not travellers:
        return None
    pool = Pool.merge(entry for discovery, _ in walked for entry in discovery.pool)
    if not drafts.judges or pool != drafts.pool:
        drafts.judges = {one.id: judge_for(one, request, pool, stores, first.at) for one in travellers}
        drafts.pool, drafts.memory = pool, {}
    judges = drafts.judges
    server = find_server(books.values(), first.address, list(judges.values()))
    if not isinstance(server, MailServer):
        return server
    if drafts.server != server.leaf.fingerprint + server.host:
        drafts.server, drafts.memory = server.leaf.fingerprint + server.host, {}
    found = alternatives(
        _ground(books, [discovery for discovery, _ in walked], travellers, judges, server),
        drafts.memory,
    )
    if isinstance(found, Unasked):
        return found
    outside = books.get(False) or books[True]
    if any(names_added(cure.changes) for cure in found) and (besides := bonds.questions(server, outside)):
        return Unasked(besides)
    domains = tuple(discovery.address.rpartition("@")[2] for discovery, _ in walked)
    return Cures(server, found, bonds.bonds_of(server, books, domains))


def foreseen(
    books: Mapping[bool, Book],
    walked: Sequence[tuple[Discovery, WalkRequest]],
    stores: Mapping[str, AnchorStore],
    server: MailServer | None,
    changes: Sequence[Change],
) -> dict[tuple[str, str, bool], Walk]:
    """Every client's way after these changes, by address, client and whether it stands inside. Pure.

    Those of whom the books do not say enough are missing. `server`: to which the changes lead; None: they lead nowhere.
    """
    first, request = walked[0]
    pool = Pool.merge(entry for discovery, _ in walked for entry in discovery.pool)
    judges = {one.id: judge_for(one, request, pool, stores, first.at) for one in request.travellers}
    ground = _ground(books, [discovery for discovery, _ in walked], request.travellers, judges, server)
    outcomes = (
        outcome_of(replace(ground, travellers=(one,)), (address,), changes)
        for one in ground.travellers
        for address in ground.addresses
    )
    ways = (walk for outcome in outcomes if isinstance(outcome, Cure) for walk in outcome.walks)
    return {(walk.address, walk.client, walk.situation.inside): walk for walk in ways}


def _ground(
    books: Mapping[bool, Book],
    discoveries: Sequence[Discovery],
    travellers: tuple[Traveller, ...],
    judges: Mapping[str, Judge],
    server: MailServer | None,
) -> Ground:
    shown = server.leaf.fingerprint if server is not None else ""
    return Ground(
        addresses=tuple(dict.fromkeys(discovery.address for discovery in discoveries)),
        travellers=travellers,
        situations=tuple(dict.fromkeys(discovery.situation for discovery in discoveries)),
        books=books,
        judge=lambda traveller: judges[traveller.id],
        target=server.host if server is not None else "",
        names=server.leaf.dns_names if server is not None else (),
        is_server=_shows(shown),
        inside_face=face_of(books.get(True, {}), shown),
        asked_today=frozenset(
            (walk.address, walk.client, walk.situation.inside)
            for discovery in discoveries
            for walk in discovery.walks
            if any(one.meets is Meets.QUESTION for one in walk.met)
        ),
    )


def receiving_in(
    books: Mapping[bool, Book], walked: Sequence[tuple[Discovery, WalkRequest]], stores: Mapping[str, AnchorStore]
) -> tuple[Receiving, ...]:
    """What brings the mail of senders back, for each address where some stay away. Pure."""
    found: list[Receiving] = []
    for discovery, request in walked:
        senders = tuple(one for one in request.travellers if one.id.startswith("mta-"))
        judges = {one.id: judge_for(one, request, discovery.pool, stores, discovery.at) for one in senders}
        book = books[discovery.situation.inside]
        made = mend_receiving(discovery.address, Senders(senders, judges, discovery.situation, book))
        if made is not None and made.changes not in [one.changes for one in found]:
            found.append(made)
    return tuple(found)


def _shows(fingerprint: str) -> Callable[[Observation], bool]:
    def shows(observation: Observation) -> bool:
        chain = observation.presented_chain
        return bool(chain) and chain[0].fingerprint == fingerprint

    return shows
