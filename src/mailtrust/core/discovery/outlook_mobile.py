"""Outlook on phones and the new Outlook: Microsoft's service looks, and not the device."""

from mailtrust.core.discovery.traveller import Step, Traveller
from mailtrust.core.model.client import Citation
from mailtrust.core.model.text import text
from mailtrust.core.model.verdict import Basis
from mailtrust.core.model.walk import Attempt, Meets, Method

_SERVICE = "https://prod-autodetect.outlookmobile.com/detect"
_HIDDEN = text(
    "Microsoft's service looks for the server, from the Internet, and tells the device what it found. It is known to "
    "ask https://autodiscover.DOMAIN/autodiscover/autodiscover.json; what it makes of a certificate is not published. "
    "A public CA, a complete chain and that name in the certificate are a safe assumption."
)

PROFILE = Traveller(
    id="outlook-mobile",
    title="Outlook on phones, new Outlook",
    judged_as="outlook-mobile",
    steps=(Step(Method.V2, lambda _: (Attempt(Method.V2, _SERVICE, Meets.SILENT, _HIDDEN, asked=False),)),),
    citations=(
        Citation("microsoft/CSS-Exchange:Hybrid/Test-HMAEAS.ps1", "what the service asks, by JSON"),
        Citation("c7solutions.com, Outlook AutoDetect And Broken AutoDiscover", "AutoDetect, and what misleads it"),
    ),
    basis=Basis.RECALLED,
    unknown_because=_HIDDEN,
)

VERSIONS: tuple[Traveller, ...] = ()
