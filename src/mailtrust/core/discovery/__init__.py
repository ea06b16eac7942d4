"""One file per client that looks for its server: in which order, and how it takes what it meets.

A file gives PROFILE, the version that is meant when none is named, and VERSIONS.
"""

from types import ModuleType

from mailtrust.core.discovery import (
    activesync,
    ews_api,
    mta_dane,
    mta_opportunistic,
    mta_sts,
    outlook_mac,
    outlook_mobile,
    outlook_windows,
    rfc6186,
    thunderbird,
)
from mailtrust.core.discovery.traveller import Traveller

_FILES: tuple[ModuleType, ...] = (
    outlook_windows,
    outlook_mac,
    outlook_mobile,
    activesync,
    ews_api,
    thunderbird,
    rfc6186,
    mta_opportunistic,
    mta_sts,
    mta_dane,
)

TRAVELLERS: tuple[Traveller, ...] = tuple(file.PROFILE for file in _FILES)
"""Every walking client in its default version."""

_ALL: dict[str, Traveller] = {one.id: one for file in _FILES for one in (file.PROFILE, *file.VERSIONS)}


def traveller_by_id(id_: str) -> Traveller:
    """The walking client of that id, `outlook-windows` or `outlook-windows@2013`. Raises KeyError."""
    return _ALL[id_]
