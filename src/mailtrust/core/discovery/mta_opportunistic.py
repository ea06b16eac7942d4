"""Other mail servers that take any encryption they can get: by far the most."""

from mailtrust.core.discovery.steps.mail_exchange import by_opportunity
from mailtrust.core.discovery.traveller import Step, Traveller
from mailtrust.core.model.client import Citation
from mailtrust.core.model.verdict import Basis
from mailtrust.core.model.walk import Method

PROFILE = Traveller(
    id="mta-opportunistic",
    title="Mail servers, opportunistic TLS",
    judged_as="mta-opportunistic",
    steps=(Step(Method.MX, by_opportunity),),
    citations=(
        Citation("RFC 5321 5.1", "MX hosts"),
        Citation("RFC 7435", "any encryption is better than none"),
        Citation("RFC 7505", "null MX"),
    ),
    basis=Basis.DOCUMENT,
    bad_certificate="next",
)

VERSIONS: tuple[Traveller, ...] = ()
