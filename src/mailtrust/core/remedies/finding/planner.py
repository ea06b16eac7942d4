"""The fewest changes after which every client finds its server without a warning, for all domains at once.

Each domain's own changes touch nobody else, so the best of each can be put together; what is shared (the certificate of
the mail server, the directory, a policy) is tried as a whole. Every set is walked in the world as it would be after it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

from mailtrust.core.discovery.asking import Asking, Judge
from mailtrust.core.discovery.outcome import is_well
from mailtrust.core.discovery.traveller import Traveller, Trip, walk
from mailtrust.core.formats.tlsa import Tlsa
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.verdict import Outcome, Verdict
from mailtrust.core.model.walk import Book, DnsQuestion, Meets, Question, Situation, Walk
from mailtrust.core.remedies.finding.changes import (
    POLICY_OFFICE,
    RISKS,
    AddAlias,
    AddInsideHost,
    AddNames,
    AddRedirectHost,
    AddSrv,
    Change,
    CloseHttps,
    NameWebsite,
    RemoveHost,
    SetInternalUri,
    SetRegistry,
    SupposedBook,
    covers,
    names_added,
    registry_set,
    websites_named,
)

Asked = tuple[str, str, bool]
"""Address, client, and whether it stands inside: whose users are asked whether a server may set the account up."""


@frozen
class Ground:
    """What is known, and what is wanted."""

    addresses: tuple[str, ...]
    """One e-mail address of each domain."""
    travellers: tuple[Traveller, ...]
    """The clients that matter."""
    situations: tuple[Situation, ...]
    """From where they come: outside, inside, or both."""
    books: Mapping[bool, Book]
    """What was answered outside (False) and inside (True)."""
    judge: Callable[[Traveller], Judge]
    target: str
    """The mail server's host, by a name that its certificate carries."""
    names: tuple[str, ...]
    """The names in its certificate of today."""
    is_server: Callable[[Observation], bool]
    """Whether it is the mail server's certificate that was shown."""
    forbidden: frozenset[type] = frozenset()
    """Kinds of change that are out of the question."""
    inside_face: str = ""
    """A host by which the mail server is seen inside; empty where it is not."""
    asked_today: frozenset[Asked] = frozenset()
    """Whose users are asked already: nobody changes anything to spare them that."""


@frozen
class Cure:
    """A set of changes, and what comes of it."""

    changes: tuple[Change, ...]
    walks: tuple[Walk, ...]
    """Every client's way afterwards."""
    left_out: tuple[tuple[str, str], ...]
    """Address and client: who finds nothing, or is warned, all the same."""
    asked: tuple[Asked, ...] = ()
    """Whose users are asked a question that they are not asked today."""

    @property
    def risk(self) -> int:
        """How much else it may touch; 0 for nothing."""
        return sum(RISKS[type(change)] for change in self.changes)

    @property
    def rank(self) -> tuple[int, int, int, int, tuple[str, ...]]:
        """Fewest left out, fewest asked, fewest changes, least risk; and a fixed order among equals.

        What a person must answer counts before the changes: they are made once, by somebody who knows what they mean.
        """
        return len(self.left_out), len(self.asked), len(self.changes), self.risk, tuple(map(_spelt, self.changes))


@frozen
class Unasked:
    """What must be asked of the world of today before anything can be said."""

    questions: tuple[Question, ...]


def _spelt(change: Change) -> str:
    """The same in every run: sets have no order."""
    return f"AddNames {sorted(change.names)}" if isinstance(change, AddNames) else repr(change)


Memory = dict[tuple[str, tuple[Change, ...]], "Cure | Unasked"]
"""What came of changes for one address; it holds as long as the books stay the same."""


def plan(ground: Ground, memory: Memory | None = None) -> Cure | Unasked:
    """The best cure; one without changes where all is well already. `memory`: of another plan over the same books."""
    memory = {} if memory is None else memory
    missing: dict[Question, None] = {}
    best: Cure | None = None
    for shared in _shared(ground):
        for new_certificate in (False, True):
            if new_certificate and AddNames in ground.forbidden:
                continue
            parts = [
                _best_for(ground, address, shared, missing, memory, new_certificate=new_certificate)
                for address in ground.addresses
            ]
            if missing or any(part is None for part in parts):
                continue
            cure = _together(shared, [part for part in parts if part is not None])
            if best is None or cure.rank < best.rank:
                best = cure
    if missing or best is None:
        return Unasked(tuple(missing))
    return best


def outcome_of(ground: Ground, addresses: Iterable[str], changes: Sequence[Change]) -> Cure | Unasked:
    """What comes of these changes for these addresses."""
    missing: dict[Question, None] = {}
    walks: list[Walk] = []
    left_out: list[tuple[str, str]] = []
    asked: list[Asked] = []
    books = {inside: SupposedBook(book, changes, inside=inside) for inside, book in ground.books.items()}
    for address in addresses:
        for traveller, situation in product(ground.travellers, ground.situations):
            # A policy reaches computers of the domain alone.
            policy = situation.registry | (registry_set(changes) if situation.domain_joined else frozenset())
            asking = Asking(books[situation.inside], _supposing(ground, traveller, changes))
            found = walk(Trip(traveller, asking, replace(situation, registry=policy), address))
            missing |= asking.missing
            if found is not None:
                walks.append(found)
                who = (address, traveller.id, situation.inside)
                if any(one.meets is Meets.QUESTION for one in found.met) and who not in ground.asked_today:
                    asked.append(who)
                if is_well(found, traveller) is False and (address, traveller.id) not in left_out:
                    left_out.append((address, traveller.id))
    if missing:
        return Unasked(tuple(missing))
    return Cure(tuple(changes), tuple(walks), tuple(left_out), tuple(asked))


def _supposing(ground: Ground, traveller: Traveller, changes: Sequence[Change]) -> Judge:
    judge = ground.judge(traveller)
    added, websites = names_added(changes), websites_named(changes)

    def supposing(observation: Observation, tlsa: Sequence[Tlsa] = (), names: Sequence[str] = (), /) -> Verdict:
        verdict = judge(observation, tlsa, names)
        host = observation.endpoint.host
        renewed = bool(added) and ground.is_server(observation) and covers((*ground.names, *added), host)
        if verdict.outcome is not Outcome.UNKNOWN and (renewed or host in websites):
            return replace(verdict, outcome=Outcome.ACCEPTED, reasons=(), words=(), overridable=False)
        return verdict

    return supposing


def _shared(ground: Ground) -> Iterator[tuple[Change, ...]]:
    """What is changed for all domains at once, the certificate left aside."""
    possible: list[Change] = []
    if any(situation.inside for situation in ground.situations):
        # The name leads to the server before the directory leads to the name.
        possible += [*_inside_host(ground), SetInternalUri(ground.target)]
    joined = any(situation.domain_joined for situation in ground.situations)
    if joined and any(traveller.office == POLICY_OFFICE for traveller in ground.travellers):
        possible += [SetRegistry("ExcludeHttpsRootDomain"), SetRegistry("ExcludeHttpsAutoDiscoverDomain")]
    for taken in product((False, True), repeat=len(possible)):
        chosen = tuple(change for change, yes in zip(possible, taken, strict=True) if yes)
        if not ground.forbidden.intersection(map(type, chosen)):
            yield chosen


def _inside_host(ground: Ground) -> Iterator[AddInsideHost]:
    """Where the server's name does not exist inside, or leads nowhere, though the server is seen there."""
    book, face = ground.books.get(True, {}), ground.inside_face
    target = book.get(DnsQuestion(ground.target, "A"))
    addresses = getattr(book.get(DnsQuestion(face, "A")), "records", ())
    if face not in ("", ground.target) and addresses and getattr(target, "status", "found") != "found":
        yield AddInsideHost(ground.target, face, addresses)


def _best_for(
    ground: Ground,
    address: str,
    shared: tuple[Change, ...],
    missing: dict[Question, None],
    memory: Memory,
    *,
    new_certificate: bool,
) -> Cure | None:
    best: Cure | None = None
    for own in options(ground, address.rpartition("@")[2], new_certificate=new_certificate):
        changes = (*shared, *own)
        if best is not None and not best.left_out and not best.asked and _count(changes) > _count(best.changes):
            continue  # Nobody is left to be served better, and this takes more.
        if (found := memory.get((address, changes))) is None:
            found = memory[address, changes] = outcome_of(ground, (address,), changes)
        if isinstance(found, Unasked):
            missing |= dict.fromkeys(found.questions)
            continue
        if best is None or _own_rank(found) < _own_rank(best):
            best = found
    return best


def _count(changes: Iterable[Change]) -> int:
    """How many; of names see `_own_rank`."""
    return sum(not isinstance(one, AddNames) for one in changes)


def _own_rank(cure: Cure) -> tuple[int, int, int, int, tuple[str, ...]]:
    """As `rank`; names cost nothing here, for the new certificate is there already, and one for all domains."""
    return replace(cure, changes=tuple(one for one in cure.changes if not isinstance(one, AddNames))).rank


def options(ground: Ground, domain: str, *, new_certificate: bool) -> Iterator[tuple[Change, ...]]:
    """Every sensible set of changes for one domain, the smallest first; names only where there is a new certificate."""
    target, own_host = ground.target, f"autodiscover.{domain}"
    exists = any(
        getattr(book.get(DnsQuestion(own_host, "A")), "status", "") == "found" for book in ground.books.values()
    )
    host: list[tuple[Change, ...]] = [()]
    if own_host != target:  # where it is the server's own name, it stays what it is
        host += [(AddAlias(own_host, target),), (AddRedirectHost(own_host, target),)]
        host += [(RemoveHost(own_host),)] if exists else []
    root: list[tuple[Change, ...]] = [(), (CloseHttps(domain),), (NameWebsite(domain),)]
    srv: list[tuple[Change, ...]] = [(), (AddSrv(domain, target),)]
    names: list[tuple[Change, ...]] = [()]
    if new_certificate:
        names += [(AddNames(frozenset(one)),) for one in ((own_host,), (domain,), (own_host, domain))]
    sets = [tuple(change for part in parts for change in part) for parts in product(names, host, root, srv)]
    sets = [one for one in sets if not ground.forbidden.intersection(map(type, one))]
    yield from sorted(sets, key=len)


def _together(shared: tuple[Change, ...], parts: Sequence[Cure]) -> Cure:
    own = [change for part in parts for change in part.changes if change not in shared]
    names = names_added(own)
    first: tuple[Change, ...] = (AddNames(names),) if names else ()
    changes = (*first, *shared, *(change for change in own if not isinstance(change, AddNames)))
    return Cure(
        changes,
        tuple(walk for part in parts for walk in part.walks),
        tuple(one for part in parts for one in part.left_out),
        tuple(one for part in parts for one in part.asked),
    )
