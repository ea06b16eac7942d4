"""Edge on the desktop: Chromium's verifier with Microsoft's list of roots."""

from dataclasses import replace

from mailtrust.core.clients.engines import codes
from mailtrust.core.clients.engines.chromium import CHROMIUM
from mailtrust.core.clients.engines.citing import grounds
from mailtrust.core.model.client import ClientProfile
from mailtrust.core.model.verdict import Basis

PROFILE = replace(
    CHROMIUM,
    id="edge",
    title="Edge",
    versions="since its own verifier, desktop",
    anchor_store="microsoft",
    basis=Basis.SOURCE,
    basis_of=grounds((codes.ROOT | codes.DISTRUSTED | codes.TRANSPARENCY | codes.LONG_LIFE, Basis.RECALLED)),
    reached_by=frozenset({"chromium", "gpo", "windows", "apple", "nss"}),
)

VERSIONS: tuple[ClientProfile, ...] = ()
