"""Phones that look for Exchange ActiveSync: the steps of the specification, and what Android's own client does."""

from dataclasses import replace

from mailtrust.core.discovery.steps.exchange import AUTODISCOVER, HTTP_REDIRECT, ROOT, SRV
from mailtrust.core.discovery.traveller import Traveller
from mailtrust.core.model.client import Citation
from mailtrust.core.model.verdict import Basis

PROFILE = Traveller(
    id="activesync",
    title="Phones with Exchange ActiveSync",
    judged_as="gmail-android",
    steps=(ROOT, AUTODISCOVER, HTTP_REDIRECT, SRV),
    citations=(
        Citation(
            "Microsoft, Autodiscover for Exchange ActiveSync developers (hh352638); MS-ASCMD 2.2.1.1",
            "four steps, of which many devices leave SRV out; a redirect must be https with a valid certificate",
        ),
    ),
    basis=Basis.DOCUMENT,
    content="mobilesync",
    # What the specification demands: a candidate whose certificate does not hold is none.
    bad_certificate="next",
    asks_before=frozenset(),
)

VERSIONS = (
    replace(
        PROFILE,
        id="activesync@android",
        title="Android's own Exchange client",
        steps=(ROOT, AUTODISCOVER),
        citations=(
            Citation(
                "LineageOS/android_packages_apps_Exchange:src/com/android/exchange/eas/EasAutoDiscover.java",
                "two addresses, no http, no SRV; a TLS fault is like any other",
            ),
        ),
        basis=Basis.SOURCE,
    ),
)
