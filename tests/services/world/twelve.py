"""The twelve exported organisations, from 2007 to Subscription Edition."""

from collections.abc import Callable

from tests.services.world import border, newer, old
from tests.services.world.making import Exported

TWELVE: tuple[Callable[[], Exported], ...] = (
    old.of_2007,
    old.of_2010,
    old.of_2013,
    newer.one_of_2016,
    newer.many_of_2016,
    newer.behind_offloading,
    newer.behind_bridging,
    newer.on_the_move,
    border.classic_hybrid,
    border.modern_hybrid,
    border.with_edge,
    border.half_broken,
)
