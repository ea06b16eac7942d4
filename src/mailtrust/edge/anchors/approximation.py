"""Stores that nobody packs: made from Mozilla's, with the differences that a published list shows."""

from collections.abc import Collection, Mapping
from datetime import datetime

from mailtrust.core.model.anchors import AnchorStore
from mailtrust.edge.anchors.entries import Entry, empty_store, make_store
from mailtrust.edge.anchors.packages import PackageProblem, date_of_version, every_root, roots_of, version_of


def approximate(
    name: str,
    about: str,
    *,
    compared: datetime | None = None,
    absent: Collection[str] = frozenset(),
    present: Collection[str] = frozenset(),
    distrust_after: Mapping[str, datetime] | None = None,
) -> AnchorStore:
    """Mozilla's roots without `absent` and with `present`, as far as an installed package has their certificates.

    `about` says whose list it stands for and what it was compared with, `compared` when: the store is as old as the
    older of the two. The keys are fingerprints.
    """
    try:
        mozilla = roots_of("certifi")
        date = date_of_version("certifi")
        version = version_of("certifi")
    except PackageProblem as problem:
        return empty_store(name, f"{problem} Nothing is trusted.")
    known = every_root()
    found = {fingerprint: known[fingerprint] for fingerprint in present if fingerprint in known}
    roots = {**{fingerprint: der for fingerprint, der in mozilla.items() if fingerprint not in absent}, **found}
    dates = distrust_after or {}
    missing = len(present) - len(found)
    provenance = f"Approximated from Mozilla's list (certifi {version}): {about}"
    if missing:
        provenance += f" {missing} of its roots are in no package here and count as not trusted."
    entries = (Entry(der, fingerprint, distrust_after=dates.get(fingerprint)) for fingerprint, der in roots.items())
    return make_store(name, min(date, compared or date), provenance, entries)
