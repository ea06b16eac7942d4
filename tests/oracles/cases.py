"""The matrix: chains as servers present them, each with the anchors a client has and the name it was told."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from tests.oracles.families_of_cas import constraints
from tests.oracles.families_of_chains import chains, downloads, self_signed, several_faults, times
from tests.oracles.families_of_leaves import keys_and_hashes, names, usages
from tests.oracles.maker import realm
from tests.oracles.world import Case, Publish, World

Family = Callable[[World], Iterator[Case]]
FAMILIES: tuple[Family, ...] = (
    chains,
    self_signed,
    times,
    names,
    keys_and_hashes,
    usages,
    constraints,
    several_faults,
    downloads,
)


def all_cases() -> tuple[Case, ...]:
    """Every case, made anew with the clock of this moment; they share their CAs, and nothing is offered anywhere."""
    world = World()
    return _checked(case for family in FAMILIES for case in family(world))


def separate_cases(publish: Publish, families: Iterable[Family] = FAMILIES) -> tuple[Case, ...]:
    """Every case with CAs of its own, so that a client that remembers one case can't judge another by it."""
    return _checked(case for family in families for case in _separately(family, publish))


def _separately(family: Family, publish: Publish) -> Iterator[Case]:
    number = 0
    while True:
        with realm(f"{family.__name__} {number}"):
            case = next(islice(family(World(publish)), number, None), None)
        if case is None:
            return
        yield case
        number += 1


def _checked(cases: Iterator[Case]) -> tuple[Case, ...]:
    made = tuple(cases)
    assert len({case.id for case in made}) == len(made), "two cases share an id"
    return made
