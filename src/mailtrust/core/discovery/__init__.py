"""One file per client that looks for its server: in which order, and how it takes what it meets.

A file gives PROFILE, the version that is meant when none is named, and VERSIONS.
"""

from collections.abc import Mapping
from difflib import get_close_matches
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
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

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

BY_ID: Mapping[str, Traveller] = {one.id: one for file in _FILES for one in (file.PROFILE, *file.VERSIONS)}
"""Every walking client in every version."""


def traveller_by_id(id_: str) -> Traveller:
    """The walking client of that id, such as `outlook-windows` or `outlook-windows@2013`.

    Raises UserProblem with the nearest known ids.
    """
    try:
        return BY_ID[id_]
    except KeyError:
        near = get_close_matches(id_, BY_ID, n=3)
        raise UserProblem(
            text(
                "Nobody knows how “{given}” looks for its server. Known are: {known}.",
                given=clean(id_, 60),
                known=tuple(near) or tuple(BY_ID),
            )
        ) from None
