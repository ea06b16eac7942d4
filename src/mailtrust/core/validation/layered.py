"""A client's own store with what an administrator added, without reading the store for it."""

from collections.abc import Sequence
from typing import overload

from mailtrust.core.model.anchors import AnchorStore, TrustAnchor, UnreadAnchors
from mailtrust.core.model.certificate import Name


class LayeredAnchors(UnreadAnchors):
    """The anchors of a store, and after them some more."""

    def __init__(self, store: AnchorStore, added: tuple[TrustAnchor, ...]) -> None:
        self._store = store
        self._added = added

    def named(self, name: Name) -> tuple[TrustAnchor, ...]:
        """The anchors that bear this name (RFC 5280 7.1)."""
        key = name.match_key
        return (*self._store.named(name), *(anchor for anchor in self._added if anchor.subject.match_key == key))

    @overload
    def __getitem__(self, index: int) -> TrustAnchor: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[TrustAnchor]: ...
    def __getitem__(self, index: int | slice) -> TrustAnchor | Sequence[TrustAnchor]:
        return (*self._store.anchors, *self._added)[index]

    def __len__(self) -> int:
        return len(self._store) + len(self._added)
