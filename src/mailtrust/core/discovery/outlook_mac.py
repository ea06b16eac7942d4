"""Outlook for Mac: neither directory nor Microsoft's service first, as far as a log of it shows."""

from mailtrust.core.discovery.steps.exchange import AUTODISCOVER, HTTP_REDIRECT, ROOT, SRV
from mailtrust.core.discovery.traveller import Traveller
from mailtrust.core.model.client import Citation
from mailtrust.core.model.verdict import Basis

PROFILE = Traveller(
    id="outlook-mac",
    title="Outlook for Mac",
    judged_as="outlook-mac",
    steps=(ROOT, AUTODISCOVER, HTTP_REDIRECT, SRV),
    citations=(
        Citation("bombadil/mod_proxy_msrpc issue #21", "log of a run: https endpoints, http redirect, DNS SRV"),
        Citation("Microsoft KB 3066652", "what it says when a certificate does not hold, a wrong name included"),
    ),
    basis=Basis.DOCUMENT,
)

VERSIONS: tuple[Traveller, ...] = ()
