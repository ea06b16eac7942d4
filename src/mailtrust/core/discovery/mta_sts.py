"""Other mail servers that honour MTA-STS (RFC 8461)."""

from mailtrust.core.discovery.steps.mail_exchange import by_policy, reporting
from mailtrust.core.discovery.traveller import Step, Traveller
from mailtrust.core.model.client import Citation
from mailtrust.core.model.verdict import Basis
from mailtrust.core.model.walk import Method

PROFILE = Traveller(
    id="mta-sts",
    title="Mail servers that honour MTA-STS",
    judged_as="mta-sts@policy",
    steps=(Step(Method.MTA_STS, by_policy), Step(Method.TLS_RPT, reporting)),
    citations=(
        Citation("RFC 8461 3 to 5", "record, policy, and what enforce means"),
        Citation("RFC 8460 3", "where failures are reported to"),
    ),
    basis=Basis.DOCUMENT,
    bad_certificate="next",
)

VERSIONS: tuple[Traveller, ...] = ()
