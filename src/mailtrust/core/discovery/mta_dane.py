"""Other mail servers that honour DANE (RFC 7672)."""

from mailtrust.core.discovery.steps.mail_exchange import by_records, reporting
from mailtrust.core.discovery.traveller import Step, Traveller
from mailtrust.core.model.client import Citation
from mailtrust.core.model.verdict import Basis
from mailtrust.core.model.walk import Method

PROFILE = Traveller(
    id="mta-dane",
    title="Mail servers that honour DANE",
    judged_as="mta-dane",
    steps=(Step(Method.DANE, by_records), Step(Method.TLS_RPT, reporting)),
    citations=(
        Citation("RFC 7672 2 and 3", "when records count, and what they demand"),
        Citation("posttls-finger 3.7.11, tests/oracles/recorded", "asked about 22 cases"),
    ),
    basis=Basis.DOCUMENT,
    bad_certificate="next",
)

VERSIONS: tuple[Traveller, ...] = ()
