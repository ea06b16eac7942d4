"""Share things out among containers: those that are there, and as few new ones as can be; every way is weighed.

Depth first, and no further where a way cannot become better. What is left after the steps are used up is not looked at.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field

from mailtrust.core.model.frozen import frozen, record

NEW = -1
"""The number of a container that is not there yet."""

MOST_ITEMS = 200

Slim = Callable[[Iterable[str]], frozenset[str]]
"""What of some names must be written down."""


@frozen
class Item:
    """What needs a container: names, all of which must be in it."""

    names: frozenset[str]
    kind: str
    """New containers hold items of one kind."""
    able: frozenset[int]
    """The containers that are there and can serve it."""


@frozen
class Filled:
    """A container of the answer."""

    number: int
    """Of one that is there, or NEW."""
    kind: str
    items: tuple[int, ...]


@frozen
class Answer:
    """The best way."""

    filled: tuple[Filled, ...]
    proven: bool
    """Whether every way was weighed."""


def share_out(items: Sequence[Item], slim: Slim, *, room: int, steps: int) -> Answer:
    """The way with the fewest containers, then the fewest new ones, then the fewest names in those.

    `room`: names in one new container; an item that has more by itself gets one of its own. Of more than MOST_ITEMS
    each is put where it fits first.
    """
    order = _order(items, slim, room)
    if len(items) > MOST_ITEMS:
        bare = [Item(item.names, item.kind, frozenset()) for item in items]
        ways = [_first_fit(some, order, slim, room) for some in (items, bare)]
        return Answer(min(ways, key=lambda way: (len(way), sum(one.number == NEW for one in way))), proven=False)
    search = _Search([items[at] for at in order], slim, room, steps)
    search.walk(0)
    filled = tuple(Filled(one.number, one.kind, tuple(sorted(order[at] for at in one.items))) for one in search.best)
    return Answer(filled, search.steps > 0)


def _order(items: Sequence[Item], slim: Slim, room: int) -> list[int]:
    """Those with more names than there is room for come first, of them those that others go along with."""

    def takes_along(item: Item) -> int:
        names = slim(item.names)
        return sum(other.kind == item.kind and slim(other.names | item.names) == names for other in items)

    large = {at: takes_along(item) for at, item in enumerate(items) if len(slim(item.names)) > room}
    return sorted(range(len(items)), key=lambda at: (at not in large, -large.get(at, 0)))


def _first_fit(items: Sequence[Item], order: Sequence[int], slim: Slim, room: int) -> tuple[Filled, ...]:
    """Each where it fits first: one that is open, the one there that serves most, a new one."""
    serves = Counter(number for item in items for number in item.able)
    opened: list[_Container] = []
    for at in order:
        item = items[at]
        fitting = (
            one
            for one in opened
            if one.number in item.able
            or (one.number == NEW and one.kind == item.kind and len(slim(one.names | item.names)) <= room)
        )
        chosen = next(fitting, None)
        if chosen is None:
            best = max(sorted(item.able), key=lambda number: serves[number], default=NEW)
            chosen = _Container(best, item.kind)
            opened.append(chosen)
        chosen.items.append(at)
        chosen.names |= item.names
    return tuple(Filled(one.number, one.kind, tuple(sorted(one.items))) for one in opened)


@record
class _Container:
    number: int
    kind: str
    names: frozenset[str] = frozenset()
    firm: int = 0
    """Names that will have to be written down, whatever comes."""
    items: list[int] = field(default_factory=list)


Cost = tuple[int, int, int]


class _Search:
    def __init__(self, items: Sequence[Item], slim: Slim, room: int, steps: int) -> None:
        self.items, self.room, self.steps = items, room, steps
        self.slim: Slim = slim
        self.best: tuple[Filled, ...] = ()
        self.cost: Cost | None = None
        self.opened: list[_Container] = []
        kinds = {item.kind for item in items}
        every = {kind: frozenset(name for item in items if item.kind == kind for name in item.names) for kind in kinds}
        self.crowded = {kind for kind in kinds if len(every[kind]) > room}
        """Where one new container may not be enough."""
        # What may yet be covered by another name counts for nothing before the end.
        self.firm = {kind: slim(every[kind]) for kind in kinds}
        self.shrinks = [any(name not in slim({name, *item.names}) for name in every[item.kind]) for item in items]
        """Whether an item makes names needless, wherever it comes to."""
        if not any(self.shrinks):
            self.slim = frozenset

    def walk(self, at: int) -> None:
        """Everything from this item on."""
        # The first way is always walked to its end: there is an answer then.
        if self.cost is not None and (self.steps <= 0 or self._at_least(at) >= self.cost):
            return
        self.steps -= 1
        if at == len(self.items):
            self._weigh()
            return
        item = self.items[at]
        free = next((one for one in self.opened if self._is_free(one, item)), None)
        if free is not None:
            self._put(free, at)
            if not self.shrinks[at]:
                return
        fresh = [one for one in self.opened if one.number == NEW and one.kind == item.kind]
        for one in fresh:
            if one is not free and self._may_fit(one, item):
                self._put(one, at)
        for number in sorted(item.able - {one.number for one in self.opened}):
            self._open(_Container(number, item.kind), at)
        if not fresh or item.kind in self.crowded:
            self._open(_Container(NEW, item.kind), at)

    def _is_free(self, one: _Container, item: Item) -> bool:
        """Whether it can hold this too, and nothing is lost by it there."""
        if one.number != NEW:
            return one.number in item.able
        return one.kind == item.kind and self.slim(one.names | item.names) == self.slim(one.names)

    def _may_fit(self, one: _Container, item: Item) -> bool:
        names = one.names | item.names
        return len(self.firm[one.kind] & names) <= self.room or self.slim(names) == self.slim(item.names)

    def _open(self, one: _Container, at: int) -> None:
        self.opened.append(one)
        self._put(one, at)
        self.opened.pop()

    def _put(self, one: _Container, at: int) -> None:
        before = one.names, one.firm
        one.items.append(at)
        if one.number == NEW and not self.items[at].names <= one.names:
            one.names |= self.items[at].names
            one.firm = len(self.firm[one.kind] & one.names)
        self.walk(at + 1)
        one.items.pop()
        one.names, one.firm = before

    def _at_least(self, at: int) -> Cost:
        """The cost so far, and one container more where what is left needs one."""
        fresh = [one for one in self.opened if one.number == NEW]
        kinds, opened = {one.kind for one in fresh}, {one.number for one in self.opened}
        more = any(item.kind not in kinds and not item.able & opened for item in self.items[at:])
        return len(self.opened) + more, len(fresh), sum(one.firm for one in fresh)

    def _weigh(self) -> None:
        fresh = [one for one in self.opened if one.number == NEW]
        if not all(map(self._fits, fresh)):
            return
        cost = len(self.opened), len(fresh), sum(len(self.slim(one.names)) for one in fresh)
        if self.cost is None or cost < self.cost:
            self.cost = cost
            self.best = tuple(Filled(one.number, one.kind, tuple(one.items)) for one in self.opened)

    def _fits(self, one: _Container) -> bool:
        """Whether there is room, or one item alone needs as much."""
        names = self.slim(one.names)
        return len(names) <= self.room or any(self.slim(self.items[at].names) == names for at in one.items)
