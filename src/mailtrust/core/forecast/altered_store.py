"""A store as it will be, or as an old device has it: without some of its anchors."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import overload

from mailtrust.core.forecast.departures import leaves_at
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor, UnreadAnchors
from mailtrust.core.model.certificate import Name


class KeptAnchors(UnreadAnchors):
    """Those anchors of a store that `keep` says yes to, each asked only when its name is."""

    def __init__(self, store: AnchorStore, keep: Callable[[TrustAnchor], bool]) -> None:
        self._store = store
        self._keep = keep

    def named(self, name: Name) -> tuple[TrustAnchor, ...]:
        """The anchors that bear this name (RFC 5280 7.1)."""
        return tuple(anchor for anchor in self._store.named(name) if self._keep(anchor))

    @overload
    def __getitem__(self, index: int) -> TrustAnchor: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[TrustAnchor]: ...
    def __getitem__(self, index: int | slice) -> TrustAnchor | Sequence[TrustAnchor]:
        return tuple(anchor for anchor in self._store.anchors if self._keep(anchor))[index]

    def __len__(self) -> int:
        return sum(1 for anchor in self._store.anchors if self._keep(anchor))


def store_without(store: AnchorStore, lacking: frozenset[str]) -> AnchorStore:
    """The store without the anchors of these fingerprints; what somebody added himself stays."""
    if not lacking:
        return store
    return replace(
        store, anchors=KeptAnchors(store, lambda anchor: anchor.locally_added or anchor.fingerprint not in lacking)
    )


def store_at(store: AnchorStore, at: datetime) -> AnchorStore:
    """The store as it will be at `at` by what its programme has announced; itself where nothing is announced for it."""

    def still_there(anchor: TrustAnchor) -> bool:
        leaves = leaves_at(store, anchor)
        return leaves is None or at < leaves

    return replace(store, anchors=KeptAnchors(store, still_there))
