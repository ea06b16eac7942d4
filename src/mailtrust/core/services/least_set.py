"""The one certificate that serves all, or the least set that does: fewest certificates, then orders, then names.

The search is exact: every way to share the needs out is tried, but for those that cannot be better. Where there are so
many that it must end before, the answer says that it is not proven.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from mailtrust.core.formats.host_name import is_address
from mailtrust.core.model.certificate import CertificateSpec
from mailtrust.core.model.frozen import frozen
from mailtrust.core.services.assigned import EXCHANGE
from mailtrust.core.services.least_search import NEW, Item, share_out
from mailtrust.core.services.needs import Need
from mailtrust.core.validation.names.internal import is_internal
from mailtrust.core.validation.names.matching import whole_label

Ca = Literal["public", "own"]
"""Who certifies: a CA that every client knows, or one of the organisation's own (a self-signed certificate counts)."""

MOST_NAMES = 100
"""In one certificate: Let's Encrypt's limit; others allow 100 to 250, often at a price for each (rate limits page)."""
MOST_STEPS = 50_000
"""Of the search: some seconds."""
PUBLIC_DAYS = 90
OWN_DAYS = 365


@frozen
class Candidate:
    """A certificate that is there, with its key, and lasts long enough to be worth it."""

    thumbprint: str
    names: tuple[str, ...]
    ca: Ca
    servers: frozenset[str] | None
    """Where it can serve; None: its key can be brought anywhere."""
    rsa: bool = True
    ends: datetime | None = None


@frozen
class Order:
    """A certificate to be ordered."""

    ca: Ca
    spec: CertificateSpec
    needs: tuple[Need, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Hosts and addresses."""
        return (*self.spec.dns_names, *self.spec.ip_addresses)


@frozen
class Reuse:
    """A certificate that is there."""

    candidate: Candidate
    needs: tuple[Need, ...]

    @property
    def ca(self) -> Ca:
        """Who has certified it."""
        return self.candidate.ca

    @property
    def names(self) -> tuple[str, ...]:
        """All that it has, needed or not."""
        return self.candidate.names


Part = Order | Reuse


@frozen
class LeftOut:
    """Names of a need that no public CA certifies, while others of the same need are public."""

    need: Need
    names: tuple[str, ...]


@frozen
class LeastSet:
    """What is needed."""

    parts: tuple[Part, ...]
    left_out: tuple[LeftOut, ...] = ()
    most_names: int = MOST_NAMES
    proven: bool = True
    """Whether it is known that no smaller set does."""

    @property
    def orders(self) -> tuple[Order, ...]:
        """Those that are to be ordered."""
        return tuple(part for part in self.parts if isinstance(part, Order))


def least_set(
    needs: Sequence[Need],
    candidates: Sequence[Candidate] = (),
    *,
    ca: Ca = "public",
    sni: bool = True,
    most_names: int = MOST_NAMES,
    most_steps: int = MOST_STEPS,
) -> LeastSet:
    """The least set for these needs.

    `ca`: own certifies internal names and addresses too, and reaches only clients that know it. `sni`: whether all
    clients say which name they want; otherwise services that share a port share a certificate.
    """
    demands, left_out = _demands(needs, ca, sni=sni)
    useful = _useful(candidates, demands)
    leading, followers = _leading(demands, useful)
    leading = _together(leading, followers, most_names)
    items = [Item(demand.names, demand.ca, able) for demand, able in leading]
    answer = share_out(items, slim, room=most_names, steps=most_steps)
    parts: list[Part] = []
    for one in answer.filled:
        leaders = [leading[number][0] for number in one.items]
        served = [demand for leader in leaders for demand in (leader, *followers.get(leader, ()))]
        wanted = tuple(need for need in needs if any(need in demand.needs for demand in served))
        if one.number == NEW:
            parts.append(Order(leaders[0].ca, _spec(leaders[0].ca, served), wanted))
        else:
            parts.append(Reuse(useful[one.number][0], wanted))
    parts.sort(key=lambda part: [needs.index(need) for need in part.needs])
    return LeastSet(tuple(parts), left_out, most_names, answer.proven)


def serves(names: Iterable[str], wanted: str) -> bool:
    """Whether a certificate with these names holds for a name (RFC 9525 6.3), or has the very wildcard."""
    return any(name.lower() == wanted or whole_label(name, wanted) for name in names)


def slim(names: Iterable[str]) -> frozenset[str]:
    """The names without those that a wildcard among them covers."""
    every = set(names)
    wild = [name for name in every if name.startswith("*.")]
    return frozenset(name for name in every if not any(name != one and whole_label(one, name) for one in wild))


@frozen
class _Demand:
    """What one certificate must hold, for one need or several that cannot be parted."""

    needs: tuple[Need, ...]
    names: frozenset[str]
    ca: Ca

    @property
    def servers(self) -> frozenset[str]:
        return frozenset(need.server for need in self.needs)


def _demands(needs: Sequence[Need], ca: Ca, *, sni: bool) -> tuple[list[_Demand], tuple[LeftOut, ...]]:
    demands: list[_Demand] = []
    left_out: list[LeftOut] = []
    for need in dict.fromkeys(needs):
        private = frozenset(name for name in need.names if is_address(name) or is_internal(name.removeprefix("*.")))
        public = frozenset(need.names) - private
        if ca == "own" or not public:
            demands.append(_Demand((need,), frozenset(need.names), "own"))
            continue
        demands.append(_Demand((need,), public, "public"))
        if private:
            left_out.append(LeftOut(need, tuple(name for name in need.names if name in private)))
    return demands if sni else _by_sockets(demands), tuple(left_out)


def _by_sockets(demands: list[_Demand]) -> list[_Demand]:
    """Those that share a port become one."""
    groups: list[list[_Demand]] = []
    for demand in demands:
        sockets = {socket for need in demand.needs for socket in need.sockets}
        touching = [
            group
            for group in groups
            if any(sockets & need.sockets for other in group for need in other.needs if other.ca == demand.ca)
        ]
        groups = [group for group in groups if group not in touching]
        groups.append([*(one for group in touching for one in group), demand])
    return [
        _Demand(
            tuple(need for one in group for need in one.needs),
            frozenset(name for one in group for name in one.names),
            group[0].ca,
        )
        for group in groups
    ]


def _can(candidate: Candidate, demand: _Demand) -> bool:
    # New-ExchangeCertificate makes only RSA keys, and Microsoft documents no other for Exchange's services.
    fits = candidate.rsa or all(need.product != EXCHANGE for need in demand.needs)
    trusted = candidate.ca == "public" or demand.ca == "own"
    there = candidate.servers is None or demand.servers <= candidate.servers
    return fits and trusted and there and all(serves(candidate.names, name) for name in demand.names)


def _useful(candidates: Sequence[Candidate], demands: Sequence[_Demand]) -> list[tuple[Candidate, frozenset[int]]]:
    """Those that serve something, with what they serve; not those of which another serves all that they do."""
    able = [
        (one, frozenset(at for at, demand in enumerate(demands) if _can(one, demand)))
        for one in sorted(candidates, key=lambda one: (-(one.ends.timestamp() if one.ends else 0.0), one.thumbprint))
    ]
    kept: list[tuple[Candidate, frozenset[int]]] = []
    for one, served in sorted(able, key=lambda pair: -len(pair[1])):
        if served and not any(served <= other for _, other in kept):
            kept.append((one, served))
    return kept


_Leading = list[tuple[_Demand, frozenset[int]]]


def _leading(
    demands: Sequence[_Demand], useful: Sequence[tuple[Candidate, frozenset[int]]]
) -> tuple[_Leading, dict[_Demand, list[_Demand]]]:
    """The demands that decide, each with the candidates that serve it; and those that are served along with them.

    A demand goes along with another when whatever can serve that one can serve it too, with no name more to be written.
    """
    able = [
        frozenset(at for at, (_, served) in enumerate(useful) if number in served) for number in range(len(demands))
    ]
    # What has a wildcard may make names needless elsewhere, and is looked at by itself.
    wild = [any(name.startswith("*.") for name in demand.names) for demand in demands]
    first: dict[tuple[frozenset[str], Ca, frozenset[int], int], int] = {}
    alike = [
        first.setdefault((demand.names, demand.ca, able[at], at if wild[at] else -1), at)
        for at, demand in enumerate(demands)
    ]
    distinct = [(at, demands[at]) for at in first.values()]
    leader: dict[int, int] = {at: head for at, head in enumerate(alike) if at != head}
    for one, demand in distinct:
        for other, wider in distinct:
            if one == other or other in leader or wider.ca != demand.ca or wild[one]:
                continue
            together = slim(demand.names | wider.names)
            same = together == slim(demand.names) and able[one] == able[other]
            if together == slim(wider.names) and able[other] <= able[one] and (not same or other < one):
                leader[one] = other
                break
    followers: dict[_Demand, list[_Demand]] = {}
    for one in leader:
        last = one
        while last in leader:
            last = leader[last]
        followers.setdefault(demands[last], []).append(demands[one])
    leading = [(demand, able[at]) for at, demand in enumerate(demands) if at not in leader]
    # The hardest first: what nothing that is there can serve, then what has the most names.
    leading.sort(key=lambda pair: (len(pair[1]), -len(pair[0].names)))
    return leading, followers


def _together(leading: _Leading, followers: dict[_Demand, list[_Demand]], most_names: int) -> _Leading:
    """What nothing that is there can serve needs a new certificate: where one has room for all, they share it."""
    made: _Leading = []
    for ca in ("public", "own"):
        every = {name for demand, _ in leading if demand.ca == ca for name in demand.names}
        mine = [(demand, able) for demand, able in leading if demand.ca == ca]
        bare = [demand for demand, able in mine if not able]
        if len(every) > most_names or len(bare) < 2:
            made += mine
            continue
        whole = _Demand(
            tuple(need for one in bare for need in one.needs), frozenset(name for one in bare for name in one.names), ca
        )
        followers[whole] = [one for demand in bare for one in followers.pop(demand, [])]
        made += [(whole, frozenset()), *(pair for pair in mine if pair[1])]
    return made


def _spec(ca: Ca, served: Sequence[_Demand]) -> CertificateSpec:
    """The names that most services want come first; the first is the common name where it fits (RFC 5280 A.1)."""
    counted = Counter(name for demand in served for need in demand.needs for name in need.names if name in demand.names)
    names = sorted(slim(counted), key=lambda name: (-counted[name], name.startswith("*."), name))
    hosts = tuple(name for name in names if not is_address(name))
    return CertificateSpec(
        dns_names=hosts,
        ip_addresses=tuple(name for name in names if is_address(name)),
        common_name=next((name for name in hosts if len(name) <= 64), None),
        key="rsa-2048",
        lifetime_days=PUBLIC_DAYS if ca == "public" else OWN_DAYS,
    )
