"""Outlook for Mac. That it judges as macOS does is inferred; its one sentence is documented."""

from dataclasses import replace

from mailtrust.core.clients.engines import codes
from mailtrust.core.clients.engines.apple import APPLE, SINCE
from mailtrust.core.clients.engines.citing import grounds, says
from mailtrust.core.model.client import Citation, ClientProfile
from mailtrust.core.model.verdict import Basis

__all__ = ["PROFILE", "SINCE", "VERSIONS"]

PROFILE = replace(
    APPLE,
    id="outlook-mac",
    title="Outlook for Mac",
    versions="2016 (15.9) and later",
    words=(
        says(
            codes.NO_PATH | codes.NAME,
            "Microsoft KB 3066652; it says so too when the name is what is wrong",
            en="A secure connection cannot be established with the server {host} because its intermediate or root "
            "certificate cannot be found.",
        ),
    ),
    citations=(
        *APPLE.citations,
        Citation("Microsoft KB 3066652", "the sentence, and that a missing name gives it too"),
    ),
    basis=Basis.RECALLED,
    basis_of=grounds((codes.GAP | codes.ROOT | {"name-mismatch"}, Basis.DOCUMENT)),
)

VERSIONS: tuple[ClientProfile, ...] = ()
